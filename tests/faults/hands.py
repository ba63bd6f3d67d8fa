"""A hand in the database: it writes past our connections, our pragmas and our triggers."""

import sqlite3
from contextlib import closing

from sqlalchemy import text

from tests.faults.troubled import is_sqlite
from tools.store.store import Store

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


def by_hand(store: Store, *statements: str) -> None:
    """Run statements as somebody with a shell and no key would: no trigger stops them."""
    if not is_sqlite(store):
        with store.database.write() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                session.connection().exec_driver_sql(statement)
        return
    with closing(sqlite3.connect(str(store.database.url.database), timeout=5)) as connection:
        for (name,) in connection.execute(TRIGGERS).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
