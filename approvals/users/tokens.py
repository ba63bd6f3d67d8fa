"""API tokens: `lca_<prefix>_<secret>`, shown once, kept as a hash."""

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, get_args

from approvals.users.sessions import TOUCH, digest, in_passing
from tools.errors import BadInput, nearest
from tools.store.people import Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from tools.store.people import People, Person

Scope = Literal["read", "propose", "decide", "admin"]
SCOPES: tuple[str, ...] = get_args(Scope)
AGENT_SCOPES = frozenset({"read", "propose"})
LONGEST = timedelta(days=366)
_SHAPE = re.compile(r"lca_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


class ApiTokens:
    """Makes and looks up the tokens of people."""

    def __init__(self, people: "People", clock: "Callable[[], datetime]") -> None:
        self._people = people
        self._clock = clock

    def create(
        self,
        person: str,
        name: str,
        scopes: "Iterable[str]",
        lasts: timedelta,
        *,
        agent: bool = False,
    ) -> tuple[str, Token]:
        """A new token, and the text to show this once; see `made`."""
        text, token = made(person, name, scopes, self._clock(), lasts, agent=agent)
        self._people.tokens.add(digest(text), token)
        return text, token

    def find(self, text: str) -> "tuple[Token, Person] | None":
        """The token and whose it is, if it holds; its use is noted once a minute."""
        if not _SHAPE.fullmatch(text):
            return None
        now, key = self._clock(), digest(text)
        found = self._people.tokens.find(key, now)
        if found is None:
            return None
        used = found[0].used_at
        if used is None or abs(now - used) > TOUCH:
            with in_passing():
                self._people.tokens.mark_used(key, now)
        return found


def made(
    person: str,
    name: str,
    scopes: "Iterable[str]",
    now: "datetime",
    lasts: timedelta,
    *,
    agent: bool = False,
) -> tuple[str, Token]:
    """A new token and its text, kept nowhere yet.

    Raises:
        BadInput: for an unknown scope, one an agent may not have, or a time out of range.
    """
    asked = tuple(sorted(set(scopes)))
    _check(asked, lasts, agent=agent)
    prefix = secrets.token_hex(6)
    text = f"lca_{prefix}_{secrets.token_urlsafe(32)}"
    return text, Token(prefix, person, name, asked, agent, now, now + lasts)


def _check(scopes: tuple[str, ...], lasts: timedelta, *, agent: bool) -> None:
    for scope in scopes:
        if scope not in SCOPES:
            raise BadInput(f"scope: {scope!r} is not known; {nearest(scope, SCOPES)}")
        if agent and scope not in AGENT_SCOPES:
            raise BadInput(f"scope: an agent cannot have {scope!r}; give read or propose")
    if not scopes:
        raise BadInput(f"scope: none given; choose from {', '.join(SCOPES)}")
    if not timedelta(0) < lasts <= LONGEST:
        raise BadInput(f"token: {lasts.days} days; choose between 1 and {LONGEST.days}")
