"""Who is asking, and what they may do: dependencies for every page and API route.

A route asks for `signed_in` or `need(...)` and gets an `Actor`, or the request ends here. The
cookie's authority over anything that changes also needs the proofs of `csrf`; a bearer token has
its own authority and never the cookie's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal, cast
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request
from sqlalchemy.exc import SQLAlchemyError

from approvals.request import PERMISSIONS as OF_ROLES
from approvals.users.limits import TooMany
from approvals.users.sessions import AHEAD, csrf_of
from approvals.web.auth import csrf
from approvals.web.client_address import network_of
from tools.errors import BadInput, nearest
from tools.store.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from approvals.users.auth import Auth

Permission = Literal["read", "audit", "propose", "decide", "second", "admin"]
EVERYTHING = frozenset({"read", "audit", "propose", "decide", "second", "admin"})
# Of the gate's own table; who manages there may do everything here.
PERMISSIONS: "Mapping[str, frozenset[str]]" = MappingProxyType(
    {role: EVERYTHING if "manage" in may else may for role, may in OF_ROLES.items()}
)
SCOPES_GIVE: "Mapping[str, frozenset[str]]" = MappingProxyType(
    {
        "read": frozenset({"read", "audit"}),
        "propose": frozenset({"propose"}),
        "decide": frozenset({"decide", "second"}),
        "admin": frozenset({"admin"}),
    }
)
AGENT_MAY = frozenset({"read", "audit", "propose"})


@dataclass(frozen=True)
class RequestUser:
    """Who makes this request; `confirmed_at` is when they last proved it, never for tokens."""

    person_id: str
    name: str
    role: Role
    via: Literal["web", "api"]
    agent: bool
    confirmed_at: datetime | None
    permissions: frozenset[str]


def auth_of(request: Request) -> "Auth":
    """The `Auth` that the application was set up with."""
    return cast("Auth", request.app.state.auth)


async def _posted(request: Request) -> str:
    return await csrf.posted_token(request)


def signed_in(request: Request, posted: Annotated[str, Depends(_posted)]) -> RequestUser:
    """Who is asking, by bearer token or by cookie; nobody gets past this without being known."""
    auth, (scheme, _, given) = auth_of(request), _authorization(request)
    with closed_on_error():
        if scheme == "bearer":
            return _by_token(auth, given.strip(), address_of(request))
        return _by_cookie(auth, request, posted)


def need(name: str) -> Callable[[RequestUser], RequestUser]:
    """A dependency that lets pass who has a permission, or all that a role has.

    Raises:
        BadInput: when there is no such permission or role.
    """
    wanted = frozenset({name}) if name in EVERYTHING else PERMISSIONS.get(name)
    if wanted is None:
        raise BadInput(f"need: {name!r}; {nearest(name, {*EVERYTHING, *PERMISSIONS})}")

    def allowed(actor: Annotated[RequestUser, Depends(signed_in)]) -> RequestUser:
        if not wanted <= actor.permissions:
            raise HTTPException(403, f"{actor.name} may not do this; it needs {name!r}")
        return actor

    return allowed


def is_fresh(auth: "Auth", actor: RequestUser) -> bool:
    """Whether somebody proved who they are recently enough to decide on the high tier."""
    if actor.confirmed_at is None:
        return False
    return -AHEAD <= auth.clock() - actor.confirmed_at <= auth.settings.fresh


def csrf_token(request: Request) -> str:
    """The token that a page of this session must send back with anything that changes."""
    return csrf_of(auth_of(request).sessions.given(request))


def address_of(request: Request) -> str:
    """The network address that asks, as far as the server and our proxies know it."""
    return network_of(request.client.host) if request.client is not None else "unknown"


@contextmanager
def closed_on_error() -> Iterator[None]:
    """Turn a failed look-up into a refusal: when we cannot know, nobody gets in."""
    try:
        yield
    except SQLAlchemyError as error:
        raise HTTPException(
            503, "sign-in cannot be checked right now; try again", {"Retry-After": "5"}
        ) from error
    except TooMany as error:
        raise HTTPException(429, str(error), {"Retry-After": str(error.seconds)}) from error


def _authorization(request: Request) -> tuple[str, str, str]:
    scheme, space, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower(), space, given


def _by_token(auth: "Auth", text: str, address: str) -> RequestUser:
    found = auth.tokens.find(text)
    if found is None:
        auth.limiter.take("address", address)
        raise HTTPException(401, "this token does not hold", {"WWW-Authenticate": "Bearer"})
    token, person = found
    auth.limiter.take("token", token.prefix)
    given = frozenset[str]().union(*(SCOPES_GIVE.get(s, frozenset()) for s in token.scopes))
    may = PERMISSIONS[person.role] & given
    if token.agent:
        may &= AGENT_MAY
    return RequestUser(person.id, person.name, person.role, "api", token.agent, None, may)


def _by_cookie(auth: "Auth", request: Request, posted: str) -> RequestUser:
    secret = auth.sessions.given(request)
    session = auth.sessions.find(secret) if secret else None
    if session is None:
        raise _unknown(request)
    if not csrf.allows(request, posted, session.login.csrf, auth.settings.origin):
        raise HTTPException(403, "this did not come from a page of ours; reload it and try again")
    person = session.person
    return RequestUser(
        person.id,
        person.name,
        person.role,
        "web",
        False,
        session.login.confirmed_at,
        PERMISSIONS[person.role],
    )


def _unknown(request: Request) -> HTTPException:
    if request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", ""):
        query = f"?{request.url.query}" if request.url.query else ""
        path = quote(request.url.path + query, safe="/")
        return HTTPException(303, "sign in first", {"Location": f"/login?next={path}"})
    return HTTPException(401, "sign in first", {"WWW-Authenticate": "Bearer"})
