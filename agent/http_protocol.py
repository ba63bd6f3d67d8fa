"""HTTP/1.1 with a time for every step that a client has to take.

The web server gives an idle connection a time, and none to one that sends a byte now and then.
Here the head of a request, its body and the reading of an answer have one each, counted from the
beginning of the step: a client that goes on slowly gains nothing.
"""

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from approvals.web.client_address import network_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.connections import Connections

Step = Literal["idle", "head", "body", "answer", "close"]
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\n"
    b"connection: close\r\n\r\n"
)


class BoundedProtocol(H11Protocol):
    """One connection, known to a register of all of them."""

    def __init__(self, connections: "Connections", **server: Any) -> None:
        super().__init__(**server)
        self._register, self._limits = connections, connections.limits
        self._step: Step = "idle"
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self.peer, self.address, self.answered = "unknown", "unknown", 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the server's own
        """Take the connection in, or say that there is no place."""
        super().connection_made(transport)
        if self.client:
            self.peer, self.address = self.client[0], network_of(self.client[0])
        if self._register.enter(self):
            self._enter("head")
            return
        transport.write(FULL)
        transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._register.leave(self)
        for timer in (self._timer, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and see which step the client is at now."""
        super().data_received(data)
        self._look(begun=True)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.answered += 1
        super().on_response_complete()
        self._look(begun=bool(self.conn.trailing_data[0]))

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; in the middle of an answer all that is left is to close."""
        with suppress(h11.LocalProtocolError):
            super().send_400_response(msg)
        self.transport.close()

    def pause_writing(self) -> None:
        """Give the client a time to read."""
        super().pause_writing()
        self._unread = self.loop.call_later(self._limits.reading, self.drop)

    def resume_writing(self) -> None:
        """Go on, since the client has read."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def timeout_keep_alive_handler(self) -> None:
        """Close after a while without a request, even if the last answer was not read."""
        super().timeout_keep_alive_handler()
        self._look(begun=False)

    def shutdown(self) -> None:
        """End at once where we wait for the client; else when the answer is sent."""
        if self._step != "answer" or self.flow.write_paused:
            self.drop()
        else:
            super().shutdown()

    def drop(self) -> None:
        """Close at once, and give up what was not sent yet."""
        self.transport.abort()

    def _look(self, *, begun: bool) -> None:
        if self.transport.is_closing():
            self._enter("close")
        elif self.conn.their_state is h11.IDLE:
            self._enter("head" if begun else "idle")
        else:
            self._enter("body" if self.conn.their_state is h11.SEND_BODY else "answer")

    def _enter(self, step: Step) -> None:
        """Begin a step and its time; `idle` has the time that the server gives."""
        if step == self._step:
            return
        self._step = step
        (self._register.works if step == "answer" else self._register.waits)(self)
        if self._timer is not None:
            self._timer.cancel()
        limits = self._limits
        seconds = {"head": limits.head, "body": limits.body, "close": limits.reading}.get(step)
        late = self.drop if step == "close" else self._late
        self._timer = None if seconds is None else self.loop.call_later(seconds, late)

    def _late(self) -> None:
        """Close, and say why to a client that has begun and heard nothing yet."""
        silent = self.cycle is None or self.cycle.response_complete
        if self._step == "body" and self.cycle is not None:
            silent = not self.cycle.response_started
        if silent and (self._step == "body" or self.conn.trailing_data[0]):
            self.transport.write(TOO_SLOW)
        self.transport.close()
        self._look(begun=True)


def bounded(connections: "Connections") -> "Callable[..., asyncio.Protocol]":
    """The protocol for a server whose connections stand in a register."""
    return partial(BoundedProtocol, connections)
