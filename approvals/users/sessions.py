"""Sessions live on the server; the browser holds a secret, and we hold its hash.

The CSRF token is derived from the cookie's secret, so that a page can write it without our having
kept it; what we keep is its hash.
"""

import hmac
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, Protocol

import structlog
from sqlalchemy.exc import OperationalError

from tools.store.patience import OF_A_NOTE, patient
from tools.store.people import Login

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from approvals.users.settings import AuthSettings
    from tools.store.people import People, Person

log = structlog.get_logger(__name__)
COOKIE = "lifecycle"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
TOUCH = timedelta(minutes=1)
AHEAD = timedelta(minutes=5)  # what a clock that was ahead by more has begun is not believed


@dataclass(frozen=True)
class Session:
    """A session that holds, and whose it is."""

    login: Login
    person: "Person"


class HasCookies(Protocol):
    """A request, as far as sessions look at it."""

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser sent, by name."""


class CookieJar(Protocol):
    """A response, as far as sessions write to it."""

    def set_cookie(
        self,
        key: str,
        value: str = ...,
        max_age: int | None = ...,
        *,
        path: str = ...,
        secure: bool = ...,
        httponly: bool = ...,
        samesite: Literal["lax"] = ...,
    ) -> None:
        """Give the browser a cookie."""

    def delete_cookie(
        self,
        key: str,
        path: str = ...,
        *,
        secure: bool = ...,
        httponly: bool = ...,
        samesite: Literal["lax"] = ...,
    ) -> None:
        """Take a cookie back."""


class Sessions:
    """Starts, finds and ends sessions."""

    def __init__(
        self, people: "People", settings: "AuthSettings", clock: "Callable[[], datetime]"
    ) -> None:
        self._people = people
        self._settings = settings
        self._clock = clock

    def start(self, person: str, confirmed_at: datetime) -> str:
        """Begin a session and give the secret for the cookie; it is kept nowhere."""
        secret, now = secrets.token_urlsafe(32), self._clock()
        self._people.logins.purge(now, self._settings.idle)
        self._people.logins.start(
            Login(
                digest(secret),
                person,
                digest(csrf_of(secret)),
                now,
                now,
                now + self._settings.absolute,
                confirmed_at,
            )
        )
        return secret

    def find(self, secret: str) -> Session | None:
        """The session a cookie stands for, noting once a minute that it is in use."""
        now, key = self._clock(), digest(secret)
        found = self._people.logins.find(key, now, self._settings.idle)
        if found is None or found[0].started_at > now + AHEAD:
            return None
        if abs(now - found[0].seen_at) > TOUCH:
            with in_passing():
                self._people.logins.touch(key, now)
        return Session(*found)

    def until(self, secret: str) -> datetime | None:
        """When a session ends if nobody uses it again, None when it has; asking is no use of it."""
        now, idle = self._clock(), self._settings.idle
        found = self._people.logins.find(digest(secret), now, idle)
        return None if found is None else min(found[0].ends_at, found[0].seen_at + idle)

    def end(self, secret: str) -> None:
        """End a session; its cookie is worth nothing from now on."""
        self._people.logins.end(digest(secret))

    def give(self, response: CookieJar, secret: str) -> None:
        """Put the secret into the browser, where neither scripts nor other sites can read it."""
        response.set_cookie(
            self._name,
            secret,
            max_age=int(self._settings.absolute.total_seconds()),
            path="/",
            secure=self._settings.secure,
            httponly=True,
            samesite="lax",
        )

    def take_back(self, response: CookieJar) -> None:
        """Have the browser forget the secret."""
        response.delete_cookie(
            self._name, path="/", secure=self._settings.secure, httponly=True, samesite="lax"
        )

    def given(self, request: HasCookies) -> str:
        """The secret a request carries, '' without one."""
        return request.cookies.get(self._name, "")

    @property
    def _name(self) -> str:
        return self._settings.cookie(COOKIE)


@contextmanager
def in_passing() -> "Iterator[None]":
    """Write a note that nobody waits for: while somebody else holds the database, it is left."""
    try:
        with patient(OF_A_NOTE):
            yield
    except OperationalError:
        log.debug("note.left")


def digest(secret: str) -> str:
    """What is kept of a 256-bit secret; it needs no salt."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(secret: str) -> str:
    """The token that pages of this session send back."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), b"csrf", sha256).hexdigest()
