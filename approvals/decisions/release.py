"""Release what was blocked: a person asks for it again, and everything is asked from the start.

It goes back to the queue, with every earlier yes void, and not straight to the outbox: whoever
agreed did not know that a guard would say no, and a guard that said no wrongly once must be looked
at by whoever agrees again. The facts are asked at the release, at each new yes and at the claim.
"""

from typing import TYPE_CHECKING

from approvals.audit import record
from approvals.canonical import digest
from approvals.chain_proof import check_proposal, check_step
from approvals.envelope import read_values
from approvals.preflight import check_approval
from tools.errors import BadInput, Conflict

if TYPE_CHECKING:
    from approvals.gate_context import GateContext
    from approvals.live_facts import Facts
    from approvals.request import Actor, Result, Wish
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action
    from tools.store.records import Proposal

RELEASED = "released: it is asked for again"


def release(
    gate: "GateContext",
    tx: "GateTx",
    actor: "Actor",
    wish: "Wish",
    proposal: "Proposal",
    facts: "Facts | None",
) -> "Result":
    """Put a blocked action's proposal back into the queue, to be agreed to anew.

    Raises:
        Forbidden: for whoever may not give the second yes.
        BadInput: without a reason in the note.
        Conflict: when it is not blocked, its days are over, or the facts still say no.
    """
    actor.check("second")
    if not wish.note.strip():
        raise BadInput("release: say why it was blocked wrongly")
    action = _blocked(gate, tx, wish, proposal)
    values = read_values(tx.asked.bytes_of(proposal), proposal.shown, proposal.id)
    check_step(tx, gate.key, action)
    check_proposal(gate, tx, proposal, values)
    check_approval(gate, tx, proposal, values, facts)
    today, now = gate.today(), gate.clock()
    if not tx.actions.move(action, "revoked", now, detail=RELEASED):
        raise Conflict(gate.told(tx, proposal.id))
    body = {"from": "blocked", "to": "revoked", "sha256": action.sha256}
    record(tx, gate.key, now, actor.person, "release", action.id, body)
    if not tx.asked.move(proposal, "pending", now, before_day=today, decided_day=None):
        raise Conflict(gate.told(tx, proposal.id))
    return gate.note(tx, actor, wish, proposal, "pending", note_sha256=digest(wish.note))


def _blocked(gate: "GateContext", tx: "GateTx", wish: "Wish", proposal: "Proposal") -> "Action":
    """The blocked action of a proposal that may be asked for again, as it was seen."""
    action = tx.actions.of_proposal(proposal.id)
    if action is None or (proposal.status, action.status) != ("approved", "blocked"):
        stands = proposal.status if action is None else action.status
        raise Conflict(f"proposal {proposal.id} is {stands} and not blocked")
    if (proposal.version, proposal.shown) != (wish.seen.version, wish.seen.sha256):
        raise Conflict(gate.told(tx, proposal.id))
    if action.attempts:
        raise Conflict(f"action {action.id} was called before it was blocked; it is not done again")
    if proposal.expires_day <= gate.today():
        raise Conflict(f"proposal {proposal.id} has expired; a new run asks for it again")
    if newer := tx.asked.undecided_of(proposal.account_id):
        raise Conflict(f"proposal {proposal.id}: {newer} waits for the same account; decide that")
    return action
