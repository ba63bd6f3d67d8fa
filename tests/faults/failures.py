"""Failures that pass: what a machine, a disk or a library raises, and a place to raise it at."""

import errno
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from approvals.live_facts import Facts, Subject
from tests.approvals.made import limits
from tools.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.limits import Limits
    from tests.gate.office import Office

FAILURES: dict[str, Callable[[], Exception]] = {
    "no file handle": lambda: OSError(errno.EMFILE, "Too many open files"),
    "no file handle left anywhere": lambda: OSError(errno.ENFILE, "Too many open files in system"),
    "bad disk": lambda: OSError(errno.EIO, "Input/output error"),
    "file is gone": lambda: FileNotFoundError(errno.ENOENT, "No such file", "contacts.parquet"),
    "not permitted": lambda: PermissionError(errno.EACCES, "Permission denied"),
    "stale network file": lambda: OSError(errno.ESTALE, "Stale file handle"),
    "timed out": lambda: TimeoutError("timed out"),
    "no memory": MemoryError,
    "DuckDB: no such file": lambda: duckdb.IOException("IO Error: No files found"),
    "DuckDB: not Parquet": lambda: duckdb.InvalidInputException("No magic bytes found"),
    "DuckDB: memory": lambda: duckdb.OutOfMemoryException("Out of Memory Error"),
    "DuckDB: bug": lambda: duckdb.InternalException("INTERNAL Error"),
    "Arrow: damaged": lambda: pa.ArrowInvalid("Parquet magic bytes not found in footer"),
    "Arrow: bad page": lambda: OSError("Corrupt snappy compressed data"),
    "half-written policy": lambda: BadInput("limits.yaml: cannot be read as YAML"),
    "not the committed bytes": lambda: Unavailable("contacts.parquet: another file"),
    "bad bytes": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    "a key is missing": lambda: KeyError("contacts"),
    "a bug of ours": lambda: ZeroDivisionError("division by zero"),
}


@dataclass
class Breaker:
    """Lets an office's sources fail while `failure` is set, for some accounts or for all."""

    office: "Office"
    place: str
    failure: Callable[[], Exception] | None = None
    accounts: frozenset[str] = frozenset()

    def install(self) -> "Breaker":
        """Stand between the gate and what it reads."""
        office, fixed = self.office, limits(**self.office.rules)
        known = office.known

        def facts(subjects: Sequence[Subject]) -> Mapping[str, Facts]:
            theirs = {one.account_id for one in subjects}
            if self.place == "facts" and (not self.accounts or theirs & self.accounts):
                self.fail()
            return known(subjects)

        def limits_of(_: int) -> "Limits":
            if self.place == "limits":
                self.fail()
            return fixed

        office.known = facts  # type: ignore[method-assign,assignment]  # the fake's
        office.gate = replace(office.gate, limits=limits_of, facts=facts)
        return self

    def fail(self) -> None:
        """Fail, when it is time to."""
        if self.failure is not None:
            raise self.failure()


class Objections(tuple[str, ...]):  # noqa: SLOT001 - it holds its breaker
    """What a person objects to, which is nothing, and cannot be read while a breaker fails."""

    breaker: Breaker

    def __iter__(self) -> "Iterator[str]":
        """Fail when a rule looks at them."""
        self.breaker.fail()
        return super().__iter__()


def objections_of(breaker: Breaker) -> Objections:
    """No objections, when they can be read."""
    made = Objections()
    made.breaker = breaker
    return made


@contextmanager
def failing(breaker: Breaker, failure: Callable[[], Exception]) -> "Iterator[None]":
    """Fail for a while."""
    breaker.failure = failure
    try:
        yield
    finally:
        breaker.failure = None


def detail_of(action: Any) -> str:
    """The words of an action, which there must be."""
    assert action is not None
    return str(action.detail)
