"""What the gate does with what a person says of an account on their list, at once.

Claimed or put off: what waits about that account and goal comes back when the time is over, or when
the account is put back on the list. Done or not useful: it is withdrawn. What was approved already
is stopped when it is claimed for sending, see `in_the_way`.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from approvals.audit import record
from tools.days import start_of
from tools.errors import Conflict
from tools.store.gate.records import Deed

if TYPE_CHECKING:
    from approvals.gate_context import GateContext
    from approvals.request import Actor
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Action
    from tools.store.records import AccountFeedback, Proposal, ProposalStatus

STOP, GIVE_BACK = "stop", "give_back"
POSTPONED = "put off: "
LATER = frozenset({"claim", "snooze"})


def heed(gate: "GateContext", tx: "GateTx", actor: "Actor", word: "AccountFeedback") -> None:
    """Close, put off or give back what waits for an account, in the transaction of the word."""
    if word.kind == "open":
        _give_back(gate, tx, actor, word.account_id)
        return
    for proposal in tx.asked.waiting_of(word.account_id):
        if word.concerns(proposal.goal):
            _stop(gate, tx, actor, proposal, word)


def in_the_way(
    gate: "GateContext", tx: "GateTx", account_id: str, goal: str, proposed_at: datetime
) -> "AccountFeedback | None":
    """The word of a person that forbids what was proposed at an instant, or None.

    Whatever stands now does; and so does a `done` or `not useful` said after the proposal, however
    long ago and whatever was said since, unless the account was put back on the list.
    """
    ended = tx.care.ended_since(account_id, goal, proposed_at)
    if ended is not None:
        return ended
    today = gate.today()
    rest = gate.limits(today).rest_days
    standing = tx.care.feedback([account_id]).get(account_id, ())
    return next((one for one in standing if one.concerns(goal) and one.holds(today, rest)), None)


def words_of(tx: "GateTx", word: "AccountFeedback") -> str:
    """What was said, by whom and when."""
    who = tx.roles.names([word.who]).get(word.who, word.who)
    what, _, rest = word.words.partition(" on ")
    return f"{what} by {who} on {rest} (Accounts)"


def opens_at(gate: "GateContext", word: "AccountFeedback") -> datetime:
    """The moment at which a claim or a snooze is over."""
    day = word.until_day if word.until_day is not None else gate.today() + 1
    return datetime.fromtimestamp(start_of(day, gate.zone) / 1_000_000, tz=UTC)


def _stop(
    gate: "GateContext", tx: "GateTx", actor: "Actor", proposal: "Proposal", word: "AccountFeedback"
) -> None:
    """Withdraw a proposal, or put it off until the word or a reviewer's own snooze is over."""
    why = words_of(tx, word)
    if word.kind not in LATER:
        _move(gate, tx, actor, proposal, "revoked", STOP, why, word.kind)
        return
    own = 0 if _stopped_last(tx, proposal.id) else proposal.snoozed_until or 0
    until = max(word.until_day or 0, own)
    _move(gate, tx, actor, proposal, "snoozed", STOP, why, word.kind, snoozed_until=until)


def _give_back(gate: "GateContext", tx: "GateTx", actor: "Actor", account_id: str) -> None:
    """Let what a claim or a snooze had stopped wait again, and what was put off go on."""
    today = gate.today()
    for proposal in tx.asked.waiting_of(account_id):
        stopped = proposal.status == "snoozed" and _stopped_last(tx, proposal.id)
        if stopped and proposal.expires_day > today and not tx.asked.undecided_of(account_id):
            _move(gate, tx, actor, proposal, "pending", GIVE_BACK, "", "open", snoozed_until=None)
    for action in tx.actions.scheduled_of(account_id):
        if action.detail.startswith(POSTPONED):
            _go_on(gate, tx, actor, action)


def _stopped_last(tx: "GateTx", proposal_id: str) -> bool:
    deeds = tx.log.of(proposal_id)
    return bool(deeds) and deeds[-1].kind == STOP


def _go_on(gate: "GateContext", tx: "GateTx", actor: "Actor", action: "Action") -> None:
    now = gate.clock()
    if tx.actions.move(action, "scheduled", now, detail="", due_at=now):
        body = {
            "from": "scheduled",
            "to": "scheduled",
            "sha256": action.sha256,
            "due": now.isoformat(),
        }
        record(tx, gate.key, now, actor.person, GIVE_BACK, action.id, body)


def _move(
    gate: "GateContext",
    tx: "GateTx",
    actor: "Actor",
    proposal: "Proposal",
    to: "ProposalStatus",
    kind: str,
    why: str,
    said: str,
    **changed: Any,
) -> None:
    now = gate.clock()
    if not tx.asked.move(proposal, to, now, reason=why, **changed):
        raise Conflict(gate.told(tx, proposal.id))
    tx.log.add(
        Deed(
            proposal.id,
            kind,
            proposal.shown,
            proposal.version,
            actor.person,
            actor.role,
            actor.via,
            said,
            "",
            gate.today(),
            None,
            now,
        )
    )
    body = {
        "from": proposal.status,
        "to": to,
        "sha256": proposal.shown,
        "version": proposal.version + 1,
        "via": actor.via,
        "said": said,
    }
    record(tx, gate.key, now, actor.person, kind, proposal.id, body)
