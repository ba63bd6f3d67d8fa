"""A value that is worked out now and then, however often it is asked for."""

from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

Value = TypeVar("Value")


class TtlCache(Generic[Value]):
    """Keeps what `make` gave for a while; a failure is not kept."""

    def __init__(
        self,
        make: "Callable[[], Value]",
        lasts: "timedelta",
        clock: "Callable[[], datetime]",
    ) -> None:
        self._make = make
        self._lasts = lasts
        self._clock = clock
        self._lock = Lock()
        self._held: tuple[Value, datetime] | None = None

    def __call__(self) -> Value:
        """The value, at most so old."""
        now = self._clock()
        with self._lock:
            if self._held is None or not self._held[1] - self._lasts <= now < self._held[1]:
                self._held = (self._make(), now + self._lasts)
            return self._held[0]

    def forget(self) -> None:
        """Work it out again at the next question."""
        with self._lock:
            self._held = None
