"""Decisions on one proposal: a form comes in, the gate decides, typed words are never lost."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal, cast, get_args
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.responses import Response

from approvals.assigning import give
from approvals.request import Wish
from approvals.tiers import HIGH
from approvals.web.detail import Change, changes, detail_of, words_of
from approvals.web.errors import status_of
from approvals.web.forms import ProposalId, Text, clean, day_of, key_of, seen_of
from approvals.web.looking import looked
from approvals.web.pages.proposal import Tried, shown, way_back
from approvals.web.visits import Decider, Visit, go
from tools.errors import Absent, Conflict, LifecycleError

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_TYPED = 100_000
Kind = Literal["approve", "reject", "snooze", "edit", "undo", "revoke", "release"]


@dataclass(frozen=True)
class Filled:
    """What a form of a proposal's page holds."""

    version: str
    sha256: str
    key: str
    seconds: str
    opened: str
    back: str
    reason: str
    note: str
    until: str
    subject: str
    body: str

    def wish(self, kind: str, proposal: str, visit: Visit) -> Wish:
        """The wish it means, with the seconds that we know they looked.

        Raises:
            BadInput: when it means nothing.
        """
        gate, me = visit.site.gate, visit.person.person_id
        told = seen_of(proposal, self.version, self.sha256, self.seconds)
        seconds = looked(gate.key, me, told, self.opened, gate.clock())
        return Wish(
            cast("Kind", kind),
            replace(told, seconds=seconds),
            clean("reason", self.reason),
            clean("note", self.note, LONGEST_TYPED),
            day_of("until", self.until),
            clean("subject", self.subject, LONGEST_TYPED),
            clean("body", self.body, LONGEST_TYPED),
        )


def _filled(
    version: Text = "",
    sha256: Text = "",
    key: Text = "",
    seconds: Text = "",
    opened: Text = "",
    back: Text = "",
    reason: Text = "",
    note: Text = "",
    until: Text = "",
    subject: Text = "",
    body: Text = "",
) -> Filled:
    return Filled(version, sha256, key, seconds, opened, back, reason, note, until, subject, body)


Form = Annotated[Filled, Depends(_filled)]


def routes() -> APIRouter:
    """The routes that decide."""
    router = APIRouter(include_in_schema=False)
    for kind in get_args(Kind):
        path = f"/proposals/{{proposal_id}}/{kind}"
        router.add_api_route(path, _deciding(kind), methods=["POST"], response_model=None)
    path = "/proposals/{proposal_id}/assign"
    router.add_api_route(path, _assign, methods=["POST"], response_model=None)
    return router


def _deciding(kind: str) -> "Callable[..., Response]":
    def decide(visit: Decider, proposal_id: ProposalId, form: Form) -> Response:
        if kind == "approve" and must_confirm(visit, proposal_id):
            return go(f"/confirm?next={quote(f'/proposals/{proposal_id}', safe='/')}")
        try:
            wish = form.wish(kind, proposal_id, visit)
            result = visit.site.gate.decide(visit.actor, wish, key_of(form.key))
        except Absent:
            raise
        except LifecycleError as error:
            return _again(visit, kind, proposal_id, form, error)
        if kind in {"edit", "undo", "release"} or result.waits_for:
            return go(f"/proposals/{proposal_id}")
        back = way_back(form.back)
        return go(f"{back}{'&' if '?' in back else '?'}done={proposal_id}")

    return decide


def must_confirm(visit: Visit, proposal_id: str) -> bool:
    """Whether a yes to this needs a fresh proof of who says it."""
    if visit.fresh:
        return False
    detail = detail_of(visit.site.gate, proposal_id)
    return detail.open and (detail.proposal.tier == HIGH or detail.needs > 1)


def _again(
    visit: Visit, kind: str, proposal_id: str, form: Filled, error: LifecycleError
) -> Response:
    """The page as it stands now, with what was typed and why it did not happen."""
    detail = detail_of(visit.site.gate, proposal_id)
    message = str(error)
    for person, name in detail.names.items():
        message = message.replace(person, name)
    typed = {name: str(value) for name, value in vars(form).items()}
    lost = (
        _lost(visit, proposal_id, form.sha256, detail.proposal.shown)
        if isinstance(error, Conflict)
        else ()
    )
    tried = Tried(kind, message, status_of(error), typed, lost)
    return shown(visit, detail, form.back, tried)


def _lost(visit: Visit, proposal_id: str, seen: str, now: str) -> tuple[Change, ...]:
    """What changed in the words since somebody looked at them."""
    if seen == now:
        return ()
    gate = visit.site.gate
    try:
        before = words_of(gate, proposal_id, clean("sha256", seen, 64))
    except LifecycleError:
        return ()
    return changes("\n\n".join(before), "\n\n".join(words_of(gate, proposal_id, now)))


def _assign(visit: Decider, proposal_id: ProposalId, person: Text = "") -> Response:
    """Give a proposal to somebody."""
    give(visit.site.gate, visit.actor, proposal_id, clean("person", person, 64))
    return go(f"/proposals/{proposal_id}")
