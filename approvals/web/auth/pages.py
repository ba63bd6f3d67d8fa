"""The pages of sign-in: small, without scripts, never cached, never framed."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

# With no-referrer a browser would send `Origin: null` from our own forms.
HEADERS: "Mapping[str, str]" = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")
_OURS = ("/login", "/logout", "/signin", "/confirm")


class AuthPages:
    """Renders the templates beside this file."""

    def __init__(self) -> None:
        folder = Path(__file__).parent / "templates"
        self._templates = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined
        )

    def show(self, name: str, status: int = 200, **context: object) -> HTMLResponse:
        """A page, with the headers every page of sign-in has."""
        html = self._templates.get_template(f"{name}.html").render(context)
        return HTMLResponse(html, status, dict(HEADERS))

    def say(self, message: str, status: int) -> HTMLResponse:
        """A page that says what happened and leads back to signing in."""
        return self.show("message", status, message=message)


def safe_path(then: str) -> str:
    """Where to go after signing in: a path on this site, or the front page."""
    path = then.partition("?")[0]
    if not _PATH.fullmatch(then) or "//" in path or path.startswith(_OURS):
        return "/"
    return then


def go(path: str) -> RedirectResponse:
    """Send the browser on with a GET."""
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})
