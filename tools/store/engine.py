"""One database by URL: SQLite on a local disk, or PostgreSQL.

SQLite: WAL, `synchronous=FULL`, foreign keys, a bounded wait for the writer, and writing
transactions that begin IMMEDIATE; with the default (deferred) two processes that read, then
write, lose updates or fail. PostgreSQL: a pool that tests a connection before lending it, time
limits on the server's side, and reads in one snapshot.
"""

import sqlite3
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlmodel import Session

from tools.errors import BadInput, nearest
from tools.store.patience import OF_A_PERSON, patience, patient
from tools.store.read_only import is_read_only, read_only_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

DRIVERS = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
BUSY_MS = round(OF_A_PERSON * 1000)
# More than requests may hold at a time (see the inbox's bulkheads); more wait a little.
POOL: "dict[str, Any]" = {"pool_size": 10, "max_overflow": 34, "pool_timeout": OF_A_PERSON}
LIMITS = (
    f"-c timezone=UTC -c statement_timeout=300000 -c lock_timeout={BUSY_MS}"
    " -c idle_in_transaction_session_timeout=300000"
)
REACH = {"connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 30_000}
LOCKED = frozenset({"55P03"})  # lock_not_available
BUSY = "database is locked"
SOME = 0.05  # seconds; who has waited for less has waited for nothing
NETWORK_DISKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs"})


class Database:
    """Transactions on one database; every reader sees one moment, every writer commits or not."""

    def __init__(self, url: str) -> None:
        """Prepare the pool; nothing is opened before the first transaction."""
        self.url = checked_url(url)
        self.engine = make_engine(self.url)
        self._reading = self.engine.execution_options(**_reading(self.url))
        self._is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = RLock()
        self.is_migrated = False  # just now, by this very process

    @contextmanager
    def read(self) -> "Iterator[Session]":
        """A snapshot; on PostgreSQL the server refuses to write in it."""
        with Session(self._reading) as session:
            self._limit(session)
            yield session

    @contextmanager
    def write(self, lock: str | None = None) -> "Iterator[Session]":
        """One transaction, committed at the end of the block and rolled back on any error.

        Writers that name the same `lock` go one after the other: on SQLite all writers do. Whoever
        must wait for longer than their `patience` is told that it is locked.
        """
        with self._turn(), Session(self.engine) as session, session.begin():
            self._limit(session)
            if lock is not None:
                hold(session.connection(), lock)
            yield session

    def _limit(self, session: Session) -> None:
        """Let PostgreSQL wait as long as whoever asks; it knows how long a person does."""
        if not self._is_sqlite and patience() != OF_A_PERSON:
            wait = f"SET LOCAL lock_timeout = {max(1, round(patience() * 1000))}"
            session.connection().exec_driver_sql(wait)

    @contextmanager
    def _turn(self) -> "Iterator[None]":
        """SQLite has one writer; those of a process queue up here instead of polling."""
        if not self._is_sqlite:
            yield
            return
        asked = time.monotonic()
        if not self._writer.acquire(timeout=patience()):
            raise OperationalError("BEGIN IMMEDIATE", {}, sqlite3.OperationalError(BUSY))
        try:
            waited = time.monotonic() - asked
            with patient(patience() - waited) if waited > SOME else nullcontext():
                yield
        finally:
            self._writer.release()

    def check_writable(self) -> None:
        """Begin to write and write nothing: fails at once where every later write would."""
        with self.write("writable"):
            pass

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()


def checked_url(url: str) -> URL:
    """A URL of a database we can run on, with the driver we use.

    Raises:
        BadInput: for any other database, for SQLite in memory, or on a network disk.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadInput(
            f"database: {url!r} is no URL; write sqlite:///path or postgresql://…"
        ) from error
    if parsed.drivername not in DRIVERS:
        hint = nearest(parsed.drivername, DRIVERS)
        raise BadInput(f"database: {parsed.drivername!r} is not supported; {hint}")
    if parsed.drivername == "sqlite":
        _check_disk(parsed)
    return parsed.set(drivername=DRIVERS[parsed.drivername])


def _check_disk(url: URL) -> None:
    if url.database in (None, "", ":memory:"):
        raise BadInput("database: SQLite in memory is lost with the process; give it a file")
    folder = Path(str(url.database)).resolve().parent
    kind = disk_kind(folder, _mounts())
    if kind in NETWORK_DISKS:
        raise BadInput(
            f"database: {folder} is on a network disk ({kind}), where SQLite loses data; "
            "use a local disk or PostgreSQL"
        )


def _mounts() -> str:
    listing = Path("/proc/mounts")
    return listing.read_text(encoding="utf-8", errors="replace") if listing.exists() else ""


def disk_kind(folder: Path, mounts: str) -> str:
    """The file system a folder is on, '' when unknown; `mounts` is the text of /proc/mounts."""
    held = {Path(line.split()[1]): line.split()[2] for line in mounts.splitlines() if line}
    return next((held[place] for place in (folder, *folder.parents) if place in held), "")


def make_engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """An engine with the hooks above; migrations switch foreign keys off to rebuild tables."""
    if url.get_backend_name() != "sqlite":
        reach = {name: value for name, value in REACH.items() if name not in url.query}
        given = {"options": LIMITS, **reach}
        return create_engine(url, pool_pre_ping=True, connect_args=given, **POOL)
    file = Path(str(url.database)).resolve()
    if is_read_only(file):
        return read_only_engine(file, BUSY_MS)
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, **POOL)
    pragmas = (
        f"PRAGMA busy_timeout={BUSY_MS}",
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}",
        "PRAGMA recursive_triggers=ON",  # so that REPLACE fires the triggers of DELETE
    )

    def connected(connection: "DBAPIConnection", _: "ConnectionPoolEntry") -> None:
        setattr(connection, "isolation_level", None)  # noqa: B010 - sqlite3's, not in the protocol
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: "Connection") -> None:
    wait = round(patience() * 1000)
    if connection.info.get("busy_ms", BUSY_MS) != wait:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={wait}")
        connection.info["busy_ms"] = wait
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _reading(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"sqlite_begin": "DEFERRED"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def is_locked(error: BaseException) -> bool:
    """Whether a database says that somebody else holds what is wanted."""
    if not isinstance(error, OperationalError):
        return False
    said, code = str(error.orig), getattr(error.orig, "sqlstate", None)
    return code in LOCKED or (code is None and BUSY in said)


def hold(connection: "Connection", lock: str) -> None:
    """Wait for a named lock and keep it to the end of the transaction; SQLite has it already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": lock})
