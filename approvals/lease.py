"""How long a worker's call is believed in: as long as the worker says so every few seconds.

A worker renews the lease of its call while it waits for the channel. One that was killed, stopped
or cut off from the database does not, and another settles its call soon after.
"""

import threading
import time as clocks
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from approvals.gate_context import GateContext
    from tools.store.gate.records import Action

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=20)
BEAT, STILL = 5.0, 10.0


class Renewal:
    """Renews the lease of one call in a thread of its own, until it is left."""

    def __init__(
        self,
        gate: "GateContext",
        action: "Action",
        lease: timedelta,
        began: float,
        monotonic: "Callable[[], float]" = clocks.monotonic,
    ) -> None:
        """Take an action whose claim `began` at that time of the monotonic clock."""
        self._gate, self._action, self._lease = gate, action, lease
        self._monotonic = monotonic
        self._beat = min(BEAT, lease.total_seconds() / 4)
        self._renewed = began
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._go,), name="lease renewal", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def holds(self) -> bool:
        """Whether the call is still ours; a worker that was stopped for long has to ask."""
        return self._monotonic() - self._renewed < self._lease.total_seconds() / 2 or self._renew()

    def _go(self) -> None:
        while not self._stop.wait(self._beat):
            try:
                if not self._renew():
                    return
            except Exception as error:  # noqa: BLE001 - the database may be back for the next one
                log.warning("lease.not_renewed", error=type(error).__name__)

    def _renew(self) -> bool:
        until = self._gate.clock() + self._lease
        held = self._gate.store.renew(self._action, until)
        if held:
            self._renewed = self._monotonic()
        return held


class LeaseWatch:
    """Tells calls whose worker is dead from those whose lease a clock put forward has ended.

    A living worker renews its lease; one is dead when the lease is over and has lain unchanged
    for `still` seconds of a clock that nobody can put forward.
    """

    def __init__(
        self, still: float = STILL, monotonic: "Callable[[], float]" = clocks.monotonic
    ) -> None:
        """Nothing was seen yet."""
        self._still, self._monotonic = still, monotonic
        self._seen: dict[tuple[str, int, datetime | None], float] = {}
        self._lock = threading.Lock()

    def dead(self, calling: "Iterable[Action]", now: datetime) -> "tuple[Action, ...]":
        """The calls of dead workers, among all calls that are under way."""
        at = self._monotonic()
        marks = {(one.id, one.fence, one.lease_until): one for one in calling}
        with self._lock:
            self._seen = {mark: self._seen.get(mark, at) for mark in marks}
            seen = self._seen
        return tuple(
            one
            for mark, one in marks.items()
            if (one.lease_until or now) <= now and at - seen[mark] >= self._still
        )

    def forget(self) -> None:
        """Begin again: while the database was shut nobody could renew a lease."""
        with self._lock:
            self._seen = {}
