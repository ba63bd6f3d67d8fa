"""The person to reach at each account of a short list, by the channel they are reached by."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from tools.customers.consent import BounceTerms, Mailbox, make_consent_words
from tools.customers.consent.addresses import email_sql, fold, phone_sql
from tools.customers.consent.words import WRITTEN, channel_sql
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tools.warehouse.asof.world import World
    from tools.warehouse.sql import SqlPiece

Way = Literal["email", "phone"]
CLOSES = pa.schema([("cause", pa.string()), ("said_in", pa.string())])
FOLDED = pa.schema([("folded", pa.string())])
ASKED = pa.schema([("account_id", pa.string()), ("contact_id", pa.string())])
REACHED = pa.schema([*ASKED, ("email_key", pa.string()), ("phone_key", pa.string())])


@dataclass(frozen=True)
class Objection:
    """A "no" that stands: its cause, the channel it was said in, when and by which record.

    `day` is None where nobody knows when it was said.
    """

    cause: str
    said_in: str
    day: int | None
    said_by: str | None
    source: str | None


@dataclass(frozen=True)
class Reported:
    """What other systems say was sent on a day: to the person, and to the account."""

    channel: str
    day: int
    to_person: int
    to_account: int


@dataclass(frozen=True)
class Reach:
    """How a channel reaches people, and which words close it: (cause, channel it was said in).

    `family` is the channel whose consent it asks for.
    """

    channel: str
    way: Way
    family: Literal["email", "call"]
    closed_by: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class ConsentTerms:
    """What a tenant decides about words: which addresses are one, and when bounces refuse.

    `channels` are the tenant's own; `reported_days` is how far back other senders count.
    """

    mailbox: Mailbox = field(default_factory=Mailbox)
    bounces: BounceTerms = field(default_factory=BounceTerms)
    channels: tuple[str, ...] = tuple(WRITTEN)
    reported_days: int = 90


@dataclass(frozen=True)
class Recipient:
    """A person at an account with what a judge must know; None is not known.

    `unsubscribed` is None where the company keeps no mail, `contact_id` where it knows nobody.
    `objection` is the gravest "no" that closes the channel; `agreed_day` the last day on which
    the person said yes again.
    """

    account_id: str
    contact_id: str | None
    name: str | None
    email: str | None
    phone: str | None
    language: str | None
    email_consent: bool | None
    phone_consent: bool | None
    unsubscribed: bool | None
    objection: Objection | None
    agreed_day: int | None
    timezone: str | None
    account_timezone: str | None
    open_high_tickets: int | None
    open_deals: int | None
    reported: tuple[Reported, ...] = ()


class Recipients:
    """Asks one world whom to reach; what is known of everybody is read once.

    Reads: contacts, accounts, usage, features, messages and the words of `make_consent_words`.
    Makes: `consent_word`, `reported_mail` and the lists of each question.
    """

    def __init__(self, world: "World", terms: ConsentTerms | None = None) -> None:
        self._world = world
        self._terms = terms or ConsentTerms()
        self._mail_asked = 0
        make_consent_words(
            world.as_of,
            world.engine,
            self._terms.mailbox,
            self._terms.bounces,
            self._terms.channels,
        )

    def best(
        self,
        accounts: "Iterable[str]",
        reach: Reach,
        contacts: "Mapping[str, str | None] | None" = None,
        passed_over: "Collection[str]" = (),
    ) -> dict[str, Recipient]:
        """The best person to reach at each account by a channel, by account.

        `contacts` names, by account, the only person that is asked about; whoever has one of the
        folded addresses `passed_over` ranks behind.
        """
        engine, asked = self._world.engine, sorted(set(accounts))
        only = [(contacts or {}).get(account) for account in asked]
        engine.put(
            "asked",
            pa.table([pa.array(asked, pa.string()), pa.array(only, pa.string())], schema=ASKED),
        )
        closes = [{"cause": c, "said_in": s} for c, s in sorted(reach.closed_by)]
        engine.put("no_closes", pa.Table.from_pylist(closes, schema=CLOSES))
        over = [{"folded": one} for one in sorted(set(passed_over))]
        engine.put("passed_over", pa.Table.from_pylist(over, schema=FOLDED))
        rows = engine.run(
            read_sql(__package__, "recipients"),
            as_of=self._world.as_of,
            way=reach.way,
            channel=reach.channel,
            family=reach.family,
            **self._keys(),
        ).to_pylist()
        mail = "messages" in self._world.present
        return {row["account_id"]: _recipient(row, mail=mail) for row in rows}

    def reported(
        self, people: "Iterable[Recipient]"
    ) -> dict[tuple[str, str], tuple[Reported, ...]]:
        """What other systems report to have sent lately, by account and contact."""
        if "messages" not in self._world.present:
            return {}
        rows = {(p.account_id, p.contact_id): self._reached(p) for p in people if p.contact_id}
        table = pa.Table.from_pylist([rows[pair] for pair in sorted(rows)], schema=REACHED)
        self._make_reported_mail()
        self._world.engine.put("reached", table)
        found: dict[tuple[str, str], list[Reported]] = defaultdict(list)
        for row in self._world.engine.run(read_sql(__package__, "reported")).to_pylist():
            found[row.pop("account_id"), row.pop("contact_id")].append(Reported(**row))
        return {pair: tuple(told) for pair, told in found.items()}

    def _make_reported_mail(self) -> None:
        """Name the mail with its folded addresses; from the second question on it is kept.

        A morning asks once or twice of a large company; an inbox asks at each decision.
        """
        if self._mail_asked > 1:
            return
        make = self._world.engine.create if self._mail_asked else self._world.engine.view
        make(
            "reported_mail",
            read_sql(__package__, "reported_mail"),
            first_day=self._world.as_of - self._terms.reported_days,
            channel_name=channel_sql("m.channel", self._terms.channels),
            **self._keys(),
        )
        self._mail_asked += 1

    def _reached(self, person: Recipient) -> dict[str, str | None]:
        mailbox = self._terms.mailbox
        return {
            "account_id": person.account_id,
            "contact_id": person.contact_id,
            "email_key": fold(person.email, mailbox) if person.email else None,
            "phone_key": (fold(person.phone, mailbox) or None) if person.phone else None,
        }

    def _keys(self) -> dict[str, "SqlPiece"]:
        return {
            "email_key": email_sql("email", self._terms.mailbox),
            "phone_key": phone_sql("phone"),
        }


def _recipient(row: dict[str, object], *, mail: bool) -> Recipient:
    names = ("cause", "said_in", "said_day", "said_by", "said_source")
    word = [row.pop(name) for name in names]
    objection = Objection(*word) if word[0] is not None else None  # type: ignore[arg-type]  # the columns of the query
    if not mail and not row["unsubscribed"]:
        row["unsubscribed"] = None
    return Recipient(**row, objection=objection)  # type: ignore[arg-type]  # the columns of the query
