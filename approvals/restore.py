"""After a backup was restored: nothing leaves before a person has said what had left already.

A backup knows nothing of what was sent after it was taken. So everything is paused, and whatever
waits to be sent or was being sent is `unknown` until somebody has asked the other side.
"""

from typing import TYPE_CHECKING

from approvals.audit import record
from tools.errors import Conflict
from tools.store.records import Pause

if TYPE_CHECKING:
    from approvals.request import Actor
    from approvals.service import Gate
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action

WHY = "restored from a backup: it may have been done after the backup was taken"


def after_restore(gate: "Gate", actor: "Actor") -> int:
    """Pause everything and doubt every action that has not ended; how many there are.

    In one transaction, so that there is no moment in which one could be sent. Doing it again
    doubts nothing more.

    Raises:
        Forbidden: when this person may not manage.
    """
    actor.check("manage")

    def work(tx: "GateTx") -> int:
        now = gate.clock()
        tx.ledger.set_pause(Pause("global", on=True, since=now, who=actor.person, reason=WHY))
        body = {"on": True, "why": WHY}
        record(tx, gate.key, now, actor.person, "pause", "global", body)
        open_ = [a for a in tx.actions.everything() if a.status in {"scheduled", "calling"}]
        for action in open_:
            _doubt(gate, tx, actor, action)
        return len(open_)

    return gate.store.write(work)


def _doubt(gate: "Gate", tx: "GateTx", actor: "Actor", action: "Action") -> None:
    now = gate.clock()
    if not tx.actions.move(action, "unknown", now, detail=WHY, lease_until=None):
        raise Conflict(f"action {action.id}: somebody moved it inside our transaction")
    tx.actions.end(action.id, action.fence, "unknown", WHY, now)
    body = {"from": action.status, "to": "unknown", "sha256": action.sha256, "why": WHY}
    record(tx, gate.key, now, actor.person, "restore", action.id, body)
