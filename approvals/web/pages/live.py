"""The queue, live: pages that are open are told when it has moved on (Server-Sent Events).

Every event bears the number of the chain's last entry, so a browser that lost the line says where
it was and is told only what it missed.
"""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from approvals.web.forms import LARGEST_NUMBER, Asked
from approvals.web.streams import Bounded, events
from approvals.web.visits import Oneself
from tools.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime


def routes() -> APIRouter:
    """The route that tells."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/queue/events", _events, methods=["GET"], response_model=None)
    return router


async def _events(visit: Oneself, request: Request, after: Asked = "") -> Response:
    """Everything that happens after what the page shows, or after what its browser heard last."""
    site, shown = visit.site, _number("after", after)
    heard = _number("Last-Event-ID", request.headers.get("last-event-id", "") or after)
    sessions = site.parts.auth.sessions
    secret = sessions.given(request)

    def gone(ends_at: "datetime") -> bool:
        return site.ending() or site.gate.clock() >= ends_at

    def words(number: int) -> str:
        return site.render("_changes", news=number - shown, what="The queue")

    lines = events(site.pulse, heard, words, lambda: sessions.until(secret), gone)
    return Bounded(site.streams, visit.person.person_id, lines)


def _number(name: str, text: str) -> int:
    """A number of the chain.

    Raises:
        BadInput: when it is none.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > LARGEST_NUMBER:
        raise BadInput(f"{name}: the number of an entry of the chain, as the page gave it")
    return int(text)
