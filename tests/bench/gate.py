"""Ratios of the gate: `python -m tests.bench.gate`. Everything in one run, interleaved, medians.

- a page of the queue at 100 k pending against one at 1 k, p95 over p95: the index carries it
- an approval at 100 k pending against one at 1 k
- the share of 409 with 50 reviewers who hold what they look at, and without holding
- claims and marks of the executor a second, against bare transactions of the same database
- approvals by HTTP with 2,000 idle connections beside them and without, p95 over p95

SQLite syncs every commit (synchronous=FULL); the PostgreSQL that comes with the tests does not
(fsync = off, see `tests.databases`), unless TEST_DATABASE_URL names a server of one's own.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock

from sqlalchemy import text

from approvals.assigning import hold
from approvals.envelope import Envelope
from approvals.queue import sealed_proposal
from approvals.request import Seen
from tests.approvals.made import DAY, limits
from tests.bench.idle import idle
from tests.databases import KINDS, Fresh
from tests.gate.office import MORNING, Office, mail, open_office
from tools.errors import Conflict
from tools.store.gate.inbox import Asking, Filters, waiting
from tools.store.records import NewProposal
from tools.store.rows import insert_new
from tools.store.store import Store
from tools.store.tables import ProposalRow

SMALL, LARGE = 1_000, 100_000
ROUNDS = 200
REVIEWERS, EACH = 50, 8


@contextmanager
def opened(kind: str, folder: Path, *mails: Envelope) -> Iterator[Office]:
    """An office over a database of its own, which is held on to until the end."""
    folder.mkdir(exist_ok=True)
    fresh = Fresh(kind, folder)
    try:
        yield open_office(fresh.store(), folder, *mails, four_eyes_people=1_000_000)
    finally:
        fresh.close()


def fill(store: Store, count: int) -> None:
    """Put many pending proposals into a store, quickly: one sealed envelope under many ids."""
    made = sealed_proposal(mail("x", "500.00"), limits())
    rows = [_copy(made, n) for n in range(count)]
    more = {"as_of": DAY, "status": "pending", "status_reason": "", "supersedes": None,
            "superseded_by": None, "decided_day": None, "version": 1, "created_at": MORNING,
            "changed_at": MORNING, "shown": made.sha256, "editor": "", "snoozed_until": None,
            "reminded_day": None}  # fmt: skip
    with store.database.write("gate") as session:
        insert_new(session, ProposalRow, rows, **more)


def _copy(made: NewProposal, n: int) -> NewProposal:
    return replace(made, id=f"p{n:016x}", account_id=f"b{n}", value_minor=1_000 + n % 5_000,
                   account_name=f"Account {n}")  # fmt: skip


def p95(seconds: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(seconds, n=20)[-1]


def timed(work: Callable[[], object]) -> float:
    """Seconds a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def page(office: Office) -> Callable[[], object]:
    """Read a page somewhere in the queue."""
    asking = Asking(office.people["ann"].person, office.day, office.clock())
    return lambda: office.store.gate.read(lambda tx: waiting(tx.session, asking, Filters()))


def approval(office: Office, chance: random.Random, count: int) -> Callable[[], object]:
    """Approve one of the queue."""
    ids = iter(chance.sample(range(count), ROUNDS + 1))
    return lambda: office.decide("ann", "approve", f"p{next(ids):016x}")


def sizes(kind: str, folder: Path) -> None:
    """Pages and approvals at both sizes, turn by turn."""
    with opened(kind, folder / "small") as small, opened(kind, folder / "large") as large:
        fill(small.store, SMALL)
        fill(large.store, LARGE)
        _sizes(kind, (small, large))


def _sizes(kind: str, offices: tuple[Office, Office]) -> None:
    chance = random.Random(1)
    works = {
        "page": [page(office) for office in offices],
        "approve": [approval(o, chance, n) for o, n in zip(offices, (SMALL, LARGE), strict=True)],
    }
    for name, pair in works.items():
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for times, work in zip(taken, pair, strict=True):
                times.append(timed(work))
        small, large = map(p95, taken)
        print(f"{kind}: {name} p95 {small * 1e3:.1f} ms at {SMALL:,}, {large * 1e3:.1f} ms at "
              f"{LARGE:,}: ratio {large / small:.2f}")  # fmt: skip


def conflicts(kind: str, folder: Path, *, holding: bool) -> None:
    """Fifty reviewers at one queue; how often somebody else was first."""
    with opened(kind, folder) as office:
        _conflicts(kind, office, holding=holding)


def _conflicts(kind: str, office: Office, *, holding: bool) -> None:
    fill(office.store, SMALL)
    names = [f"r{n}" for n in range(REVIEWERS)]
    for name in names:
        person = office.store.people.add(f"{name}@example.com", name, "reviewer", MORNING)
        office.people[name] = replace(office.people["ann"], person=person.id)
    told, lock = {"decided": 0, "conflicts": 0}, Lock()
    times: list[float] = []

    def review(name: str) -> None:
        asking = Asking(office.people[name].person, office.day, office.clock())
        found = office.store.gate.read(
            lambda tx: waiting(tx.session, asking, Filters(), limit=EACH)
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
    print(f"{kind}: {REVIEWERS} reviewers (20 at once), {how}: {told['decided']} decided, "
          f"409 share {share:.2%}, approve p95 {p95(times) * 1e3:.0f} ms")  # fmt: skip


def executor(kind: str, folder: Path) -> None:
    """Claims and marks a second, and bare transactions of two statements each."""
    mails = [mail(f"b{n}", "500.00") for n in range(ROUNDS)]
    with opened(kind, folder, *mails) as office:
        _executor(kind, office)


def _executor(kind: str, office: Office) -> None:
    ids = [proposal.id for proposal in office.store.proposals.pending(office.day)]
    for one in ids:
        office.decide("ann", "approve", one)
    office.clock.pass_(minutes=10)
    taken = timed(lambda: office.executor().dispatch(ROUNDS))

    def bare() -> None:
        for _ in range(2 * ROUNDS):
            with office.store.database.write("gate") as session:
                session.execute(text("UPDATE person SET name = name"))

    plain = timed(bare)
    sent = sum(action.status == "sent" for action in office.actions())
    print(f"{kind}: executor {sent / taken:.0f} claimed, called and marked a second, bare "
          f"transactions {2 * ROUNDS / plain:.0f} a second; {taken / plain:.1f} x the time of as "
          "many bare ones")  # fmt: skip


def both_ways(kind: str, folder: Path) -> None:
    """Conflicts with and without holding."""
    for holding in (True, False):
        conflicts(kind, folder / str(holding), holding=holding)


PARTS = {"sizes": sizes, "executor": executor, "conflicts": both_ways, "idle": idle}


def main() -> None:
    """Print every ratio on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--part", choices=PARTS, action="append")
    given = parser.parse_args()
    print(f"load average before: {os.getloadavg()[0]:.1f}")
    for name in given.part or PARTS:
        for kind in given.kind or KINDS:
            with tempfile.TemporaryDirectory() as folder:
                PARTS[name](kind, Path(folder))
    print(f"load average after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
