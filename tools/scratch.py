"""Folders for a while. Each is held by its process; those of the dead are removed by the next.

A process holds its folder by a lock, which ends with it however it ends: no process number can be
mistaken for another's, and what a killed run had copied of people's data does not stay.
"""

import atexit
import fcntl
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE = 0o700
# What the folders hold, by how their names begin: files that are read, what does not fit in memory,
# a database that may only be read, the home of a backtest, tables for Spark.
READ, SPILL, COPY, BACKTEST, SPARK = "read-", "spill-", "copy-", "backtest-", "spark-"
KINDS = (READ, SPILL, COPY, BACKTEST, SPARK)


class HeldFolder:
    """A new folder that is ours until it is closed, which removes it."""

    def __init__(self, parent: Path, prefix: str, suffix: str = "") -> None:
        """Make the folder, and remove those beside it whose process is dead."""
        parent.mkdir(parents=True, exist_ok=True)
        with _locked(parent):
            _remove_abandoned(parent, prefix, suffix)
            self.path = parent / f"{prefix}{token_hex(8)}{suffix}"
            self.path.mkdir(PRIVATE)
            self._handle = _held(self.path)

    def close(self) -> None:
        """Remove the folder, unless it was moved away."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def held_folder(parent: Path, prefix: str, suffix: str = "") -> "Iterator[Path]":
    """A new folder, removed at the end."""
    folder = HeldFolder(parent, prefix, suffix)
    try:
        yield folder.path
    finally:
        folder.close()


def remove_abandoned(parent: Path, prefix: str, suffix: str = "") -> int:
    """Remove folders whose process is dead; how many there were."""
    if not parent.is_dir():
        return 0
    with _locked(parent):
        return _remove_abandoned(parent, prefix, suffix)


def scratch_folder(temporary: Path | None = None) -> Path:
    """Where this user's processes have their folders: one that nobody else can read or write."""
    path = (temporary or Path(tempfile.gettempdir())) / f"lifecycle-{os.geteuid()}"
    with suppress(FileExistsError):
        path.mkdir(PRIVATE)
    found = path.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or found.st_mode & 0o077:  # put there by somebody else to read along
        return Path(tempfile.mkdtemp(prefix="lifecycle-"))
    return path


def spill_folder() -> Path:
    """Where a database in memory of this process may put what does not fit there."""
    return _spill_folder(os.getpid())


@cache
def _spill_folder(process: int) -> Path:
    folder = HeldFolder(scratch_folder(), SPILL)
    atexit.register(lambda: folder.close() if os.getpid() == process else None)
    return folder.path


@contextmanager
def _locked(folder: Path) -> "Iterator[None]":
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _held(folder: Path) -> int | None:
    """The handle that holds a folder; None when another process does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _remove_abandoned(parent: Path, prefix: str, suffix: str) -> int:
    removed = 0
    for path in parent.glob(f"{prefix}*{suffix}"):
        with suppress(OSError):
            handle = None if path.is_symlink() else _held(path)
            if handle is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(handle)
                removed += 1
    return removed
