"""An erasure is alone with the facts: no run, import or dispatch may hold what it takes out.

A lock on a file of the home, which ends with the process that held it, so that a killed run is
no reason to wait. What works with facts shares it; an erasure has it to itself.
"""

import errno
import fcntl
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

LOCK = "erasing.lock"
PATIENCE, PAUSE = 60.0, 0.05


@contextmanager
def shared(home: "Path") -> "Iterator[None]":
    """Work with facts; no erasure begins meanwhile."""
    with _held(home, fcntl.LOCK_SH, "somebody is being erased"):
        yield


@contextmanager
def alone(home: "Path", patience: float = PATIENCE) -> "Iterator[None]":
    """Be the only one who works with facts.

    Raises:
        Conflict: when a run, an import or a dispatch does not end in time.
    """
    with _held(home, fcntl.LOCK_EX, "a run, an import or a dispatch is under way", patience):
        yield


@contextmanager
def _held(home: "Path", how: int, who: str, patience: float = PATIENCE) -> "Iterator[None]":
    with _opened(home / LOCK, how) as lock:
        until = time.monotonic() + patience
        while not _taken(lock.fileno(), how):
            if time.monotonic() > until:
                raise Conflict(f"{who}; nothing was changed, try again in a moment")
            time.sleep(PAUSE)
        yield


def _opened(file: "Path", how: int) -> "BinaryIO":
    """The file to lock; who only reads needs no right to write it, or to make it."""
    try:
        return file.open("ab")
    except OSError as error:
        if how != fcntl.LOCK_SH or error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise
    return (file if file.exists() else Path(os.devnull)).open("rb")


def _taken(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
