"""A file beside the database that only ever grows: what left, and who said no.

A line is written whole, under a lock, and is on the disk before the caller goes on where it
matters. A line that a crash tore is passed over; a whole one with another seal was changed, or is
of another installation.
"""

import fcntl
import os
import secrets
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError

from tools.store.engine import BUSY
from tools.store.patience import patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FIELDS = 8
SEAL = 16
TAIL = 4096
AT_ONCE = 1 << 20
AGAIN = 0.005  # seconds between two questions whether the lock is free


@dataclass(frozen=True)
class LedgerLine:
    """One line: the entry of the chain it is of, and what that said in as few words as needed."""

    seq: int
    mac: str
    kind: str
    subject: str
    word: str = "-"
    number: int = 0
    at: str = "-"

    def text(self) -> str:
        """The line without its seal."""
        return (
            f"{self.seq} {self.mac} {self.kind} {self.subject} {self.word} {self.number} {self.at}"
        )


@dataclass(frozen=True)
class Read:
    """What was read of a file: its lines, how far, and the first whole line that is not ours."""

    lines: tuple[LedgerLine, ...]
    offset: int
    strange: str = ""


class LedgerFile:
    """The file; `seal` makes the keyed hash of a line."""

    def __init__(self, path: Path, seal: "Callable[[str], str]") -> None:
        """Open nothing before somebody reads or writes."""
        self.path = path
        self._seal = seal

    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.is_file()

    def begin(self, lines: "Iterable[LedgerLine]") -> bool:
        """Make the file with its first lines, at once or not at all; False when it is there."""
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}.part")
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(self._sealed(line) for line in lines)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, self.path)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        _sync_folder(self.path.parent)
        return True

    @contextmanager
    def locked(self) -> "Iterator[LedgerLine | None]":
        """Be the only writer; the last whole line.

        Raises:
            OperationalError: as of a locked database, when another holds it for longer than the
                `patience` of whoever asks.
        """
        with self.path.open("r+b") as file:
            self._hold(file.fileno())
            yield self._last()

    def _hold(self, handle: int) -> None:
        asked = time.monotonic()
        while not _is_free(handle):
            if time.monotonic() - asked >= patience():
                raise OperationalError(f"lock {self.path.name}", {}, sqlite3.OperationalError(BUSY))
            time.sleep(AGAIN)

    def append(self, lines: "Iterable[LedgerLine]", *, durable: bool) -> None:
        """Add lines, for whoever holds the lock; durable ones are on the disk when this returns."""
        _append(self.path, "".join(self._sealed(line) for line in lines), durable=durable)

    def read(self, offset: int = 0) -> Read:
        """Some lines from a place on: not the whole of a file that has grown for years at once."""
        with self.path.open("rb") as file:
            file.seek(offset)
            text = file.read(AT_ONCE)
        whole = text[: text.rfind(b"\n") + 1]
        lines, strange = [], ""
        for line in whole.decode("utf-8", "replace").splitlines():
            words = line.split(" ")
            if len(words) != FIELDS or len(words[-1]) != SEAL:
                continue  # torn by a crash: what it told of is in the next line, or never was
            if self._seal(line[: -SEAL - 1])[:SEAL] != words[-1]:
                strange = strange or line[:60]
                continue
            lines.append(_parsed(words))
        return Read(tuple(lines), offset + len(whole), strange)

    def size(self) -> int:
        """How many bytes it has; 0 when it is not there."""
        return self.path.stat().st_size if self.exists() else 0

    def _sealed(self, line: LedgerLine) -> str:
        return f"{line.text()} {self._seal(line.text())[:SEAL]}\n"

    def _last(self) -> LedgerLine | None:
        line = last_line(self.path, self._is_ours)
        return _parsed(line.split(" ")) if line else None

    def _is_ours(self, line: str) -> bool:
        seal = line.rpartition(" ")[2]
        return len(line.split(" ")) == FIELDS and self._seal(line[: -SEAL - 1])[:SEAL] == seal


def last_line(path: Path, fits: "Callable[[str], bool]") -> str:
    """The last line of a file, of those at its end, that is whole and fits; '' without any."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
        tail = file.read().decode("utf-8", "replace")
    return next((line for line in reversed(tail.splitlines()) if fits(line)), "")


def append_line(path: Path, line: str) -> None:
    """Add a line that is on the disk when this returns, and never a part of a torn one."""
    _append(path, line + "\n", durable=True)


def _append(path: Path, text: str, *, durable: bool) -> None:
    with path.open("a+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        torn = end > 0 and os.pread(file.fileno(), 1, end - 1) != b"\n"
        file.write(b"\n" * torn + text.encode())
        if durable:
            os.fsync(file.fileno())


def _is_free(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _parsed(words: list[str]) -> LedgerLine:
    seq, mac, kind, subject, word, number, at, _ = words
    return LedgerLine(int(seq), mac, kind, subject, word, int(number), at)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
