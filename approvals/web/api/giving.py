"""Records as the API gives them, each with links to what can be done next."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from approvals.web import words
from approvals.web.api import models
from approvals.web.marking import odd_characters
from tools.days import from_number

if TYPE_CHECKING:
    from approvals.bulk_answers import ItemAnswer
    from approvals.request import Result
    from approvals.web.detail import Detail
    from approvals.web.pages.queue import Line
    from tools.money import Money
    from tools.store.gate.records import Action, Deed

ROOT = "/api/v1"
# What each outcome would have been answered alone.
STATUSES = {
    "approved": 200, "waiting": 200, "already": 200, "changed": 409, "refused": 403,
    "unknown": 404, "unreadable": 503, "malformed": 422, "duplicate": 409,
}  # fmt: skip
KINDS = ("approve", "reject", "snooze", "edit", "undo", "revoke")


def links_to(proposal: str, *kinds: str) -> models.Links:
    """Where a proposal is, and where what can be done with it is done."""
    path = f"{ROOT}/proposals/{proposal}"
    return {"self": path, "page": f"/proposals/{proposal}"} | {
        kind: f"{path}/{kind}" for kind in kinds
    }


def amount(value: dict[str, Any]) -> models.Amount:
    """Money of an envelope."""
    return models.Amount(**value)


def of_money(value: "Money") -> models.Amount:
    """Money of ours."""
    return models.Amount(amount=f"{value.rounded:f}", currency=value.currency)


def row(line: "Line") -> models.Row:
    """A line of the queue."""
    p, v = line.proposal, line.values
    return models.Row(
        id=p.id,
        version=p.version,
        sha256=p.shown,
        account_id=p.account_id,
        account_name=p.account_name,
        play=p.play,
        segment=p.segment,
        stage=p.stage,
        owner=p.owner,
        tier=p.tier,
        net=amount(v["worth"]["net"]),
        low=amount(v["worth"]["low"]),
        high=amount(v["worth"]["high"]),
        churn=v["why"]["probability"],
        evidence=words.evidence(dict(v)),
        last_day=from_number(p.expires_day - 1),
        holder=line.holder,
        agreed=len(line.agreed),
        links=links_to(p.id, "approve", "reject", "snooze", "edit", "revoke"),
    )


def act(deed: "Deed") -> models.Act:
    """What somebody did."""
    return models.Act(**{name: getattr(deed, name) for name in models.Act.model_fields})


def action(one: "Action") -> models.Action:
    """What was set in motion."""
    values = {name: getattr(one, name) for name in models.Action.model_fields if name != "links"}
    return models.Action(**values, links=links_to(one.proposal))


def proposal(detail: "Detail") -> models.Proposal:
    """A proposal and its envelope."""
    p, what = detail.proposal, detail.values["what"]
    kinds = KINDS if detail.open else ("release",) if detail.blocked else ("undo", "revoke")
    return models.Proposal(
        id=p.id,
        status=detail.state,
        reason=p.status_reason,
        version=p.version,
        sha256=p.shown,
        first_sha256=p.sha256,
        tier=p.tier,
        waits_for=detail.waits_for,
        last_day=from_number(p.expires_day - 1),
        supersedes=p.supersedes,
        superseded_by=p.superseded_by,
        envelope=detail.values,
        hidden_characters=list(odd_characters(what["subject"] + what["body"])),
        deeds=[act(one) for one in detail.deeds],
        action=action(detail.action) if detail.action else None,
        links=links_to(p.id, *kinds),
    )


def result(one: "Result") -> models.Result:
    """What became of a wish."""
    values = asdict(one)
    del values["words"]
    kinds = ("undo", "revoke") if one.status != "pending" else KINDS
    return models.Result(**values, links=links_to(one.proposal, *kinds))


def item_answer(one: "ItemAnswer") -> models.ItemAnswer:
    """What became of one of many."""
    return models.ItemAnswer(
        proposal=one.proposal,
        status=STATUSES[one.outcome],
        outcome=one.outcome,
        detail=one.detail,
        result=result(one.result) if one.result else None,
        who=one.who,
        at=datetime.fromisoformat(one.at) if one.at else None,
    )
