"""Who was erased, outside of the database: a restored backup must not bring anybody back.

One line for each erasure: its id and the keyed hashes its person is known again by.
"""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.store.erasures import ErasedKey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LIST = "erased.txt"


@dataclass(frozen=True)
class Remembered:
    """One line of the list."""

    erasure: str
    keys: tuple[ErasedKey, ...]


def remember(home: "Path", erasure: str, keys: "Iterable[ErasedKey]") -> None:
    """Write an erasure down, once, and see it safely on the disk."""
    if any(one.erasure == erasure for one in remembered(home)):
        return
    words = " ".join(f"{key.kind}={key.key}" for key in keys)
    with (home / LIST).open("a", encoding="utf-8") as kept:
        kept.write(f"\n{erasure} {words}\n")  # on a line of its own after a torn one
        kept.flush()
        os.fsync(kept.fileno())


def remembered(home: "Path") -> tuple[Remembered, ...]:
    """Every erasure that was ever begun; a line torn by a crash is written again."""
    path = home / LIST
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    whole = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return tuple(_read(line) for line in whole if line.strip())


def lost(home: "Path", known: "Iterable[str]") -> tuple[Remembered, ...]:
    """Those a database knows nothing of."""
    there = set(known)
    return tuple(one for one in remembered(home) if one.erasure not in there)


def _read(line: str) -> Remembered:
    erasure, *words = line.split()
    pairs = [word.partition("=") for word in words]
    keys = tuple(ErasedKey(key, kind, erasure) for kind, _, key in pairs)  # type: ignore[arg-type]  # we wrote it
    return Remembered(erasure, keys)
