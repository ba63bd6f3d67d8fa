"""Ratios of the gate: `python -m tests.bench.gate`. Everything in one run, interleaved, medians.

- a page of the queue at 100 k pending against one at 1 k, p95 over p95: the index carries it
- an approval at 100 k pending against one at 1 k
- the share of 409 with 50 reviewers who hold what they look at, and without holding
- claims and marks of the executor a second, against bare transactions of the same database
- approvals by HTTP with 2,000 idle connections beside them and without, p95 over p95, and how
  many actions a second an executor carries out meanwhile

SQLite syncs every commit (synchronous=FULL); the PostgreSQL that comes with the tests does not
(fsync = off, see `tests.databases`), unless TEST_DATABASE_URL names a server of one's own.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock

from sqlalchemy import text

from approvals.assigning import hold
from approvals.request import Seen
from tests.bench.gate_office import QUICK, Sizes, fill, opened, p95, timed
from tests.bench.idle import idle
from tests.databases import KINDS
from tests.gate.office import MORNING, Office, mail
from tools.errors import Conflict
from tools.store.gate.inbox import Asking, Filters, waiting
from tools.store.records import Proposal

A_PAGE = 8


def page(office: Office) -> Callable[[], object]:
    """Read a page somewhere in the queue."""
    asking = Asking(office.people["ann"].person, office.day, office.clock())
    return lambda: office.store.gate.read(lambda tx: waiting(tx.session, asking, Filters()))


def approval(
    office: Office, chance: random.Random, waiting: tuple[Proposal, ...], rounds: int
) -> Callable[[], object]:
    """Approve one of the queue."""
    chosen = iter(chance.sample(waiting, rounds))
    return lambda: office.decide("ann", "approve", next(chosen).id)


def sizes(kind: str, folder: Path, size: Sizes) -> None:
    """Pages and approvals at both sizes, turn by turn."""
    with opened(kind, folder / "small") as small, opened(kind, folder / "large") as large:
        _sizes(kind, (small, large), size)


def _sizes(kind: str, offices: tuple[Office, Office], size: Sizes) -> None:
    chance, counts = random.Random(1), (size.small, size.large)
    queues = [fill(office.store, n) for office, n in zip(offices, counts, strict=True)]
    works = {
        "page": [page(office) for office in offices],
        "approve": [
            approval(office, chance, queue, size.rounds)
            for office, queue in zip(offices, queues, strict=True)
        ],
    }
    for name, pair in works.items():
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(size.rounds):
            for times, work in zip(taken, pair, strict=True):
                times.append(timed(work))
        small, large = map(p95, taken)
        print(
            f"{kind}: {name} p95 {small * 1e3:.1f} ms at {size.small:,}, {large * 1e3:.1f} ms "
            f"at {size.large:,}: ratio {large / small:.2f}"
        )


def conflicts(kind: str, folder: Path, size: Sizes, *, holding: bool) -> None:
    """Fifty reviewers at one queue; how often somebody else was first."""
    with opened(kind, folder) as office:
        _conflicts(kind, office, size, holding=holding)


def _conflicts(kind: str, office: Office, size: Sizes, *, holding: bool) -> None:
    fill(office.store, size.small)
    names = [f"r{n}" for n in range(size.reviewers)]
    for name in names:
        person = office.store.people.add(f"{name}@example.com", name, "reviewer", MORNING)
        office.people[name] = replace(office.people["ann"], person=person.id)
    told, lock = {"decided": 0, "conflicts": 0}, Lock()
    times: list[float] = []

    def review(name: str) -> None:
        asking = Asking(office.people[name].person, office.day, office.clock())
        found = office.store.gate.read(
            lambda tx: waiting(tx.session, asking, Filters(), limit=A_PAGE)
        )
        seen = [Seen(r.proposal.id, r.proposal.version, r.proposal.shown) for r in found.rows]
        if holding:
            mine = set(hold(office.gate, office.people[name], [one.proposal for one in seen]))
            seen = [one for one in seen if one.proposal in mine]
        for one in seen:
            start = time.perf_counter()
            try:
                office.decide(name, "approve", one)
                key = "decided"
            except Conflict:
                key = "conflicts"
            with lock:
                told[key] += 1
                times.append(time.perf_counter() - start)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(review, names * 3))
    share = told["conflicts"] / max(1, sum(told.values()))
    how = "holding what they look at" if holding else "without holding"
    print(
        f"{kind}: {size.reviewers} reviewers (20 at once), {how}: {told['decided']} decided, "
        f"409 share {share:.2%}, approve p95 {p95(times) * 1e3:.0f} ms"
    )


def executor(kind: str, folder: Path, size: Sizes) -> None:
    """Claims and marks a second, and bare transactions of two statements each."""
    mails = [mail(f"b{n}", "500.00") for n in range(size.rounds)]
    with opened(kind, folder, *mails) as office:
        _executor(kind, office, size.rounds)


def _executor(kind: str, office: Office, rounds: int) -> None:
    ids = [proposal.id for proposal in office.store.proposals.pending(office.day)]
    for one in ids:
        office.decide("ann", "approve", one)
    office.clock.pass_(minutes=10)
    taken = timed(lambda: office.executor().dispatch(rounds))

    def bare() -> None:
        for _ in range(2 * rounds):
            with office.store.database.write("gate") as session:
                session.execute(text("UPDATE person SET name = name"))

    plain = timed(bare)
    sent = sum(action.status == "sent" for action in office.actions())
    print(
        f"{kind}: executor {sent / taken:.0f} claimed, called and marked a second, bare "
        f"transactions {2 * rounds / plain:.0f} a second; {taken / plain:.1f} x the time of as "
        "many bare ones"
    )


def both_ways(kind: str, folder: Path, size: Sizes) -> None:
    """Conflicts with and without holding."""
    for holding in (True, False):
        conflicts(kind, folder / str(holding), size, holding=holding)


PARTS = {"sizes": sizes, "executor": executor, "conflicts": both_ways, "idle": idle}


def main(arguments: list[str] | None = None) -> None:
    """Print every ratio on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--quick", action="store_true", help="few of everything: does it run?")
    given = parser.parse_args(arguments)
    size = QUICK if given.quick else Sizes()
    print(f"load average before: {os.getloadavg()[0]:.1f}")
    for name in given.part or PARTS:
        for kind in given.kind or KINDS:
            with tempfile.TemporaryDirectory() as folder:
                PARTS[name](kind, Path(folder), size)
    print(f"load average after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
