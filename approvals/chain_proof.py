"""Before a yes and before a call: does the chain say the same as the rows that decide?

Whoever writes in the database without the key can set a status back, take votes out or put some
in; the entries of the chain then say something else, and nothing leaves. Only the entries about
the action, its proposal and its people are read, by an index.
"""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import structlog

from approvals.chain_story import VOTES, Forged, Story, Vote, entries_about, instant, story_of
from approvals.chain_words import account_difference, account_subject
from approvals.request import PERMISSIONS
from tools.money import Money
from tools.store.gate.agreed import standing, writers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from approvals.audit import Key
    from approvals.gate_context import GateContext
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action, Deed
    from tools.store.records import Proposal

log = structlog.get_logger(__name__)
SECOND = frozenset(role for role, may in PERMISSIONS.items() if "second" in may)


def check_action(gate: "GateContext", tx: "GateTx", action: "Action") -> "tuple[Proposal, Story]":
    """Refuse an action whose rows are not what the chain says; its proposal and what is said of it.

    Raises:
        Forged: with the row, what it says, and what the chain says.
    """
    account = account_subject(gate.key, action.account_id)
    about = entries_about(tx, gate.key, action.id, action.proposal, account)
    wrong = action_difference(action, story_of(about[action.id]))
    if not wrong and tx.ledger.has_left(f"s-{action.id}"):
        wrong = f"action {action.id}: it left once, and waits again"
    proposal, story = tx.asked.get(action.proposal), story_of(about[action.proposal])
    wrong = wrong or proposal_difference(proposal, story)
    wrong = wrong or vote_difference(proposal.id, tx.log.of(proposal.id), story.votes)
    wrong = wrong or account_difference(tx, action.account_id, about[account])
    if wrong:
        raise Forged(wrong)
    return proposal, story


def check_step(tx: "GateTx", key: "Key", row: "Proposal | Action") -> None:
    """Refuse to move a row from a status the chain does not know it at.

    The entry of such a step would never fit the ones before, and people would be told that it was
    taken back, or ended, when it had left.

    Raises:
        Forged: with the status in the row and the one in the chain.
    """
    story = story_of(entries_about(tx, key, row.id)[row.id])
    if story.status != row.status:
        raise Forged(
            f"{row.id}: its status is {row.status}, the chain says "
            f"{story.status or 'nothing'}; see `lifecycle verify`"
        )


def fits(tx: "GateTx", key: "Key", row: "Proposal | Action") -> bool:
    """Whether a row stands where the chain says it does; if not, the log says so."""
    try:
        check_step(tx, key, row)
    except Forged as error:
        log.error("row.forged", row=row.id, why=str(error))  # noqa: TRY400 - it says what
        return False
    return True


def check_draw(action: "Action", story: Story, held: bool | None) -> None:
    """Refuse a lot of the holdout that is not the one that was drawn.

    Raises:
        Forged: when it is another one.
    """
    if story.held is not None and held != story.held:
        raise Forged(f"holdout {action.play} {action.account_id}: it is not the draw that was made")


def check_quorum(action: "Action", story: Story, values: "Mapping[str, Any]") -> None:
    """Refuse an action that too few people, or one who wrote the words, agreed to by the chain.

    Raises:
        Forged: with how many agreed and how many had to, or what the envelope says otherwise.
    """
    wrong = quorum_difference(action, story, len(values["what"]["approval"]))
    wrong = wrong or envelope_difference(action, values)
    if wrong:
        raise Forged(wrong)


def check_envelope(proposal: "Proposal", values: "Mapping[str, Any]") -> None:
    """Refuse a proposal whose row says otherwise than the bytes people agreed to.

    Raises:
        Forged: with the field of the row, and what the envelope says.
    """
    wrong = envelope_difference(proposal, values)
    if wrong:
        raise Forged(wrong)


def may_be_blocked(tx: "GateTx", key: "Key", action: "Action") -> bool:
    """Whether an action waits by the chain as well, so that to block it is a step it may make."""
    try:
        story = story_of(entries_about(tx, key, action.id)[action.id])
    except Forged:
        return False
    return not story.illegal and story.status == "scheduled" == action.status


def check_proposal(
    gate: "GateContext", tx: "GateTx", proposal: "Proposal", values: "Mapping[str, Any]"
) -> None:
    """Refuse a yes to a proposal whose row, words or votes are not what the chain says.

    Raises:
        Forged: with the row, what it says, and what the chain says.
    """
    account = account_subject(gate.key, proposal.account_id)
    about = entries_about(tx, gate.key, proposal.id, account)
    story = story_of(about[proposal.id])
    wrong = proposal_difference(proposal, story) or envelope_difference(proposal, values)
    wrong = wrong or vote_difference(proposal.id, tx.log.of(proposal.id), story.votes)
    wrong = wrong or account_difference(tx, proposal.account_id, about[account])
    if wrong:
        raise Forged(wrong)


def action_difference(action: "Action", story: Story) -> str:
    """What an action's row says otherwise than the chain, or ''."""
    name = f"action {action.id}"
    if not story.entries:
        return f"{name}: the chain knows of no such action"
    if story.illegal:
        return story.illegal[0]
    said = {
        "status": story.status,
        "sha256": story.sha256,
        "attempts": story.calls,
        "fence": story.fence,
    }
    for field, expected in said.items():
        found = getattr(action, field)
        if found != expected:
            return f"{name}: its {field} is {found}, the chain says {expected}"
    if story.due and action.due_at != instant(story.due):
        return f"{name}: it is due at {action.due_at.isoformat()}, the chain says {story.due}"
    return ""


def proposal_difference(proposal: "Proposal", story: Story) -> str:
    """What a proposal's row says otherwise than the chain, or ''."""
    if story.illegal:
        return story.illegal[0]
    said = {"status": story.status, "shown": story.sha256, "version": story.entries}
    for field, expected in said.items():
        found = getattr(proposal, field)
        if found != expected:
            return (
                f"proposal {proposal.id}: its {field} is {found}, the chain says "
                f"{expected or 'nothing'}"
            )
    return ""


def envelope_difference(row: "Proposal | Action", values: "Mapping[str, Any]") -> str:
    """What a row says otherwise than the envelope that was hashed, or ''."""
    who, what, net = values["who"], values["what"], values["worth"]["net"]
    said = {
        "account_id": who["account_id"],
        "contact_id": who["contact_id"],
        "play": what["play"],
        "channel": what["channel"],
        "currency": net["currency"],
        "expires_day": values["expires_day"],
        "value_minor": Money(Decimal(net["amount"]), net["currency"]).minor,
    }
    for field, expected in said.items():
        found = getattr(row, field, expected)
        if found != expected:
            return f"{row.id}: its {field} is {found}, the envelope says {expected}"
    return ""


def vote_difference(proposal_id: str, deeds: "Sequence[Deed]", votes: "Sequence[Vote]") -> str:
    """What the kept votes say otherwise than the chain, or ''."""
    kept = [Vote(d.kind, d.who, d.sha256) for d in deeds if d.kind in VOTES]
    said = [replace(vote, role="") for vote in votes]
    if kept == said:
        return ""
    gone = next((vote for vote in said if vote not in kept), None)
    new = next((vote for vote in kept if vote not in said), None)
    told = f"{gone.kind} by {gone.who} is gone" if gone else "they are others or in another order"
    told = told if gone or not new else f"{new.kind} by {new.who} was never made"
    return f"votes of proposal {proposal_id}: {told}; the chain has {len(said)}"


def quorum_difference(action: "Action", story: Story, marked: int) -> str:
    """Why the votes in the chain do not carry an action, or ''."""
    agreed = standing(story.votes, action.sha256)
    people, needed = {vote.who for vote in agreed}, max(1, marked, story.needed)
    if len(people) < needed:
        return f"action {action.id}: {len(people)} agreed by the chain, {needed} must"
    if people & writers(story.votes, action.sha256):
        return f"action {action.id}: who wrote the words agreed to them"
    # Whoever agreed first may have been given another role before the last one agreed.
    roles = {story.roles.get(vote.who, vote.role) for vote in agreed}
    if needed > 1 and "" not in roles and not SECOND & roles:
        return f"action {action.id}: none of those who agreed may give the second yes"
    return ""
