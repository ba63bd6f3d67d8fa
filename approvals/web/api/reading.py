"""Routes of the API that look."""

from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query

from approvals.web.api import giving, models
from approvals.web.detail import detail_of
from approvals.web.forms import (
    LARGEST_NUMBER,
    Asked,
    ProposalId,
    actions_after,
    address,
    after_of,
    cursor,
    filters_of,
)
from approvals.web.pages.queue import listed_of
from approvals.web.visits import Auditor, Reader
from tools.store.gate.overview import actions, deeds

if TYPE_CHECKING:
    from tools.store.gate.records import Link

Limit = Annotated[int, Query(ge=1, le=100)]
Number = Annotated[int, Query(ge=0, le=LARGEST_NUMBER)]
Status = Literal[
    "scheduled", "calling", "sent", "failed", "blocked", "unknown", "revoked", "held_out"
]
TO_ONE: dict[str, Any] = {
    "links": {
        "proposal": {
            "operationId": "proposal",
            "parameters": {"proposal_id": "$response.body#/items/0/id"},
        }
    }
}

TO_DECIDE: dict[str, Any] = {
    "links": {
        kind: {"operationId": kind, "parameters": {"proposal_id": "$response.body#/id"}}
        for kind in giving.KINDS
    }
}
LINKED: dict[str, dict[int | str, dict[str, Any]]] = {
    "/queue": {200: TO_ONE},
    "/proposals/{proposal_id}": {200: TO_DECIDE},
}


def routes() -> APIRouter:
    """The routes that look."""
    router = APIRouter(prefix=giving.ROOT)
    for path, route, model in (
        ("/queue", _queue, models.Queue),
        ("/proposals/{proposal_id}", _proposal, models.Proposal),
        ("/actions", _actions, models.Actions),
        ("/log", _log, models.Log),
        ("/audit-chain", _chain, models.Chain),
    ):
        name = path.split("/")[1].removesuffix("s") if "{" in path else path[1:]
        router.add_api_route(
            path,
            route,
            methods=["GET"],
            response_model=model,
            operation_id=name,
            responses={**models.PROBLEMS, **LINKED.get(path, {})},
            tags=["Look"],
        )
    return router


def _queue(
    visit: Reader,
    play: Asked = "",
    segment: Asked = "",
    owner: Asked = "",
    tier: Asked = "",
    stage: Asked = "",
    q: Asked = "",
    holder: Annotated[str, Query(description="mine, free or all; empty: not others'")] = "",
    after: Asked = "",
    limit: Limit = 50,
) -> models.Queue:
    """What waits, worth most first."""
    filters = filters_of(
        {
            "play": play,
            "segment": segment,
            "owner": owner,
            "tier": tier,
            "stage": stage,
            "q": q,
            "holder": holder,
        }
    )
    listed = listed_of(visit, filters, after_of(after), flat=True, limit=limit)
    path, size = f"{giving.ROOT}/queue", str(limit)
    links = {"self": address(path, filters, after=after, limit=size)}
    if listed.after is not None:
        links["next"] = address(path, filters, after=cursor(listed.after), limit=size)
    return models.Queue(items=[giving.row(line) for line in listed.lines], links=links)


def _proposal(visit: Reader, proposal_id: ProposalId) -> models.Proposal:
    """One proposal with its whole envelope."""
    return giving.proposal(detail_of(visit.site.gate, proposal_id))


def _actions(
    visit: Reader, status: Status = "scheduled", after: Asked = "", limit: Limit = 50
) -> models.Actions:
    """Actions of one status."""
    place = actions_after(after)
    found = visit.site.gate.store.read(lambda tx: actions(tx.session, status, place, limit))
    links = {}
    if len(found) == limit:
        micros = round(found[-1].due_at.timestamp() * 1_000_000)
        links = _next("actions", status=status, after=f"{micros}.{found[-1].id}", limit=limit)
    return models.Actions(items=[giving.action(one) for one in found], links=links)


def _log(visit: Reader, before: Number = LARGEST_NUMBER, limit: Limit = 50) -> models.Log:
    """What people did, newest first."""
    found = visit.site.gate.store.read(lambda tx: deeds(tx.session, before, limit))
    links = _next("log", before=found[-1][0], limit=limit) if len(found) == limit else {}
    return models.Log(items=[giving.act(deed) for _, deed in found], links=links)


def _chain(visit: Auditor, after: Number = 0, limit: Limit = 100) -> models.Chain:
    """The audit chain from a number on, to be kept and verified elsewhere."""
    found: tuple[Link, ...] = visit.site.gate.store.read(
        lambda tx: tuple(tx.chain.links(after, limit))
    )
    links = _next("audit-chain", after=found[-1].seq, limit=limit) if len(found) == limit else {}
    return models.Chain(items=[models.Entry(**vars(one)) for one in found], links=links)


def _next(name: str, **query: object) -> models.Links:
    return {"next": f"{giving.ROOT}/{name}?{urlencode(query)}"}
