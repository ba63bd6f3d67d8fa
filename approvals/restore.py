"""After a backup was restored: nothing leaves before a person has said what had left already.

A backup knows nothing of what was sent after it was taken. So everything is paused, and whatever
waits to be sent or was being sent is `unknown` until somebody has asked the other side.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from approvals.audit import record
from approvals.chain_proof import fits
from approvals.chain_story import entries_about, story_of
from approvals.chain_words import PAUSE, SHORT, UNSUBSCRIBE
from approvals.executor import send_of
from approvals.staff import check_manager
from tools.days import day_number
from tools.errors import BadInput, Conflict
from tools.store.records import Pause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from approvals.gate_context import GateContext
    from approvals.ledger_lines import LedgerState
    from approvals.request import Actor
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action, Link
    from tools.store.records import Suppression

WHY = "restored from a backup: it may have been done after the backup was taken"


WHY_NO = "they said no after the backup that was restored"
WHY_PAUSE = "it was paused after the backup that was restored"
WHY_STOP = "it was taken back after the backup that was restored"
ENDED = frozenset({"sent", "failed", "revoked", "blocked", "held_out"})
DOUBTABLE = frozenset({"scheduled", "calling", "unknown"})
STOPPABLE = frozenset({"pending", "snoozed", "approved"})


def after_restore(gate: "GateContext", actor: "Actor") -> int:
    """Pause everything and doubt every action that has not ended; how many there are.

    In one transaction, so that there is no moment in which one could be sent. What the ledger
    beside the database knows comes back: every "no", what was taken back, and what was paused.
    Doing it again doubts nothing more.

    Raises:
        Forbidden: when this person may not manage.
        BadInput: when the ledger is not the one of this installation.
    """
    actor.check("manage")
    ledger = gate.ledger
    foreign = gate.store.read(ledger.foreign) if ledger is not None else ""
    if foreign:
        raise BadInput(f"{foreign}, or take it away and say `lifecycle restored` again")

    def work(tx: "GateTx") -> int:
        check_manager(gate, tx, actor)
        now = gate.clock()
        tx.ledger.set_pause(Pause("global", on=True, since=now, who=actor.person, reason=WHY))
        body = {"on": True, "why": WHY}
        record(tx, gate.key, now, actor.person, "pause", "global", body)
        if ledger is not None:
            _pause_again(gate, tx, actor, ledger.state)
            _refuse_again(gate, tx, actor, ledger.state)
            _hear_again(gate, tx, actor, ledger.lost(tx))
            _stop_again(gate, tx, actor, ledger.state)
        open_ = [a for a in tx.actions.everything() if a.status in DOUBTABLE]
        return sum(_doubt(gate, tx, actor, action) for action in open_)

    doubted = gate.store.write(work)
    if ledger is not None:
        ledger.go_on(gate.store)
    return doubted


def _pause_again(gate: "GateContext", tx: "GateTx", actor: "Actor", state: "LedgerState") -> None:
    """Turn on again what was paused after the backup; what was let go then is a person's to say."""
    now, on = gate.clock(), {pause.scope for pause in tx.ledger.pauses()}
    for scope in sorted(name for name, is_on in state.switches.items() if is_on and name not in on):
        pause = Pause(scope, on=True, since=now, who=actor.person, reason=WHY_PAUSE)
        tx.ledger.set_pause(pause)
        record(tx, gate.key, now, actor.person, PAUSE, scope, {"on": True, "why": WHY_PAUSE})


def _refuse_again(gate: "GateContext", tx: "GateTx", actor: "Actor", state: "LedgerState") -> None:
    """Put back on our own list whoever said no after the backup, as of when they said it."""
    now = gate.clock()
    for said in state.refusals.values():
        for channel, at, key in sorted(said):
            since = datetime.fromisoformat(at)
            if len(key) > SHORT and tx.ledger.suppress(key, channel, WHY_NO, since):
                body = {"channel": channel, "key": key, "since": at}
                record(tx, gate.key, now, actor.person, UNSUBSCRIBE, key[:SHORT], body)


def _hear_again(
    gate: "GateContext", tx: "GateTx", actor: "Actor", lost: "Sequence[Suppression]"
) -> None:
    """Put on our own list what was said in facts that came after the backup."""
    now = gate.clock()
    for one in lost:
        if tx.ledger.suppress(one.key, one.channel, WHY_NO, one.since):
            body = {"channel": one.channel, "key": one.key, "since": one.since.isoformat()}
            record(tx, gate.key, now, actor.person, UNSUBSCRIBE, one.key[:SHORT], body)


def _stop_again(gate: "GateContext", tx: "GateTx", actor: "Actor", state: "LedgerState") -> None:
    """Withdraw what people took back after the backup."""
    now = gate.clock()
    for proposal_id, line in sorted(state.stopped.items()):
        proposal = tx.asked.find(proposal_id)
        if proposal is None or proposal.version >= line.number or not fits(tx, gate.key, proposal):
            continue
        action = tx.actions.of_proposal(proposal_id)
        if action is not None and action.status == "scheduled" and fits(tx, gate.key, action):
            tx.actions.move(action, "revoked", now, detail=WHY_STOP)
            body = {"from": "scheduled", "to": "revoked", "sha256": action.sha256}
            record(tx, gate.key, now, actor.person, "revoke", action.id, body)
        if proposal.status in STOPPABLE and tx.asked.move(
            proposal, "revoked", now, reason=WHY_STOP
        ):
            moved = {"from": proposal.status, "to": "revoked", "version": proposal.version + 1}
            record(tx, gate.key, now, actor.person, "revoke", proposal_id, moved)


def _count_again(
    gate: "GateContext", tx: "GateTx", action: "Action", entries: "list[Link]"
) -> None:
    """Let what left count towards the caps again, when its row of the send ledger is gone."""
    if tx.ledger.has_left(f"s-{action.id}"):
        return
    for entry in entries:
        body = json.loads(entry.body)
        if (body.get("to"), body.get("counts")) == ("sent", True):
            day = day_number(entry.at.astimezone(gate.zone).date())
            tx.ledger.record(send_of(action, day), gate.clock())


def _doubt(gate: "GateContext", tx: "GateTx", actor: "Actor", action: "Action") -> bool:
    """Make an action `unknown`; one that ended by the chain gets its end back and is no doubt."""
    now = gate.clock()
    entries = entries_about(tx, gate.key, action.id)[action.id]
    story = story_of(entries)
    if story.status in ENDED and not story.illegal:
        tx.actions.put_back(action, story.status, story.calls, story.fence, now)
        body = {"row": action.status, "chain": story.status}
        record(tx, gate.key, now, actor.person, "put_back", action.id, body)
        _count_again(gate, tx, action, entries)
        return False
    if action.status == "unknown":
        return False
    sent = gate.ledger.was_sent(action.id) if gate.ledger is not None else ""
    why = f"{WHY}; the ledger says it was sent at {sent}" if sent else WHY
    if not tx.actions.move(action, "unknown", now, detail=why, lease_until=None):
        raise Conflict(f"action {action.id}: somebody moved it inside our transaction")
    tx.actions.end(action.id, action.fence, "unknown", why, now)
    body = {"from": action.status, "to": "unknown", "sha256": action.sha256, "why": WHY}
    record(tx, gate.key, now, actor.person, "restore", action.id, body)
    return True
