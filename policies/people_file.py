"""What the limits about people may hold: which channels a "no" closes, bounces and mailboxes."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from tools.customers.consent.words import ANY
from tools.file_model import FileModel, Items, SomeDays, Text, Whole

Bounces = Annotated[Whole, Field(ge=1, le=100)]


def _by_channel(closed: object) -> object:
    """One list of channels holds wherever the word was said."""
    return {ANY: closed} if isinstance(closed, list) else closed


Closed = Annotated[
    dict[Text, Items[Text]],
    BeforeValidator(_by_channel, json_schema_input_type=dict[Text, Items[Text]] | Items[Text]),
]


class ClosesEntry(FileModel):
    """For each cause a list of channels, or one by the channel the word was said in."""

    unsubscribed: Closed
    complained: Closed
    bounced: Closed
    deleted: Closed


class MailboxEntry(FileModel):
    """Whether +tags and the dots of Gmail make no other mailbox."""

    tags: bool
    gmail_dots: bool


class BouncesEntry(FileModel):
    """How many hard bounces refuse an address, and how many soft ones in so many days."""

    hard: Bounces
    soft: Bounces
    days: SomeDays
