"""What people and time do at a gate in a soak, and what they then count as agreed."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from approvals.envelope import Envelope
from approvals.settling import settle, switch, unsubscribe
from approvals.upkeep import bring_forward, expire, remind, wake
from tests.approvals.made import KEY
from tests.gate.office import mail
from tests.gate.witness import Killed, key_of
from tools.errors import BadInput, Conflict
from tools.store.gate.records import Action
from tools.store.sends import suppression_key

if TYPE_CHECKING:
    import random

    from tests.gate.soak_life import Life

PEOPLE = ("ann", "bob", "cleo", "dan", "eve")
DISGUISES = ("see evil。com/path", "р\u0430ypal", "fifty percent off", "call +49 30 1234567",
             "pay\ufe0fpal", "http://[x]/", "５０％ off", "bit.ly/x")  # fmt: skip


def dispatch(life: "Life") -> None:
    """One of the two executors carries out what is due."""
    life.run(life.chance.randrange(2))


def decide(life: "Life") -> None:
    """Somebody decides about something that waits."""
    waiting = life.office.store.proposals.pending(life.office.day)
    if not waiting:
        return
    proposal = life.chance.choice(waiting).id
    kind = life.chance.choice(["approve"] * 6 + ["reject", "edit", "snooze", "revoke"])
    needs: dict[str, dict[str, Any]] = {
        "edit": {"subject": "Other", "body": f"Words {life.chance.randrange(9)}."},
        "snooze": {"until_day": life.office.day + 1},
    }
    say(life, life.chance.choice(PEOPLE), kind, proposal, **needs.get(kind, {}))
    if life.chance.random() < 0.1:
        say(life, life.chance.choice(PEOPLE), "undo", proposal)


def take_back(life: "Life") -> None:
    """Somebody takes back what was agreed to."""
    if life.agreed.keys and life.chance.random() < 0.4:
        proposal = life.chance.choice(sorted(life.agreed.keys))
        say(life, life.chance.choice(PEOPLE), life.chance.choice(["revoke", "undo"]), proposal)


def release(life: "Life") -> None:
    """Somebody asks again for what was blocked."""
    blocked = [a.proposal for a in life.office.actions() if a.status == "blocked"]
    if blocked:
        who, one = life.chance.choice(PEOPLE[2:]), life.chance.choice(blocked)
        say(life, who, "release", one, note="the guard was wrong")
        life.counts["released"] += 1


def disguise(life: "Life") -> None:
    """Somebody edits words so that they hide something; it must be refused."""
    waiting = life.office.store.proposals.pending(life.office.day)
    words = life.chance.choice(DISGUISES)
    if waiting:
        proposal = life.chance.choice(waiting).id
        try:
            say(life, "ann", "edit", proposal, subject="Hello", body=words)
        except BadInput:
            life.counts["disguises refused"] += 1
            raise
        life.wrong.append(f"the edit {words!r} passed")


def say(life: "Life", who: str, kind: str, proposal: str, **more: Any) -> None:
    """Somebody does something with a proposal; what they agreed to is counted here too."""
    try:
        life.chance.choice(life.offices).decide(who, kind, proposal, **more)
    except Killed:
        life.learn(proposal)
        raise
    life.learn(proposal)


def say_no(life: "Life") -> None:
    """Somebody outside never wants to be written to again."""
    if life.chance.random() < 0.15:
        account = f"a{life.chance.randrange(40)}"
        life.agreed.quiet.add(account)  # a killed page may have written it down
        key = suppression_key(KEY.secret, address(account))
        try:
            unsubscribe(life.office.gate, key, "email")
        except Killed:
            raise
        except Exception:
            life.agreed.quiet.discard(account)  # they were told that it did not work
            raise
        life.counts["said no"] += 1


def flip_some(life: "Life") -> None:
    """Eve pauses everything or a channel, or lets it go on."""
    scope = life.chance.choice(["global", "channel:email"])
    flip(life, scope, on=life.chance.random() < 0.3)


def flip(life: "Life", scope: str, *, on: bool) -> None:
    """Pause or let go on, and note it."""
    before = set(life.agreed.paused)
    life.agreed.paused.discard(scope)
    try:
        switch(life.office.gate, life.office.people["eve"], scope, on=on, reason="so")
    except Killed:
        life.agreed.paused |= {scope} if on else set()
        raise
    except Exception:
        life.agreed.paused |= before
        raise
    life.agreed.paused |= {scope} if on else set()
    if not on and scope == "global" and life.agreed.forged:
        life.agreed.silence = ""  # they did not look; it will pause itself again


def upkeep(life: "Life") -> None:
    """What time alone does."""
    office = life.chance.choice(life.offices)
    office.watch.keep()
    for work in (expire, wake, remind, bring_forward):
        work(office.gate)


def settle_some(life: "Life") -> None:
    """Somebody asks the other side what became of an action nobody knows of."""
    unknown = [a for a in life.office.actions() if a.status == "unknown"]
    if unknown:
        settle_one(life, life.chance.choice(unknown))


def settle_one(life: "Life", action: Action) -> None:
    """Say what the other side says; what did not arrive and is still wanted is done again."""
    key = key_of(action)
    arrived = key in life.vendor.effects()
    wanted = life.agreed.keys.get(action.proposal) == key
    finding = "sent" if arrived else "again" if wanted else "failed"
    try:
        settle(
            life.office.gate,
            life.office.people["eve"],
            action.id,
            finding,  # type: ignore[arg-type]  # one of its words
            "we asked",
            live=True,
            sha256=action.sha256,
        )
    except Conflict as error:
        if "the ledger says it was sent" in str(error):
            life.wrong.append(f"{action.id} did not arrive, and {error}")
        raise
    life.counts[f"settled as {finding}"] += 1


def new(chance: "random.Random", day: int) -> list[Envelope]:
    """Four mails to four customers."""
    accounts = [f"a{n}" for n in chance.sample(range(40), 4)]
    made = [mail(one, chance.choice(["50.00", "900.00", "15000.00"]), day) for one in accounts]
    return [replace(e, who=replace(e.who, recipient=address(e.who.account_id))) for e in made]


def address(account: str) -> str:
    """Where an account is written to."""
    return f"{account}@example.com"


WORKS: tuple[Callable[["Life"], None], ...] = (
    decide, decide, decide, decide, dispatch, dispatch, dispatch, flip_some, upkeep, take_back,
    release, settle_some, disguise, say_no,
)  # fmt: skip
