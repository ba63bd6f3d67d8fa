"""A database held by another program, as a backup or a console left open holds it."""

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.faults.troubled import is_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.store.store import Store

WRITTEN = ("proposal", "action", "audit", "login", "token", "decision", "slot", "clock")


@contextmanager
def held(store: "Store") -> "Iterator[None]":
    """Let another program hold everything that is written to; reading goes on."""
    if is_sqlite(store):
        with closing(
            sqlite3.connect(str(store.database.url.database), isolation_level=None)
        ) as one:
            one.execute("BEGIN EXCLUSIVE")
            yield
            one.execute("ROLLBACK")
        return
    engine = create_engine(store.database.url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        connection.execute(text(f"LOCK TABLE {', '.join(WRITTEN)} IN EXCLUSIVE MODE"))
        yield
    engine.dispose()


@contextmanager
def table_held(store: "Store", table: str) -> "Iterator[None]":
    """Let another program hold one table of PostgreSQL so that nobody reads it either."""
    engine = create_engine(store.database.url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield
    engine.dispose()
