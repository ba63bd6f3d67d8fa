"""Routes of the API that decide: one wish each, once for each Idempotency-Key."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header

from approvals.bulk import approve_all, preview
from approvals.request import LONGEST_KEY, Seen, Wish
from approvals.web.api import giving, models
from approvals.web.api.bulk_items import id_of, item_of
from approvals.web.forms import ProposalId
from approvals.web.pages.deciding import must_confirm
from approvals.web.visits import Decider, Visit
from tools.days import day_number
from tools.errors import Forbidden

if TYPE_CHECKING:
    from approvals.web.pages.deciding import Kind

_KEY = Header(
    alias="Idempotency-Key",
    min_length=1,
    max_length=LONGEST_KEY,
    pattern="^[!-~]+$",
    description="A new one for each wish; the same one again gets the same answer.",
    examples=["3f0c2a6e-6f3e-4b9e-9a53-0d8f6c1b2a77"],
)
Key = Annotated[str, _KEY]
KeyIfAny = Annotated[str | None, _KEY]
STALE = "two must agree to this, with a fresh proof of who they are; decide it in the inbox"
TO_UNDO = {
    "links": {
        "undo": {"operationId": "undo", "parameters": {"proposal_id": "$response.body#/proposal"}},
        "proposal": {
            "operationId": "proposal",
            "parameters": {"proposal_id": "$response.body#/proposal"},
        },
    }
}


def routes() -> APIRouter:
    """The routes that decide."""
    router = APIRouter(prefix=giving.ROOT)
    for kind, route in (
        ("approve", _approve),
        ("reject", _reject),
        ("snooze", _snooze),
        ("edit", _edit),
        ("undo", _undo),
        ("revoke", _revoke),
        ("release", _release),
    ):
        router.add_api_route(
            f"/proposals/{{proposal_id}}/{kind}",
            route,
            methods=["POST"],
            operation_id=kind,
            response_model=models.Result,
            responses={**models.PROBLEMS, 200: TO_UNDO},
            tags=["Decide"],
        )
    for path, many, model in (
        ("preview", _preview, models.Group),
        ("approve", _bulk, models.BulkResult),
    ):
        router.add_api_route(
            f"/bulk/{path}",
            many,
            methods=["POST"],
            operation_id=f"bulk-{path}",
            response_model=model,
            responses=models.PROBLEMS,
            tags=["Decide"],
        )
    return router


def _approve(visit: Decider, proposal_id: ProposalId, key: Key, body: models.Looked) -> Any:
    """Agree to exactly these bytes."""
    if must_confirm(visit, proposal_id):
        raise Forbidden(STALE)
    return _done(visit, "approve", proposal_id, key, body)


def _reject(visit: Decider, proposal_id: ProposalId, key: Key, body: models.Reject) -> Any:
    """Say no, and why."""
    return _done(visit, "reject", proposal_id, key, body, reason=body.reason, note=body.note)


def _snooze(visit: Decider, proposal_id: ProposalId, key: Key, body: models.Snooze) -> Any:
    """Put it off until a day before it expires."""
    until = day_number(body.until)
    return _done(visit, "snooze", proposal_id, key, body, until_day=until, note=body.note)


def _edit(visit: Decider, proposal_id: ProposalId, key: Key, body: models.Edit) -> Any:
    """Put other words in the place of the old; every earlier yes is void."""
    return _done(visit, "edit", proposal_id, key, body, subject=body.subject, body=body.body)


def _undo(visit: Decider, proposal_id: ProposalId, key: Key, body: models.Looked) -> Any:
    """Take your own decision of the last minutes back, or your yes while a second is missing."""
    return _done(visit, "undo", proposal_id, key, body)


def _revoke(visit: Decider, proposal_id: ProposalId, key: Key, body: models.Revoke) -> Any:
    """Withdraw what waits, or an approval that has not been acted on."""
    return _done(visit, "revoke", proposal_id, key, body, reason=body.reason)


def _release(visit: Decider, proposal_id: ProposalId, key: Key, body: models.Release) -> Any:
    """Put what was blocked wrongly back into the queue; every earlier yes is void."""
    return _done(visit, "release", proposal_id, key, body, note=body.note)


def _done(
    visit: Visit, kind: "Kind", proposal_id: str, key: str, looked: models.Looked, **more: Any
) -> models.Result:
    seen = Seen(proposal_id, looked.version, looked.sha256, looked.seconds)
    return giving.result(visit.site.gate.decide(visit.actor, Wish(kind, seen, **more), key))


def _preview(visit: Decider, body: models.Chosen) -> Any:
    """Say what approving these together would do, and which must be looked at before."""
    group = preview(visit.site.gate, visit.actor, [id_of(one) for one in body.proposals])
    return models.Group(
        size=group.size,
        people=group.people,
        cost=giving.of_money(group.cost),
        value=giving.of_money(group.value),
        sample=list(group.sample),
        left_out=[giving.item_answer(one) for one in group.left_out],
        links={"approve": f"{giving.ROOT}/bulk/approve"},
    )


def _bulk(visit: Decider, body: models.Bulk, key: KeyIfAny = None) -> Any:
    """Approve each by its own hash; sending the same again changes nothing."""
    items = [item_of(one) for one in body.items]
    found = approve_all(visit.site.gate, visit.actor, items, body.looked_at, key or "")
    return models.BulkResult(
        items=[giving.item_answer(one) for one in found.answers],
        results=[giving.result(one) for one in found.results],
        refused=[models.Refused(proposal=one, detail=why) for one, why in found.refused],
    )
