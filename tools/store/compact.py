"""Write a database anew, so that what was deleted is in no page of its file any more.

SQLite keeps deleted bytes in free pages and in the write-ahead log; VACUUM rewrites the file and
TRUNCATE empties the log. PostgreSQL keeps dead rows in the table's file; VACUUM FULL rewrites it.
(Its own write-ahead log and backups end by their own retention: see the server's settings.)
"""

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from tools.errors import Conflict

if TYPE_CHECKING:
    from pathlib import Path

BUSY_SECONDS = 30.0


def compact(url: str) -> None:
    """Rewrite every table of a database, those of others in it too.

    Raises:
        Conflict: when somebody reads it all the time; nothing is lost, do it again.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        compact_file(str(parsed.database))
        return
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as connection:
            for name in inspect(engine).get_table_names():
                connection.execute(text(f'VACUUM (FULL) "{name}"'))
    finally:
        engine.dispose()


def compact_file(path: "str | Path") -> None:
    """Rewrite a SQLite file and empty its write-ahead log."""
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        try:
            connection.execute("VACUUM")
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            raise Conflict(f"{path}: {error}; do it again when nobody is reading") from error
    if busy:
        raise Conflict(f"{path}: somebody is reading it all the time; do it again")
