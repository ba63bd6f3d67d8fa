"""The CSM's list over one morning: figures from the warehouse, people's words from the store."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from agent.snapshots import SCORES
from approvals.care import Said
from approvals.envelope import drawn_to_learn
from tools.customers.churn import drivers
from tools.customers.churn.drivers import peers
from tools.errors import Absent, nearest
from tools.reports.accounts import (
    ListNumbers,
    ListRequest,
    make_accounts,
    make_base,
    make_lines,
    read_list,
    reasons_of,
)
from tools.reports.accounts.format import driven
from tools.reports.accounts.terms import (
    CARE,
    DRAWN,
    HELD_BACK,
    KNOWN,
    RECENT_SCORES,
    SENT,
    UNDER_WAY,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agent.morning import Morning
    from agent.wiring import Deps
    from tools.reports.accounts import AccountLine, AccountList
    from tools.reports.accounts.measure import Floor
    from tools.store.gate.care import AccountDeed
    from tools.store.people import Person
    from tools.store.records import Proposal
    from tools.warehouse.engine import Engine

# What stands in the way for more than a day; caps and rest are the queue's business.
STANDING_RULES = (
    "pause", "suppression", "unsubscribed", "consent", "objection", "recipient", "open_ticket",
    "open_deal",
)  # fmt: skip
SCORES_BACK, SENDS_BACK = 33, 180
RISKY = frozenset({"retention", "concession"})


class AccountDesk:
    """One morning's list; what stands still is made at the first question."""

    def __init__(self, deps: "Deps", morning: "Morning", today: int) -> None:
        """`today` is the day up to which people's words and decisions count."""
        self._deps = deps
        self._morning = morning
        self._made_of: tuple[pa.Table, pa.Table] | None = None
        self.today = today

    @property
    def as_of(self) -> int:
        """The morning."""
        return self._morning.as_of

    @property
    def stale_days(self) -> int:
        """With no newer fact than this, nobody should act on the list."""
        return self._deps.rulebook.limits.on(self.today).account_list.stale_days

    @cached_property
    def terms(self) -> ListNumbers:
        """The limits in force, as the calculator takes them."""
        limits = self._deps.rulebook.limits.on(self.today)
        capacity = dict(limits.accounts_per_owner)
        terms = limits.account_list
        return ListNumbers(
            capacity.pop("everybody"),
            capacity,
            terms.renewal_days,
            terms.new_days,
            int(terms.score_points * 100),
            float(terms.more_share),
            limits.contact_by_hand,
        )

    @cached_property
    def _floor(self) -> "Floor":
        """Everything that does not change until tomorrow, from a priced morning."""
        morning, day = self._morning, self._morning.as_of
        _ = morning.priced
        files = [
            f for f in morning.snapshots.files(SCORES) if day - SCORES_BACK <= f.max_known < day
        ]
        morning.engine.scan("recent_scores", morning.dataset.paths(files), RECENT_SCORES)
        morning.engine.put("account_sent", self._sent())
        made_of = self._put_decided()
        floor = make_accounts(day, morning.engine, self.terms)
        self._made_of = made_of
        return floor

    def _put_decided(self) -> "tuple[pa.Table, pa.Table]":
        """What may not be done now, and what was drawn and is not decided."""
        held, drawn = self._held_back(), self._drawn()
        self._morning.engine.put("account_held_back", held)
        self._morning.engine.put("account_drawn", drawn)
        return held, drawn

    def _bar(self) -> None:
        """Make the list anew when something else may not be done now than when it was made."""
        made_of = (self._held_back(), self._drawn())
        if self._made_of is None or self._made_of != made_of:
            self._made_of = None  # so that what fails halfway is made again
            made_of = self._put_decided()
            make_base(self._morning.as_of, self._morning.engine)
            self._made_of = made_of

    def _drawn(self) -> pa.Table:
        """What a lot drew to learn from and nobody has decided, each account once."""
        waiting = self._deps.store.proposals.pending(self.today)
        found = {one.account_id: one.play for one in waiting if drawn_to_learn(one)}
        rows = [{"account_id": a, "play": p} for a, p in sorted(found.items())]
        return pa.Table.from_pylist(rows, DRAWN)

    def read(self, asked: ListRequest) -> "AccountList":
        """Somebody's list as it stands now."""
        floor, morning = self._floor, self._morning
        self._bar()
        self._put_words()
        make_lines(self.today, morning.engine, self.terms)
        currency = morning.rulebook.economics.currency
        found = read_list(
            morning.as_of, self.today, morning.engine, self.terms, floor, asked, currency
        )
        return replace(found, lines=self._finished(found.lines))

    @property
    def engine(self) -> "Engine":
        """The engine of the morning."""
        return self._morning.engine

    def said(self, account_id: str) -> "tuple[AccountLine, Said]":
        """One account of the list, and what is kept with a person's words about it.

        Raises:
            Absent: when it does not stand in the list.
        """
        found = self.read(ListRequest(account=account_id, limit=1)).lines
        if not found:
            some = [line.account.account_id for line in self.read(ListRequest(limit=500)).lines]
            raise Absent(f"{account_id!r} is not on the list; {nearest(account_id, some)}")
        line, currency = found[0], self._morning.rulebook.economics.currency
        reasons = reasons_of(self._morning.engine, account_id)
        value = line.step.nv_minor or 0
        channels = {play.id: play.channel for play in self._deps.rulebook.plays}
        return line, Said(
            self.as_of,
            line.step.play,
            value,
            currency,
            reasons,
            line.goal,
            channels.get(line.step.play, ""),
        )

    def _finished(self, lines: "Iterable[AccountLine]") -> "tuple[AccountLine, ...]":
        """Lines with what is associated with the score, and with what waits for a decision."""
        lines = tuple(lines)
        waiting = {p.account_id: p.id for p in self._deps.store.proposals.pending(self.today)}
        silent = [line.account.account_id for line in lines if not line.code]
        known = self._driven(silent)
        return tuple(
            replace(
                line,
                waiting=waiting.get(line.account.account_id, ""),
                reason=known.get(line.account.account_id, line.reason)
                if line.goal in RISKY and not line.drawn
                else line.reason,
            )
            for line in lines
        )

    @cached_property
    def _medians(self) -> "dict[str, float | None]":
        model = self._morning.scored.model
        return peers(self._morning.world, model) if model else {}

    def _driven(self, accounts: "Sequence[str]") -> dict[str, str]:
        model = self._morning.scored.model
        if model is None or not accounts:
            return {}
        found = drivers(self._morning.world, model, accounts, medians=self._medians)
        return {account: driven(one.up[0]) for account, one in found.items() if one.up}

    def _decided(self) -> "tuple[Proposal, ...]":
        longest = max((play.window_days for play in self._deps.rulebook.plays), default=0)
        return self._deps.store.proposals.decided(self.today - longest, self.today)

    @cached_property
    def _windows(self) -> Mapping[str, int]:
        return {play.id: play.window_days for play in self._deps.rulebook.plays}

    def _under_way(self) -> "dict[str, Proposal]":
        """What was approved last for each account and is not over, whatever the lot said."""
        return {
            one.account_id: one
            for one in self._decided()
            if one.status == "approved"
            and (one.decided_day or 0) + self._windows.get(one.play, 0) > self.today
        }

    def _sent(self) -> pa.Table:
        """What we sent, without what is under way: that it went out would tell the lot."""
        day, way = self._morning.as_of, self._under_way()
        sends = [
            one
            for one in self._deps.store.sends.between(day - SENDS_BACK, day)
            if one.account_id not in way or way[one.account_id].play != one.play
        ]
        rows = [{"account_id": s.account_id, "day": s.day, "play": s.play} for s in sends]
        return pa.Table.from_pylist(rows, SENT)

    def _held_back(self) -> pa.Table:
        """Steps that may not be taken: since a person said no, or by a rule that still stands.

        One step may be in it for both reasons.
        """
        rest = self._deps.rulebook.limits.on(self.today).rest_days
        said = {
            (one.account_id, one.play): f"a reviewer said no: {one.status_reason}"
            for one in self._decided()
            if one.status == "rejected" and (one.decided_day or 0) > self.today - rest
        }
        return pa.concat_tables([_barred(said), self._refused])

    @cached_property
    def _refused(self) -> pa.Table:
        """What rules that still stand refused this morning: nothing about it changes in the day."""
        found = self._deps.store.refusals.by_rules(self._morning.as_of, STANDING_RULES)
        return _barred(
            {(r.account_id, r.play): f"{r.rule_id}: {r.reason}" for r in reversed(found)}
        )

    def _put_words(self) -> None:
        """What people said up to today, and what they decided."""
        engine, store = self._morning.engine, self._deps.store
        said = store.gate.read(lambda tx: tx.care.last(self.today))
        people = {one.id: one for one in store.people.everybody()}
        owners = self._owners()
        care = [_care(deed, people.get(deed.who), owners) for deed in said]
        known = [{"account_id": d.account_id, "reason": r} for d in said for r in d.reasons]
        way = [
            {
                "account_id": one.account_id,
                "play": one.play,
                "day": one.decided_day,
                "until_day": (one.decided_day or 0) + self._windows.get(one.play, 0),
            }
            for one in self._under_way().values()
        ]
        engine.put("account_care", pa.Table.from_pylist(care, CARE))
        engine.put("account_known", pa.Table.from_pylist(known, KNOWN))
        engine.put("account_under_way", pa.Table.from_pylist(way, UNDER_WAY))

    def _owners(self) -> list[str]:
        sql = "SELECT DISTINCT owner AS owner FROM account_base WHERE NOT owner IS NULL ORDER BY 1"
        found: list[str] = self._morning.engine.run(sql)["owner"].to_pylist()
        return found


def _barred(steps: Mapping[tuple[str, str], str]) -> pa.Table:
    """Steps by account and play, and why they may not be taken, as a relation."""
    rows = [{"account_id": a, "play": p, "why": why} for (a, p), why in sorted(steps.items())]
    return pa.Table.from_pylist(rows, HELD_BACK)


def _care(
    deed: "AccountDeed", person: "Person | None", owners: "Sequence[str]"
) -> dict[str, object]:
    name = (person.name or person.mailbox) if person else deed.who
    return {
        "account_id": deed.account_id,
        "kind": deed.kind,
        "who": name,
        "owner": owner_name(person, owners) if person else name,
        "reason": deed.reason,
        "value_minor": deed.value_minor,
        "day": deed.day,
        "until_day": deed.until_day,
        "version": deed.version,
    }


def owner_name(person: "Person", owners: "Iterable[str]") -> str:
    """The name under which accounts are a person's: their own or their mailbox, as in the CRM."""
    own = {person.name.casefold(), person.mailbox.casefold()} - {""}
    return next((owner for owner in owners if owner.casefold() in own), person.name)
