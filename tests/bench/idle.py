"""What idle connections cost the others: approvals by HTTP, with 2,000 of them and without.

The server runs in a process of its own, with the bounds of an installation. Idle clients come from
twenty addresses of loopback and connect again as soon as they are put out.
"""

import json
import os
import signal
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from pathlib import Path

from agent.connections import ConnectionLimits, Connections
from agent.serve import web_server
from tests.approvals.made import limits
from tests.databases import Fresh
from tests.web.browser.served import House
from tools.store.store import Store

REVIEWERS, EACH, ROUNDS, IDLE = 50, 4, 4, 2_000
ADDRESSES = 20
HOST = "127.0.0.1"


@contextmanager
def serving(store: Store) -> Iterator[tuple[int, list[str]]]:
    """A port at which an inbox answers from another process, and the tokens of its reviewers."""
    door = socket.create_server((HOST, 0), backlog=128)
    house = House(store, f"http://{HOST}:{door.getsockname()[1]}")
    house.limits = limits(four_eyes_people=1_000_000, reviews_per_day=1_000_000)
    tokens = [_token(house, n) for n in range(REVIEWERS)]
    store.close()
    child = os.fork()
    if not child:
        server = web_server(house.app, Connections(ConnectionLimits()))
        with suppress(BaseException):
            server.run(sockets=[door])
        os._exit(0)
    try:
        yield int(door.getsockname()[1]), tokens
    finally:
        door.close()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _token(house: House, number: int) -> str:
    person = house.person("reviewer", f"r{number}")
    scopes = ("read", "decide")
    return house.auth.tokens.create(person.id, "bench", scopes, house.auth.settings.absolute)[0]


@dataclass
class Crowd:
    """Idle clients, and a thread that brings those back who were put out."""

    port: int
    clients: list[socket.socket] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    dropped: int = 0

    def come(self) -> None:
        """Connect all, then again and again those that were closed."""
        self.clients = [self._one(n) for n in range(IDLE)]
        while not self.over.wait(0.5):
            for n, client in enumerate(self.clients):
                if self._closed(client):
                    client.close()
                    self.dropped += 1
                    self.clients[n] = self._one(n)

    def _one(self, number: int) -> socket.socket:
        address = f"127.0.1.{1 + number % ADDRESSES}"
        return socket.create_connection((HOST, self.port), 30, source_address=(address, 0))

    def _closed(self, client: socket.socket) -> bool:
        client.setblocking(False)
        try:
            return client.recv(1) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True


@contextmanager
def crowd(port: int, size: int) -> Iterator[Crowd]:
    """Idle clients for a while; none for size 0."""
    idle = Crowd(port)
    thread = threading.Thread(target=idle.come, daemon=True)
    if size:
        thread.start()
        while len(idle.clients) < size:
            time.sleep(0.05)
    yield idle
    idle.over.set()
    if size:
        thread.join()
    for client in idle.clients:
        client.close()


def review(port: int, token: str, ids: list[str], sha256: str) -> list[float]:
    """One reviewer approves some proposals over one connection; seconds for each."""
    asking = HTTPConnection(HOST, port, 60)
    times = []
    for one in ids:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json",
                   "idempotency-key": one}  # fmt: skip
        body = json.dumps({"version": 1, "sha256": sha256, "seconds": 30})
        began = time.perf_counter()
        asking.request("POST", f"/api/v1/proposals/{one}/approve", body, headers)
        answer = asking.getresponse()
        said = answer.read()
        times.append(time.perf_counter() - began)
        assert answer.status == 200, said
    asking.close()
    return times


def idle(kind: str, folder: Path) -> None:
    """Approvals with and without idle clients, turn by turn."""
    from tests.bench.gate import fill, p95  # noqa: PLC0415 - it lists this part

    fresh = Fresh(kind, folder)
    store = fresh.store()
    fill(store, 2 * ROUNDS * REVIEWERS * EACH)
    waiting = store.proposals.get(f"p{0:016x}")
    assert waiting is not None
    numbers = count()
    taken: dict[int, list[float]] = {0: [], IDLE: []}
    dropped = 0
    with serving(store) as (port, tokens), ThreadPoolExecutor(REVIEWERS) as pool:
        for _ in range(ROUNDS):
            for size, times in taken.items():
                with crowd(port, size) as others:
                    ids = [[f"p{next(numbers):016x}" for _ in range(EACH)] for _ in tokens]
                    jobs = [pool.submit(review, port, token, mine, waiting.shown)
                            for token, mine in zip(tokens, ids, strict=True)]  # fmt: skip
                    times += [one for job in jobs for one in job.result()]
                    dropped += others.dropped
    fresh.close()
    without, with_ = (p95(taken[size]) for size in (0, IDLE))
    middle = statistics.median(taken[IDLE]) / statistics.median(taken[0])
    print(f"{kind}: {REVIEWERS} reviewers at once, approve p95 {without * 1e3:.0f} ms alone, "
          f"{with_ * 1e3:.0f} ms beside {IDLE:,} idle connections ({dropped:,} put out and back): "
          f"ratio {with_ / without:.2f}, of medians {middle:.2f}")  # fmt: skip
