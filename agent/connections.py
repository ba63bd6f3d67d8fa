"""The open connections of a web server: so many in all, so many of one address.

A connection that waits for its client (to send a request, or the rest of one) costs the client
nothing. So when there is no place left, the one that has waited longest makes room, those first
that never asked for anything; whoever is being answered stays.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class ConnectionLimits:
    """How many connections may be open, and how many seconds a client may take for each step.

    `head` and `body` are for sending a request, `idle` is between two of them, `reading` is for
    taking what was sent.
    """

    total: int = 1_000
    of_address: int = 250
    head: float = 10.0
    body: float = 30.0
    idle: float = 20.0
    reading: float = 30.0


class Connection(Protocol):
    """What the register needs of a connection: `address` is what limits count `peer` as."""

    peer: str
    address: str
    answered: int

    def drop(self) -> None:
        """Close it at once."""


class Connections:
    """A register of connections; all calls come from the one thread of the server's loop."""

    def __init__(
        self, limits: ConnectionLimits, is_proxy: "Callable[[str], bool]" = lambda _: False
    ) -> None:
        """Start empty; a proxy carries everybody's requests and has no limit of its own."""
        self.limits, self._is_proxy = limits, is_proxy
        self._open: set[Connection] = set()
        self._of: defaultdict[str, dict[Connection, None]] = defaultdict(dict)
        # Dictionaries keep the order in which they were filled: the longest wait is the first.
        self._strangers: dict[Connection, None] = {}
        self._idle: dict[Connection, None] = {}

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def enter(self, new: Connection) -> bool:
        """Take a new connection in; False when there is no place and nobody to make room."""
        if not self._has_room(new):
            return False
        self._open.add(new)
        self._of[new.address][new] = None
        self.waits(new)
        return True

    def leave(self, gone: Connection) -> None:
        """Forget a connection; calling it twice does nothing."""
        self.works(gone)
        self._open.discard(gone)
        ours = self._of[gone.address]
        ours.pop(gone, None)
        if not ours:
            del self._of[gone.address]

    def waits(self, one: Connection) -> None:
        """Note that a connection waits for its client from now on."""
        self.works(one)
        if one in self._open:
            (self._idle if one.answered else self._strangers)[one] = None

    def works(self, one: Connection) -> None:
        """Note that a connection is being answered."""
        self._strangers.pop(one, None)
        self._idle.pop(one, None)

    def _has_room(self, new: Connection) -> bool:
        ours = self._of.get(new.address, {})
        if len(ours) >= self.limits.of_address and not self._is_proxy(new.peer):
            return self._drop(self._longest(ours))
        if len(self._open) >= self.limits.total:
            return self._drop(next(iter(self._strangers or self._idle), None))
        return True

    def _longest(self, ours: dict[Connection, None]) -> Connection | None:
        """Of one address's connections the one that makes room first."""
        waiting = (one for group in (self._strangers, self._idle) for one in ours if one in group)
        return next(waiting, None)

    def _drop(self, oldest: Connection | None) -> bool:
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.drop()
        return True
