"""Who said no in the facts, written down beside the database before a backup can forget it.

What a mail system or a CRM told comes with the files of a morning. Where such a file is overwritten
by the next one and the database goes back to a backup, nobody else knows of it any more.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from agent.contact_facts import person_key
from approvals.ledger_lines import HeardNo
from policies.suppression import entry_of
from tools.customers.consent import lasting_noes, make_consent_words
from tools.days import start_of
from tools.store.sends import suppression_key
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from agent.wiring import Deps
    from tools.customers.consent import LastingNo

# Who is one person is left to whoever asks: a word is about its record and about all its addresses.
NO_ALIAS = pa.table({"ref": pa.array([], pa.string()), "contact_id": pa.array([], pa.string())})

SPEAKERS = frozenset({"contacts", "messages"})  # the tables in which a "no" can stand


def hear_noes(deps: "Deps", as_of: int) -> None:
    """Write down every lasting "no" that was read up to a morning, also those of this very day."""
    engine, tomorrow = DuckEngine(), as_of + 1
    terms = deps.rulebook.limits.on(as_of).consent_terms
    deps.dataset.listed().scan(tomorrow, engine)
    engine.put("contact_alias", NO_ALIAS)
    make_consent_words(tomorrow, engine, terms.mailbox, terms.bounces, terms.channels)
    said = (_heard(one, deps.key.secret, deps.zone) for one in lasting_noes(engine))
    deps.ledger.hear(deps.store.gate, said)


def _heard(one: "LastingNo", secret: bytes, zone: "ZoneInfo") -> HeardNo:
    """A "no" of the facts by the keyed hash of whom it is about."""
    entry, since = entry_of(one.cause, one.channel, has_day=one.day is not None), None
    if one.day is not None:
        since = datetime.fromtimestamp(start_of(one.day, zone) / 1_000_000, tz=UTC)
    keyed = person_key if one.holder_kind == "person" else suppression_key
    return HeardNo(keyed(secret, one.holder), entry, since)
