"""One inbox that is lived in for long, to see whether it grows: memory, files, threads, time.

`python -m tests.web.lasting --minutes 60 --kind postgresql` lives for an hour and compares the
last quarter with the second. A round is a virtual day over real HTTP: mails are proposed, somebody
looks at the queue and at each of them and decides, a live page is opened and left, what was
approved is sent, what waits is reminded of and expires.
"""

import argparse
import gc
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import httpx2

from approvals.upkeep import expire, remind, wake
from tests.databases import KINDS, Fresh
from tests.gate.office import Office, mail
from tests.web.browser.served import House, served
from tests.web.made import fields_of, seen_in
from tools.store.store import Store

MAILS = 8
DAY_STARTS = 24
KINDS_OF_DEED: tuple[tuple[str, dict[str, str]], ...] = (
    *(("approve", {}),) * 5, ("reject", {"reason": "other", "note": "so"}),
    ("edit", {"subject": "Other"}), ("leave", {}),
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """What one round took, and what the process held at its end."""

    seconds: float
    memory: float
    objects: float
    files: float
    threads: float


@dataclass
class Life:
    """Somebody's days at an inbox that is served on this machine."""

    house: House
    office: Office
    chance: random.Random
    decided: int = 0
    refused: int = 0
    sent: int = 0

    def day(self) -> None:
        """Propose, look, decide, send, keep up; then it is the next morning."""
        self.office.clock.go_to(self.house.clock.now)
        accounts = self.chance.sample(range(400), MAILS)
        self.office.propose(*(mail(f"a{n}", "50.00", self.office.day) for n in accounts))
        cookie = {"lifecycle": self.house.cookie()}
        with httpx2.Client(base_url=self.house.base_url, cookies=cookie, timeout=60) as browser:
            self._listen(browser)
            for page in ("/queue", "/actions", "/log", "/accounts", "/me", "/metrics", "/health"):
                _page(browser, page)
            for one in self.office.store.proposals.pending(self.office.day)[:MAILS]:
                self._decide(browser, one.id)
        self._later(minutes=20)
        self.sent += self.office.executor().dispatch()["sent"]
        for upkeep in (expire, wake, remind):
            upkeep(self.house.gate)
        self._later(hours=DAY_STARTS)

    def _listen(self, browser: httpx2.Client) -> None:
        """Open a live page and leave it after the first thing it says."""
        with browser.stream("GET", "/queue/events?after=0") as answer:
            assert any("moved" in line for line in answer.iter_lines())

    def _decide(self, browser: httpx2.Client, proposal: str) -> None:
        kind, form = self.chance.choice(KINDS_OF_DEED)
        page = _page(browser, f"/proposals/{proposal}")
        if kind == "leave" or f"/proposals/{proposal}/{kind}" not in page:
            return
        self._later(seconds=5)
        words = {"body": f"Words {self.chance.random()}.\n"}
        given = seen_in(page) | {"csrf": fields_of(page)["csrf"]} | words | form
        answer = browser.post(
            f"/proposals/{proposal}/{kind}", data=given, headers={"origin": self.house.base_url}
        )
        assert answer.status_code < 500, answer.text[:2000]
        done = answer.status_code == 303
        self.decided, self.refused = self.decided + done, self.refused + (not done)

    def _later(self, **time: float) -> None:
        self.house.clock.turn(**time)
        self.office.clock.go_to(self.house.clock.now)


def _page(browser: httpx2.Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
    return answer.text


@contextmanager
def living(store: Store, folder: Path, seed: int = 1) -> Iterator[Life]:
    """A served inbox and the office behind it."""
    with served(store) as house:
        yield Life(house, Office(store, folder), random.Random(seed))


def lasting(life: Life, more: Callable[[int], bool]) -> list[Measured]:
    """Live day after day for as long as `more` says, given the number of days so far."""
    found: list[Measured] = []
    while more(len(found)):
        start = time.perf_counter()
        life.day()
        found.append(_measured(time.perf_counter() - start))
    return found


def _measured(seconds: float) -> Measured:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    files = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return Measured(
        seconds,
        pages * os.sysconf("SC_PAGE_SIZE"),
        len(gc.get_objects()),
        files,
        threading.active_count(),
    )


def growth(found: list[Measured]) -> dict[str, float]:
    """The median of the last quarter over that of the second; the first is for warming up."""
    quarter = len(found) // 4
    second, last = found[quarter : 2 * quarter], found[-quarter:]
    return {
        one.name: statistics.median(getattr(m, one.name) for m in last)
        / statistics.median(getattr(m, one.name) for m in second)
        for one in fields(Measured)
    }


def live_for(kind: str, minutes: float) -> None:
    """Print what so many minutes came to."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Fresh(kind, Path(folder))
        until = time.monotonic() + minutes * 60
        with living(fresh.store(), Path(folder)) as life:
            found = lasting(life, lambda _: time.monotonic() < until)
            grown = ", ".join(f"{name} {ratio:.3f}" for name, ratio in growth(found).items())
            print(
                f"{kind}: {minutes:g} minutes, {len(found)} days, {life.decided} decided, "
                f"{life.refused} refused, {life.sent} sent; last quarter / second: {grown}; at "
                f"the end {found[-1]}; invariants broken {len(life.office.wrong())}"
            )
        fresh.close()


def main() -> None:
    """Live for so many minutes on each kind of database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--kind", choices=KINDS, action="append")
    given = parser.parse_args()
    for kind in given.kind or KINDS:
        live_for(kind, given.minutes)


if __name__ == "__main__":
    main()
