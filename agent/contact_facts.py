"""What the judge is told of a person, and the keyed hashes of their addresses."""

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from policies.nouns import Record
from tools.customers.consent.addresses import fold
from tools.store.sends import suppression_key
from tools.warehouse.persons import ref_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.customers.consent import Mailbox
    from tools.customers.recipients import Recipient

# Tables whose facts the judge asks for; a company that keeps none of them says so.
JUDGED_TABLES = frozenset({"tickets", "deals", "messages"})


def record_of(
    person: "Recipient", keys: frozenset[str], zone: str, missing: frozenset[str]
) -> Record:
    """What the judge is told of a person; our own list is asked apart."""
    return Record(
        account_id=person.account_id,
        contact_id=person.contact_id,
        email=person.email,
        phone=person.phone,
        email_consent=person.email_consent,
        phone_consent=person.phone_consent,
        unsubscribed=person.unsubscribed,
        suppressed=False,
        open_high_tickets=person.open_high_tickets,
        open_deals=person.open_deals,
        timezones=(person.timezone, person.account_timezone, zone),
        objections=(person.objection,) if person.objection else (),
        reported=person.reported,
        address_keys=keys,
        missing=missing,
    )


def address_keys(
    secret: bytes, addresses: "Iterable[str | None]", mailbox: "Mailbox"
) -> frozenset[str]:
    """The keyed hashes of addresses, as they are written and folded."""
    known = [address for address in addresses if address]
    return frozenset(
        key
        for one in known
        for key in (suppression_key(secret, one), folded_key(secret, one, mailbox))
    )


def known_keys(secret: bytes, person: "Recipient", mailbox: "Mailbox") -> frozenset[str]:
    """The keyed hashes under which our own list may have a word of a person."""
    own = {person_key(secret, person.contact_id)} if person.contact_id else set()
    return address_keys(secret, (person.email, person.phone), mailbox) | own


def person_key(secret: bytes, ref: str) -> str:
    """The keyed hash of a record, whatever address it has."""
    return hmac.new(secret, ref_key(ref).encode(), sha256).hexdigest()


def folded_key(secret: bytes, address: str, mailbox: "Mailbox") -> str:
    """The keyed hash of an address, the same for every writing of it."""
    return suppression_key(secret, fold(address, mailbox) or address)
