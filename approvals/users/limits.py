"""How often something may be tried: a token bucket for each kind and key, in memory.

A bucket is kept as the one instant at which it will be full again; a full one is not kept.
"""

from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from tools.errors import LifecycleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

MOST_KEYS = 100_000
_NONE = timedelta(0)


@dataclass(frozen=True)
class RateLimit:
    """So many at once, and one more after each while."""

    burst: int
    each: timedelta


class TooMany(LifecycleError):  # noqa: N818 - named for the event
    """Somebody tried too often; `seconds` is how long to wait."""

    def __init__(self, wait: timedelta) -> None:
        """Keep the wait in whole seconds, rounded up."""
        self.seconds = -(-wait // timedelta(seconds=1))
        super().__init__(f"too many attempts; try again in {self.seconds} seconds")


class Limiter:
    """Buckets by (kind, key); a kind without a rate is an error of ours, not a free pass."""

    def __init__(self, rates: "Mapping[str, RateLimit]", clock: "Callable[[], datetime]") -> None:
        self._rates = rates
        self._clock = clock
        self._full_at: dict[tuple[str, str], datetime] = {}
        self._lock = Lock()

    def take(self, kind: str, key: str) -> None:
        """Use one attempt up.

        Raises:
            TooMany: when the bucket is empty; nothing is used up then.
        """
        rate, now = self._rates[kind], self._clock()
        most = now + rate.burst * rate.each  # a clock that was set back locks nobody out longer
        with self._lock:
            self._make_room(now)
            full_at = min(max(self._full_at.get((kind, key), now), now), most)
            wait = full_at + rate.each - most
            self._full_at[kind, key] = full_at if wait > _NONE else full_at + rate.each
        if wait > _NONE:
            raise TooMany(wait)

    def forget(self, kind: str, key: str) -> None:
        """Fill a bucket, since the attempt was good."""
        with self._lock:
            self._full_at.pop((kind, key), None)

    def _make_room(self, now: "datetime") -> None:
        if len(self._full_at) < MOST_KEYS:
            return
        kept = [(key, full_at) for key, full_at in self._full_at.items() if full_at > now]
        self._full_at = dict(kept[-MOST_KEYS // 2 :])
