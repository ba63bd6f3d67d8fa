"""What all routes of sign-in share: the parts, and how a sign-in ends."""

from typing import TYPE_CHECKING

from fastapi import HTTPException, Request

from approvals.web.auth.csrf import is_ours
from approvals.web.auth.pages import AuthPages, go, safe_path

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.responses import Response

    from approvals.users.auth import Auth
    from tools.store.people import Person

FOREIGN = "This did not come from a page of ours. Open the page again and try once more."


class Routes:
    """A group of routes over the same parts."""

    def __init__(self, auth: "Auth", pages: AuthPages) -> None:
        self.auth = auth
        self.pages = pages

    def enter(
        self, request: Request, person: "Person", then: str, confirmed_at: "datetime"
    ) -> "Response":
        """Begin a session under a new id; the one the browser came with ends."""
        sessions = self.auth.sessions
        sessions.end(sessions.given(request))
        response = go(safe_path(then))
        sessions.give(response, sessions.start(person.id, confirmed_at))
        return response

    def check_ours(self, request: Request) -> None:
        """Refuse a form of another site: nobody may be signed in as somebody else unawares."""
        if not is_ours(request.headers, self.auth.settings.origin):
            raise HTTPException(403, FOREIGN)


def sentence(error: Exception) -> str:
    """An error's message as a sentence for a page."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
