"""A real mail server on loopback that can be told to misbehave."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "robot", "canary-8d1f"


@dataclass
class Post:
    """What the server does next, and what it has accepted; `mode` may change between calls."""

    mode: str = "accept"
    port: int = 0
    accepted: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mode == "530 at MAIL":
            return "530 5.7.0 log in first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK" if session and server else "500"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mode.endswith("at RCPT"):
            return f"{self.mode[:3]} <{address}> is not welcome"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK" if session and server else "500"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.mode.endswith("after DATA"):
            return f"{self.mode[:3]} no"
        assert isinstance(envelope.content, bytes)
        self.accepted.append(envelope.content)
        self.recipients.extend(envelope.rcpt_tos)
        if self.mode == "drop":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        if self.mode == "hang":
            await asyncio.sleep(20)
        return "250 queued" if session else "500"


class _AnyPort(Controller):
    """Port 0 takes a free port; the controller does not look which one it was."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types here


def _log_in(_: SMTP, __: Session, ___: Envelope, ____: str, login: Any) -> AuthResult:
    genuine = login == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=genuine, handled=False)


@contextmanager
def post_office(*, auth: bool = False, tls: ssl.SSLContext | None = None) -> Iterator[Post]:
    """A mail server for the time of a block."""
    post = Post()
    options: dict[str, Any] = {"auth_required": auth, "authenticator": _log_in}
    controller = _AnyPort(post, "127.0.0.1", 0, auth_require_tls=False, tls_context=tls, **options)
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()
