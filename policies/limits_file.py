"""What `policies/limits.yaml` may hold, key by key, and what its later limits were before."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from policies.people_file import BouncesEntry, ClosesEntry, MailboxEntry
from policies.quiet_file import QuietEntry
from tools.actions import Goal
from tools.file_mistakes import mistake
from tools.file_model import (
    Dated,
    DatedEntry,
    Days,
    FileModel,
    Items,
    Number,
    Share,
    SomeItems,
    Text,
    Version,
    Whole,
)

Unknown = Literal["deny", "ask"]
Positive = Annotated[Number, Field(ge=0)]
Points = Annotated[Number, Field(ge=0, le=100)]
Year = Annotated[Whole, Field(ge=0, le=365)]
SomeOfYear = Annotated[Whole, Field(ge=1, le=365)]
Accounts = Annotated[Whole, Field(ge=0, le=1000)]


class ChannelEntry(FileModel):
    """How a channel reaches a person; with neither it reaches nobody outside."""

    address: Literal["email", "phone"] | None = None
    consent: Literal["email_consent", "phone_consent"] | None = None


def _both(channel: ChannelEntry) -> ChannelEntry:
    if (channel.address is None) != (channel.consent is None):
        raise mistake("a channel that reaches a person needs address and consent")
    return channel


class CapEntry(FileModel):
    """At most `sends` in any `days` days."""

    channel: Text
    per: Literal["contact", "account"]
    sends: Annotated[Whole, Field(ge=0)]
    days: Annotated[Whole, Field(ge=1)]
    senders: Literal["all", "ours"] | None = None


class ListEntry(FileModel):
    """The days and shares the list of accounts is made by."""

    renewal_days: Year
    new_days: Year
    score_points: Points
    more_share: Points
    hidden_days: SomeOfYear
    claim_days: SomeOfYear
    stale_days: SomeOfYear


class HarmEntry(FileModel):
    """The greatest chance of harm at which an action is queued by its value."""

    any: Share
    lasting_discount: Share


def _everybody(accounts: dict[str, int]) -> dict[str, int]:
    if "everybody" not in accounts:
        raise mistake("the key 'everybody' is required: how many whoever is not named can take")
    return accounts


Channels = dict[Text, Annotated[ChannelEntry, AfterValidator(_both)]]


class LimitsFile(FileModel):
    """The whole file; what may be None came later than the first release."""

    version: Version
    channels: Dated[DatedEntry[Channels]]
    consent_unknown: Dated[DatedEntry[Unknown]]
    missing_table: Dated[DatedEntry[Unknown]]
    frequency_caps: Dated[DatedEntry[SomeItems[CapEntry]]]
    quiet_hours: Dated[DatedEntry[QuietEntry]]
    no_closes: Dated[DatedEntry[ClosesEntry]] | None = None
    bounces: Dated[DatedEntry[BouncesEntry]] | None = None
    same_mailbox: Dated[DatedEntry[MailboxEntry]] | None = None
    goals_despite_ticket: Dated[DatedEntry[SomeItems[Goal]]]
    goals_despite_deal: Dated[DatedEntry[SomeItems[Goal]]]
    rest_days: Dated[DatedEntry[Days]]
    reviews_per_day: Dated[DatedEntry[Annotated[Whole, Field(ge=0, le=100_000)]]]
    explore_share: Dated[DatedEntry[Share]] | None = None
    risk_of_harm: Dated[DatedEntry[HarmEntry]] | None = None
    hours_per_day: Dated[DatedEntry[dict[Text, Positive]]]
    budget_per_day: Dated[DatedEntry[Positive]]
    proposal_days: Dated[DatedEntry[SomeOfYear]]
    remind_days: Dated[DatedEntry[Year]]
    undo_minutes: Dated[DatedEntry[Annotated[Whole, Field(ge=0, le=1440)]]]
    four_eyes_value: Dated[DatedEntry[Positive]]
    four_eyes_people: Dated[DatedEntry[Annotated[Whole, Field(ge=1, le=1_000_000)]]]
    dwell_seconds: Dated[DatedEntry[Annotated[Whole, Field(ge=0, le=600)]]] | None = None
    bulk_size: Dated[DatedEntry[Annotated[Whole, Field(ge=1, le=500)]]]
    bulk_sample: Dated[DatedEntry[Annotated[Whole, Field(ge=1, le=100)]]]
    holdout_share: Dated[DatedEntry[Share]]
    link_hosts: Dated[DatedEntry[Items[Text]]]
    accounts_per_owner: (
        Dated[DatedEntry[Annotated[dict[Text, Accounts], AfterValidator(_everybody)]]] | None
    ) = None
    account_list: Dated[DatedEntry[ListEntry]] | None = None
    contact_by_hand: Dated[DatedEntry[dict[Text, bool]]] | None = None
