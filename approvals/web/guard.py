"""Around every request: a size limit, headers on every reply, and no trace of what went wrong."""

import json
import secrets
from typing import TYPE_CHECKING

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)
LARGEST = 256 * 1024
# With no-referrer a browser sends `Origin: null` from our own forms, and they are refused.
HEADERS: "Mapping[str, str]" = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
BROKEN = "Something went wrong on our side; nothing was changed. Give this number to an operator: "


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: "ASGIApp", *, secure: bool) -> None:
        """Wrap an application; `secure` says that it is served over https only."""
        self._app = app
        self._headers = dict(HEADERS)
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, began = secrets.token_hex(8), False
        scope.setdefault("state", {})["request_id"] = number

        async def answer(message: "Message") -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                self._add(MutableHeaders(scope=message), number)
            await send(message)

        try:
            body = await _whole(scope, receive)
        except Gone:
            return
        if body is None:
            await _say(413, f"at most {LARGEST // 1024} KB can be sent")(scope, receive, answer)
            return
        try:
            await self._app(scope, _again(body, receive), answer)
        except Exception as error:
            log.exception("request.failed", request=number, error=type(error).__name__)
            if not began:
                await _say(500, BROKEN + number)(scope, receive, answer)

    def _add(self, headers: MutableHeaders, number: str) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers["X-Request-ID"] = number


def _say(status: int, detail: str) -> Response:
    name = {413: "too_large", 500: "broken"}[status]
    text = json.dumps({"error": name, "detail": detail})
    return Response(text, status, media_type="application/json")


class Gone(Exception):  # noqa: N818 - an event
    """The client left before the end of its request."""


async def _whole(scope: "Scope", receive: "Receive") -> bytes | None:
    """The body of a request, None when it is too large.

    Raises:
        Gone: when the rest will not come; half of a decision is none.
    """
    said = Headers(scope=scope).get("content-length", "0")
    if not said.isdecimal() or int(said) > LARGEST:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: "Receive") -> "Receive":
    """Give the body that was read once more."""
    given = False

    async def once() -> "Message":
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
