"""One's own sign-in: password, authenticator app, tokens; each change asks for a fresh proof."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import segno
from fastapi import APIRouter, Form, Path
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from approvals import staff
from approvals.users.sessions import digest
from approvals.users.tokens import SCOPES, made
from approvals.users.totp import enrolment_uri, new_secret
from approvals.web.auth.route_base import sentence
from approvals.web.auth.who import PERMISSIONS, SCOPES_GIVE
from approvals.web.forms import Asked, Text, clean
from approvals.web.visits import Oneself, OneselfProved, Visit, go
from tools.errors import Absent, BadInput

if TYPE_CHECKING:
    from approvals.users.auth import Auth
    from tools.store.people import Person

Chosen = Annotated[list[str], Form()]
Prefix = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
TOLD = {
    "password": "Your password is changed. Other sign-ins and all "
    "your API tokens have ended; make new ones where you need them.",
    "totp": "Your authenticator app counts from now on; its code is asked for with your password.",
    "revoked": "The token has ended.",
}
DIFFER = "The two passwords are not the same; type both again."
NO_PASSWORD = "Choose a password first: the code is asked for together with it."  # noqa: S105 - words for a page
TOO_OLD = "This code was shown too long ago; begin again."
WRONG_CODE = "This is not the code of now. Wait for the next one and type that."


def routes() -> APIRouter:
    """The routes about oneself."""
    router = APIRouter(include_in_schema=False)
    for path, method, route in (
        ("/me", "GET", _me),
        ("/me/password", "POST", _password),
        ("/me/totp/begin", "POST", _begin),
        ("/me/totp", "POST", _enrol),
        ("/me/tokens", "POST", _token),
        ("/me/tokens/{prefix}/revoke", "POST", _revoke),
    ):
        router.add_api_route(path, route, methods=[method], response_model=None)
    return router


def _me(visit: Oneself, told: Asked = "") -> Response:
    """How one signs in, and with which tokens."""
    return _shown(visit, told=TOLD.get(told, ""))


def _shown(visit: Visit, error: str = "", told: str = "") -> HTMLResponse:
    auth, me = _auth(visit), visit.person
    held = auth.people.credentials(me.person_id)
    offered = [one for one in SCOPES if SCOPES_GIVE[one] & PERMISSIONS[me.role]]
    return visit.page(
        "me",
        422 if error else 200,
        person=_person(visit),
        fresh=visit.fresh,
        error=error,
        told=told,
        password=bool(held and held.password),
        scopes=offered,
        now=auth.clock(),
        tokens=auth.people.tokens.list_all(me.person_id),
    )


def _password(visit: OneselfProved, password: Text = "", again: Text = "") -> Response:
    """Choose another password; this browser goes on under a new session, all others are out."""
    auth, me = _auth(visit), visit.person
    if password != again:
        return _shown(visit, DIFFER)
    try:
        hashed = auth.passwords.hashed(password)
    except BadInput as error:
        return _shown(visit, sentence(error))
    staff.set_password(visit.site.gate, visit.actor, me.person_id, hashed)
    response = go("/me?told=password")
    proved_at = me.confirmed_at or auth.clock()
    auth.sessions.give(response, auth.sessions.start(me.person_id, proved_at))
    return response


def _begin(visit: OneselfProved) -> Response:
    """Offer a secret for an app; it counts for nothing until its first code comes back."""
    held = _auth(visit).people.credentials(visit.person.person_id)
    if held is None or not held.password:
        return _shown(visit, NO_PASSWORD)
    return _offered(visit, new_secret())


def _offered(visit: Visit, secret: str, error: str = "") -> Response:
    uri = enrolment_uri(_person(visit), secret)
    drawn = segno.make(uri, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff")
    return visit.page(
        "totp",
        422 if error else 200,
        uri=uri,
        secret=secret,
        error=error,
        code=Markup(drawn),  # noqa: S704 - drawn by us, of numbers only
        sealed=_auth(visit).totp.offered(visit.person.person_id, secret),
    )


def _enrol(visit: OneselfProved, sealed: Text = "", code: Text = "") -> Response:
    """Let an app count, once it shows that it has the secret."""
    totp, me = _auth(visit).totp, visit.person.person_id
    secret = totp.offer(me, clean("sealed", sealed, 1000))
    if secret is None:
        return _shown(visit, TOO_OLD)
    proved = totp.proved(me, secret, clean("code", code, 20))
    if proved is None:
        return _offered(visit, secret, WRONG_CODE)
    staff.set_totp(visit.site.gate, visit.actor, *proved)
    return go("/me?told=totp")


def _token(
    visit: OneselfProved,
    name: Text = "",
    scope: Chosen = [],  # noqa: B006
    days: Text = "",
    agent: Text = "",
) -> Response:
    """Make a token and show it this once."""
    called = clean("name", name.strip(), 100)
    if not called or not days.isascii() or not days.isdecimal() or len(days) > 4:
        return _shown(visit, "Say what the token is for, and for how many days it holds.")
    try:
        text, token = made(
            visit.person.person_id,
            called,
            scope,
            _auth(visit).clock(),
            timedelta(days=int(days)),
            agent=bool(agent),
        )
    except BadInput as error:
        return _shown(visit, sentence(error))
    staff.add_token(visit.site.gate, visit.actor, digest(text), token)
    return visit.page("token", text=text, token=token)


def _revoke(visit: OneselfProved, prefix: Prefix) -> Response:
    """End a token."""
    staff.revoke_token(visit.site.gate, visit.actor, prefix)
    return go("/me?told=revoked")


def _auth(visit: Visit) -> "Auth":
    return visit.site.parts.auth


def _person(visit: Visit) -> "Person":
    found = _auth(visit).people.by_id(visit.person.person_id)
    if found is None:
        raise Absent("you are not known here any more")
    return found
