"""`lifecycle verify`: do the promises hold in this database? One check for each invariant.

Run after every fault test and in production; each answers with what is wrong, in words.
(promises.md. I2 needs a ledger of the other side and I8 the addresses, so tests check them; I5
is a primary key; I10 belongs to inbound webhooks, which there are none of yet.)
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from approvals.audit import broken_links, missing_tail
from approvals.canonical import digest
from approvals.chain_proof import envelope_difference
from approvals.chain_story import stories_of
from approvals.decisions.approve import seal_of
from approvals.envelope import read_values
from approvals.verify_rows import forged_rows, unknown_calls, unlike_ledger, unsaid_words
from tools.store.gate.agreed import standing, writers
from tools.store.personal import erased_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from approvals.audit import Key
    from approvals.chain_story import Story
    from approvals.effect_ledger import EffectLedger
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action, Link

SLA = timedelta(hours=24)


@dataclass(frozen=True)
class Wrong:
    """One thing that must not be: which invariant, and what."""

    invariant: str
    words: str


def verify(
    tx: "GateTx",
    key: "Key",
    now: "datetime",
    head: str = "",
    erased: "Iterable[str]" = (),
    ledger: "EffectLedger | None" = None,
) -> tuple[Wrong, ...]:
    """Everything that is wrong; nothing, when all promises hold.

    `head`, the ids of who was `erased` and the `ledger` were kept outside of the database.
    """
    look = ledger.look(whole=True) if ledger is not None else None  # others write meanwhile
    state = look.state if look is not None else None
    links = list(tx.chain.links())
    actions, stories = tx.actions.everything(), stories_of(links)
    return (
        *(Wrong("I1", w) for w in _attempts_without_approval(tx, actions)),
        *(Wrong("I3", w) for w in _bytes(tx, key, actions)),
        *(Wrong("I4", w) for w in _too_few_eyes(tx, actions)),
        *(Wrong("I6", w) for w in broken_links(links, key)),
        *(Wrong("I6", w) for w in filter(None, [missing_tail(links, head) if head else ""])),
        *(Wrong("I6", w) for w in _unrecorded(tx, stories)),
        *(Wrong("I7", w) for w in _stuck(actions, now)),
        *(Wrong("I9", w) for story in stories.values() for w in story.illegal),
        *(Wrong("I6", w) for w in forged_rows(tx, key, actions, stories)),
        *(Wrong("P10", w) for w in unsaid_words(tx, key, links)),
        *(Wrong("I6", w) for w in filter(None, [ledger.why_not(tx, look) if ledger else ""])),
        *(Wrong("I6", w) for w in unlike_ledger(links, state)),
        *(Wrong("I2", w) for w in unknown_calls(actions, state)),
        *(Wrong("P12", w) for w in _half_erased(tx, links)),
        *(Wrong("P12", w) for w in _forgotten(tx, erased)),
    )


def _attempts_without_approval(tx: "GateTx", actions: "Iterable[Action]") -> "Iterator[str]":
    """I1: a call needs an action with the same bytes, approved in the log."""
    by_id = {action.id: action for action in actions}
    for attempt in tx.actions.all_attempts():
        action = by_id.get(attempt.action)
        if action is None or action.sha256 != attempt.sha256:
            yield f"attempt {attempt.action}/{attempt.fence}: its bytes were not approved"
    for action in by_id.values():
        agreed = {d.sha256 for d in tx.log.of(action.proposal) if d.kind == "approve"}
        if action.sha256 not in agreed:
            yield f"action {action.id}: nobody approved these bytes"


def _bytes(tx: "GateTx", key: "Key", actions: "Iterable[Action]") -> "Iterator[str]":
    """I3: what was or will be carried out is the text of the approved hash, under our seal."""
    for action in actions:
        if action.seal != seal_of(key, action.id, action.sha256):
            yield f"action {action.id}: its seal does not fit"
        text = tx.asked.text_of(action.proposal, action.sha256)
        if text is not None and erased_by(text):
            continue  # counted as erased, if the chain says so: see `_half_erased`
        if text is None or digest(text) != action.sha256:
            yield f"action {action.id}: the approved text is not there"


def _too_few_eyes(tx: "GateTx", actions: "Iterable[Action]") -> "Iterator[str]":
    """I4: as many distinct people as the envelope names, none of them who wrote the words."""
    for action in actions:
        text = tx.asked.text_of(action.proposal, action.sha256)
        if text is None or digest(text) != action.sha256 or action.status == "revoked":
            continue
        deeds = tx.log.of(action.proposal)
        people = {deed.who for deed in standing(deeds, action.sha256)}
        values = read_values(text, action.sha256, action.proposal)
        marked = len(values["what"]["approval"])
        for row in (action, tx.asked.get(action.proposal)):
            if other := envelope_difference(row, values):
                yield other
        if len(people) < max(1, marked) or people & writers(deeds, action.sha256):
            yield f"action {action.id}: {len(people)} agreed, {max(1, marked)} must, not who wrote"


def _unrecorded(tx: "GateTx", stories: "dict[str, Story]") -> "Iterator[str]":
    """I6: every change of a proposal has one entry: as many entries as versions."""
    for proposal_id, version in tx.asked.versions():
        entries = stories[proposal_id].entries if proposal_id in stories else 0
        if entries != version:
            yield f"proposal {proposal_id}: {version} versions, {entries} entries"


def _stuck(actions: "Iterable[Action]", now: "datetime") -> "Iterator[str]":
    """I7: nothing is under way for longer than a worker may live."""
    for action in actions:
        if action.status == "calling" and (action.lease_until or now) < now - SLA:
            yield f"action {action.id}: calling since {action.changed_at.isoformat()}"


def _half_erased(tx: "GateTx", links: "Iterable[Link]") -> "Iterator[str]":
    """P12: an erasure ends, and only an envelope that the chain says was erased may be missing."""
    said: dict[str, set[str]] = defaultdict(set)
    ended: set[str] = set()
    for link in links:
        if link.kind == "erase":
            said[link.subject] |= set(json.loads(link.body)["proposals"])
        elif link.kind == "erased":
            ended.add(link.subject)
    for erasure in tx.erasures.all():
        if erasure.status != "done" or erasure.id not in ended:
            yield f"erasure {erasure.id}: it has begun and not ended; `lifecycle erase` goes on"
    for proposal, erasure_id in tx.erasures.rows.tombstones():
        if proposal not in said[erasure_id]:
            yield f"proposal {proposal}: its text is gone, and the chain knows of no erasure"


def _forgotten(tx: "GateTx", erased: "Iterable[str]") -> "Iterator[str]":
    """P12: who was erased stays so, whatever backup was restored."""
    known = {erasure.id for erasure in tx.erasures.all()}
    for one in sorted(set(erased) - known):
        yield f"erasure {one}: it was done once and is gone; the next run does it again"


def erased_proposals(tx: "GateTx") -> int:
    """How many proposals only ids and hashes are left of."""
    return len({proposal for proposal, _ in tx.erasures.rows.tombstones()})
