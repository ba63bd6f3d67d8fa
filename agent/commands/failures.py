"""What a command says when it cannot go on: one line with what is wrong, where, and what to do.

What this module does not know is a defect of ours, whose details go to the log.
"""

import errno
import sqlite3
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from config.settings_file import SettingsError
from tools.errors import LifecycleError

if TYPE_CHECKING:
    from collections.abc import Callable

    Teller = Callable[[BaseException, str], "Failure | None"]

WRONG_INPUT, FAILED = 2, 1
FULL = "make room (`df -h` shows where) and give the command again"
BACKUP = "restore it from a backup, then `lifecycle restored`"
RIGHTS = "give this user the right to it, or run the command as the user who owns the home"


@dataclass(frozen=True)
class Failure:
    """What to say on one line, and the exit status."""

    words: str
    code: int = FAILED


def _raised_by(module: str, *names: str) -> tuple[type[BaseException], ...]:
    """Types of errors of a library; none where it was never loaded: then nobody raised them."""
    known = sys.modules.get(module)
    return () if known is None else tuple(getattr(known, name) for name in names)


_alchemy = partial(_raised_by, "sqlalchemy.exc")
_duck = partial(_raised_by, "duckdb")
_arrow = partial(_raised_by, "pyarrow")


def failure_of(error: BaseException, database: str = "") -> Failure | None:
    """What to say of an error; None when nobody foresaw it.

    `database` is how to name the database it may be about, without its password.
    """
    for kinds, told in _known():
        if isinstance(error, kinds):
            return told(error, database)
    return None


def _ours(error: BaseException, _: str) -> Failure:
    return Failure(str(error), WRONG_INPUT)


def _database(error: BaseException, where: str) -> Failure | None:
    """What a database says, found under what SQLAlchemy makes of it."""
    cause = getattr(error, "orig", None) or error
    said = (str(cause).splitlines() or [type(cause).__name__])[0]
    known = next((do for sign, do in _SAID.items() if sign in str(cause).lower()), None)
    if known is None and type(cause).__name__ != "OperationalError":
        return None
    return Failure(
        f"{where or 'database'}: {said}; {known or 'see to the database, then try again'}"
    )


_SAID = {
    "malformed": f"the file is damaged: {BACKUP}",
    "not a database": f"the file is damaged or is something else: {BACKUP}",
    "readonly": f"it can be read and not written: {RIGHTS}",
    "read-only": f"it can be read and not written: {RIGHTS}",
    "unable to open": f"it is no file that can be opened: see what is there, {RIGHTS}",
    "locked": "another process holds it: end that one, or try again in a moment",
    "database or disk is full": FULL,
    "no space left": FULL,
    "disk i/o error": f"the disk is full, has a limit or is broken: {FULL}",
    'relation "': f"it is no database of ours, or half of one: {BACKUP}",
    "no such table": f"it is no database of ours, or half of one: {BACKUP}",
    "no such column": f"it is no database of ours, or half of one: {BACKUP}",
    "does not exist": "see the setting database_url",
    "authentication": "see the setting database_url",
    "connection": "see whether the server is up, and the setting database_url",
}


def _unfit(error: BaseException, where: str) -> Failure | None:
    """A whole statement that SQLAlchemy gave up: a pool that waited too long, for instance."""
    if isinstance(error, _alchemy("TimeoutError", "InvalidRequestError")):
        return Failure(f"{where or 'database'}: {_first(error)}; try again in a moment")
    return None


def _files(error: BaseException, _: str) -> Failure | None:
    """What DuckDB and Arrow say of the Parquet files they read."""
    said = _first(error)
    full = (*_duck("OutOfMemoryException"), *_arrow("ArrowMemoryError"), MemoryError)
    if isinstance(error, full):
        return Failure("there is not enough memory: end other programs, or use a larger machine")
    if isinstance(error, (*_duck("IOException"), OSError)) or "parquet" in said.lower():
        return Failure(
            f"a file of facts cannot be read: {said}; restore it from a backup of facts/"
        )
    return None


def _disk(error: BaseException, _: str) -> Failure | None:
    if not isinstance(error, OSError):
        return None
    what = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else ""
    return Failure(f"{where}{what}; {_DO.get(error.errno or 0, 'see to it and try again')}")


_DO = {
    errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EFBIG: FULL,
    errno.EACCES: RIGHTS, errno.EPERM: RIGHTS, errno.EROFS: RIGHTS,
    errno.EMFILE: "too many files are open: raise `ulimit -n`",
    errno.ENFILE: "too many files are open on this machine: try again in a moment",
    errno.ENOTDIR: "a file is where a folder belongs: see the option or setting that names it",
    errno.EEXIST: "a file is where a folder belongs: see the option or setting that names it",
    errno.EISDIR: "a folder is where a file belongs: see the option or setting that names it",
    errno.ENOENT: "see the option or setting that names it, or restore it from a backup",
    errno.EADDRINUSE: "another program listens there: give --port another, or end that one",
    errno.EIO: "the disk could not read or write: see to the disk",
}  # fmt: skip


def _memory(_: BaseException, __: str) -> Failure:
    return Failure("there is not enough memory: end other programs, or use a larger machine")


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _known() -> "tuple[tuple[tuple[type[BaseException], ...], Teller], ...]":
    return (
        ((LifecycleError, SettingsError), _ours),
        ((*_alchemy("DBAPIError"), sqlite3.Error), _database),
        (_alchemy("SQLAlchemyError"), _unfit),
        ((*_duck("Error"), *_arrow("ArrowException")), _files),
        ((MemoryError,), _memory),
        ((OSError,), _disk),
    )
