"""One proposal, from the bytes that were frozen and from nothing else."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from approvals.request import PERMISSIONS, Seen
from approvals.web.auth.pages import safe_path
from approvals.web.detail import Change, Detail, changes, detail_of
from approvals.web.forms import Asked, ProposalId, new_key
from approvals.web.looking import stamp
from approvals.web.visits import Reader, Visit
from tools.store.gate.agreed import writers

if TYPE_CHECKING:
    from collections.abc import Mapping

# The frame of a message may load nothing, run nothing and lead nowhere.
FRAME_HEADERS: "Mapping[str, str]" = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}

NOTHING = dict.fromkeys(("reason", "note", "until", "subject", "body"), "")


@dataclass(frozen=True)
class Tried:
    """What somebody wanted and why it did not happen; `lost` shows what changed meanwhile."""

    wish: str
    message: str
    status: int
    typed: "Mapping[str, str]" = field(default_factory=dict)
    lost: tuple[Change, ...] = ()


def routes() -> APIRouter:
    """The routes that show a proposal."""
    router = APIRouter(include_in_schema=False)
    path = "/proposals/{proposal_id}"
    router.add_api_route(path, _proposal, methods=["GET"], response_model=None)
    router.add_api_route(f"{path}/message", _message, methods=["GET"], response_model=None)
    return router


def _proposal(visit: Reader, proposal_id: ProposalId, back: Asked = "") -> Response:
    """The page of a proposal."""
    return shown(visit, detail_of(visit.site.gate, proposal_id), back)


def shown(visit: Visit, detail: Detail, back: str = "", tried: Tried | None = None) -> HTMLResponse:
    """A proposal's page, after a try that failed with what was typed."""
    before, now, gate = detail.first["what"], detail.values["what"], visit.site.gate
    seen = Seen(detail.proposal.id, detail.proposal.version, detail.proposal.shown)
    return visit.page(
        "proposal",
        tried.status if tried else 200,
        d=detail,
        v=detail.values,
        tried=tried,
        typed=NOTHING | dict(tried.typed if tried else {}),
        key=new_key(),
        back=way_back(back),
        opened=stamp(gate.key, visit.person.person_id, seen, gate.clock()),
        can=_can(visit, detail),
        people=_people(visit) if detail.open else (),
        subject_changes=changes(before["subject"], now["subject"]) if detail.edited else (),
        body_changes=changes(before["body"], now["body"]) if detail.edited else (),
    )


def _can(visit: Visit, detail: Detail) -> frozenset[str]:
    """Which forms make sense for this person now; the gate decides, this only shows."""
    me, may = visit.person.person_id, visit.person.permissions
    if "decide" not in may:
        return frozenset()
    found = {"edit", "reject", "snooze", "assign", "revoke"} if detail.open else set()
    if detail.open and me in {deed.who for deed in detail.agreed}:
        found.add("undo_first")
    elif detail.open and me not in writers(detail.deeds, detail.proposal.shown):
        found.add("approve")
    if (
        detail.proposal.status == "approved"
        and detail.action is not None
        and detail.action.status == "scheduled"
    ):
        found.add("revoke")
    if "second" in may and detail.blocked:
        found.add("release")
    return frozenset(found | ({"undo"} if may_undo(visit, detail) else set()))


def may_undo(visit: Visit, detail: Detail) -> bool:
    """Whether the person's own decision is young enough to be taken back."""
    mine = [d for d in detail.deeds if d.kind in {"approve", "reject", "snooze"}]
    gate = visit.site.gate
    window = timedelta(minutes=gate.limits(gate.today()).undo_minutes)
    return (
        bool(mine)
        and mine[-1].who == visit.person.person_id
        and detail.proposal.status in {"approved", "rejected", "snoozed"}
        and gate.clock() <= mine[-1].at + window
    )


def _people(visit: Visit) -> tuple[tuple[str, str], ...]:
    """Who can be given a proposal."""
    return tuple(
        (one.id, one.name or one.mailbox)
        for one in visit.site.parts.auth.people.everybody()
        if one.active and "decide" in PERMISSIONS[one.role]
    )


def way_back(back: str) -> str:
    """Where to go after a decision: the queue as it was filtered."""
    path = safe_path(back)
    return path if path.partition("?")[0] == "/queue" else "/queue"


def _message(visit: Reader, proposal_id: ProposalId) -> Response:
    """The message alone, as it will arrive, for a frame that can do nothing."""
    detail = detail_of(visit.site.gate, proposal_id)
    html = visit.site.render("message", v=detail.values, postal=visit.site.parts.postal_address)
    return HTMLResponse(html, headers=dict(FRAME_HEADERS))
