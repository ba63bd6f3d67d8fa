"""Facts of a person who agreed to everything, unless a test says otherwise."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from approvals.live_facts import Facts, Subject
from policies.nouns import PlannedAction as PolicyAction
from policies.nouns import Record
from tests.approvals.made import KEY
from tools.money import Money
from tools.store.sends import suppression_key
from tools.store.store import Store


def facts_of(subject: Subject, version: str, **changed: Any) -> Facts:
    """What is known of the person a proposal or action would reach.

    Caps by address take each account's for another one, unless `address_key` says otherwise.
    """
    address_key = changed.pop("address_key", f"the address at {subject.account_id}")
    known = {
        "contact_id": "c1",
        "email": "ann@example.com",
        "phone": "+49 30 123456",
        "email_consent": True,
        "phone_consent": True,
        "unsubscribed": False,
        "suppressed": False,
        "open_high_tickets": 0,
        "open_deals": 0,
        "timezones": ("Europe/Berlin", None, "UTC"),
        "objections": (),
        "reported": (),
        **changed,
    }
    email = known["email"]
    keys = frozenset({suppression_key(KEY.secret, email)} if email else ())
    doing = PolicyAction(
        subject.play, subject.channel, "retention", Money(Decimal(0), "EUR"), 99, 0
    )
    record = Record(subject.account_id, **known, address_keys=frozenset({address_key}))
    return Facts(record, doing, email, keys, address_key, version=version)


def facts_version(store: Store) -> str:
    """The name of the committed facts."""
    return store.gate.read(lambda tx: tx.ledger.facts_version())


def willing(store: Store) -> Callable[[Sequence[Subject]], Mapping[str, Facts]]:
    """A source of facts by which everybody may be reached."""
    return lambda subjects: {one.id: facts_of(one, facts_version(store)) for one in subjects}
