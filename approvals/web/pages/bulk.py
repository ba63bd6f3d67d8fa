"""Many at once: choose, look at the sample that was drawn, then approve by each one's hash."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from approvals.bulk import approve_all, preview
from approvals.bulk_answers import BadItem, BulkOutcome, ItemAnswer
from approvals.request import Seen
from approvals.web.detail import detail_of
from approvals.web.forms import Text, clean, key_of, new_key, seen_of
from approvals.web.marking import visible
from approvals.web.visits import Decider, Visit
from tools.errors import BadInput

Chosen = Annotated[list[str], Form()]
TOLD: Mapping[BulkOutcome, str] = {
    "approved": "Approved", "waiting": "Waits for a second person", "already": "As before",
    "changed": "Changed since you looked", "refused": "Not allowed", "unknown": "Not there",
    "unreadable": "Cannot be checked now, try again", "malformed": "Cannot be read",
    "duplicate": "Chosen twice",
}  # fmt: skip


def routes() -> APIRouter:
    """The routes of bulk approval."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/bulk/preview", _preview, methods=["POST"], response_model=None)
    router.add_api_route("/bulk/approve", _approve, methods=["POST"], response_model=None)
    return router


def _preview(visit: Decider, item: Chosen = []) -> Response:  # noqa: B006 - FastAPI copies it
    """What approving these would do, with the sample opened."""
    return _shown(visit, chosen(item), "")


def _approve(
    visit: Decider,
    item: Chosen = [],  # noqa: B006
    looked: Chosen = [],  # noqa: B006
    key: Text = "",
) -> Response:
    """Approve them; when the sample was not looked at, the same page again."""
    items = chosen(item)
    seen = [clean("looked", one, 64) for one in looked]
    try:
        result = approve_all(visit.site.gate, visit.actor, items, seen, key_of(key))
    except BadInput as error:
        return _shown(visit, items, str(error), frozenset(seen))
    return visit.page("bulk_done", result=result, told=told_of)


def _shown(
    visit: Visit, items: list[Seen | BadItem], message: str, looked: frozenset[str] = frozenset()
) -> Response:
    ids = [one.proposal if isinstance(one, Seen) else one for one in items]
    group = preview(visit.site.gate, visit.actor, ids)
    sample = [detail_of(visit.site.gate, one) for one in group.sample]
    return visit.page(
        "bulk",
        422 if message else 200,
        group=group,
        sample=sample,
        message=message,
        items=[one for one in items if isinstance(one, Seen)],
        looked=looked,
        told=told_of,
        key=new_key(),
    )


def told_of(answer: ItemAnswer) -> str:
    """Why an item was not approved, in plain words."""
    return f"{TOLD[answer.outcome]}: {answer.detail}"


def chosen(items: list[str]) -> list[Seen | BadItem]:
    """What was ticked: id, version and hash of each, or why it is not that."""
    return [_item(one) for one in items]


def _item(text: str) -> Seen | BadItem:
    parts = text.split("|")
    shown = visible(parts[0][:64]).replace("\0", "")
    try:
        clean("item", text)
        if len(parts) != 3:
            raise BadInput("tick proposals in the queue")  # noqa: TRY301 - answered as the others
        return seen_of(*parts)
    except BadInput as error:
        return BadItem(shown, str(error))
