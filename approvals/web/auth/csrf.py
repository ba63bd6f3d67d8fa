"""Whether a request that changes something was made by a page of ours."""

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from approvals.users.sessions import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER, FIELD = "x-csrf-token", "csrf"
_FORM = "application/x-www-form-urlencoded"


def is_ours(headers: "Mapping[str, str]", origin: str) -> bool:
    """Whether the browser says the request comes from our origin; saying nothing is no."""
    given = headers.get("origin")
    if given is None:
        parts = urlsplit(headers.get("referer", ""))
        given = f"{parts.scheme}://{parts.netloc}"
    return given == origin


def allows(request: "Request", posted: str, kept: str, origin: str) -> bool:
    """Whether a session may be used for this request: reading always, changing with both proofs.

    `posted` is the token that came with it, `kept` the hash of the session's.
    """
    if request.method in SAFE:
        return True
    return is_ours(request.headers, origin) and hmac.compare_digest(digest(posted), kept)


async def posted_token(request: "Request") -> str:
    """The token in the header, or in a plain form; '' without one.

    A form with files is not read here, before anybody is known: it sends the header.
    """
    header = request.headers.get(HEADER, "")
    if request.method in SAFE or header:
        return header
    if not request.headers.get("content-type", "").lower().startswith(_FORM):
        return ""
    value = (await request.form()).get(FIELD, "")
    return value if isinstance(value, str) else ""
