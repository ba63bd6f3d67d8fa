"""The limits in force on one day: what we never do, whatever it is worth."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from policies.closing import CAUSES, NoCloses, spoken_channels
from tools.customers.consent import BounceTerms, Mailbox
from tools.customers.recipients import ConsentTerms, Reach, Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.quiet import QuietHours


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
class HarmTerms:
    """The greatest chance that an action drives away, or gives away, more than it brings.

    Attributes:
        any: of every action that is queued by its value.
        lasting_discount: of one that gives revenue away for good.
    """

    any: "Decimal" = Decimal(1)
    lasting_discount: "Decimal" = Decimal(1)


@dataclass(frozen=True)
class Limits:
    """The limits in force on one day."""

    channels: tuple[Channel, ...]
    consent_unknown: str
    missing_table: str
    frequency_caps: tuple[Cap, ...]
    quiet_hours: "QuietHours"
    no_closes: NoCloses
    bounces: BounceTerms
    same_mailbox: Mailbox
    goals_despite_ticket: tuple[str, ...]
    goals_despite_deal: tuple[str, ...]
    rest_days: int
    reviews_per_day: int
    explore_share: "Decimal"
    risk_of_harm: HarmTerms
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
