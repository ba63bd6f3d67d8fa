"""What time alone does to proposals: expire, come back, remind. Silence is never consent.

Nothing is ended by a clock that has jumped or that nobody has watched for long.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from approvals.audit import AGENT, record
from approvals.chain_proof import fits
from tools.days import from_number

if TYPE_CHECKING:
    from datetime import datetime

    from approvals.gate_context import GateContext
    from tools.store.gate.gate import GateTx
    from tools.store.records import Proposal, ProposalStatus

AHEAD = timedelta(minutes=5)
WAS_AHEAD = "it was put off by a clock that was ahead"


@dataclass(frozen=True)
class Reminder:
    """One proposal people are reminded of, and the last day to decide."""

    proposal: str
    owner: str
    value_minor: int
    currency: str
    last_day: str
    escalated: bool


def expire(gate: "GateContext") -> int:
    """End what nobody decided in time; not a rejection, so fresh facts may bring it again."""
    if not gate.watch().settled:
        return 0

    def work(tx: "GateTx") -> int:
        done, today, now = 0, gate.today(), gate.clock()
        for status in ("pending", "snoozed"):
            for proposal in tx.asked.due(status, today):
                done += _end(gate, tx, proposal, "expired", "nobody decided in time", now)
        return done

    return gate.store.write(work)


def wake(gate: "GateContext") -> int:
    """Bring back what was snoozed until today, unless newer facts have taken its place."""
    if not gate.watch().settled:
        return 0

    def work(tx: "GateTx") -> int:
        done, today, now = 0, gate.today(), gate.clock()
        for proposal in tx.asked.to_wake(today):
            waiting = tx.asked.undecided_of(proposal.account_id)
            if waiting:
                done += _end(gate, tx, proposal, "superseded", f"newer facts: {waiting}", now)
            else:
                done += _end(gate, tx, proposal, "pending", "snoozed until today", now)
        return done

    return gate.store.write(work)


def remind(gate: "GateContext") -> tuple[Reminder, ...]:
    """Name, once each, what will expire within the days of the limits; nothing is decided.

    On the last day it is for the administrators too: `escalated`.
    """
    if not gate.watch().settled:
        return ()

    def work(tx: "GateTx") -> tuple[Reminder, ...]:
        today = gate.today()
        found = tx.asked.to_remind(today, gate.limits(today).remind_days)
        for proposal in found:
            tx.asked.reminded(proposal.id, today)
        return tuple(
            Reminder(
                p.id,
                p.owner,
                p.value_minor,
                p.currency,
                from_number(p.expires_day - 1).isoformat(),
                p.expires_day - 1 <= today,
            )
            for p in found
        )

    return gate.store.write(work)


def bring_forward(gate: "GateContext") -> int:
    """Let what a clock that was ahead had put off far into the future be looked at now."""
    if not gate.watch().settled:
        return 0

    def work(tx: "GateTx") -> int:
        now = gate.clock()
        found = tx.actions.dated_after(now + AHEAD)
        for action in found:
            if fits(tx, gate.key, action) and tx.actions.move(
                action, "scheduled", now, due_at=now, detail=WAS_AHEAD
            ):
                body = {
                    "from": "scheduled",
                    "to": "scheduled",
                    "sha256": action.sha256,
                    "due": now.isoformat(),
                }
                record(tx, gate.key, now, AGENT, "bring_forward", action.id, body)
        return len(found)

    return gate.store.write(work)


def _end(
    gate: "GateContext",
    tx: "GateTx",
    proposal: "Proposal",
    to: "ProposalStatus",
    reason: str,
    now: "datetime",
) -> bool:
    changed = {"snoozed_until": None, "decided_day": None} if to == "pending" else {}
    if not fits(tx, gate.key, proposal):
        return False
    if not tx.asked.move(proposal, to, now, reason=reason, **changed):
        return False
    kind = "wake" if to == "pending" else {"expired": "expire", "superseded": "supersede"}[to]
    body = {"from": proposal.status, "to": to, "version": proposal.version + 1}
    record(tx, gate.key, now, AGENT, kind, proposal.id, body)
    return True
