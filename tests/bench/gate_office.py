"""What the parts of `tests.bench.gate` share: how much of everything, offices, full queues."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from approvals.envelope import Envelope
from approvals.queue import propose
from tests.approvals.made import DAY, desk
from tests.databases import Fresh
from tests.gate.office import MORNING, Office, mail, open_office
from tools.store.records import Proposal
from tools.store.store import Store

# What a company of some size proposes in a morning; a transaction of more keeps others waiting.
MORNING_LOT = 2_000


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much of everything; the measurement's, unless a quick look is asked for."""

    small: int = 1_000
    large: int = 100_000
    rounds: int = 200
    reviewers: int = 50
    each: int = 4
    turns: int = 4
    idle: int = 2_000
    drained: int = 200


QUICK = Sizes(small=60, large=300, rounds=25, reviewers=5, each=2, turns=1, idle=40, drained=20)


@contextmanager
def opened(kind: str, folder: Path, *mails: Envelope) -> Iterator[Office]:
    """An office over a database of its own, which is held on to until the end."""
    folder.mkdir(exist_ok=True)
    fresh = Fresh(kind, folder)
    try:
        yield open_office(fresh.store(), folder, *mails, four_eyes_people=1_000_000)
    finally:
        fresh.close()


def fill(store: Store, count: int) -> tuple[Proposal, ...]:
    """Put many proposals into a store as mornings do, with their entries in the chain."""
    for start in range(0, count, MORNING_LOT):
        numbers = range(start, min(count, start + MORNING_LOT))
        queued = propose(desk(store), DAY, map(_mail, numbers), MORNING)
        assert not queued.refused, queued.refused
    return store.proposals.of_day(DAY)


def _mail(number: int) -> Envelope:
    return mail(f"b{number}", f"{10 + number % 50}.{number % 100:02}")


def p95(seconds: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(seconds, n=20)[-1]


def timed(work: Callable[[], object]) -> float:
    """Seconds a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
