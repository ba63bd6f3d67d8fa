"""Ten virtual days of an office with random faults; what came of them, counted.

`python -m tests.gate.soak --seeds 200` runs many and prints one line for all. Every seed can be
run again alone; the vendor's ledger, which the service cannot write, says what really happened.
"""

import argparse
import logging
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from tests.databases import KINDS, Fresh
from tests.gate.soak_faults import FAULTS, answer, readable, words
from tests.gate.soak_hands import Hand
from tests.gate.soak_life import Life
from tests.gate.soak_people import flip, new, upkeep
from tests.gate.witness import key_of
from tools.store.store import Store

DAYS = 10
MOMENTS, PASSES = 4, 2
SLICE = 5
MODES = ("ok",) * 6 + ("refused", "later", "lost before", "lost after", "bug", "denied")
ENDED = frozenset({"sent", "failed", "blocked", "revoked", "held_out", "unknown"})


@dataclass
class Soaked:
    """What ten days came to."""

    statuses: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    unapproved: int = 0
    lost: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Soaked") -> None:
        """Put two together."""
        self.statuses += other.statuses
        self.counts += other.counts
        self.duplicates += other.duplicates
        self.unapproved += other.unapproved
        self.lost += other.lost
        self.wrong += other.wrong

    @property
    def is_bad(self) -> bool:
        """Whether a promise was broken."""
        return bool(self.duplicates or self.unapproved or self.lost or self.wrong)


def soak(seed: int, store: Store, folder: Path) -> Soaked:
    """Live through ten days with the chances of a seed."""
    life = Life(store, folder, random.Random(seed))
    try:
        for _ in range(DAYS):
            for _ in range(MOMENTS):
                _moment(life)
            life.office.clock.pass_(hours=24 - MOMENTS * PASSES)
            life.maybe_killed(lambda: life.office.propose(*new(life.chance, life.office.day)))
        return _finish(life)
    finally:
        life.close()


def _moment(life: Life) -> None:
    """An hour or two in which people do something, something is sent, and something breaks."""
    life.office.clock.pass_(hours=PASSES)
    life.vendor.modes = [life.chance.choice(MODES) for _ in range(3)]
    life.some(3)
    if life.chance.random() < 0.4:
        fault = life.chance.choice(FAULTS)
        life.counts[f"fault: {fault.__name__}"] += 1
        fault(life)
    is_waiting = life.hand is not None or life.agreed.silence
    if is_waiting and life.chance.random() < 0.5:
        answer(life)


def _put_right(life: Life, hand: Hand) -> bool:
    """Whether a `restored` that was killed after its commit has put the rows of a hand right."""
    by_command = hand.name == "sent set back"
    return by_command and all(
        action.status != "scheduled"
        for action in life.office.actions()
        if action.id in hand.actions
    )


def _finish(life: Life) -> Soaked:
    """Let a person answer, everything go on and come to its end, and count."""
    readable(life)
    life.vendor.modes = []
    if life.hand is not None and not words(life) and not _put_right(life, life.hand):
        life.wrong.append(f"verify forgot a hand: {life.hand.name}")
    while life.hand is not None or life.agreed.silence:
        answer(life)
    for scope in ("global", "channel:email"):
        flip(life, scope, on=False)
    for _ in range(40):
        life.office.clock.pass_(hours=6)
        life.do(partial(upkeep, life))
        life.run(0)
        if ENDED >= {action.status for action in life.office.actions()}:
            break
    return _counted(life)


def _counted(life: Life) -> Soaked:
    effects, actions = life.vendor.effects(), life.office.actions()
    by_key = {key_of(action): action for action in actions}
    missing = [key for key in life.agreed.keys.values() if key not in by_key]
    open_ = [a.id for a in actions if a.status not in ENDED]
    unreal = [key for key, a in by_key.items() if a.status == "sent" and key not in effects]
    ledger = life.office.gate.ledger
    assert ledger is not None
    unwritten = [key for key in effects if not ledger.called(key.split(":")[1])]
    return Soaked(
        Counter(action.status for action in actions),
        life.counts,
        sum(times - 1 for times in effects.values()),
        len(set(effects) - life.agreed.ever) + len(life.vendor.objections),
        len(missing) + len(open_) + len(unreal),
        [
            *life.wrong,
            *words(life),
            *life.vendor.objections,
            *(f"lost: {one}" for one in (*missing, *open_, *unreal)),
            *(f"{key} left and is not in the ledger" for key in unwritten),
        ],
    )


def be_quiet() -> None:
    """Keep what is logged out of the way: hundreds of drawn tracebacks take longer than a day."""
    line = structlog.processors.KeyValueRenderer()
    structlog.configure(
        processors=[line], wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
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
            if one.is_bad:
                bad.append(seed)
                print(f"{kind} seed {seed}: {one.wrong}", flush=True)
        fresh.close()
    return whole, bad


def main() -> None:
    """Print what many seeds came to, on each database: a line for every slice, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--kind", choices=KINDS, action="append")
    given = parser.parse_args()
    be_quiet()
    end = given.first + given.seeds
    bad: list[int] = []
    for kind in given.kind or KINDS:
        all_of_kind, bad_here = Soaked(), []
        for first in range(given.first, end, SLICE):
            whole, bad_slice = soak_many(kind, range(first, min(end, first + SLICE)))
            all_of_kind.add(whole)
            bad_here += bad_slice
            done = min(end, first + SLICE) - given.first
            print(
                f"{kind}: {done} seeds from {given.first} of {DAYS} days, "
                f"{line_of(all_of_kind)}, bad seeds {bad_here}",
                flush=True,
            )
        bad += bad_here
    sys.exit(bool(bad))


def line_of(whole: Soaked) -> str:
    """What came of it, in a line."""
    actions, counts = (
        ", ".join(f"{name} {n}" for name, n in sorted(counter.items()))
        for counter in (whole.statuses, whole.counts)
    )
    return (
        f"actions: {actions}; {counts}; duplicate effects {whole.duplicates}, "
        f"unapproved {whole.unapproved}, lost {whole.lost}, wrong {len(whole.wrong)}"
    )


if __name__ == "__main__":
    main()
