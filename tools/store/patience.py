"""How long a transaction waits for what somebody else holds: a job waits longer than a person.

It goes with whoever asks and not with the database, so that in one process a request is told after
a moment what a job waits out.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_A_PERSON, OF_A_JOB, OF_A_RESULT, OF_A_NOTE = 5.0, 60.0, 300.0, 0.1
_seconds: ContextVar[float] = ContextVar("seconds", default=OF_A_PERSON)


def patience() -> float:
    """The seconds whoever asks now waits for a lock."""
    return _seconds.get()


@contextmanager
def patient(seconds: float) -> "Iterator[None]":
    """Wait for so many seconds at most, here and in what is called from here."""
    before = _seconds.set(max(0.0, seconds))
    try:
        yield
    finally:
        _seconds.reset(before)
