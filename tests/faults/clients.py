"""Clients that connect and then take their time, and a small server for them to try it on."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

from agent.connections import ConnectionLimits, Connections
from agent.serve import web_server
from approvals.web.guard import Guard

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PATIENCE = 10.0
SIZES = {"/large": 4 * 1024 * 1024, "/medium": 60_000}
HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n"


@dataclass
class Site:
    """An application behind the guard; it notes the bodies it was given."""

    bodies: list[bytes] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        body = (await receive())["body"]
        self.bodies.append(body)
        size = SIZES.get(scope["path"], 2)
        if scope["path"] == "/slow":
            await asyncio.to_thread(self.go_on.wait, PATIENCE)
        headers = [(b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"o" * size})

    def wait_for(self, requests: int) -> None:
        """Wait until so many requests have come."""
        until = time.monotonic() + PATIENCE
        while len(self.bodies) < requests:
            assert time.monotonic() < until, f"{len(self.bodies)} of {requests} requests came"
            time.sleep(0.01)


@dataclass
class Served:
    """A server at work."""

    port: int
    site: Site
    connections: Connections
    end: Callable[[], float]
    clients: list[socket.socket] = field(default_factory=list)

    def connect(self, address: str = "127.0.0.1", said: bytes = b"") -> socket.socket:
        """A client of some address that says something, or nothing."""
        client = socket.create_connection(
            ("127.0.0.1", self.port), PATIENCE, source_address=(address, 0)
        )
        self.clients.append(client)
        client.sendall(said)
        return client

    def get(self, path: str = "/", address: str = "127.0.0.3") -> int:
        """What a client who asks as one should is told."""
        asking = HTTPConnection("127.0.0.1", self.port, PATIENCE, source_address=(address, 0))
        try:
            asking.request("GET", path)
            return asking.getresponse().status
        except (HTTPException, OSError):
            return 0
        finally:
            asking.close()


@contextmanager
def served(**limits: float) -> Iterator[Served]:
    """A server on loopback with bounds of its own."""
    register, site = Connections(ConnectionLimits(**limits)), Site()  # type: ignore[arg-type]  # whole where they must be
    server = web_server(Guard(site, secure=False), register)
    door = socket.create_server(("127.0.0.1", 0), backlog=128)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)  # else the system takes in much
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)

    def end() -> float:
        """End it; how long that took."""
        began = time.monotonic()
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()
        return time.monotonic() - began

    thread.start()
    while not server.started:
        time.sleep(0.005)
    found = Served(int(door.getsockname()[1]), site, register, end)
    try:
        yield found
    finally:
        site.go_on.set()
        end()
        for client in found.clients:
            client.close()


def lasts(client: socket.socket, drip: bytes = b"") -> float:
    """Until when a server puts up with a client that sends a byte now and then."""
    began = time.monotonic()
    client.settimeout(0.05)
    while time.monotonic() - began < PATIENCE:
        with suppress(TimeoutError):
            try:
                client.sendall(drip)
                if not client.recv(1 << 16):
                    break
            except ConnectionError:
                break
    return time.monotonic() - began
