"""Make the relation of words: who said yes or no, in which channel, when, by which record."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.customers.consent.addresses import Mailbox, email_sql, phone_sql
from tools.warehouse.sql import SqlPiece, read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.warehouse.engine import Engine

ANY = "*"  # a channel nobody named: a "no" said there closes every one
# How systems write the channels; what is not here and is no channel of the tenant is any.
WRITTEN = {
    "email": ("email", "e-mail", "e_mail", "mail", "newsletter", "email marketing"),
    "call": ("call", "phone", "telephone", "voice"),
    "sms": ("sms", "text", "mms"),
    "meeting": ("meeting",), "push": ("push",), "in_app": ("in_app", "in-app", "inapp"),
    "whatsapp": ("whatsapp",), "chat": ("chat",), "post": ("post", "letter", "direct_mail"),
    "web": ("web", "ads"), "fax": ("fax",),
}  # fmt: skip
CAUSES = ("unsubscribed", "complained", "bounced", "deleted", "refused")


@dataclass(frozen=True)
class BounceTerms:
    """When bounces refuse an address.

    `hard` bounces do for good; `soft` ones within `days` days do until a later mail arrives.
    A bounce of unknown hardness is a soft one.
    """

    hard: int = 1
    soft: int = 3
    days: int = 30


@dataclass(frozen=True)
class LastingNo:
    """A "no" that no mail takes back: whose it is, its cause, the channel it was said in, and when.

    `holder` is a person, a folded e-mail address or a folded number; `day` is None where nobody
    knows it.
    """

    holder_kind: str
    holder: str
    cause: str
    channel: str
    day: int | None


def make_consent_words(
    as_of: int,
    engine: "Engine",
    mailbox: Mailbox | None = None,
    bounces: BounceTerms | None = None,
    channels: "Iterable[str]" = (),
) -> None:
    """Create `consent_word` from the facts known as of a day; `channels` are the tenant's own.

    Needs `fact_contacts`, `fact_messages` and `contact_alias`. The strict reading of addresses
    and bounces counts where none is given.
    """
    terms = bounces or BounceTerms()
    engine.create(
        "consent_word",
        read_sql(__package__, "words"),
        as_of=as_of,
        email_key=email_sql("email", mailbox or Mailbox()),
        phone_key=phone_sql("phone"),
        channel_name=channel_sql("channel", channels),
        hard=terms.hard,
        soft_back=terms.soft - 1,
        soft_days=terms.days,
    )


def lasting_noes(engine: "Engine") -> "Iterator[LastingNo]":
    """Every lasting "no" of `consent_word`."""
    rows = engine.run(
        "SELECT DISTINCT holder_kind, holder, cause, channel, day FROM consent_word "
        "WHERE cause <> 'agreed' AND lasts = 1 AND NOT holder IS NULL "
        "ORDER BY holder_kind, holder, cause, channel, day"
    )
    for row in rows.to_pylist():
        yield LastingNo(**row)


def channel_sql(column: str, channels: "Iterable[str]" = ()) -> SqlPiece:
    """The name of a channel however it is written, as a piece of a query; `*` for unknown ones."""
    own = {name: (name.lower(),) for name in channels}
    whens = " ".join(
        f"WHEN LOWER(TRIM({column})) IN ({', '.join(map(_quoted, ways))}) THEN {_quoted(name)}"
        for name, ways in {**own, **WRITTEN}.items()
    )
    return SqlPiece(f"CASE {whens} ELSE '{ANY}' END")


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
