"""The part of `lifecycle verify` that compares rows with the chain: whose hand was in the database?

Every row that decides is asked: actions, proposals, votes, sends, people, our own list, switches.
"""

import json
from typing import TYPE_CHECKING

from approvals.chain_proof import (
    action_difference,
    proposal_difference,
    quorum_difference,
    vote_difference,
)
from approvals.chain_story import Forged, Story
from approvals.chain_words import (
    PAUSE,
    REFUSALS,
    ROLE,
    SHORT,
    account_difference,
    account_subject,
    is_on,
    refusal,
    role_difference,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from approvals.audit import Key
    from approvals.ledger_lines import LedgerState
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action, Link
    from tools.store.records import Suppression

NOTHING = Story()


def forged_rows(
    tx: "GateTx", key: "Key", actions: "Iterable[Action]", stories: "Mapping[str, Story]"
) -> "Iterator[str]":
    """Actions, proposals and votes that are not what the chain says, and those that are gone."""
    there: set[str] = set()
    accounts: set[str] = set()
    for action in actions:
        there.add(action.id)
        yield from _told(action_difference(action, stories.get(action.id, NOTHING)))
        story = stories.get(action.proposal, NOTHING)
        if action.status != "revoked":
            yield from _told(quorum_difference(action, story, 1))
    for proposal in tx.asked.everything():
        there.add(proposal.id)
        accounts.add(proposal.account_id)
        story = stories.get(proposal.id, NOTHING)
        yield from _told(proposal_difference(proposal, story))
        yield from _told(vote_difference(proposal.id, tx.log.of(proposal.id), story.votes))
        held = tx.holdouts.held(proposal.play, proposal.account_id)
        if story.held is not None and held != story.held:
            yield f"holdout {proposal.play} of {proposal.id}: it is not the draw that was made"
    for account in sorted(accounts):
        about = tx.chain.about([account_subject(key, account)])
        yield from _told(account_difference(tx, account, about))
    for subject, story in stories.items():
        if story.status and subject not in there:
            yield f"{subject}: the chain says it is {story.status}, and its row is gone"


def unsaid_words(tx: "GateTx", key: "Key", links: "Sequence[Link]") -> "Iterator[str]":
    """Our own list, the switches, the roles and the sends that are not what the chain says."""
    refusals = [refusal(link) for link in links if link.kind in REFUSALS]
    yield from _missing(tx, refusals)
    switches = {link.subject: is_on(link) for link in links if link.kind == PAUSE}
    on = {pause.scope for pause in tx.ledger.pauses()}
    for scope, is_paused in switches.items():
        if is_paused and scope not in on:
            yield f"pause {scope}: the chain says it is on, and its row says it is off"
    for person in tx.staff.everybody():
        try:
            about = [one for one in links if one.subject == person.id and one.kind in ROLE]
            role = person.role if person.active else ""
            yield from _told(role_difference(person.id, role, about, key, tx))
        except Forged as error:
            yield str(error)
    counted = {
        link.subject
        for link in links
        if link.kind in {"dispatch", "settle"} and _counts(json.loads(link.body))
    }
    for action in sorted(counted):
        if not tx.ledger.has_left(f"s-{action}"):
            yield f"send s-{action}: the chain says it left, and its row is gone"


def unlike_ledger(links: "Iterable[Link]", state: "LedgerState | None") -> "Iterator[str]":
    """Entries that are others, or gone, since they were written down beside the database."""
    left = dict(state.heads) if state is not None else {}
    for link in links:
        exported = left.pop(link.seq, link.mac)
        if exported != link.mac:
            yield f"entry {link.seq} is another one than the one in the ledger"
    left.pop(0, None)
    if left:
        yield f"entry {min(left)} is in the ledger and gone from the database, {len(left)} in all"


def unknown_calls(actions: "Iterable[Action]", state: "LedgerState | None") -> "Iterator[str]":
    """Calls that the ledger knows of and the database does not.

    Those of before a person said `lifecycle restored` are known: what waits becomes `unknown` at
    its claim, and is not called.
    """
    fences = {action.id: action.fence for action in actions}
    known = state.known_calls if state is not None else {}
    for action, fence in (state.calls if state is not None else {}).items():
        if max(fences.get(action, 0), known.get(action, 0)) < fence:
            yield f"action {action}: by the ledger it was called after what the database knows"


def _missing(tx: "GateTx", refusals: "Sequence[Suppression]") -> "Iterator[str]":
    keys = [one.key for one in refusals]
    known = {(one.key, one.channel): one.since for one in tx.ledger.suppressions(keys)}
    shorts = {(key[:SHORT], channel): since for (key, channel), since in known.items()}
    for one in refusals:
        since = known.get((one.key, one.channel), shorts.get((one.key, one.channel)))
        if len(one.key) <= SHORT and since is None:
            continue  # an entry of before, which names the beginning of the hash alone
        if since is None or since != one.since:
            yield f"suppression {one.key[:SHORT]} {one.channel}: the row is gone or another one"


def _counts(body: "Mapping[str, object]") -> bool:
    return body.get("to") == "sent" and body.get("counts") is True


def _told(words: str) -> "Iterator[str]":
    if words:
        yield words
