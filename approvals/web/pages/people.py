"""Who may come in: administrators let people in, change roles, end access, and help who is lost."""

from typing import TYPE_CHECKING, Annotated, cast, get_args

from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse, Response

from approvals import staff
from approvals.web.forms import Asked, Text, clean
from approvals.web.pages.me import Prefix
from approvals.web.visits import Manager, ManagerProved, Visit, go
from tools.errors import Absent, BadInput
from tools.store.people import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.store.people import Person

ROLES: tuple[str, ...] = get_args(Role)
PersonId = Annotated[str, Path(pattern="^u[0-9a-f]{16}$")]
NOTHING = {"mailbox": "", "name": "", "role": "viewer"}
TOLD = {
    "added": "They are in the list. Make a link below, and send it to them in a way you trust.",
    "role": "The role is changed; their sessions and tokens have ended.",
    "off": "They cannot come in any more; their sessions and tokens have ended.",
    "on": "They may come in again.",
    "reset": "Password and app are forgotten; make a link below, so that they can begin anew.",
    "revoked": "The token has ended.",
}


def routes() -> APIRouter:
    """The routes about everybody."""
    router = APIRouter(include_in_schema=False)
    one = "/people/{person_id}"
    for path, method, route in (
        ("/people", "GET", _people),
        ("/people", "POST", _add),
        (one, "GET", _one),
        (f"{one}/role", "POST", _role),
        (f"{one}/on", "POST", _switching(active=True)),
        (f"{one}/off", "POST", _switching(active=False)),
        (f"{one}/reset", "POST", _reset),
        (f"{one}/link", "POST", _link),
        (f"{one}/tokens/{{prefix}}/revoke", "POST", _revoke),
    ):
        router.add_api_route(path, route, methods=[method], response_model=None)
    return router


def _people(visit: Manager) -> Response:
    """Everybody, with their roles."""
    return _listed(visit, NOTHING)


def _listed(visit: Visit, typed: dict[str, str], error: str = "") -> HTMLResponse:
    return visit.page(
        "people",
        422 if error else 200,
        people=visit.site.parts.auth.people.everybody(),
        roles=ROLES,
        fresh=visit.fresh,
        typed=typed,
        error=error,
    )


def _add(visit: ManagerProved, mailbox: Text = "", name: Text = "", role: Text = "") -> Response:
    """Let somebody in."""
    typed = {"mailbox": clean("mailbox", mailbox), "name": clean("name", name, 200), "role": role}
    try:
        person = staff.add(visit.site.gate, visit.actor, mailbox, name, cast("Role", role))
    except BadInput as error:
        return _listed(visit, typed, str(error))
    return go(f"/people/{person.id}?told=added")


def _one(visit: Manager, person_id: PersonId, told: Asked = "") -> Response:
    """One person and what can be done about them."""
    return visit.page(
        "person",
        person=_known(visit, person_id),
        roles=ROLES,
        fresh=visit.fresh,
        told=TOLD.get(told, ""),
        now=visit.site.gate.clock(),
        tokens=visit.site.parts.auth.people.tokens.list_all(person_id),
    )


def _role(visit: ManagerProved, person_id: PersonId, role: Text = "") -> Response:
    """Give somebody another role."""
    staff.set_role(visit.site.gate, visit.actor, person_id, cast("Role", role))
    return go(f"/people/{person_id}?told=role")


def _switching(*, active: bool) -> "Callable[..., Response]":
    def switch(visit: ManagerProved, person_id: PersonId) -> Response:
        staff.set_active(visit.site.gate, visit.actor, person_id, active=active)
        return go(f"/people/{person_id}?told={'on' if active else 'off'}")

    return switch


def _reset(visit: ManagerProved, person_id: PersonId) -> Response:
    """Forget password and app of somebody who lost them."""
    staff.reset(visit.site.gate, visit.actor, person_id)
    return go(f"/people/{person_id}?told=reset")


def _link(visit: ManagerProved, person_id: PersonId) -> Response:
    """Make a link that signs somebody in once, and show it this once."""
    person, auth = _known(visit, person_id), visit.site.parts.auth
    staff.allow_link(visit.site.gate, visit.actor, person_id)
    minutes = int(auth.settings.ticket.total_seconds()) // 60
    return visit.page("link", person=person, link=auth.sign_in_link(person_id), minutes=minutes)


def _revoke(visit: ManagerProved, person_id: PersonId, prefix: Prefix) -> Response:
    """End a token of somebody."""
    staff.revoke_token(visit.site.gate, visit.actor, prefix)
    return go(f"/people/{person_id}?told=revoked")


def _known(visit: Visit, person_id: str) -> "Person":
    found = visit.site.parts.auth.people.by_id(person_id)
    if found is None:
        raise Absent("there is nobody of that id")
    return found
