"""What an open page asks now and then: whether anything has moved on since it was shown."""

from typing import TYPE_CHECKING

from starlette.responses import Response

from tools.store.gate.overview import head

if TYPE_CHECKING:
    from fastapi import Request

    from approvals.web.visits import Visit


def moved_on(visit: "Visit", request: "Request", after: str, what: str) -> Response:
    """Nothing while everything stands as it did; a line that says so when it has moved on."""
    seen = request.headers.get("last-event-id") or after
    seq = visit.site.gate.store.read(lambda tx: head(tx.session))
    if seen == str(seq):
        return Response(status_code=204)
    news = seq - int(seen) if seen.isdecimal() else seq
    return visit.page("_changes", news=news, what=what)
