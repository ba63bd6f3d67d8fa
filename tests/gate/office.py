"""An office: a gate with a clock that is set by hand, its people, and a vendor behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from approvals.envelope import Envelope
from approvals.executor import Executor
from approvals.live_facts import Facts, Subject
from approvals.queue import propose
from approvals.request import Actor, Result, Seen, Via, Wish
from approvals.service import Gate
from approvals.verify import Wrong, verify
from policies.limits import Limits
from tests.approvals.made import DAY, KEY, WHAT, desk, envelope, limits
from tests.gate.people import facts_of, facts_version
from tests.gate.vendor import Vendor
from tools.clock_watch import ClockWatch
from tools.days import from_number
from tools.store.gate.records import Action
from tools.store.records import Proposal
from tools.store.store import Store

# Friday 2024-03-01, ten in the morning in Berlin: no quiet hours.
MORNING = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = (("ann", "reviewer"), ("bob", "reviewer"), ("cleo", "approver-2"), ("dan", "approver-2"),
          ("eve", "admin"), ("vic", "viewer"), ("aud", "auditor"))  # fmt: skip
WAYS: tuple[Via, ...] = ("web", "api", "cli", "bulk")


@dataclass
class Clock:
    """A clock that is set by hand, and one beside it that counts the time that really passes."""

    now: datetime = MORNING
    uptime: float = 1_000_000.0
    boot: str = "since noon"

    def __call__(self) -> datetime:
        return self.now

    def wall(self) -> datetime:
        """The same by its name."""
        return self.now

    def monotonic(self) -> float:
        """The seconds that have really passed."""
        return self.uptime

    def pass_(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)
        self.uptime += timedelta(**time).total_seconds()

    def go_to(self, now: datetime) -> None:
        """Let pass what is missing to a moment."""
        self.pass_(seconds=(now - self.now).total_seconds())

    def jump(self, **time: float) -> None:
        """Put the clock forward or back while no time passes."""
        self.now += timedelta(**time)


def mail(account: str = "a1", net: str = "882.00", as_of: int = DAY, **what: Any) -> Envelope:
    """An envelope that reaches somebody by e-mail."""
    made = envelope(account, net, "retention_email", as_of)
    words = {
        "play": "retention_email",
        "goal": "retention",
        "channel": "email",
        "role": "csm",
        "approval": ("csm",),
        **what,
    }
    return replace(made, what=replace(WHAT, **words))


@dataclass
class Office:
    """Everything a test of the gate needs, by short names."""

    store: Store
    folder: Path
    clock: Clock = field(default_factory=Clock)
    people: dict[str, Actor] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    crash_at: str = ""
    crash: Any = None

    def __post_init__(self) -> None:
        self.vendor = Vendor(self.folder / "ledger.txt")
        self.watch = ClockWatch(self.clock, self.store.clocks)
        self.gate = Gate(
            self.store.gate,
            self.limits,
            self.clock,
            BERLIN,
            KEY,
            self.crashed,
            self.known,
            self.watch,
        )
        self.watch()

    def crashed(self, point: str) -> None:
        """What happens at a crash point: nothing, unless a test says so."""
        if self.crash is not None:
            self.crash(point)

    def limits(self, as_of: int) -> Limits:
        """The limits of a day, as the test changed them."""
        del as_of
        return limits(**self.rules)

    @property
    def day(self) -> int:
        """Today."""
        return self.gate.today()

    def propose(self, *envelopes: Envelope) -> tuple[Proposal, ...]:
        """Put envelopes into the queue; what waits, best first."""
        as_of = envelopes[0].as_of
        propose(desk(self.store, **self.rules), as_of, envelopes, self.clock())
        return self.store.proposals.pending(as_of)

    def get(self, proposal: Proposal | str) -> Proposal:
        """A proposal as it stands."""
        wanted = proposal if isinstance(proposal, str) else proposal.id
        return self.store.gate.read(lambda tx: tx.asked.get(wanted))

    def action(self, proposal: Proposal | str) -> Action | None:
        """The action of a proposal."""
        wanted = proposal if isinstance(proposal, str) else proposal.id
        return self.store.gate.read(lambda tx: tx.actions.of_proposal(wanted))

    def seen(self, proposal: Proposal | str, seconds: int | None = 30) -> Seen:
        """What somebody sees who looks now, for half a minute unless told otherwise."""
        now = self.get(proposal)
        return Seen(now.id, now.version, now.shown, seconds)

    def decide(
        self,
        who: str,
        kind: str,
        proposal: Proposal | Seen | str,
        *,
        key: str = "",
        via: Via = "web",
        **more: Any,
    ) -> Result:
        """Somebody does something with a proposal as it stands, or as they saw it."""
        seen = proposal if isinstance(proposal, Seen) else self.seen(proposal)
        if kind == "reject":
            more = {"reason": "other", **more}
        actor = replace(self.people[who], via=via)
        return self.gate.decide(actor, Wish(kind, seen, **more), key)  # type: ignore[arg-type]  # tests say kinds

    def executor(self, worker: str = "w1", **more: Any) -> Executor:
        """An executor whose only outlet is the vendor."""
        channels = dict.fromkeys(("email", "call", "task"), self.vendor)
        return Executor(self.gate, channels, self.known, unsubscribe, worker, live=True, **more)

    def known(self, subjects: Sequence[Subject]) -> dict[str, Facts]:
        """The facts of now: a person who agreed to everything, unless the test says otherwise."""
        version = facts_version(self.store)
        told = self.facts
        return {one.id: facts_of(one, version, **told.get(one.account_id, {})) for one in subjects}

    def dispatch(self, **time: float) -> dict[str, int]:
        """Let time pass, ten minutes unless said otherwise, and carry out what is due."""
        self.clock.pass_(**(time or {"minutes": 10}))
        return dict(self.executor().dispatch())

    def wrong(self) -> tuple[Wrong, ...]:
        """What the invariants say, together with what the vendor's own ledger says."""
        ledger = self.gate.ledger
        head = "" if ledger is None else ledger.last_head()
        found = self.store.gate.read(lambda tx: verify(tx, KEY, self.clock(), head, (), ledger))
        twice = [key for key, times in self.vendor.effects().items() if times > 1]
        approved = {f"act:{a.id}:{a.sha256}" for a in self.actions()}
        strange = set(self.vendor.effects()) - approved
        return (
            *found,
            *(Wrong("I2", f"{key} twice") for key in twice),
            *(Wrong("I1", f"{key} was never approved") for key in strange),
        )

    def actions(self) -> tuple[Action, ...]:
        """Every action."""
        return self.store.gate.read(lambda tx: tx.actions.everything())


def unsubscribe(address: str, channel: str, contact: str | None) -> str:
    """A page to unsubscribe."""
    del address, channel, contact
    return "https://example.com/u/token"


def open_office(store: Store, folder: Path, *envelopes: Envelope, **rules: Any) -> Office:
    """An office with its people and, unless given others, three mails to decide about."""
    office = Office(store, folder, rules=rules)
    for name, role in PEOPLE:
        person = store.people.add(f"{name}@example.com", name, role, MORNING)  # type: ignore[arg-type]  # a Role
        office.people[name] = Actor(person.id, role, "web")  # type: ignore[arg-type]  # a Role
    office.propose(*(envelopes or [mail(f"a{n}", f"{900 - n}.00") for n in (1, 2, 3)]))
    return office


def only(office: Office, account: str = "a1") -> str:
    """The one proposal of an account."""
    return next(p.id for p in office.store.proposals.of_account(account))


def day_text(day: int) -> str:
    """A day as people write it."""
    return from_number(day).isoformat()
