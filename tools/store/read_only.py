"""SQLite where nothing may be written: a read-only disk, or a home that belongs to another user.

Reading goes on as ever. What was committed and still stands in the log beside the file (WAL) is
read too: with the index of a process at work, or from a copy, where the log was left by one that
was killed.
"""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from tools.errors import Forbidden
from tools.scratch import COPY, HeldFolder, scratch_folder

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry


def is_read_only(file: Path) -> bool:
    """Whether a database is there, and this process may not write it or beside it."""
    return file.is_file() and not (_writable(file) and _writable(file.parent))


def _writable(path: Path) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.W_OK, effective_ids=effective)


def read_only_engine(file: Path, busy_ms: int) -> Engine:
    """An engine that reads a database as it stands and refuses to write."""
    log, index = (file.with_name(file.name + end) for end in ("-wal", "-shm"))
    logged = log.is_file() and log.stat().st_size > 0
    copied = _copied(file, log) if logged and not index.is_file() else None
    place = copied.path / file.name if copied else file
    # Without a log no other process is at work, and SQLite needs no files beside it.
    options = "mode=ro" if logged else "mode=ro&immutable=1"
    url = f"sqlite:///file:{quote(str(place))}?{options}&uri=true"
    engine = create_engine(url, connect_args={"timeout": busy_ms / 1000}, poolclass=NullPool)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    if copied:
        event.listen(engine, "engine_disposed", lambda _: copied.close())
    return engine


def _connected(connection: "DBAPIConnection", _: "ConnectionPoolEntry") -> None:
    setattr(connection, "isolation_level", None)  # noqa: B010 - sqlite3's, not in the protocol


def _begun(connection: Connection) -> None:
    if connection.get_execution_options().get("sqlite_begin") != "DEFERRED":
        raise Forbidden(
            "database: it can be read and not written, so nothing was changed; give this user the "
            "right to write the home, or run the command as the user who owns it"
        )
    connection.exec_driver_sql("BEGIN DEFERRED")


def _copied(file: Path, log: Path) -> HeldFolder:
    folder = HeldFolder(scratch_folder(), COPY)
    for one in (file, log):
        shutil.copy(one, folder.path)
    return folder
