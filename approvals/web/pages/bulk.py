"""Many at once: choose, look at the sample that was drawn, then approve by each one's hash."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from approvals.bulk import approve_all, preview
from approvals.request import Seen
from approvals.web.detail import detail_of
from approvals.web.forms import clean, seen_of
from approvals.web.visits import Decider, Visit
from tools.errors import BadInput

Chosen = Annotated[list[str], Form()]


def routes() -> APIRouter:
    """The routes of bulk approval."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/bulk/preview", _preview, methods=["POST"], response_model=None)
    router.add_api_route("/bulk/approve", _approve, methods=["POST"], response_model=None)
    return router


def _preview(visit: Decider, item: Chosen = []) -> Response:  # noqa: B006 - FastAPI copies it
    """What approving these would do, with the sample opened."""
    return _shown(visit, chosen(item), "")


def _approve(visit: Decider, item: Chosen = [], looked: Chosen = []) -> Response:  # noqa: B006
    """Approve them; when the sample was not looked at, the same page again."""
    items = chosen(item)
    seen = [clean("looked", one, 64) for one in looked]
    try:
        result = approve_all(visit.site.gate, visit.actor, items, seen)
    except BadInput as error:
        return _shown(visit, items, str(error), frozenset(seen))
    return visit.page("bulk_done", result=result)


def _shown(
    visit: Visit, items: list[Seen], message: str, looked: frozenset[str] = frozenset()
) -> Response:
    group = preview(visit.site.gate, visit.actor, [one.proposal for one in items])
    sample = [detail_of(visit.site.gate, one) for one in group.sample]
    return visit.page(
        "bulk", 422 if message else 200, group=group, items=items, sample=sample,
        message=message, looked=looked,
    )  # fmt: skip


def chosen(items: list[str]) -> list[Seen]:
    """What was ticked: id, version and hash of each.

    Raises:
        BadInput: when one of them is not that.
    """
    found: list[Seen] = []
    for one in items:
        parts = clean("item", one).split("|")
        if len(parts) != 3:
            raise BadInput("item: tick proposals in the queue")
        found.append(seen_of(*parts))
    return found
