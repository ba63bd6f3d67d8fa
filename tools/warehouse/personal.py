"""Which column of the canonical tables is about whom: every column has its tag; a test asks for it.

Tags:
    no        nothing about a person: figures, days, states; kept when a person is erased
    contact   a reference to a person: becomes the erasure's
    account   a reference to a company; where people are the customers it may hold an address
    person    says something about the person of its row: emptied
    gone      says whether the person's record is deleted: becomes true
    key       an id of the source, in which an address may be hidden
    text      words, which may name somebody
    hash      the hash of the row's content: made anew with the installation's key
"""

from types import MappingProxyType
from typing import Literal

from tools.warehouse.schema import COMMON, TABLES

Tag = Literal["no", "contact", "account", "person", "gone", "key", "text", "hash"]

_COMMON: dict[Tag, str] = {
    "no": "source occurred_at observed_at day known_day part",
    "hash": "row_hash",
}
_GIVEN: dict[str, dict[Tag, str]] = {
    "contacts": {
        "contact": "contact_ref merged_into", "account": "account_ref", "gone": "deleted",
        "person": "email name phone country timezone language owner acquisition email_consent "
        "phone_consent email_consent_day phone_consent_day qualified_day",
    },
    "accounts": {
        "no": "industry country timezone acquisition plan employees deleted",
        "account": "account_ref merged_into", "text": "name domain owner",
    },
    "deals": {
        "no": "stage state amount_minor currency opened_day closed_day", "key": "deal_ref",
        "account": "account_ref", "contact": "contact_ref", "text": "name owner",
    },
    "events": {"key": "event_key", "account": "account_ref", "contact": "contact_ref",
               "text": "name", "no": "quantity"},
    "messages": {"key": "message_key", "account": "account_ref", "contact": "contact_ref",
                 "no": "campaign_ref channel kind bounce machine", "text": "name address"},
    "tickets": {"key": "ticket_ref", "account": "account_ref", "contact": "contact_ref",
                "no": "priority escalated satisfaction opened_day closed_day"},
    "subscriptions": {
        "key": "subscription_ref", "account": "account_ref",
        "no": "product seats mrr_minor currency discount trial interval_months auto_renew "
        "started_day term_end_day changed_day paused_day resumed_day cancelled_day ended_day",
    },
    "invoices": {
        "key": "invoice_ref", "account": "account_ref", "contact": "contact_ref",
        "no": "line amount_minor currency status issued_day due_day paid_day",
    },
    "campaigns": {"key": "campaign_ref", "text": "name",
                  "no": "channel cost_minor currency started_day ended_day"},
    "usage": {"account": "account_ref", "contact": "contact_ref", "text": "name",
              "no": "day known_day events quantity"},
}  # fmt: skip
# What runs keep for later runs: these columns by name, and every other text as free text.
KEPT: MappingProxyType[str, Tag] = MappingProxyType({
    "contact_ref": "contact", "contact_id": "contact", "account_ref": "account",
    "account_id": "account", "member_id": "contact",
})  # fmt: skip


def _tags(table: str) -> MappingProxyType[str, Tag]:
    given = (
        _GIVEN[table].items() if table == "usage" else (*_GIVEN[table].items(), *_COMMON.items())
    )
    return MappingProxyType({name: tag for tag, names in given for name in names.split()})


PERSONAL: MappingProxyType[str, MappingProxyType[str, Tag]] = MappingProxyType(
    {table: _tags(table) for table in _GIVEN}
)


def untagged() -> tuple[str, ...]:
    """Columns without a tag and tags without a column, as `table.column`; there may be none."""
    known = {f"{t.name}.{c.name}" for t in TABLES for c in (*t.columns, *COMMON)}
    tagged = {f"{t}.{c}" for t, columns in PERSONAL.items() if t != "usage" for c in columns}
    return tuple(sorted(known ^ tagged))
