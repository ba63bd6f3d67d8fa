"""An installation with a few facts: its gate, its executor, and the way a "no" comes in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from agent.dispatching import open_executor
from agent.facts import commit
from agent.fresh_facts import FreshFacts
from agent.wiring import Deps
from approvals.executor import Executor
from approvals.queue import propose
from approvals.request import Actor, Seen, Wish
from approvals.settling import unsubscribe
from config.settings import Settings
from tests.customers.consent.made import Row, account, contact
from tests.facts import arrow
from tests.faults.troubled import url_of
from tests.gate.office import Clock, mail
from tools.channels.unsubscribe import read_unsubscribe
from tools.customers.recipients import Recipient
from tools.store.gate.records import Action
from tools.store.records import Proposal
from tools.store.store import Store
from tools.warehouse.engine import DuckEngine
from tools.warehouse.load import load

# Friday 2024-03-01, eleven in Berlin.
MORNING = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)


@dataclass
class Home:
    """An installation at work: its facts come through the files, as they do every morning."""

    deps: Deps
    clock: Clock
    ann: Actor
    eve: Actor

    @property
    def store(self) -> Store:
        """The database."""
        return self.deps.store

    @property
    def folder(self) -> Path:
        """Where the home is."""
        return self.deps.settings.home.parent

    def land(self, **tables: Sequence[Row]) -> None:
        """Load and commit facts."""
        known = {name: arrow(name, list(rows)) for name, rows in tables.items()}
        deps = self.deps
        loaded = load(deps.today(), known, deps.dataset, DuckEngine(), closed_day=None)
        commit(loaded.batch, "test", loaded.files, deps.dataset, deps.store, self.clock())

    def whom(self, account_id: str = "crm:A") -> Recipient:
        """Whom a mail to the account would reach now."""
        fresh = self.deps.fresh_facts
        assert isinstance(fresh, FreshFacts)
        opened = fresh._open()
        reach = self.deps.rulebook.limits.on(self.deps.today()).reach("email")
        return opened.people.best([account_id], reach)[account_id]

    def propose(self, account_id: str = "crm:A") -> Proposal:
        """A mail to the person of an account, as this morning would ask for it."""
        person = self.whom(account_id)
        made = mail(account_id, as_of=self.deps.today())
        who = replace(made.who, contact_id=person.contact_id, recipient=person.email)
        desk = self.deps.desk(made.as_of)
        desk = replace(desk, limits=replace(desk.limits, holdout_share=Decimal(0)))
        propose(desk, made.as_of, [replace(made, who=who)], self.clock())
        return next(
            p for p in self.deps.store.proposals.pending(made.as_of) if p.account_id == account_id
        )

    def approve(self, proposal: Proposal) -> str:
        """Ann says yes; the status it came to."""
        now = self.deps.store.gate.read(lambda tx: tx.asked.get(proposal.id))
        wish = Wish("approve", Seen(now.id, now.version, now.shown, 30))
        return self.deps.gate.decide(self.ann, wish).status

    def executor(self) -> Executor:
        """Who carries out what is due."""
        return open_executor(self.deps)

    def dispatch(self) -> dict[str, int]:
        """Ten minutes later, what is due is carried out."""
        self.clock.pass_(minutes=10)
        return dict(self.executor().dispatch())

    def action(self, proposal: Proposal) -> Action | None:
        """What became of an approval."""
        return self.deps.store.gate.read(lambda tx: tx.actions.of_proposal(proposal.id))

    def left(self) -> list[Path]:
        """Every letter that left."""
        return sorted(self.deps.settings.home.glob("outbox/*.eml"))

    def leave(self, address: str, channel: str = "email") -> None:
        """Somebody presses the link of a letter to an address."""
        url = self.executor().unsubscribe_url(address, channel, None)
        assert url is not None
        token = url.rsplit("/", 1)[1]
        wish = read_unsubscribe(self.deps.key.secret, token)
        unsubscribe(self.deps.gate, wish.address_key, wish.channel)


def open_home(store: Store, folder: Path, *contacts: Row) -> Home:
    """An installation with one company whose person agreed to everything, and its people."""
    clock, home = Clock(MORNING), folder / "home"
    settings = Settings(home=home, database_url=url_of(store))
    deps = Deps(settings, store, clock)
    ann = store.people.add("ann@example.com", "ann", "reviewer", MORNING)
    eve = store.people.add("eve@example.com", "eve", "admin", MORNING)
    made = Home(deps, clock, Actor(ann.id, "reviewer", "web"), Actor(eve.id, "admin", "web"))
    made.land(accounts=[account()], contacts=contacts or [WILLING])
    return made


WILLING = contact("crm:1", name="Ann Reed", email_consent=True, phone_consent=True)
