"""Which column of the store is about whom: every column has its tag, and a test asks for it.

Tags:
    no        nothing about a person: figures, days, rules, states
    hash      a hash or a keyed hash; it leads back to nobody who is not known already
    staff     somebody who works here and may sign in
    contact   the id of a customer's person
    account   the id of a company; where people are the customers it may hold an address
    text      free text, which may name anybody
    exact     text under its own hash, searched for addresses and ids and not for names
    note      what was said about a proposal
    envelope  the frozen text of a proposal
"""

import json
from types import MappingProxyType
from typing import Literal

Tag = Literal["no", "hash", "staff", "contact", "account", "text", "exact", "note", "envelope"]

_GIVEN: dict[str, dict[Tag, str]] = {
    "proposal": {
        "no": "id as_of play status value_minor currency expires_day supersedes superseded_by "
        "decided_day version snoozed_until reminded_day segment stage goal channel tier "
        "created_at changed_at",
        "hash": "sha256 substance shown",
        "staff": "editor owner", "contact": "contact_id", "account": "account_id",
        "text": "status_reason account_name", "envelope": "envelope",
    },
    "revision": {"no": "proposal number created_at", "hash": "sha256", "staff": "editor",
                 "envelope": "envelope"},
    "decision": {"no": "seq proposal kind version role via reason day seconds at",
                 "hash": "sha256", "staff": "who", "note": "note"},
    "action": {
        "no": "id proposal play channel value_minor currency day status due_at attempts worker "
        "lease_until fence created_at changed_at waits",
        "hash": "sha256 seal address_key", "account": "account_id", "contact": "contact_id",
        "text": "detail receipt",
    },
    "attempt": {"no": "action fence channel worker started_at ended_at result",
                "hash": "sha256", "text": "detail"},
    "holdout": {"no": "play play_version stratum held share drawn_day started_day",
                "account": "account_id"},
    "audit": {"no": "seq at kind subject body", "staff": "who", "hash": "mac"},
    "answer": {"no": "at", "staff": "who", "hash": "key request", "text": "body"},
    "assignment": {"no": "proposal until", "staff": "who"},
    "slot": {"no": "job slot due_at status worker lease_until fence started_at ended_at",
             "text": "detail"},
    "clock": {"no": "boot wall uptime since doubt_wall doubt_uptime"},
    "person": {"no": "id role totp_step active created_at", "staff": "mailbox subject name",
               "hash": "password totp"},
    "login": {"no": "started_at seen_at ends_at confirmed_at", "staff": "person",
              "hash": "sha256 csrf"},
    "token": {"no": "prefix scopes agent created_at ends_at used_at revoked_at",
              "staff": "person name", "hash": "sha256"},
    "batch": {"no": "id source rows committed_at as_of"},
    "data_file": {"no": "path table kind rows min_day max_day min_known max_known batch",
                  "hash": "sha256"},
    "bad_row": {"no": "batch seq table line column reason kind rows gone_at", "text": "file value"},
    "document": {"hash": "sha256", "exact": "text"},
    "run": {"no": "id as_of status started_at finished_at summary attempt", "hash": "fingerprint"},
    "run_document": {"no": "run name", "hash": "sha256"},
    "transition": {
        "no": "kind as_of effective_day to_stage from_stage observed_day superseded_as_of because "
        "rule_version skipped",
        "contact": "entity_id",
    },
    "refusal": {"no": "as_of play rule_id", "account": "account_id", "text": "reason"},
    "send": {"no": "id channel play day recorded_at", "contact": "contact_id",
             "account": "account_id", "hash": "address_key"},
    "suppression": {"no": "channel since", "hash": "key", "text": "reason"},
    "pause": {"no": "seq scope on since", "staff": "who", "text": "reason"},
    "account_care": {"no": "version kind until_day changed_at", "staff": "who",
                     "account": "account_id"},
    "account_deed": {
        "no": "seq kind version role via reason until_day play goal channel value_minor currency "
        "as_of day at",
        "staff": "who", "account": "account_id", "text": "note reasons",
    },
    "report": {"no": "id kind as_of first_day made_at"},
    "report_file": {"no": "report name bytes", "hash": "sha256"},
    "report_post": {"no": "report status changed_at", "staff": "recipient", "text": "detail"},
    "erasure": {"no": "id status begun_at ended_at", "staff": "who", "text": "reason",
                "hash": "plan"},
    "erased_key": {"no": "erasure kind", "hash": "key"},
}  # fmt: skip
PERSONAL: MappingProxyType[str, MappingProxyType[str, Tag]] = MappingProxyType(
    {
        table: MappingProxyType(
            {name: tag for tag, names in tags.items() for name in names.split()}
        )
        for table, tags in _GIVEN.items()
    }
)
IDS: frozenset[Tag] = frozenset({"account", "contact"})
TEXTS: frozenset[Tag] = frozenset({"text", "exact", "note"})


def tombstone(erasure: str) -> str:
    """What stands where an envelope stood; the table's trigger accepts no other text."""
    return f'{{"erased":"{erasure}"}}'


def erased_by(text: str) -> str | None:
    """The erasure an envelope fell to; None when it is there."""
    return str(json.loads(text)["erased"]) if text.startswith('{"erased":') else None
