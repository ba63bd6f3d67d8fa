"""Whether the wall clock can be believed: it is compared with a clock that only goes forward.

A wall clock is set by hand, by a time server or by a machine that was asleep, and then jumps. What
cannot be taken back (to expire something, to send something) waits until both clocks have gone
alike for a while: a jump that is taken back decides nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol, runtime_checkable

import structlog

log = structlog.get_logger(__name__)
SETTLES = timedelta(minutes=10)
TOLERANCE, DRIFT = timedelta(seconds=30), 0.001  # time servers slew by half of that at most
EVERY = timedelta(minutes=1)


@runtime_checkable
class SteadyClock(Protocol):
    """A wall clock beside one that only goes forward; `boot` names the time it counts from."""

    boot: str

    def wall(self) -> datetime:
        """What the wall clock says."""

    def monotonic(self) -> float:
        """The seconds since `boot`, whatever the wall clock does."""


@dataclass(frozen=True)
class ClockReading:
    """What both clocks said at one moment, on one machine since it was started."""

    wall: datetime
    uptime: float

    def agrees(self, before: "ClockReading") -> bool:
        """Whether both clocks have gone alike since an earlier reading."""
        passed = self.uptime - before.uptime
        apart = abs((self.wall - before.wall).total_seconds() - passed)
        return passed >= 0 and apart <= TOLERANCE.total_seconds() + passed * DRIFT


@dataclass(frozen=True)
class ClockState:
    """What is known of the wall clock of a machine since its start, which `boot` names.

    `believed` is the last reading that fits those before, watched since the uptime `since`;
    `doubt` is the first reading of a wall clock that has jumped and is not believed yet.
    """

    boot: str
    believed: ClockReading
    since: float
    doubt: ClockReading | None = None

    @property
    def doubted(self) -> bool:
        """Whether it has jumped, and nobody knows yet whether for good."""
        return self.doubt is not None

    @property
    def settled(self) -> bool:
        """Whether it was looked at twice, long enough apart, and has not jumped between."""
        watched = self.believed.uptime - self.since
        return self.doubt is None and watched >= SETTLES.total_seconds()

    @property
    def jump(self) -> timedelta:
        """By how much it has jumped, zero when it is believed."""
        if self.doubt is None:
            return timedelta(0)
        passed = timedelta(seconds=self.doubt.uptime - self.believed.uptime)
        return self.doubt.wall - self.believed.wall - passed

    def after(self, now: ClockReading) -> "ClockState":
        """The state after another reading of the same machine."""
        if now.agrees(self.believed):
            return replace(self, believed=now, doubt=None)
        if self.doubt is None or not now.agrees(self.doubt):
            return replace(self, doubt=now)
        if now.uptime - self.doubt.uptime < SETTLES.total_seconds():
            return self
        return ClockState(self.boot, now, self.doubt.uptime)  # it stays so: believed from now on


Watch = Callable[[], ClockState]


def always_believed() -> ClockState:
    """The state of a clock that is set by hand and has nothing to be compared with."""
    start = datetime.fromtimestamp(0, UTC)
    return ClockState("", ClockReading(start, SETTLES.total_seconds()), 0.0)


class ClockBook(Protocol):
    """Where the last state of each machine is kept, so that the next process knows it."""

    def last(self, boot: str) -> ClockState | None:
        """The state of a machine that was kept last."""

    def keep(self, state: ClockState) -> None:
        """Keep a state in the place of the last one."""


class ClockWatch:
    """Looks at both clocks whenever somebody asks, and says aloud when one has jumped."""

    def __init__(self, clock: SteadyClock, book: ClockBook) -> None:
        """Nothing is read before the first look."""
        self._clock, self._book = clock, book
        self._lock = Lock()
        self._state: ClockState | None = None
        self._kept: ClockState | None = None

    def __call__(self) -> ClockState:
        """The state now."""
        with self._lock:
            now = ClockReading(self._clock.wall(), self._clock.monotonic())
            before = self._state or self._book.last(self._clock.boot)
            if before is None or now.uptime < before.believed.uptime:
                self._state = ClockState(self._clock.boot, now, now.uptime)
            else:
                self._state = before.after(now)
                _say(before, self._state)
            return self._state

    def keep(self) -> ClockState:
        """Look, and keep what was seen for the next process; never inside a transaction."""
        state, kept = self(), self._kept
        if kept is None or _is_news(kept, state):
            try:
                self._book.keep(state)
                self._kept = state
            except Exception as error:  # noqa: BLE001 - a look does not fail for being forgotten
                log.warning("clock.not_kept", error=type(error).__name__)
        return state


def _is_news(kept: ClockState, now: ClockState) -> bool:
    if (kept.doubt, kept.since) != (now.doubt, now.since):
        return True
    return now.believed.uptime - kept.believed.uptime >= EVERY.total_seconds()


def _say(before: ClockState, now: ClockState) -> None:
    if now.doubt is not None and now.doubt != before.doubt:
        log.error("clock.jumped", seconds=round(now.jump.total_seconds()))
    elif before.doubted and not now.doubted:
        log.warning("clock.believed", watched_again=now.since == before.since)
