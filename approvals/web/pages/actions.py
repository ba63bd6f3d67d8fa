"""What approvals set in motion, what nobody knows the end of, and the switches that stop it."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from approvals.envelope import read_values
from approvals.settling import Finding, check_scope, settle, switch
from approvals.web.forms import Asked, Text, actions_after, clean
from approvals.web.visits import Decider, Reader, go
from tools.errors import BadInput
from tools.store.gate.overview import actions

if TYPE_CHECKING:
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action
    from tools.store.records import Pause

STATUSES = (
    "scheduled", "calling", "unknown", "failed", "blocked", "sent", "held_out", "revoked",
)  # fmt: skip
A_PAGE = 50


def routes() -> APIRouter:
    """The routes of actions and switches."""
    router = APIRouter(include_in_schema=False)
    for path, method, route in (
        ("/actions", "GET", _actions),
        ("/actions/{action_id}/settle", "POST", _settle),
        ("/switches", "GET", _switches),
        ("/switches", "POST", _switch),
    ):
        router.add_api_route(path, route, methods=[method], response_model=None)
    return router


def _actions(visit: Reader, status: Asked = "", after: Asked = "") -> Response:
    """Actions of one status; without one, what is scheduled and what nobody knows."""
    if status and status not in STATUSES:
        raise BadInput(f"status: one of {', '.join(STATUSES)}")
    wanted = (status,) if status else ("unknown", "scheduled")
    place = actions_after(after)

    def work(tx: "GateTx") -> "list[tuple[str, tuple[Action, ...]]]":
        return [(one, actions(tx.session, one, place, A_PAGE)) for one in wanted]

    found = visit.site.gate.store.read(work)
    doubtful = [one for name, rows in found if name == "unknown" for one in rows]
    words = visit.site.gate.store.read(lambda tx: _words(tx, doubtful))
    return visit.page(
        "actions",
        found=found,
        statuses=STATUSES,
        status=status,
        words=words,
        following=_following(status, found[-1][1]),
    )


def _words(tx: "GateTx", rows: "list[Action]") -> "dict[str, dict[str, Any]]":
    """What would leave again, by action; nothing of whom was erased or of changed bytes."""
    found: dict[str, dict[str, Any]] = {}
    for one in rows:
        text = tx.asked.text_of(one.proposal, one.sha256)
        with suppress(BadInput):
            found[one.id] = read_values(text or "", one.sha256, one.proposal)
    return found


def _following(status: str, found: "tuple[Action, ...]") -> str:
    if not status or len(found) < A_PAGE:
        return ""
    micros = int(found[-1].due_at.timestamp() * 1_000_000)
    return f"/actions?status={status}&after={micros}.{found[-1].id}"


def _settle(
    visit: Decider, action_id: str, finding: Text = "", note: Text = "", sha256: Text = ""
) -> Response:
    """Say what became of an action nobody knows the end of."""
    if not action_id.isalnum() or not action_id.isascii():
        raise HTTPException(404, "there is no such action")
    live = visit.site.parts.live()
    settle(
        visit.site.gate,
        visit.actor,
        action_id,
        cast("Finding", clean("finding", finding)),
        clean("note", note, 500),
        live=live,
        sha256=clean("sha256", sha256, 64),
    )
    return go("/actions")


def _switches(visit: Reader) -> Response:
    """What is paused."""
    gate = visit.site.gate

    def work(tx: "GateTx") -> "tuple[tuple[Pause, ...], dict[str, str]]":
        paused = tx.ledger.pauses()
        return paused, tx.roles.names(one.who for one in paused)

    paused, names = gate.store.read(work)
    plays = visit.site.choices().play
    channels = [channel.name for channel in gate.limits(gate.today()).channels]
    return visit.page("switches", paused=paused, names=names, plays=plays, channels=channels)


def _switch(visit: Decider, scope: Text = "", on: Text = "", reason: Text = "") -> Response:
    """Pause something, or let it go on."""
    if on not in {"on", "off"}:
        raise BadInput("on: write on or off")
    scope = clean("scope", scope, 100)
    if on == "on":
        check_scope(visit.site.gate, scope, visit.site.choices().play)
    switch(visit.site.gate, visit.actor, scope, on=on == "on", reason=clean("reason", reason, 500))
    visit.site.pauses.forget()
    return go("/switches")
