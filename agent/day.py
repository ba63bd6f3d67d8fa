"""One day's work from numbers to envelopes; reads facts and the store, and writes nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from agent.choosing import Background, Judged, plan_day
from agent.drafting import Material, draft
from agent.morning import Morning
from tools.customers.churn import drivers
from tools.customers.portraits import portraits
from tools.customers.recipients import recipients
from tools.days import start_of
from tools.money import Money
from tools.roi.choice import DayLimits
from tools.roi.formulas import FORMULA_VERSION
from tools.roi.head import Candidate, alternatives, head
from tools.store.sends import suppression_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from approvals.envelope import Envelope
    from policies.limits import Limits
    from tools.customers.recipients import Recipient, Way
    from tools.store.store import Store

HEAD_PER_REVIEW = 25
OFFICE_HOURS = timedelta(hours=9)
# Tables whose facts the judge asks for; a company that keeps none of them says so.
JUDGED_TABLES = frozenset({"tickets", "deals", "messages"})


@dataclass(frozen=True)
class Drafted:
    """The envelopes of the day, and what could not be put into words."""

    envelopes: "tuple[Envelope, ...]"
    failed: tuple[tuple[Candidate, str], ...]


class Day:
    """A morning with the people, the history and the limits it is judged by.

    `known_at` bounds what the store may tell: switches set later belong to a later run.
    """

    def __init__(
        self,
        morning: Morning,
        store: "Store",
        zone: "ZoneInfo",
        known_at: datetime,
        secret: bytes,
    ) -> None:
        self.morning = morning
        self._store = store
        self._zone = zone
        self._known_at = known_at
        self._secret = secret

    @property
    def as_of(self) -> int:
        """The day."""
        return self.morning.as_of

    @cached_property
    def limits(self) -> "Limits":
        """The limits in force on the day."""
        return self.morning.rulebook.limits.on(self.as_of)

    @cached_property
    def day_limits(self) -> DayLimits:
        """What the day allows, in the units of the choice."""
        hours = MappingProxyType(dict(self.limits.hours_per_day))
        plays = {play.id: play.limits.per_day for play in self.morning.rulebook.plays}
        currency = self.morning.rulebook.economics.currency
        budget = Money(self.limits.budget_per_day, currency).minor
        return DayLimits(self.limits.reviews_per_day, budget, hours, MappingProxyType(plays))

    @cached_property
    def head(self) -> list[Candidate]:
        """The ranked head of the candidates: the only ones that leave the warehouse."""
        _ = self.morning.priced
        return head(self.morning.engine, max(500, HEAD_PER_REVIEW * self.limits.reviews_per_day))

    @cached_property
    def recipients(self) -> "Mapping[tuple[str, str], Recipient]":
        """The person each candidate would reach, by account and play."""
        ways = {channel.name: channel.address for channel in self.limits.channels}
        play_way = {p.id: ways.get(p.channel) for p in self.morning.rulebook.plays}
        accounts = {c.account_id for c in self.head}
        found = {way: recipients(self.morning.world, accounts, way) for way in _WAYS}
        return {
            (c.account_id, c.play): found[_way(play_way[c.play])][c.account_id] for c in self.head
        }

    @cached_property
    def planned(self) -> Judged:
        """What to ask and what was refused."""
        return plan_day(self.head, self.morning.priced, self._background(), self.day_limits)

    def _background(self) -> Background:
        switches = self._store.switches
        hashed = {
            address: suppression_key(self._secret, address)
            for r in self.recipients.values()
            for address in (r.email, r.phone)
            if address
        }
        hit = {key for key, _ in switches.suppressed(set(hashed.values()), self._known_at)}
        accounts = sorted({c.account_id for c in self.head})
        return Background(
            as_of=self.as_of,
            currency=self.morning.rulebook.economics.currency,
            recipients=self.recipients,
            histories=self._store.sends.histories(self.as_of, accounts),
            suppressed=frozenset(a for a, key in hashed.items() if key in hit),
            pauses=frozenset(p.scope for p in switches.pauses(self._known_at) if p.on),
            limits=self.limits,
            missing=JUDGED_TABLES - self.morning.world.present,
            tenant_zone=self._zone.key,
            now=self.office_hour,
            feedback=self._store.sends.feedback(accounts, self._known_at),
        )

    @property
    def office_hour(self) -> datetime:
        """The hour of the day at which proposals are judged, whenever the run happens."""
        moment = start_of(self.as_of, self._zone)
        return datetime.fromtimestamp(moment / 1_000_000, tz=UTC) + OFFICE_HOURS

    @cached_property
    def drafted(self) -> Drafted:
        """The chosen actions as envelopes."""
        return Drafted(*draft(self.planned.chosen, self._material()))

    def _material(self) -> Material:
        morning, chosen = self.morning, [c for c, _ in self.planned.chosen]
        accounts = sorted({c.account_id for c in chosen})
        model = morning.scored.model
        return Material(
            as_of=self.as_of,
            expires_day=self.as_of + self.limits.proposal_days,
            prices=morning.priced,
            portraits=portraits(morning.world, accounts),
            recipients=self.recipients,
            addresses={channel.name: channel.address for channel in self.limits.channels},
            drivers=drivers(morning.world, model, accounts, before=morning.scores_before)
            if model
            else {},
            priced=_by_account(alternatives(morning.engine, accounts)),
            unpriced=morning.unpriced(accounts),
            refused={
                (c.account_id, c.play): f"refused by {v.rule_id}: {v.reason}"
                for c, v in self.planned.refused
            },
            versions=self.versions,
        )

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """What the day's envelopes rest on, by name."""
        model = self.morning.scored.model
        return (
            ("churn_model", model.version if model else "none"),
            ("formulas", FORMULA_VERSION),
            ("rulebook", self.morning.rulebook.fingerprint),
            ("segments", self.morning.frozen.id),
            ("stages", self.morning.rulebook.stages.version),
        )

    def withdrawn(self) -> dict[str, str]:
        """Why undecided proposals of accounts not chosen today no longer hold, by account."""
        today = {envelope.who.account_id for envelope in self.drafted.envelopes}
        worth = {(c.account_id, c.play) for c in self.head}
        refused = {(c.account_id, c.play): v for c, v in self.planned.refused}
        found: dict[str, str] = {}
        for waiting in self._store.proposals.pending(self.as_of):
            pair = (waiting.account_id, waiting.play)
            if waiting.account_id in today:
                continue
            if pair in refused:
                found[waiting.account_id] = f"{refused[pair].rule_id}: {refused[pair].reason}"
            elif pair not in worth:
                found[waiting.account_id] = "no longer among what is worth a person's time"
        return found

    @staticmethod
    def text_hash(text: str) -> str:
        """A hash of a text."""
        return sha256(text.encode()).hexdigest()


_WAYS: "tuple[Way, ...]" = ("email", "phone")


def _way(address: str | None) -> "Way":
    return "phone" if address == "phone" else "email"


def _by_account(candidates: "Sequence[Candidate]") -> dict[str, list[Candidate]]:
    grouped: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        grouped.setdefault(candidate.account_id, []).append(candidate)
    return grouped
