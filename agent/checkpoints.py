"""Where a run's place is kept, so that a killed run goes on at the step that failed.

Checkpoints are a convenience: rows in the store are the truth, and every step may run twice.
Only plain JSON types may be read back: a class name in a database is code somebody could change.
The libraries are loaded by the first run of a day: most commands run none, and they load slowly.
"""

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")

from tools.errors import BadInput
from tools.store.compact import compact_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.checkpoint.postgres import PostgresSaver
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from psycopg import Connection
    from psycopg_pool import ConnectionPool


@contextmanager
def open_saver(database: str, home: "Path") -> "Iterator[BaseCheckpointSaver[Any]]":
    """Checkpoints beside the store: a file for SQLite, tables for PostgreSQL."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer  # noqa: PLC0415 - see above

    serde = JsonPlusSerializer(allowed_msgpack_modules=None)
    if database.startswith("sqlite"):
        from langgraph.checkpoint.sqlite import SqliteSaver  # noqa: PLC0415 - see above

        connect = sqlite3.connect(home / "checkpoints.db", check_same_thread=False)
        with closing(connect) as connection:
            _check(connection, home / "checkpoints.db")
            yield SqliteSaver(connection, serde=serde)
        return
    with _postgres(database, serde) as saver:
        yield saver


def make_places(database: str, home: "Path") -> None:
    """Make the tables for PostgreSQL, as who owns all others: the service may not."""
    if not database.startswith("sqlite"):
        with open_saver(database, home):
            pass


def _check(connection: sqlite3.Connection, file: "Path") -> None:
    """Refuse a damaged file before a run begins.

    Raises:
        BadInput: says that it may be removed, since nothing but the place in a run is in it.
    """
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        raise BadInput(
            f"{file}: {error}; remove it: a run that was under way goes on by what its rows say"
        ) from error


def forget(saver: "BaseCheckpointSaver[Any]", run: str) -> None:
    """Delete the threads of a run and of earlier days, which cannot go on any more.

    A thread is named `run-YYYY-MM-DD-moment`, so the order of names is the order of days.
    """
    found = {str(kept.config["configurable"]["thread_id"]) for kept in saver.list(None)}
    for thread in sorted(found):
        if thread[: len(run)] <= run:
            saver.delete_thread(thread)


def forget_all(saver: "BaseCheckpointSaver[Any]") -> None:
    """Delete every thread: a run that was killed begins anew, by what its rows say."""
    for thread in sorted({str(k.config["configurable"]["thread_id"]) for k in saver.list(None)}):
        saver.delete_thread(thread)


def compact_places(database: str, home: "Path") -> None:
    """Leave no deleted byte in the file of checkpoints; PostgreSQL keeps them in the store's."""
    file = home / "checkpoints.db"
    if database.startswith("sqlite") and file.exists():
        compact_file(file)


@contextmanager
def _postgres(database: str, serde: "JsonPlusSerializer") -> "Iterator[BaseCheckpointSaver[Any]]":
    from langgraph.checkpoint.postgres import PostgresSaver  # noqa: PLC0415 - see above
    from psycopg import Connection  # noqa: PLC0415 - see above
    from psycopg.rows import dict_row  # noqa: PLC0415 - see above
    from psycopg_pool import ConnectionPool  # noqa: PLC0415 - see above

    address = "postgresql://" + database.split("://", 1)[1]
    pool: ConnectionPool[Connection[dict[str, Any]]] = ConnectionPool(
        address,
        min_size=1,
        max_size=2,
        connection_class=Connection[dict[str, Any]],
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
        check=ConnectionPool.check_connection,
        open=True,
    )
    with pool:
        saver = PostgresSaver(pool, serde=serde)
        _make_tables(pool, saver)
        yield saver


def _make_tables(
    pool: "ConnectionPool[Connection[dict[str, Any]]]", saver: "PostgresSaver"
) -> None:
    """Make the tables, or bring them up to date; where they are, no right to make any is needed.

    Raises:
        BadInput: when this role may not, with who has to.
    """
    from psycopg.errors import InsufficientPrivilege, UndefinedTable  # noqa: PLC0415 - see above

    newest = "SELECT max(v) AS v FROM checkpoint_migrations"
    try:
        with pool.connection() as connection, suppress(UndefinedTable):
            row = connection.execute(newest).fetchone()
            if row is not None and row["v"] == len(saver.MIGRATIONS) - 1:
                return
        saver.setup()
    except InsufficientPrivilege as error:
        raise BadInput(
            "database: this role may not make the tables for the place of a run; let the owner of "
            "the tables do a `lifecycle run` once, and then grants.sql"
        ) from error
