"""One-time links for signing in, as the demo prints them; kept in memory, by hash."""

import secrets
from threading import Lock
from typing import TYPE_CHECKING

from approvals.users.sessions import digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta


class Tickets:
    """Hands out tickets and takes each back once."""

    def __init__(self, lasts: "timedelta", clock: "Callable[[], datetime]") -> None:
        self._lasts = lasts
        self._clock = clock
        self._held: dict[str, tuple[str, datetime]] = {}
        self._lock = Lock()

    def issue(self, person: str) -> str:
        """A ticket for somebody, good for one sign-in."""
        ticket, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held[1] > now}
            self._held[digest(ticket)] = (person, now + self._lasts)
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """Whose ticket it is, and it is gone; None when it is unknown, used or too old."""
        with self._lock:
            person, ends_at = self._held.pop(digest(ticket), ("", self._clock()))
        return person if ends_at > self._clock() else None
