"""One day's work from numbers to envelopes; reads facts and the store, and writes nothing."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from agent.choosing import Background, Judged, plan_day
from agent.contact_facts import JUDGED_TABLES, address_keys, known_keys
from agent.drafting import Material, draft
from agent.exploration import Lot, Place, Room, draw_lot, learnable, places_of, value_limits
from agent.morning import Morning
from approvals.audit import Key
from approvals.envelope import drawn_to_learn
from policies.suppression import closed_by_list
from tools.customers.account_profile import portraits
from tools.customers.churn import drivers
from tools.customers.consent.addresses import fold
from tools.customers.recipients import Recipients
from tools.days import start_of
from tools.money import Money
from tools.roi.choice import DayLimits
from tools.roi.exploration import Lottery
from tools.roi.formulas import FORMULA_VERSION
from tools.roi.shortlist import Candidate, alternatives, head

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from approvals.envelope import Envelope
    from policies.limits import Limits
    from tools.customers.recipients import Recipient
    from tools.store.records import Proposal, Send, Suppression
    from tools.store.store import Store

HEAD_PER_REVIEW = 25
OFFICE_HOURS = timedelta(hours=9)


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
        """The person each candidate of the day would reach, by account and play."""
        drawn = [candidate for candidate, _ in self.lot.drawn]
        return {**self._head_people, **(self._people(drawn) if drawn else {})}

    @cached_property
    def _head_people(self) -> "Mapping[tuple[str, str], Recipient]":
        return self._people(self.head)

    def _people(self, candidates: "Sequence[Candidate]") -> "Mapping[tuple[str, str], Recipient]":
        """The person each of some candidates would reach, by account and play."""
        asker, accounts = self._asker, dict[str, set[str]]()
        for one in candidates:
            accounts.setdefault(self._channels[one.play], set()).add(one.account_id)
        best = {c: self._best(asker, c, accounts[c]) for c in sorted(accounts)}
        reported = asker.reported(person for people in best.values() for person in people.values())
        pairs = [(c.account_id, c.play) for c in candidates]
        found = {pair: best[self._channels[pair[1]]][pair[0]] for pair in pairs}
        return {
            pair: replace(one, reported=reported.get((one.account_id, one.contact_id or ""), ()))
            for pair, one in found.items()
        }

    @cached_property
    def _asker(self) -> Recipients:
        return Recipients(self.morning.world, self.limits.consent_terms)

    @cached_property
    def _channels(self) -> dict[str, str]:
        return {play.id: play.channel for play in self.morning.rulebook.plays}

    def _best(
        self, asker: Recipients, channel: str, accounts: "set[str]"
    ) -> "dict[str, Recipient]":
        """The best person of each account whom our own list lets be reached, if there is one."""
        reach, over = self.limits.reach(channel), set[str]()
        asked = best = asker.best(accounts, reach)
        while closed := self._closed(channel, asked.values()):
            found = {a: getattr(best[a], reach.way) for a in closed}
            folded = {a: fold(one, self.limits.same_mailbox) for a, one in found.items() if one}
            new = {a: one for a, one in folded.items() if one not in over}
            if not new:
                break
            over |= set(new.values())
            asked = asker.best(new, reach, passed_over=over)
            best = best | asked
        return best

    def _closed(self, channel: str, people: "Collection[Recipient]") -> "set[str]":
        """The accounts of people to whom our own list closes a channel."""
        mailbox = self.limits.same_mailbox
        keys = {one.account_id: known_keys(self._secret, one, mailbox) for one in people}
        every = {key for some in keys.values() for key in some}
        by_key: dict[str, list[Suppression]] = {}
        for entry in self._store.switches.suppressions(every, self._known_at):
            by_key.setdefault(entry.key, []).append(entry)
        return {
            one.account_id
            for one in people
            if closed_by_list(
                [e for key in keys[one.account_id] for e in by_key.get(key, ())],
                channel,
                one.agreed_day,
                self.limits,
                self._zone,
            )
        }

    def _keys(self, person: "Recipient") -> frozenset[str]:
        return address_keys(self._secret, (person.email, person.phone), self.limits.same_mailbox)

    @cached_property
    def planned(self) -> Judged:
        """What to ask, by value and then by lot, and what was refused."""
        best, lot = self._best_by_value, self.lot
        return replace(best, chosen=(*best.chosen, *lot.drawn)) if lot.drawn else best

    @cached_property
    def _best_by_value(self) -> Judged:
        limits = value_limits(self.day_limits, self.limits.explore_places)
        background = self._background(self.head, self._head_people)
        return plan_day(self.head, self.morning.priced, background, limits)

    @cached_property
    def lot(self) -> Lot:
        """What is drawn to learn, among the accounts that the plan by value left free."""
        places = self._explore_places
        if not places:
            return Lot()
        chosen = [candidate for candidate, _ in self._best_by_value.chosen]
        plays = {play.id: play for play in self.morning.rulebook.plays}
        room = Room(self.day_limits, plays)
        for candidate in chosen:
            room.take(candidate)
        lottery = Lottery(
            self.morning.engine,
            self._keyed("order"),
            learnable(self.morning.effects, plays.values()),
            {*(c.account_id for c in chosen), *self._store.proposals.asked_before(self.as_of)},
            self._store.gate.read(lambda tx: tx.holdouts.held_before(self.as_of)),
        )
        return draw_lot(
            lottery,
            places,
            room,
            lambda some: self._background(some, self._people(some)),
            self._keyed,
        )

    @cached_property
    def _explore_places(self) -> int:
        """How many of today's places are drawn: those that no undecided draw still takes.

        What was drawn before stays until it is decided or expires, since everything that was drawn
        counts as treated. The number is fixed before anybody is drawn and says nothing about who
        could be, so that every chance stays known.
        """
        waiting = self._store.proposals.waiting_at(self.as_of, self._known_at)
        return max(0, self.limits.explore_places - sum(map(drawn_to_learn, waiting)))

    def _keyed(self, text: str) -> str:
        """A hash of a text that only the holder of the key can foresee, of this day."""
        return Key(self._secret).mac("exploration", f"{self.as_of}|{text}")

    @cached_property
    def places(self) -> list[Place]:
        """Who was asked about by which chance, and whom the lot left out beside them."""
        chosen = [candidate for candidate, _ in self._best_by_value.chosen]
        plays = {play.id: play for play in self.morning.rulebook.plays}
        return places_of(chosen, self.lot, plays)

    def _background(
        self,
        candidates: "Sequence[Candidate]",
        people: "Mapping[tuple[str, str], Recipient]",
    ) -> Background:
        keys = {pair: self._keys(person) for pair, person in people.items()}
        accounts = sorted({c.account_id for c in candidates})
        return Background(
            as_of=self.as_of,
            currency=self.morning.rulebook.economics.currency,
            recipients=people,
            histories=self._store.sends.histories(self.as_of, accounts),
            suppressed=self._suppressed(people),
            pauses=frozenset(p.scope for p in self._store.switches.pauses(self._known_at) if p.on),
            limits=self.limits,
            missing=JUDGED_TABLES - self.morning.world.present,
            tenant_zone=self._zone.key,
            now=self.office_hour,
            feedback=self._store.sends.feedback(accounts, self._known_at),
            address_keys=keys,
            sent_to=self._sent_elsewhere(keys),
        )

    def _suppressed(
        self, people: "Mapping[tuple[str, str], Recipient]"
    ) -> "frozenset[tuple[str, str]]":
        """The pairs of account and play whose channel our own list closes."""
        closed: set[tuple[str, str]] = set()
        for channel in sorted(set(self._channels.values())):
            theirs = {
                pair: one for pair, one in people.items() if self._channels[pair[1]] == channel
            }
            accounts = self._closed(channel, list(theirs.values()))
            closed |= {pair for pair in theirs if pair[0] in accounts}
        return frozenset(closed)

    def _sent_elsewhere(
        self, keys: "Mapping[tuple[str, str], frozenset[str]]"
    ) -> "dict[tuple[str, str], tuple[Send, ...]]":
        """What left for each pair's addresses by way of other accounts."""
        every = {key for some in keys.values() for key in some}
        by_key: dict[str | None, list[Send]] = {}
        for send in self._store.sends.to_addresses(self.as_of, every):
            by_key.setdefault(send.address_key, []).append(send)
        found = {
            pair: [s for key in sorted(some) for s in by_key.get(key, ())]
            for pair, some in keys.items()
        }
        return {
            pair: tuple(s for s in sends if s.account_id != pair[0])
            for pair, sends in found.items()
            if sends
        }

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
            by_lot={(c.account_id, c.play): self.lot.chance for c, _ in self.lot.drawn},
        )

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """What the day's envelopes rest on, by name."""
        model = self.morning.scored.model
        return (
            ("churn_model", model.version if model else "none"),
            ("effects", self.morning.effects[0].version if self.morning.effects else "none"),
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
        harmful = {(e.play, e.segment): e.demoted for e in self.morning.effects if e.demoted}
        found: dict[str, str] = {}
        for waiting in self._store.proposals.pending(self.as_of):
            pair = (waiting.account_id, waiting.play)
            if waiting.account_id in today:
                continue
            if pair in refused:
                found[waiting.account_id] = f"{refused[pair].rule_id}: {refused[pair].reason}"
            elif (why := harmful.get((waiting.play, waiting.segment))) is not None:
                found[waiting.account_id] = f"demoted: {why}"
            elif drawn_to_learn(waiting):
                continue
            elif pair not in worth:
                found[waiting.account_id] = "no longer among what is worth a person's time"
            elif waiting.as_of < self.as_of and not self._in_hand(waiting):
                found[waiting.account_id] = "others are worth more within today's limits"
        return found

    def _in_hand(self, waiting: "Proposal") -> bool:
        """Whether a person has taken it, or has answered already, as the first of two do."""
        return self._store.gate.read(
            lambda tx: bool(tx.log.of(waiting.id)) or tx.log.assignment(waiting.id) is not None
        )

    @staticmethod
    def text_hash(text: str) -> str:
        """A hash of a text."""
        return sha256(text.encode()).hexdigest()


def _by_account(candidates: "Sequence[Candidate]") -> dict[str, list[Candidate]]:
    grouped: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        grouped.setdefault(candidate.account_id, []).append(candidate)
    return grouped
