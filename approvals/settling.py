"""A person settles what nobody knows, and flips the switches; both are in the chain.

The chain can never be changed, so it holds the hash of what a person wrote; the words stand in
the row, where they can be erased.
"""

from typing import TYPE_CHECKING, Literal

from approvals.audit import record
from approvals.canonical import digest
from approvals.chain_proof import check_step
from approvals.chain_words import SHORT, UNSUBSCRIBE
from approvals.executor import send_of
from approvals.staff import check_still
from tools.errors import BadInput, Conflict, nearest
from tools.store.records import Pause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from approvals.gate_context import GateContext
    from approvals.request import Actor
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action, ActionStatus

Finding = Literal["sent", "failed", "again"]
BECOMES: "dict[str, ActionStatus]" = {"sent": "sent", "failed": "failed", "again": "scheduled"}


def settle(
    gate: "GateContext",
    actor: "Actor",
    action_id: str,
    finding: Finding,
    note: str,
    *,
    live: bool,
    sha256: str = "",
) -> "Action":
    """Say what became of an unknown action: it was done, it was not, or do it again.

    `sha256` is the hash of the words that were shown; doing it again lets them leave once more, so
    it needs it.

    Raises:
        Conflict: when it is not unknown, or its words are not those that were shown.
        BadInput: without a note, which the log keeps as the reason, or without the hash.
    """
    actor.check("decide")
    if finding not in BECOMES or not note.strip():
        raise BadInput("settle: say sent, failed or again, and how you know")
    if finding == "again" and not sha256:
        raise BadInput("settle: to do it again, name the hash of the words you looked at")

    def work(tx: "GateTx") -> "Action":
        check_still(gate, tx, actor)
        action, now, to = tx.actions.get(action_id), gate.clock(), BECOMES[finding]
        if finding == "again" and sha256 != action.sha256:
            raise Conflict(f"action {action_id}: its words are not those you looked at; look again")
        check_step(tx, gate.key, action)
        fence = max(action.fence, gate.ledger.called(action_id) if gate.ledger else 0)
        if to == "scheduled" and gate.ledger and (sent := gate.ledger.was_sent(action_id)):
            raise Conflict(f"action {action_id}: the ledger says it was sent at {sent}; say sent")
        if action.status != "unknown" or not tx.actions.move(
            action, to, now, due_at=now, fence=fence, detail=note[:500]
        ):
            raise Conflict(f"action {action_id} is {tx.actions.get(action_id).status}, not unknown")
        if to == "sent" and live:
            tx.ledger.record(send_of(action, action.day), now)
        body = {
            "from": "unknown",
            "to": to,
            "sha256": action.sha256,
            "due": now.isoformat(),
            "counts": live,
            "fence": fence,
            "note_sha256": digest(note[:500]),
        }
        record(tx, gate.key, now, actor.person, "settle", action_id, body)
        return tx.actions.get(action_id)

    return gate.store.write(work)


def check_scope(gate: "GateContext", scope: str, plays: "Iterable[str]") -> None:
    """Refuse to pause what there is not: a slip of the finger would hold back nothing.

    Raises:
        BadInput: with the nearest scope that there is.
    """
    channels = gate.limits(gate.today()).channels
    known = {
        "global",
        *(f"play:{one}" for one in plays),
        *(f"channel:{one.name}" for one in channels),
    }
    if scope in known:
        return
    waiting = gate.store.read(lambda tx: tx.actions.everything())
    known |= {f"play:{one.play}" for one in waiting} | {f"channel:{one.channel}" for one in waiting}
    if scope not in known:
        kind, _, name = scope.partition(":")
        what = f"no {kind} {name!r}" if kind in {"play", "channel"} and name else f"no {scope!r}"
        raise BadInput(f"pause: there is {what}; {nearest(scope, known)}")


def switch(gate: "GateContext", actor: "Actor", scope: str, *, on: bool, reason: str) -> None:
    """Pause everything, a play or a channel, or let it go on."""
    actor.check("manage" if not on else "decide")
    if not reason.strip():
        raise BadInput("pause: say why")

    def work(tx: "GateTx") -> None:
        check_still(gate, tx, actor)
        now = gate.clock()
        tx.ledger.set_pause(Pause(scope, on, now, actor.person, reason[:500]))
        body = {"on": on, "reason_sha256": digest(reason[:500])}
        record(tx, gate.key, now, actor.person, "pause", scope, body)

    gate.store.write(work)


def unsubscribe(gate: "GateContext", key: str, channel: str) -> bool:
    """Never reach an address (given as its keyed hash) by a channel again, from this moment on."""

    def work(tx: "GateTx") -> bool:
        now = gate.clock()
        new = tx.ledger.suppress(key, channel, "the person unsubscribed", now)
        if new:
            body = {"channel": channel, "key": key}
            record(tx, gate.key, now, "recipient", UNSUBSCRIBE, key[:SHORT], body)
        return new

    return gate.store.write(work)
