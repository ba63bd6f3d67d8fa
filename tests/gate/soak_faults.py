"""The faults of a soak: what is unreadable, locked, stopped, put back, jumps, or was changed.

Each leaves the office as it must be found: nothing leaves that people do not want at that moment,
and what a hand changed is named and keeps everything back until a person has answered.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from approvals.restore import after_restore
from approvals.verify import verify
from tests.approvals.made import KEY
from tests.faults.failures import FAILURES
from tests.faults.held import held
from tests.gate.soak_hands import HANDS
from tests.gate.soak_people import dispatch, flip, settle_one, upkeep
from tests.gate.witness import key_of
from tools.clock_watch import SETTLES
from tools.store.patience import patient

if TYPE_CHECKING:
    from tests.gate.soak_life import Life

HELD = 0.05  # seconds another program holds the database while a call is under way


def words(life: "Life") -> set[str]:
    """What `verify` says, with the ledger beside the database."""
    office, ledger = life.office, life.office.gate.ledger
    head = "" if ledger is None else ledger.last_head()
    found = office.store.gate.read(lambda tx: verify(tx, KEY, office.clock(), head, (), ledger))
    return {f"{one.invariant}: {one.words}" for one in found}


def unreadable(life: "Life") -> None:
    """The facts cannot be read for a while; nothing is decided by that."""
    failure = FAILURES[life.chance.choice(sorted(FAILURES))]
    for breaker in life.breakers:
        breaker.failure = failure
        breaker.accounts = life.chance.choice([frozenset(), frozenset({"a1", "a7", "a20"})])
    before = {a.id for a in life.office.actions() if a.status == "blocked"}
    life.some(2)
    life.do(partial(dispatch, life))
    for action in life.office.actions():
        if action.status == "blocked" and action.id not in before and "Error" in action.detail:
            life.wrong.append(f"{action.id} was blocked while nothing could be read")
    if life.chance.random() < 0.7:
        readable(life)


def readable(life: "Life") -> None:
    """Everything can be read again."""
    for breaker in life.breakers:
        breaker.failure = None


def locked(life: "Life") -> None:
    """Another program holds the database; whoever wants to write is told after a moment."""
    with held(life.store), patient(0.02):
        life.some(2)
        life.do(partial(dispatch, life))


def locked_in_a_call(life: "Life") -> None:
    """Another program holds it for a moment while a call is under way: its result is not lost."""

    def hold() -> None:
        begun = threading.Event()

        def other() -> None:
            with held(life.store):
                begun.set()
                threading.Event().wait(HELD)

        thread = threading.Thread(target=other)
        thread.start()
        begun.wait(5)
        threads.append(thread)

    threads: list[threading.Thread] = []
    life.do(partial(dispatch, life), once(life, ("executor.claimed", "executor.called"), hold))
    for thread in threads:
        thread.join()


def once(
    life: "Life", points: tuple[str, ...], work: Callable[[], object]
) -> Callable[[str], None]:
    """What does something at the first of some points that is reached, and nothing after that."""

    def crash(point: str) -> None:
        if point in points:
            for office in life.offices:
                office.crash = None
            work()

    return crash


def jump(life: "Life") -> None:
    """The clock jumps, and mostly comes back; nothing leaves or ends by a time of a moment."""
    clock, hours = life.office.clock, life.chance.choice([-36, -2, 1, 5, 30, 24 * 9])
    for office in life.offices:
        office.watch()
    clock.jump(hours=hours)
    before = life.agreed.doubt_ends
    life.agreed.doubt_ends = clock.uptime + SETTLES.total_seconds()
    life.some(2)
    life.do(partial(dispatch, life))
    life.do(partial(upkeep, life))
    if life.chance.random() < 0.8:
        clock.jump(hours=-hours)
        life.agreed.doubt_ends = before


def stopped(life: "Life") -> None:
    """A worker is stopped in a call for longer than its lease; another takes over, and it wakes."""
    which = life.chance.randrange(2)

    def sleep() -> None:
        for _ in range(2):
            life.office.clock.pass_(minutes=1)
            life.run(1 - which)

    point = life.chance.choice(["executor.claimed", "executor.called"])
    life.do(partial(life.run, which), once(life, (point,), sleep))


def taking_turns(life: "Life") -> None:
    """One executor is in the middle of a call while the other carries out what is due."""
    which = life.chance.randrange(2)
    point = life.chance.choice(["executor.claimed", "executor.called", "executor.ended"])
    life.do(partial(life.run, which), once(life, (point,), partial(life.run, 1 - which)))


def back_up(life: "Life") -> None:
    """Keep a copy of the database."""
    if life.hand is None and not life.agreed.silence:
        life.copies.take("backup")
        life.backed_up = True


def put_back(life: "Life") -> None:
    """The database is lost, and a copy of before comes in its place; the ledger is kept."""
    if not life.backed_up or life.hand is not None or life.unwritten:
        return  # what was killed right before its line was written is not in the ledger either
    head = life.office.store.gate.read(lambda tx: tx.chain.head())
    life.copies.put_back("backup")
    life.counts["restored"] += 1
    if head != life.office.store.gate.read(lambda tx: tx.chain.head()):
        forget(life)
        if not words(life):
            life.wrong.append("verify does not see that a backup was restored")
    life.some(2)
    life.do(partial(dispatch, life))


def forget(life: "Life") -> None:
    """A database that knows less than people do: nothing leaves before somebody has said so."""
    agreed, there = life.agreed, {a.proposal: a for a in life.office.actions()}
    agreed.silence = "a backup was restored"
    agreed.paused &= life.pauses()
    agreed.keys = {
        proposal: key
        for proposal, key in agreed.keys.items()
        if proposal in there
        and key == key_of(there[proposal])
        and there[proposal].status != "revoked"
    }


def hand(life: "Life") -> None:
    """Somebody without the key changes rows; `verify` says so at once."""
    if life.hand is not None or life.agreed.silence:
        return
    made = life.chance.choice(HANDS)(life.office, life.chance)
    if made is None or (made.silences and life.unwritten):
        return  # what is cut before its line was written is known to nobody outside
    before = words(life)
    if made.silences:
        life.copies.take("newest")
        life.agreed.silence = made.name
    made.do(life.store)
    life.hand = made
    life.agreed.forged |= set(made.actions)
    life.counts["hands"] += 1
    life.counts[f"hand: {made.name}"] += 1
    if words(life) - before:
        life.counts["hands noticed"] += 1
    else:
        life.wrong.append(f"verify says nothing of a hand: {made.name} {made.actions}")
    life.some(2)
    life.do(partial(dispatch, life))


def answer(life: "Life") -> None:
    """A person looks, puts it right, and lets everything go on."""
    made = life.hand
    if made is not None and made.silences:
        life.copies.put_back("newest")
        forget(life)
    elif made is not None:
        by_command = made.name == "sent set back" and life.chance.random() < 0.5
        if by_command and not say_restored(life):
            return
        made.undo(life.store, gone=("action", "send") if by_command else ())
    if life.agreed.silence and (made is None or made.silences) and not say_restored(life):
        return
    if made is not None:
        life.agreed.forged -= set(made.actions)
    life.hand, life.agreed.silence = None, ""
    for scope in ("global", "channel:email"):
        life.do(partial(flip, life, scope, on=False))


def say_restored(life: "Life") -> bool:
    """`lifecycle restored`, then ask the other side of each; False when it was killed."""
    office, eve = life.office, life.office.people["eve"]
    if not life.maybe_killed(lambda: after_restore(office.gate, eve)):
        return False
    for action in office.actions():
        if action.status == "unknown" and action.id not in life.agreed.forged:
            life.do(partial(settle_one, life, action))
    return True


FAULTS: tuple[Callable[["Life"], None], ...] = (
    unreadable, locked, locked_in_a_call, jump, stopped, taking_turns, back_up, put_back, hand,
    hand, hand,
)  # fmt: skip
