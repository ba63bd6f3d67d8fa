"""A real HTTP server on loopback that knows keys, and can be told to misbehave."""

import gzip
import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread


@dataclass
class Hook:
    """What the server does next, and what it has done; `mode` may change between calls."""

    mode: str = "ok"
    port: int = 0
    keys: list[str] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    dripped: int = 0
    closing: Event = field(default_factory=Event)
    turn: Lock = field(default_factory=Lock)


class _Handler(BaseHTTPRequestHandler):
    hook: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.hook.requests.append((dict(self.headers), body))
        with suppress(OSError):
            _MODES.get(self.hook.mode, _say_status)(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it overrides
        """Say nothing."""

    def say(self, status: int, body: bytes = b"{}", header: tuple[str, str] | None = None) -> None:
        self.send_response(status)
        if header:
            self.send_header(*header)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _ok(handler: _Handler) -> None:
    key = handler.headers["Idempotency-Key"]
    with handler.hook.turn:
        known = key in handler.hook.keys
        if not known:
            handler.hook.keys.append(key)
    handler.say(409 if known else 200, json.dumps({"id": "r-7", "key": key}).encode())


def _say_status(handler: _Handler) -> None:
    """A mode such as `429 Retry-After=7` or `200 {"ok": false}`."""
    status, _, rest = handler.hook.mode.partition(" ")
    if rest[:1] in {"{", "["}:
        handler.say(int(status), rest.encode())
    else:
        name, _, value = rest.partition("=")
        handler.say(int(status), header=(name, value) if name else None)


def _hang(handler: _Handler) -> None:
    handler.hook.closing.wait(20)


def _drip(handler: _Handler, text: bytes) -> None:
    for index in range(len(text)):
        handler.wfile.write(text[index : index + 1])
        handler.hook.dripped += 1
        if handler.hook.closing.wait(0.05):
            return


def _drip_head(handler: _Handler) -> None:
    _drip(handler, b"HTTP/1.0 200 OK\r\nX-Slow: " + b"y" * 400)


def _drip_body(handler: _Handler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    _drip(handler, b" " * 400)


def _bomb(handler: _Handler) -> None:
    handler.say(
        200, gzip.compress(b'{"id": "unpacked"}' + b" " * 30_000_000), ("Content-Encoding", "gzip")
    )


def _reset(handler: _Handler) -> None:
    _ok_silently(handler)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _ok_silently(handler: _Handler) -> None:
    handler.hook.keys.append(handler.headers["Idempotency-Key"])


_MODES: dict[str, Callable[[_Handler], None]] = {
    "ok": _ok,
    "hang": _hang,
    "drip head": _drip_head,
    "drip body": _drip_body,
    "10 MB": lambda handler: handler.say(200, b"x" * 10_000_000),
    "gzip bomb": _bomb,
    "reset": _reset,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them, and no socket is left open

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients of these tests hang up."""


@contextmanager
def hook_server(tls: ssl.SSLContext | None = None) -> Iterator[Hook]:
    """A webhook receiver for the time of a block."""
    hook = Hook()
    handler = type("Handler", (_Handler,), {"hook": hook})
    server = _Server(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    hook.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hook
    finally:
        hook.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
