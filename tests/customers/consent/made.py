"""Small companies whose records share addresses, and what the judge says of a person in them."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.contact_facts import record_of
from policies.judge import judge
from policies.limits import Limits
from policies.nouns import Verdict
from tests.facts import fact, world_of
from tests.policies.made import action, history, words
from tests.policies.made import limits as delivered
from tools.customers.features import make_features
from tools.customers.recipients import ConsentTerms, Recipient, Recipients
from tools.warehouse.asof.world import World

Row = dict[str, object]
DAY = 19_783
ANN, PHONE = "ann@x.example", "+1 202 555 0101"
NOON = datetime(2024, 3, 1, 11, 0, tzinfo=UTC)


def account(name: str = "crm:A") -> Row:
    """A company."""
    return fact("accounts", 10, account_ref=name, name="Acme", timezone="Europe/Berlin")


def contact(ref: str, day: int = 100, **more: Any) -> Row:
    """A state of a record, of account A and reachable by mail and telephone unless said so."""
    given: dict[str, Any] = {
        "account_ref": "crm:A",
        "email": ANN,
        "phone": "+1 202 555 0101",
        **more,
    }
    return fact("contacts", day, contact_ref=ref, **given)


def message(kind: str, day: int, ref: str | None = "mail:1", **more: Any) -> Row:
    """Something the mail system reports."""
    given: dict[str, Any] = {"channel": "email", **more}
    key = f"{kind}-{day}-{ref}-{sorted(map(str, more.items()))}"
    return fact("messages", day, message_key=key, contact_ref=ref, kind=kind, **given)


def world(contacts: Sequence[Row], messages: Sequence[Row] = (), as_of: int = DAY) -> World:
    """The world as of a day, with features."""
    rows = {
        "accounts": [account(), account("crm:B")],
        "contacts": list(contacts),
        "messages": list(messages),
    }
    made = world_of(as_of, rows, Path(tempfile.mkdtemp()))
    make_features(made)
    return made


_LAST: list[tuple[World, ConsentTerms, Recipients]] = []


def _asker(made: World, terms: ConsentTerms) -> Recipients:
    """The one who asks a world; the same as long as the world and the terms are."""
    if not _LAST or _LAST[0][0] is not made or _LAST[0][1] != terms:
        _LAST[:] = [(made, terms, Recipients(made, terms))]
    return _LAST[0][2]


def best(
    made: World,
    channel: str = "email",
    limits: Limits | None = None,
    account_id: str = "crm:A",
    contact_id: str | None = None,
) -> Recipient:
    """The person of an account that is reached by a channel."""
    terms = limits or delivered()
    asker = _asker(made, terms.consent_terms)
    only = {account_id: contact_id}
    found = asker.best([account_id], terms.reach(channel), only)[account_id]
    told = asker.reported([found]).get((account_id, found.contact_id or ""), ())
    return Recipient(**{**vars(found), "reported": told})


def verdict(
    made: World, channel: str = "email", limits: Limits | None = None, **whom: str
) -> Verdict:
    """What the judge says of reaching that person."""
    terms = limits or delivered()
    person = best(made, channel, terms, **whom)
    asked = words(goal="retention")
    missing = frozenset({"tickets", "deals", "messages"}) - made.present
    record = record_of(person, frozenset(), "Europe/Berlin", missing)
    past = history(asked)
    past = type(past)(made.as_of, *list(vars(past).values())[1:])
    return judge(record, action(asked, channel), past, NOON, terms)


def refused(made: World, channel: str = "email", **whom: Any) -> str:
    """The rule that refuses the person, or ''."""
    found = verdict(made, channel, **whom)
    return found.rule_id if found.denied else ""
