"""The canonical tables: one page, read by sources, warehouse, audit and tests.

Every fact carries `source`, `occurred_at` and `observed_at` (microseconds UTC), and two local
days: `day`, on which it happened, and `known_day`, the first morning whose run may use it.
A run as of D sees a fact iff `day < D` and `known_day <= D`.

References (`*_ref`) are strings `space:key`: a space is the set of ids of one system, so ids of
two systems never collide. Identity turns references into `account_id` and `contact_id`.
Money is integer minor units with a currency. Days are day numbers (see `tools/days.py`).

A row of a versioned table may be only a part of a record: the columns its input fills. An empty
cell of a column that is filled says that there is nothing; of one that is not, nothing is said.

A later milestone of a fact (`ended_day`, `closed_day`, `paid_day`) is known on the day it
happens, whatever the file said earlier: as of D it is NULL when it lies on D or after.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pyarrow as pa

import tools.arrow  # noqa: F401 - before the first list is given to Arrow

Kind = Literal["text", "int", "float", "bool", "day", "instant", "minor", "ref"]

ARROW: MappingProxyType[str, pa.DataType] = MappingProxyType(
    {
        "text": pa.string(),
        "ref": pa.string(),
        "int": pa.int64(),
        "float": pa.float64(),
        "bool": pa.bool_(),
        "day": pa.int32(),
        "instant": pa.int64(),
        "minor": pa.int64(),
    }
)


@dataclass(frozen=True)
class Column:
    """One column of a canonical table."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    milestone: bool = False


@dataclass(frozen=True)
class CanonicalTable:
    """One canonical table.

    A versioned table keeps every distinct state of a thing (the key) with the day it was known;
    the others are immutable facts, of which the first seen of a key stays.
    """

    name: str
    key: tuple[str, ...]
    versioned: bool
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        return {c.name: c for c in self.columns}[name]

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema of the stored facts, common columns last."""
        fields = [(c.name, ARROW[c.kind]) for c in (*self.columns, *COMMON)]
        return pa.schema(fields)


COMMON = (
    Column("source", "text", "the system the fact was read from", required=True),
    Column("occurred_at", "instant", "when it happened", required=True),
    Column("observed_at", "instant", "when we could know", required=True),
    Column("day", "day", "local day it happened", required=True),
    Column("known_day", "day", "first morning whose run may use it", required=True),
    Column("row_hash", "int", "hash of the content: equal rows are one fact", required=True),
    Column("part", "text", "which part of a record the row is, see `parts`; NULL is not known"),
)

CONTACT = Column("contact_ref", "ref", "the person")
ACCOUNT = Column("account_ref", "ref", "the company that pays")
MERGED = Column("merged_into", "ref", "the record that survived a merge in the source")
CURRENCY = Column("currency", "text", "ISO 4217 code of the amounts in the row")

TABLES: tuple[CanonicalTable, ...] = (
    CanonicalTable(
        "contacts",
        ("contact_ref",),
        versioned=True,
        columns=(
            Column("contact_ref", "ref", "the person", required=True),
            ACCOUNT,
            MERGED,
            Column("email", "text", "address, trimmed and in lower case"),
            Column("name", "text", "full name"),
            Column("phone", "text", "telephone number"),
            Column("country", "text", "country as the source writes it"),
            Column("timezone", "text", "IANA name"),
            Column("language", "text", "language of the person"),
            Column("owner", "text", "who looks after the person"),
            Column("acquisition", "text", "channel the person came by"),
            Column("email_consent", "bool", "may we mail; NULL is not known"),
            Column("phone_consent", "bool", "may we call; NULL is not known"),
            Column("email_consent_day", "day", "the person gave or took back that word"),
            Column("phone_consent_day", "day", "the person gave or took back that word"),
            Column("qualified_day", "day", "marketing qualified", milestone=True),
            Column("deleted", "bool", "erased or archived in the source"),
        ),
    ),
    CanonicalTable(
        "accounts",
        ("account_ref",),
        versioned=True,
        columns=(
            Column("account_ref", "ref", "the company", required=True),
            MERGED,
            Column("name", "text", "company name"),
            Column("domain", "text", "mail domain, in lower case"),
            Column("industry", "text", "industry"),
            Column("country", "text", "country"),
            Column("timezone", "text", "IANA name"),
            Column("owner", "text", "the CSM or salesperson"),
            Column("acquisition", "text", "channel the company came by"),
            Column("plan", "text", "plan by the CRM's word; billing is the truth"),
            Column("employees", "int", "size"),
            Column("deleted", "bool", "erased or archived in the source"),
        ),
    ),
    CanonicalTable(
        "deals",
        ("deal_ref",),
        versioned=True,
        columns=(
            Column("deal_ref", "ref", "the opportunity", required=True),
            ACCOUNT,
            CONTACT,
            Column("name", "text", "name or product"),
            Column("owner", "text", "salesperson"),
            Column("stage", "text", "pipeline stage as the source writes it"),
            Column("state", "text", "open, won or lost", required=True),
            Column("amount_minor", "minor", "value of the deal"),
            CURRENCY,
            Column("opened_day", "day", "opened"),
            Column("closed_day", "day", "won or lost", milestone=True),
        ),
    ),
    CanonicalTable(
        "events",
        ("event_key",),
        versioned=False,
        columns=(
            Column("event_key", "text", "id in the source, or made of the row", required=True),
            ACCOUNT,
            CONTACT,
            Column("name", "text", "what was done", required=True),
            Column("quantity", "float", "how often, one when the row is one event"),
        ),
    ),
    CanonicalTable(
        "messages",
        ("message_key",),
        versioned=False,
        columns=(
            Column("message_key", "text", "id in the source, or made of the row", required=True),
            ACCOUNT,
            CONTACT,
            Column("campaign_ref", "ref", "the campaign it belongs to"),
            Column("channel", "text", "email, call, sms …"),
            Column(
                "kind",
                "text",
                "sent delivered opened clicked bounced unsubscribed complained subscribed",
                required=True,
            ),
            Column("name", "text", "type of mail"),
            Column("address", "text", "address it went to, trimmed and in lower case"),
            Column("bounce", "text", "hard or soft, for a bounce; NULL is not known"),
            Column("machine", "bool", "opened or clicked by a program, not by a person"),
        ),
    ),
    CanonicalTable(
        "tickets",
        ("ticket_ref",),
        versioned=True,
        columns=(
            Column("ticket_ref", "ref", "the ticket", required=True),
            ACCOUNT,
            CONTACT,
            Column("priority", "text", "low, normal, high or urgent"),
            Column("escalated", "bool", "escalated"),
            Column("satisfaction", "float", "score given afterwards, as the source scales it"),
            Column("opened_day", "day", "opened", required=True),
            Column("closed_day", "day", "solved", milestone=True),
        ),
    ),
    CanonicalTable(
        "subscriptions",
        ("subscription_ref",),
        versioned=True,
        columns=(
            Column("subscription_ref", "ref", "one paid or trial line", required=True),
            Column("account_ref", "ref", "the company that pays", required=True),
            Column("product", "text", "plan or add-on"),
            Column("seats", "int", "seats bought, NULL for lines that have none"),
            Column("mrr_minor", "minor", "recurring revenue a month, after discount"),
            CURRENCY,
            Column("discount", "float", "share taken off the list price"),
            Column("trial", "bool", "not paid for"),
            Column("interval_months", "int", "months between bills"),
            Column("auto_renew", "bool", "renews by itself"),
            Column("started_day", "day", "first day covered", required=True),
            Column("term_end_day", "day", "first day after the agreed term, known from its start"),
            Column("changed_day", "day", "from when on this state of the line holds"),
            Column("paused_day", "day", "first day of a pause", milestone=True),
            Column("resumed_day", "day", "first day after it", milestone=True),
            Column("cancelled_day", "day", "notice was given", milestone=True),
            Column("ended_day", "day", "first day no longer covered", milestone=True),
        ),
    ),
    CanonicalTable(
        "invoices",
        ("invoice_ref", "line"),
        versioned=True,
        columns=(
            Column("invoice_ref", "ref", "the invoice or order", required=True),
            Column("line", "text", "line of it, '' for the whole", required=True),
            ACCOUNT,
            CONTACT,
            Column("amount_minor", "minor", "amount, negative for a refund"),
            CURRENCY,
            Column("status", "text", "paid, open, failed, refunded or void"),
            Column("issued_day", "day", "issued", required=True),
            Column("due_day", "day", "due"),
            Column("paid_day", "day", "paid", milestone=True),
        ),
    ),
    CanonicalTable(
        "campaigns",
        ("campaign_ref",),
        versioned=True,
        columns=(
            Column("campaign_ref", "ref", "the campaign", required=True),
            Column("name", "text", "name"),
            Column("channel", "text", "channel"),
            Column("cost_minor", "minor", "what it cost"),
            CURRENCY,
            Column("started_day", "day", "first day"),
            Column("ended_day", "day", "last day", milestone=True),
        ),
    ),
)

BY_NAME: MappingProxyType[str, CanonicalTable] = MappingProxyType({t.name: t for t in TABLES})

# Events rolled up once, when they are loaded; per-event rows are never read again by a run.
USAGE = pa.schema(
    [
        ("account_ref", pa.string()),
        ("contact_ref", pa.string()),
        ("name", pa.string()),
        ("day", pa.int32()),
        ("known_day", pa.int32()),
        ("events", pa.int64()),
        ("quantity", pa.float64()),
    ]
)
