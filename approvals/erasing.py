"""Erase a person: in one transaction nothing of them waits, leaves or stands in the gate's tables.

What was undecided is withdrawn, what was approved and not sent is revoked, their addresses are
suppressed by keyed hash, and every envelope about them becomes a tombstone with its hash, seal and
state. The chain gets ids and hashes: which proposals, under which erasure, by whom.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from approvals.audit import record
from approvals.canonical import digest
from approvals.chain_proof import fits
from approvals.chain_words import SHORT, SUPPRESS
from approvals.staff import check_manager
from tools.errors import Conflict
from tools.store.erasures import Erasure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from approvals.gate_context import GateContext
    from approvals.request import Actor
    from tools.store.erasures import ErasedKey
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action
    from tools.store.records import Proposal
    from tools.store.reports import ReportFile
    from tools.traces import Traces

WHY = "the person was erased"
UNDECIDED = frozenset({"pending", "snoozed"})


@dataclass(frozen=True)
class Request:
    """What an administrator asks for: whom to erase and why.

    `keys` are the keyed hashes they are known again by, `suppress` those of their addresses;
    `plan` is the traces, sealed, with which an erasure that was killed goes on.
    """

    traces: "Traces"
    reason: str
    keys: "tuple[ErasedKey, ...]"
    suppress: tuple[str, ...]
    plan: str


@dataclass(frozen=True)
class Begun:
    """An erasure under way, and the actions about the person and about their companies."""

    erasure: Erasure
    actions: frozenset[str]
    nearby: frozenset[str]


def begin(gate: "GateContext", actor: "Actor", request: Request) -> Begun:
    """Erase somebody from the gate, and write down that the rest is under way.

    Raises:
        Forbidden: when this person may not manage.
    """
    gate.store.read(lambda tx: check_manager(gate, tx, actor))
    return begin_again(gate, actor.person, request)


def begin_again(gate: "GateContext", who: str, request: Request) -> Begun:
    """Begin an erasure that an administrator asked for, here or in what a backup forgot."""
    now, reason = gate.clock(), request.traces.scrub(request.reason.strip()[:500], near=True)
    erasure = Erasure(request.traces.erasure, "begun", who, reason, request.plan, now)

    def work(tx: "GateTx") -> Begun:
        tx.erasures.begin(erasure, request.keys)
        for key in request.suppress:
            if tx.ledger.suppress(key, "*", WHY, now):
                body = {"channel": "*", "key": key}
                record(tx, gate.key, now, who, SUPPRESS, key[:SHORT], body)
        return _take_out(gate, tx, erasure, request.traces)

    return gate.store.write(work)


def go_on(gate: "GateContext", erasure: Erasure, traces: "Traces") -> Begun:
    """Do the same for an erasure that was begun before: what came in since goes too."""
    return gate.store.write(lambda tx: _take_out(gate, tx, erasure, traces))


def end(gate: "GateContext", erasure: Erasure) -> bool:
    """Say that somebody is erased; False when it was said before."""

    def work(tx: "GateTx") -> bool:
        now = gate.clock()
        ended = tx.erasures.end(erasure.id, now)
        if ended:
            record(tx, gate.key, now, erasure.who, "erased", erasure.id, {})
        return ended

    return gate.store.write(work)


def redact_report(
    gate: "GateContext", erasure: Erasure, report_id: str, files: "Sequence[ReportFile]"
) -> None:
    """Archive files of a report anew, without the person, and say so in the chain."""

    def work(tx: "GateTx") -> None:
        tx.erasures.archive_again(report_id, files)
        body = {"erasure": erasure.id, "files": {one.name: one.sha256 for one in files}}
        record(tx, gate.key, gate.clock(), erasure.who, "redact", report_id, body)

    if files:
        gate.store.write(work)


def know_again(gate: "GateContext", keys: "tuple[ErasedKey, ...]") -> None:
    """Know an erased person by the new ids a source gave them, from now on."""
    gate.store.write(lambda tx: tx.erasures.know(keys))


def _take_out(gate: "GateContext", tx: "GateTx", erasure: Erasure, traces: "Traces") -> Begun:
    now = gate.clock()
    proposals = tx.erasures.rows.proposals_of(traces)
    told = {one for one, by in tx.erasures.rows.tombstones() if by == erasure.id}
    everything = tx.actions.everything()
    nearby = frozenset(a.id for a in everything if traces.about(a.contact_id, a.account_id))
    for proposal_id in proposals:
        _withdraw(gate, tx, erasure, tx.asked.get(proposal_id))
    theirs = {*proposals, *told}
    tx.erasures.rows.redact(traces, theirs)
    new = [one for one in proposals if one not in told]
    if new or not told:
        body = {"proposals": new, "reason_sha256": digest(erasure.reason)}
        record(tx, gate.key, now, erasure.who, "erase", erasure.id, body)
    actions = frozenset(a.id for a in everything if a.proposal in theirs)
    return Begun(erasure, actions, nearby | actions)


def _withdraw(gate: "GateContext", tx: "GateTx", erasure: Erasure, proposal: "Proposal") -> None:
    """Withdraw what nobody decided, and what was approved and has not left."""
    action = tx.actions.of_proposal(proposal.id)
    waits = action is not None and action.status == "scheduled" and fits(tx, gate.key, action)
    if action is not None and waits:
        _revoke(gate, tx, erasure, action)
    if proposal.status not in UNDECIDED and not (proposal.status == "approved" and waits):
        return
    if not fits(tx, gate.key, proposal):
        return  # a hand changed it: it cannot leave, and no entry of ours would fit
    now = gate.clock()
    if not tx.asked.move(proposal, "revoked", now, reason=WHY, snoozed_until=None):
        raise Conflict(f"proposal {proposal.id}: somebody moved it inside our transaction")
    body = {
        "from": proposal.status,
        "to": "revoked",
        "version": proposal.version + 1,
        "erasure": erasure.id,
    }
    record(tx, gate.key, now, erasure.who, "revoke", proposal.id, body)


def _revoke(gate: "GateContext", tx: "GateTx", erasure: Erasure, action: "Action") -> None:
    now = gate.clock()
    if not tx.actions.move(action, "revoked", now, detail=WHY):
        raise Conflict(f"action {action.id}: somebody moved it inside our transaction")
    body = {"from": action.status, "to": "revoked", "sha256": action.sha256, "erasure": erasure.id}
    record(tx, gate.key, now, erasure.who, "revoke", action.id, body)
