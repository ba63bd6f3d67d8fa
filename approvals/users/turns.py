"""Work that needs much memory: so much at once, a little waits, the rest is told to come again."""

from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from approvals.users.limits import TooMany

if TYPE_CHECKING:
    from collections.abc import Iterator

AGAIN = timedelta(seconds=5)


class Busy(TooMany):
    """Too many others are at it; nothing was checked."""

    def __init__(self) -> None:
        super().__init__(AGAIN)
        self.args = (f"many people are signing in; try again in {self.seconds} seconds",)


class Turns:
    """Lets `at_once` work and `waiting` more wait for `patience` seconds.

    Who waits holds a thread of the server, so those are few too.
    """

    def __init__(self, at_once: int = 2, waiting: int = 8, patience: float = 3.0) -> None:
        self._inside = BoundedSemaphore(at_once)
        self._places = BoundedSemaphore(at_once + waiting)
        self._patience = patience

    @contextmanager
    def turn(self) -> "Iterator[None]":
        """Work while it is our turn.

        Raises:
            Busy: when there is no place to wait, or the wait was too long.
        """
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._inside.acquire(timeout=self._patience):
                raise Busy
            try:
                yield
            finally:
                self._inside.release()
        finally:
            self._places.release()
