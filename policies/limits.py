"""The limits a marketer edits: read strictly, dated, and never guessed.

Every limit is a list of values with the day each comes into force, its source and its owner.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from policies.closing import (
    CAUSES,
    STANDARD,
    NoCloses,
    parse_bounces,
    parse_closes,
    parse_mailbox,
    spoken_channels,
)
from policies.quiet import QuietHours, parse_quiet
from tools.actions import GOALS
from tools.customers.consent import BounceTerms, Mailbox
from tools.customers.recipients import ConsentTerms, Reach, Way
from tools.days import day_number, from_number
from tools.errors import BadInput
from tools.reading import Node, as_node, read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UNKNOWN = ("deny", "ask")
ADDRESSES = ("email", "phone")
SENDERS = ("all", "ours")
CONSENTS = ("email_consent", "phone_consent")


@dataclass(frozen=True)
class Channel:
    """How a channel reaches a person; without an address it reaches nobody outside."""

    name: str
    address: str | None
    consent: str | None

    @property
    def reaches(self) -> bool:
        """Whether somebody outside the company is reached."""
        return self.address is not None


@dataclass(frozen=True)
class Cap:
    """At most `sends` in any `days` days, by a channel (`*`: any), to a contact or an account.

    A contact is everybody who has the address. `senders`: `all` counts what other systems report
    to have sent, `ours` only what left here.
    """

    channel: str
    per: str
    sends: int
    days: int
    senders: str = "all"


@dataclass(frozen=True)
class ListTerms:
    """The days and shares the CSM's list is made by.

    Attributes:
        renewal_days: from so many days before it on, a renewal is a reason to call.
        new_days: so long a stage counts as new.
        score_points: changes of the churn score below this are never taken as real, in points.
        more_share: what was done comes back when it is worth this share more.
        hidden_days: so long what was not useful stays away.
        claim_days: so long a claim holds.
        stale_days: with no newer fact than this, no digest is sent.
    """

    renewal_days: int
    new_days: int
    score_points: "Decimal"
    more_share: "Decimal"
    hidden_days: int
    claim_days: int
    stale_days: int


@dataclass(frozen=True)
class Limits:
    """The limits in force on one day."""

    channels: tuple[Channel, ...]
    consent_unknown: str
    missing_table: str
    frequency_caps: tuple[Cap, ...]
    quiet_hours: QuietHours
    no_closes: NoCloses
    bounces: BounceTerms
    same_mailbox: Mailbox
    goals_despite_ticket: tuple[str, ...]
    goals_despite_deal: tuple[str, ...]
    rest_days: int
    reviews_per_day: int
    explore_share: "Decimal"
    hours_per_day: "Mapping[str, Decimal]"
    budget_per_day: "Decimal"
    proposal_days: int
    remind_days: int
    undo_minutes: int
    four_eyes_value: "Decimal"
    four_eyes_people: int
    dwell_seconds: int
    bulk_size: int
    bulk_sample: int
    holdout_share: "Decimal"
    link_hosts: tuple[str, ...]
    accounts_per_owner: "Mapping[str, int]"
    account_list: ListTerms
    contact_by_hand: "Mapping[str, bool]"

    @property
    def explore_places(self) -> int:
        """How many of the day's places are drawn by lot, to learn from them."""
        return int(self.reviews_per_day * self.explore_share)

    def channel(self, name: str) -> Channel:
        """The channel of that name; KeyError when there is none."""
        return {channel.name: channel for channel in self.channels}[name]

    def closes(self, cause: str, said_in: str, name: str) -> bool:
        """Whether a "no" said in one channel closes another; a refusal closes what asks for it."""
        if cause == "refused":
            return said_in == self.family(name)
        return self.no_closes.closes(cause, said_in, name)

    def family(self, name: str) -> Literal["email", "call"]:
        """The channel whose consent a channel asks for."""
        return "call" if self.channel(name).consent == "phone_consent" else "email"

    def reach(self, name: str) -> Reach:
        """How people are reached by a channel; by one that reaches nobody, whom a mail would."""
        channel = self.channel(name)
        closed = {
            (cause, said_in)
            for cause in (*CAUSES, "refused")
            for said_in in spoken_channels(tuple(one.name for one in self.channels))
            if self.closes(cause, said_in, name)
        }
        way: Way = "phone" if channel.address == "phone" else "email"
        return Reach(name, way, self.family(name), frozenset(closed))

    @property
    def consent_terms(self) -> ConsentTerms:
        """What is decided about the words of people."""
        days = max((cap.days for cap in self.frequency_caps if cap.senders == "all"), default=0)
        own = tuple(one.name for one in self.channels)
        return ConsentTerms(self.same_mailbox, self.bounces, own, days)


@dataclass(frozen=True)
class Dated:
    """One value of a limit with the day it comes into force, where it is from and whose it is."""

    valid_from: int
    value: Any
    source: str
    owner: str


@dataclass(frozen=True)
class LimitBook:
    """All limits with all their values."""

    version: int
    values: "Mapping[str, tuple[Dated, ...]]"
    where: str

    def on(self, as_of: int) -> Limits:
        """The limits in force on a day.

        Raises:
            BadInput: when one has no value yet on that day.
        """
        return Limits(**{name: self.dated(name, as_of).value for name in _READERS})

    def dated(self, name: str, as_of: int) -> Dated:
        """One limit in force on a day, with source and owner."""
        valid = [value for value in self.values[name] if value.valid_from <= as_of]
        if not valid:
            first = from_number(min(value.valid_from for value in self.values[name]))
            raise BadInput(
                f"{self.where}: {name} has no value before {first}, the run is of "
                f"{from_number(as_of)}; add one with an earlier valid_from"
            )
        return max(valid, key=lambda value: value.valid_from)

    def latest(self, name: str) -> Dated:
        """The last value of a limit, in force already or to come."""
        return max(self.values[name], key=lambda value: value.valid_from)


def parse_limits(text: str, where: str = "policies/limits.yaml") -> LimitBook:
    """Read the limits.

    Raises:
        BadInput: anything unknown, missing or out of bounds, with file, key and nearest match.
    """
    top = read_yaml(text, where).only(("version", *_READERS))
    values = {
        name: _values(top, name, read) if top.has(name) or name not in _LATER else (_LATER[name],)
        for name, read in _READERS.items()
    }
    return LimitBook(top.whole("version", 1), values, where)


ALWAYS = day_number(date.min)
# Limits that came after the first release: a day recorded before them is read with these.
_LATER: "Mapping[str, Dated]" = {
    "no_closes": Dated(ALWAYS, STANDARD, "the value this limit came with", "lifecycle"),
    "bounces": Dated(ALWAYS, BounceTerms(), "the value this limit came with", "lifecycle"),
    "same_mailbox": Dated(ALWAYS, Mailbox(), "the value this limit came with", "lifecycle"),
    "dwell_seconds": Dated(ALWAYS, 3, "the value this limit came with", "lifecycle"),
    "explore_share": Dated(ALWAYS, Decimal(0), "the value this limit came with", "lifecycle"),
    "accounts_per_owner": Dated(
        ALWAYS, {"everybody": 12}, "the value this limit came with", "lifecycle"
    ),
    "account_list": Dated(
        ALWAYS,
        ListTerms(45, 14, Decimal("1.0"), Decimal("0.25"), 30, 7, 3),
        "the values this limit came with",
        "lifecycle",
    ),
    "contact_by_hand": Dated(
        ALWAYS, {"call": True, "meeting": True, "email": False}, "the values this limit came with",
        "lifecycle",
    ),
}  # fmt: skip


def _values(top: Node, name: str, read: "Callable[[Node], Any]") -> tuple[Dated, ...]:
    values = tuple(_dated(node, read) for node in top.nodes(name))
    days = [value.valid_from for value in values]
    if len(set(days)) != len(days):
        raise BadInput(f"{top.at(name)}: two values come into force on the same day")
    return values


def _dated(node: Node, read: "Callable[[Node], Any]") -> Dated:
    node.only(("value", "valid_from", "source", "owner"))
    day = day_number(node.day("valid_from"))
    return Dated(day, read(node), node.text("source"), node.text("owner"))


def _channels(node: Node) -> tuple[Channel, ...]:
    table = node.node("value")
    return tuple(_channel(name, as_node(table.get(name), table.at(name))) for name in table.values)


def _channel(name: str, node: Node) -> Channel:
    node.only(("address", "consent"))
    if node.has("address") != node.has("consent"):
        raise BadInput(f"{node.where}: a channel that reaches a person needs address and consent")
    if not node.has("address"):
        return Channel(name, None, None)
    return Channel(name, node.choice("address", ADDRESSES), node.choice("consent", CONSENTS))


def _caps(node: Node) -> tuple[Cap, ...]:
    return tuple(_cap(cap) for cap in node.nodes("value"))


def _cap(node: Node) -> Cap:
    node.only(("channel", "per", "sends", "days", "senders"))
    per = node.choice("per", ("contact", "account"))
    senders = node.choice("senders", SENDERS) if node.has("senders") else SENDERS[0]
    return Cap(node.text("channel"), per, node.whole("sends"), node.whole("days", 1), senders)


def _goals(node: Node) -> tuple[str, ...]:
    goals = node.texts("value")
    for index, goal in enumerate(goals):
        Node({"goal": goal}, f"{node.at('value')}[{index}]").choice("goal", GOALS)
    return goals


def _hours(node: Node) -> "Mapping[str, Decimal]":
    roles = node.node("value")
    return {role: roles.number(role, 0) for role in roles.values}


def _per_owner(node: Node) -> "Mapping[str, int]":
    owners = node.node("value")
    owners.whole("everybody", 0, 1000)
    return {owner: owners.whole(owner, 0, 1000) for owner in owners.values}


def _list_terms(node: Node) -> ListTerms:
    terms = node.node("value")
    terms.only(tuple(ListTerms.__dataclass_fields__))
    return ListTerms(
        terms.whole("renewal_days", 0, 365), terms.whole("new_days", 0, 365),
        terms.number("score_points", 0, 100), terms.number("more_share", 0, 100),
        terms.whole("hidden_days", 1, 365), terms.whole("claim_days", 1, 365),
        terms.whole("stale_days", 1, 365),
    )  # fmt: skip


def _by_hand(node: Node) -> "Mapping[str, bool]":
    channels = node.node("value")
    return {name: channels.flag(name) for name in channels.values}


_READERS: "Mapping[str, Callable[[Node], Any]]" = {
    "channels": _channels,
    "consent_unknown": lambda node: node.choice("value", UNKNOWN),
    "missing_table": lambda node: node.choice("value", UNKNOWN),
    "frequency_caps": _caps,
    "quiet_hours": parse_quiet,
    "no_closes": parse_closes,
    "bounces": parse_bounces,
    "same_mailbox": parse_mailbox,
    "goals_despite_ticket": _goals,
    "goals_despite_deal": _goals,
    "rest_days": lambda node: node.whole("value", 0, 3650),
    "reviews_per_day": lambda node: node.whole("value", 0, 100_000),
    "explore_share": lambda node: node.number("value", 0, 1),
    "hours_per_day": _hours,
    "budget_per_day": lambda node: node.number("value", 0),
    "proposal_days": lambda node: node.whole("value", 1, 365),
    "remind_days": lambda node: node.whole("value", 0, 365),
    "undo_minutes": lambda node: node.whole("value", 0, 1440),
    "four_eyes_value": lambda node: node.number("value", 0),
    "four_eyes_people": lambda node: node.whole("value", 1, 1_000_000),
    "dwell_seconds": lambda node: node.whole("value", 0, 600),
    "bulk_size": lambda node: node.whole("value", 1, 500),
    "bulk_sample": lambda node: node.whole("value", 1, 100),
    "holdout_share": lambda node: node.number("value", 0, 1),
    "link_hosts": lambda node: node.texts("value") if node.get("value") != [] else (),
    "accounts_per_owner": _per_owner,
    "account_list": _list_terms,
    "contact_by_hand": _by_hand,
}
