"""What idle connections cost the others: approvals by HTTP, with 2,000 of them and without.

Server and executor run in processes of their own, the server with the bounds of an installation.
Idle clients come from twenty addresses of loopback and connect again as soon as they are put out.
The executor carries out in each turn what was approved before.
"""

import json
import os
import signal
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from agent.connections import ConnectionLimits, Connections
from agent.serve import web_server
from tests.approvals.made import limits
from tests.bench.gate_office import Sizes, fill, opened, p95
from tests.gate.office import Office
from tests.web.browser.served import House
from tools.store.records import Proposal
from tools.store.store import Store

ADDRESSES = 20
HOST = "127.0.0.1"


@contextmanager
def child(work: Callable[[], object]) -> Iterator[None]:
    """A process that does the work until it is left."""
    process = os.fork()
    if not process:
        with suppress(BaseException):
            work()
        os._exit(0)
    try:
        yield
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


@contextmanager
def serving(store: Store, reviewers: int) -> Iterator[tuple[int, list[str]]]:
    """A port at which an inbox answers from another process, and the tokens of its reviewers."""
    with socket.create_server((HOST, 0), backlog=128) as door:
        port = int(door.getsockname()[1])
        house = House(store, f"http://{HOST}:{port}")
        house.limits = limits(four_eyes_people=1_000_000, reviews_per_day=1_000_000)
        tokens = [_token(house, n) for n in range(reviewers)]
        store.close()
        server = web_server(house.app, Connections(ConnectionLimits()))
        with child(lambda: server.run(sockets=[door])):
            yield port, tokens


@contextmanager
def executing(office: Office) -> Iterator[Connection]:
    """A process that carries out as many actions as it is told, and says in how many seconds."""
    ours, theirs = Pipe()
    office.store.close()

    def work() -> None:
        office.clock.pass_(minutes=10)
        executor = office.executor()
        while count := theirs.recv():
            began = time.perf_counter()
            came = executor.dispatch(count)
            theirs.send((came, time.perf_counter() - began))

    with child(work):
        yield ours


def _token(house: House, number: int) -> str:
    person = house.person("reviewer", f"r{number}")
    scopes = ("read", "decide")
    return house.auth.tokens.create(person.id, "bench", scopes, house.auth.settings.absolute)[0]


@dataclass
class Crowd:
    """Idle clients, and a thread that brings those back who were put out."""

    port: int
    size: int
    clients: list[socket.socket] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    dropped: int = 0

    def come(self) -> None:
        """Connect all, then again and again those that were closed."""
        self.clients = [self._one(n) for n in range(self.size)]
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
    idle = Crowd(port, size)
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


def review(port: int, token: str, mine: Iterable[Proposal]) -> list[float]:
    """One reviewer approves some proposals over one connection; seconds until each is approved."""
    asking = HTTPConnection(HOST, port, 60)
    times = []
    for one in mine:
        began = time.perf_counter()
        while (status := _approve(asking, token, one)) != HTTPStatus.OK:
            # Too many write at once: the same request again, as its answer says.
            assert status == HTTPStatus.SERVICE_UNAVAILABLE, status
        times.append(time.perf_counter() - began)
    asking.close()
    return times


def _approve(asking: HTTPConnection, token: str, one: Proposal) -> int:
    headers = {
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "idempotency-key": one.id,
    }
    body = json.dumps({"version": 1, "sha256": one.shown, "seconds": 30})
    asking.request("POST", f"/api/v1/proposals/{one.id}/approve", body, headers)
    answer = asking.getresponse()
    answer.read()
    return answer.status


@dataclass
class Taken:
    """What was measured in the turns with idle clients, or without."""

    approvals: list[float] = field(default_factory=list)
    drained: list[float] = field(default_factory=list)
    dropped: int = 0


def idle(kind: str, folder: Path, size: Sizes) -> None:
    """Approvals and the executor with and without idle clients, turn by turn."""
    asked = 2 * size.turns * (size.reviewers * size.each + size.drained)
    with opened(kind, folder) as office:
        waiting = iter(fill(office.store, asked))
        for one in islice(waiting, 2 * size.turns * size.drained):
            office.decide("ann", "approve", one.id)
        alone, beside = _turns(office, size, waiting)
    print(
        f"{kind}: {size.reviewers} reviewers at once: {_figures(alone)}; beside {size.idle:,} "
        f"idle connections ({beside.dropped:,} put out and back): {_figures(beside)}. "
        f"{_ratios(alone, beside)}"
    )


def _figures(one: Taken) -> str:
    return (
        f"approve p95 {p95(one.approvals) * 1e3:.0f} ms, executor "
        f"{statistics.median(one.drained):.0f} actions a second"
    )


def _ratios(alone: Taken, beside: Taken) -> str:
    middle = statistics.median(beside.approvals) / statistics.median(alone.approvals)
    drain = statistics.median(beside.drained) / statistics.median(alone.drained)
    return (
        f"Ratio of p95 {p95(beside.approvals) / p95(alone.approvals):.2f}, of medians "
        f"{middle:.2f}, of the executor's rate {drain:.2f}"
    )


def _rate(executor: Connection, count: int) -> float:
    came, seconds = executor.recv()
    assert came == {"sent": count}, came
    return float(count / seconds)


def _turns(office: Office, size: Sizes, waiting: Iterator[Proposal]) -> tuple[Taken, Taken]:
    alone, beside = Taken(), Taken()
    with (
        serving(office.store, size.reviewers) as (port, tokens),
        executing(office) as executor,
        ThreadPoolExecutor(size.reviewers) as pool,
    ):
        for _ in range(size.turns):
            for taken, clients in ((alone, 0), (beside, size.idle)):
                with crowd(port, clients) as others:
                    executor.send(size.drained)
                    jobs = [
                        pool.submit(review, port, token, list(islice(waiting, size.each)))
                        for token in tokens
                    ]
                    taken.approvals += [one for job in jobs for one in job.result()]
                    taken.drained.append(_rate(executor, size.drained))
                    taken.dropped += others.dropped
    return alone, beside
