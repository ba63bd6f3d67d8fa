"""Ten virtual days of an office with random faults; what came of them, counted.

`python -m tests.gate.soak --seeds 200` runs many and prints one line for all. Every seed can be
run again alone; the vendor's ledger, which the service cannot write, says what really happened.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from approvals.settling import switch
from approvals.upkeep import expire, remind, wake
from tests.databases import KINDS, Fresh
from tests.gate.office import Office, mail, open_office
from tools.errors import LifecycleError
from tools.store.store import Store

DAYS = 10
PEOPLE = ("ann", "bob", "cleo", "dan", "eve")
MODES = ("ok",) * 6 + ("refused", "later", "lost before", "lost after", "bug", "denied")
POINTS = ("gate.before_commit", "gate.committed", "approve.decided", "approve.set_off",
          "executor.claimed", "executor.called", "executor.ended")  # fmt: skip
ENDED = frozenset({"sent", "failed", "blocked", "revoked", "held_out", "unknown"})


class Killed(BaseException):
    """The process is dead at this point; nobody catches it."""


@dataclass
class Soaked:
    """What ten days came to."""

    statuses: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    unapproved: int = 0
    lost: int = 0
    kills: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Soaked") -> None:
        """Put two together."""
        self.statuses += other.statuses
        self.duplicates += other.duplicates
        self.unapproved += other.unapproved
        self.lost += other.lost
        self.kills += other.kills
        self.wrong += other.wrong


def soak(seed: int, store: Store, folder: Path) -> Soaked:
    """Live through ten days with the chances of a seed."""
    chance = random.Random(seed)
    office = open_office(store, folder, *_new(chance, 19_783))
    office.vendor.effect = chance.choice(["blind", "keyed", "look_up"])
    kills = 0
    for _ in range(DAYS):
        for _ in range(12):
            kills += _moment(office, chance)
        office.clock.pass_(hours=24 - 12 * 0.5)
        _guarded(office, chance, lambda: office.propose(*_new(chance, office.day)))
    return _finish(office, kills)


def _new(chance: random.Random, day: int) -> list[Any]:
    accounts = chance.sample(range(40), 4)
    return [mail(f"a{n}", chance.choice(["50.00", "900.00", "15000.00"]), day) for n in accounts]


def _moment(office: Office, chance: random.Random) -> int:
    """Half an hour in which somebody does something, something is sent, and something breaks."""
    office.clock.pass_(minutes=30)
    office.vendor.modes = [chance.choice(MODES) for _ in range(3)]
    works: list[Callable[[], Any]] = [
        lambda: _decide(office, chance), lambda: _decide(office, chance),
        lambda: _decide(office, chance), lambda: office.executor(chance.choice("vw")).dispatch(),
        lambda: office.executor().dispatch(), lambda: _switch(office, chance),
        lambda: (expire(office.gate), wake(office.gate), remind(office.gate)),
    ]  # fmt: skip
    return sum(_guarded(office, chance, chance.choice(works)) for _ in range(3))


def _guarded(office: Office, chance: random.Random, work: Callable[[], Any]) -> int:
    """Do it; now and then the process is killed at a crash point in the middle."""
    kill = chance.choice(POINTS) if chance.random() < 0.2 else ""

    def crash(point: str) -> None:
        if point == kill:
            raise Killed(point)

    office.crash = crash
    try:
        work()
    except Killed:
        return 1
    except LifecycleError:
        return 0
    finally:
        office.crash = None
    return 0


def _decide(office: Office, chance: random.Random) -> None:
    waiting = office.store.proposals.pending(office.day)
    if not waiting:
        return
    proposal, who = chance.choice(waiting), chance.choice(PEOPLE)
    kind = chance.choice(["approve"] * 6 + ["reject", "edit", "snooze", "revoke"])
    needs: dict[str, dict[str, Any]] = {
        "edit": {"subject": "Other", "body": f"Words {chance.randrange(9)}."},
        "snooze": {"until_day": office.day + 1},
    }
    more = needs.get(kind, {})
    office.decide(who, kind, proposal.id, **more)
    if chance.random() < 0.15:
        office.decide(who, "undo", proposal.id)


def _switch(office: Office, chance: random.Random) -> None:
    scope = chance.choice(["global", "channel:email"])
    switch(office.gate, office.people["eve"], scope, on=chance.random() < 0.3, reason="so")


def _finish(office: Office, kills: int) -> Soaked:
    """Let go everything that is paused, wait until nothing moves any more, and count."""
    office.vendor.modes = []
    for scope in ("global", "channel:email"):
        switch(office.gate, office.people["eve"], scope, on=False, reason="the end")
    for _ in range(40):
        office.clock.pass_(hours=6)
        office.executor().dispatch()
    effects, actions = office.vendor.effects(), office.actions()
    approved = {f"act:{a.id}:{a.sha256}" for a in actions}
    sent = {f"act:{a.id}:{a.sha256}" for a in actions if a.status == "sent"}
    return Soaked(
        Counter(action.status for action in actions),
        sum(times - 1 for times in effects.values()),
        len(set(effects) - approved),
        sum(1 for a in actions if a.status not in ENDED) + len(sent - set(effects)),
        kills,
        [f"{one.invariant}: {one.words}" for one in office.wrong()],
    )


def soak_many(kind: str, seeds: range) -> tuple[Soaked, list[int]]:
    """Run seeds on one kind of database; all together, and the seeds with something wrong."""
    whole, bad = Soaked(), []
    with tempfile.TemporaryDirectory() as folder:
        fresh = Fresh(kind, Path(folder))
        for seed in seeds:
            ledger = Path(folder) / f"seed-{seed}"
            ledger.mkdir()
            one = soak(seed, fresh.store(), ledger)
            whole.add(one)
            if one.duplicates or one.unapproved or one.lost or one.wrong:
                bad.append(seed)
        fresh.close()
    return whole, bad


def main() -> None:
    """Print what many seeds came to, on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--kind", choices=KINDS, action="append")
    given = parser.parse_args()
    for kind in given.kind or KINDS:
        whole, bad = soak_many(kind, range(given.first, given.first + given.seeds))
        told = ", ".join(f"{name} {n}" for name, n in sorted(whole.statuses.items()))
        print(
            f"{kind}: {given.seeds} seeds from {given.first} of {DAYS} days, "
            f"{whole.kills} kills, actions: {told}; "
            f"duplicate effects {whole.duplicates}, unapproved {whole.unapproved}, "
            f"lost {whole.lost}, invariants broken {len(whole.wrong)}, bad seeds {bad}"
        )
        if bad:
            sys.exit(1)


if __name__ == "__main__":
    main()
