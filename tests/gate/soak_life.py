"""Life at a gate with two executors: what people do, and what came of it by an account of its own.

Two objects over one database take turns, as two processes do; either may be killed at a point.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from approvals.lease import LeaseWatch
from tests.faults.failures import Breaker
from tests.faults.offices import open_office, other_office, with_ledger
from tests.gate.copies import Copies
from tests.gate.office import Office
from tests.gate.soak_hands import Hand
from tests.gate.soak_people import WORKS, address, new
from tests.gate.witness import Agreed, Killed, Witness, key_of
from tools.errors import LifecycleError
from tools.store.engine import is_locked
from tools.store.gate.gate import GateStore
from tools.store.gate.records import Link
from tools.store.store import Store, open_store

FIRST_DAY = 19_783
POINTS = ("gate.before_commit", "gate.committed", "approve.decided", "approve.set_off",
          "executor.claimed", "executor.called", "executor.ended",
          "ledger.not_written")  # fmt: skip


@dataclass
class Life:
    """An office with two executors, its people's account of what they agreed to, and counts."""

    store: Store
    folder: Path
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    hand: Hand | None = None
    unwritten: bool = False
    backed_up: bool = False

    def __post_init__(self) -> None:
        self.agreed = Agreed()
        self.office = open_office(self.store, self.folder, *new(self.chance, FIRST_DAY))
        clock = self.office.clock
        self.office.vendor = self.vendor = Witness(
            self.folder / "effects.txt",
            self.chance.choice(["blind", "keyed", "look_up"]),
            agreed=self.agreed,
            uptime=clock.monotonic,
        )
        other = other_office(
            self.office, open_store(self.store.database.url.render_as_string(hide_password=False))
        )
        self.breakers: list[Breaker] = []
        self.offices = [self._at_work(one) for one in (self.office, other)]
        self.leases = [LeaseWatch(monotonic=clock.monotonic), None]
        self.copies = Copies(self.store.database.url, self.folder, self.let_go)

    def _at_work(self, office: Office) -> Office:
        """An office with its ledger, facts that may be unreadable, and points to be killed at."""
        office.facts = {f"a{n}": {"email": address(f"a{n}")} for n in range(40)}
        self.breakers.append(Breaker(with_ledger(office), "facts").install())
        ledger = office.gate.ledger
        assert ledger is not None

        def export(store: GateStore, links: Sequence[Link]) -> None:
            self.unwritten = True
            office.crashed("ledger.not_written")
            ledger.export(store, links)
            self.unwritten = False

        office.store.gate.export_to(export)
        return office

    def let_go(self) -> None:
        """Close every connection to the database."""
        for office in self.offices:
            office.store.close()

    def close(self) -> None:
        """End the second worker and remove the copies."""
        self.offices[1].store.close()
        self.copies.remove("backup", "newest")

    def do(self, work: Callable[[], Any], crash: Callable[[str], None] | None = None) -> bool:
        """Do something to its end; False when it was killed, refused, or nothing could be read."""
        for office in self.offices:
            office.crash = crash
        try:
            work()
        except Killed:
            self.counts["kills"] += 1
            return False
        except LifecycleError:
            return False
        except Exception as error:
            if is_locked(error):
                self.counts["told that it is locked"] += 1
                return False
            if not any(one.failure for one in self.breakers):
                raise
            return False
        finally:
            for office in self.offices:
                office.crash = None
            self._notice()
        return True

    def maybe_killed(self, work: Callable[[], Any]) -> bool:
        """The same; now and then the process is killed at a crash point in the middle."""
        kill = self.chance.choice(POINTS) if self.chance.random() < 0.2 else ""

        def crash(point: str) -> None:
            if point == kill:
                raise Killed(point)

        return self.do(work, crash)

    def _notice(self) -> None:
        """Once the service has paused for a changed row, nothing leaves before a person answers."""
        if self.agreed.forged and not self.agreed.silence and "global" in self.pauses():
            self.agreed.silence = "a hand in the database was noticed"

    def some(self, number: int) -> None:
        """Let some things happen."""
        for _ in range(number):
            self.maybe_killed(partial(self.chance.choice(WORKS), self))

    def run(self, which: int, **more: Any) -> Counter[str]:
        """An executor by its number carries out what is due."""
        office = self.offices[which]
        worker = office.executor(
            f"w{which}", watch=self.leases[which], monotonic=office.clock.monotonic, **more
        )
        return worker.dispatch()

    def learn(self, proposal: str) -> None:
        """Note whether a proposal is agreed to, right after somebody's deed."""
        action = self.office.action(proposal)
        stands = action is not None and action.status != "revoked"
        if action is None or action.id in self.agreed.forged:
            return
        if stands and self.office.get(proposal).status == "approved":
            self.agreed.keys[proposal] = key_of(action)
            self.agreed.ever.add(key_of(action))
        else:
            self.agreed.keys.pop(proposal, None)

    def pauses(self) -> set[str]:
        """What is paused by the rows."""
        return {one.scope for one in self.office.store.switches.pauses(self.office.clock())}
