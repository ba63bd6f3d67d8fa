"""Approve, take back, revoke: how many people must agree, and the action that is born of it."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from approvals.account_feedback import in_the_way, words_of
from approvals.audit import record
from approvals.chain_proof import SECOND, check_proposal, check_step
from approvals.envelope import read_values
from approvals.preflight import check_approval, read_ahead
from approvals.request import PERMISSIONS, Result
from approvals.staff import opened_for
from approvals.tiers import HIGH, Stake
from tools.errors import BadInput, Conflict, Forbidden, PolicyRefusal
from tools.money import Money
from tools.store.gate.agreed import standing, writers
from tools.store.gate.records import Action

if TYPE_CHECKING:
    from approvals.audit import Key
    from approvals.gate_context import GateContext
    from approvals.live_facts import Facts
    from approvals.request import Actor, Wish
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Deed
    from tools.store.records import Proposal


def approve(
    gate: "GateContext",
    tx: "GateTx",
    actor: "Actor",
    wish: "Wish",
    proposal: "Proposal",
    facts: "Facts | None",
) -> Result:
    """Count one person's yes to exactly these bytes; the last one needed sets the action off."""
    gate.check_seen(tx, proposal, wish)
    _refuse_in_hand(gate, tx, proposal)
    values = read_values(tx.asked.bytes_of(proposal), proposal.shown, proposal.id)
    read_ahead(gate, tx, proposal.account_id, facts, proposal.id)
    check_proposal(gate, tx, proposal, values)
    if gate.ledger and gate.ledger.stopped(proposal.id) > proposal.version:
        raise Conflict(
            f"proposal {proposal.id}: by the ledger it was taken back after the backup "
            "that was restored; reject it"
        )
    check_approval(gate, tx, proposal, values, facts)
    before = _agreed(tx, proposal)
    if actor.person in writers(tx.log.of(proposal.id), proposal.shown):
        raise Forbidden("you wrote these words; somebody else must agree to them")
    if actor.person in {deed.who for deed in before}:
        raise Forbidden("you have agreed already; a second person must")
    _check_apart(gate, tx, actor, before)
    needed = _stake(tx, proposal, values, gate.today()).needs(gate.limits(gate.today()))
    if needed > 1 or proposal.tier == HIGH:
        _check_looked(wish.seen.seconds, gate.limits(gate.today()).dwell_seconds)
    agreed = {deed.who: deed.role for deed in before} | {actor.person: actor.role}
    left = _left(agreed, needed)
    if left:
        return _first_of_two(gate, tx, actor, wish, proposal, left)
    today, now = gate.today(), gate.clock()
    if not tx.asked.move(proposal, "approved", now, before_day=today, decided_day=today):
        raise Conflict(gate.told(tx, proposal.id))
    gate.crash("approve.decided")
    result = gate.note(tx, actor, wish, proposal, "approved", needed=needed, roles=agreed)
    action = _set_off(gate, tx, proposal, values)
    gate.crash("approve.set_off")
    return replace(result, action=action.id)


def _refuse_in_hand(gate: "GateContext", tx: "GateTx", proposal: "Proposal") -> None:
    """Refuse a yes to what a person has taken in hand, done or put away on the list of accounts."""
    word = in_the_way(gate, tx, proposal.account_id, proposal.goal, proposal.created_at)
    if word is not None:
        raise PolicyRefusal(
            f"proposal {proposal.id}: the account was {words_of(tx, word)}; put it back on the "
            "list of accounts first"
        )


def _check_looked(seconds: "int | None", least: int) -> None:
    """Refuse a yes to what two must agree to from somebody who cannot have read it.

    Only on the highest tier, where a slip costs most; below it a minimum would only teach people
    to wait. What is not known counts as not looked, and each way in knows it in its own manner:
    the pages measure it themselves between showing and deciding; a program at the API says how
    long its person looked, since we cannot see that; at the command line and in a bulk approval
    nobody measures one proposal, so what two must agree to is not decided there.
    """
    if seconds is None:
        raise BadInput(
            "two must agree to this, and nobody knows how long you looked at it; "
            "open it in the inbox and decide it there"
        )
    if seconds < least:
        raise BadInput(
            f"two must agree to this, and you looked at it for {seconds} seconds; "
            f"look for at least {least}, then say yes"
        )


def _check_apart(gate: "GateContext", tx: "GateTx", actor: "Actor", before: "list[Deed]") -> None:
    """Refuse a second yes when one of the two has a fresh key to the other's account."""
    said = {deed.who for deed in before}
    keys = opened_for(tx, actor.person, gate) if said else frozenset()
    theirs = any(actor.person in opened_for(tx, who, gate) for who in said)
    if said and tx.staff.twins(actor.person, said):
        raise Forbidden(
            "one of you passes for the other by a look-alike address; a human agrees once, so a "
            "third person must agree"
        )
    if keys & said or theirs:
        raise Forbidden(
            "one of you let the other in less than a day ago; a third person must agree, "
            "or the same one later"
        )


def _first_of_two(
    gate: "GateContext", tx: "GateTx", actor: "Actor", wish: "Wish", proposal: "Proposal", left: int
) -> Result:
    """One yes of several: the proposal goes on waiting, in a new version."""
    if not tx.asked.move(proposal, "pending", gate.clock(), before_day=gate.today()):
        raise Conflict(gate.told(tx, proposal.id))
    return replace(gate.note(tx, actor, wish, proposal, "pending", left=left), waits_for=left)


def still_needed(gate: "GateContext", tx: "GateTx", proposal: "Proposal") -> int:
    """How many more people must agree to a proposal that waits."""
    values = read_values(tx.asked.bytes_of(proposal), proposal.shown, proposal.id)
    needed = _stake(tx, proposal, values, gate.today()).needs(gate.limits(gate.today()))
    return _left({deed.who: deed.role for deed in _agreed(tx, proposal)}, needed)


def _left(agreed: "dict[str, str]", needed: int) -> int:
    """How many are missing; among several there must be one who may give the second yes."""
    left = max(0, needed - len(agreed))
    if needed > 1 and not left and not SECOND & set(agreed.values()):
        return 1
    return left


def _agreed(tx: "GateTx", proposal: "Proposal") -> "list[Deed]":
    """The approvals of the bytes shown now that stand, of those who still may."""
    said = standing(tx.log.of(proposal.id), proposal.shown)
    roles = tx.roles.of(deed.who for deed in said)
    may = {who for who, role in roles.items() if "decide" in PERMISSIONS.get(role, ())}
    return [replace(d, role=roles[d.who]) for d in said if d.who in may]


def _stake(tx: "GateTx", proposal: "Proposal", values: "dict[str, Any]", day: int) -> Stake:
    """What is at stake with what this day has approved for the customer, and by the play."""
    spent = tx.actions.value_of_day(proposal.account_id, day, proposal.id)
    people = tx.actions.people_of_day(proposal.play, day, proposal.id)
    value = Money.from_minor(abs(proposal.value_minor) + abs(spent), proposal.currency).amount
    return Stake(len(values["what"]["approval"]), value, people + 1)


def _set_off(
    gate: "GateContext", tx: "GateTx", proposal: "Proposal", values: "dict[str, Any]"
) -> Action:
    """The outbox row, born in the transaction of the approval; due when undo has run out."""
    now, today = gate.clock(), gate.today()
    due = now + timedelta(minutes=gate.limits(today).undo_minutes)
    action_id = "a" + proposal.id[1:]
    action = Action(
        id=action_id,
        proposal=proposal.id,
        sha256=proposal.shown,
        seal=seal_of(gate.key, action_id, proposal.shown),
        account_id=proposal.account_id,
        contact_id=proposal.contact_id,
        play=proposal.play,
        channel=values["what"]["channel"],
        value_minor=proposal.value_minor,
        currency=proposal.currency,
        day=today,
        status="scheduled",
        detail="",
        receipt="",
        due_at=due,
        attempts=0,
        worker="",
        lease_until=None,
        fence=0,
        created_at=now,
        changed_at=now,
    )
    if tx.actions.of_proposal(proposal.id) is None:
        tx.actions.add(action)
    elif not tx.actions.again(action):
        raise Conflict(f"action {action_id}: it was under way once and is not done again")
    tx.holdouts.start(proposal.play, proposal.account_id, today)
    body = {"from": "", "to": "scheduled", "sha256": proposal.shown, "due": due.isoformat()}
    record(tx, gate.key, now, "gate", "schedule", action_id, body)
    return action


def seal_of(key: "Key", action_id: str, sha256: str) -> str:
    """What nobody without the key can write beside an action: it was approved here."""
    return key.mac("action", f"{action_id}\0{sha256}")


def undo(
    gate: "GateContext", tx: "GateTx", actor: "Actor", wish: "Wish", proposal: "Proposal"
) -> Result:
    """Take one's own decision back while nothing has happened.

    The first yes of two can be taken back for as long as the second is missing; nothing was set
    off by it, so it needs no minutes.
    """
    if proposal.status == "pending":
        return _undo_first(gate, tx, actor, wish, proposal)
    deeds = [d for d in tx.log.of(proposal.id) if d.kind in {"approve", "reject", "snooze"}]
    mine = bool(deeds) and deeds[-1].who == actor.person
    undoable = proposal.status in {"approved", "rejected", "snoozed"}
    if not undoable or proposal.version != wish.seen.version:
        raise Conflict(gate.told(tx, proposal.id))
    read_values(tx.asked.bytes_of(proposal), proposal.shown, proposal.id)  # who was erased stays so
    window = timedelta(minutes=gate.limits(gate.today()).undo_minutes)
    if not mine or gate.clock() > deeds[-1].at + window:
        raise Conflict("only your own decision of the last minutes can be taken back; revoke it")
    if proposal.expires_day <= gate.today() or tx.asked.undecided_of(proposal.account_id):
        raise Conflict(gate.told(tx, proposal.id))
    _stop(gate, tx, actor, proposal, "taken back")
    if not tx.asked.move(proposal, "pending", gate.clock(), decided_day=None, snoozed_until=None):
        raise Conflict(gate.told(tx, proposal.id))
    return gate.note(tx, actor, wish, proposal, "pending")


def _undo_first(
    gate: "GateContext", tx: "GateTx", actor: "Actor", wish: "Wish", proposal: "Proposal"
) -> Result:
    """Take back one's own yes to what still waits for another person's."""
    gate.check_seen(tx, proposal, wish)
    if actor.person not in {deed.who for deed in standing(tx.log.of(proposal.id), proposal.shown)}:
        raise Conflict(f"you have no yes to take back; {gate.told(tx, proposal.id)}")
    if not tx.asked.move(proposal, "pending", gate.clock(), before_day=gate.today()):
        raise Conflict(gate.told(tx, proposal.id))
    result = gate.note(tx, actor, wish, proposal, "pending")
    return replace(result, waits_for=still_needed(gate, tx, tx.asked.get(proposal.id)))


def revoke(
    gate: "GateContext", tx: "GateTx", actor: "Actor", wish: "Wish", proposal: "Proposal"
) -> Result:
    """Withdraw a proposal that waits, or an approval that has not been acted on."""
    if proposal.status not in {"pending", "approved"} or proposal.version != wish.seen.version:
        raise Conflict(gate.told(tx, proposal.id))
    _stop(gate, tx, actor, proposal, "revoked")
    if not tx.asked.move(proposal, "revoked", gate.clock(), reason=wish.reason):
        raise Conflict(gate.told(tx, proposal.id))
    return gate.note(tx, actor, wish, proposal, "revoked")


def _stop(
    gate: "GateContext", tx: "GateTx", actor: "Actor", proposal: "Proposal", why: str
) -> None:
    """Stop the action of an approval, or say that it is too late."""
    action = tx.actions.of_proposal(proposal.id)
    if action is None or action.status == "revoked":
        return
    check_step(tx, gate.key, action)
    now = gate.clock()
    if action.status != "scheduled" or not tx.actions.move(action, "revoked", now, detail=why):
        state = tx.actions.get(action.id)
        raise Conflict(f"too late: it is {state.status} since {state.changed_at.isoformat()}")
    body = {"from": "scheduled", "to": "revoked", "sha256": action.sha256}
    record(tx, gate.key, now, actor.person, "revoke", action.id, body)
