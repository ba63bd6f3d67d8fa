"""The claim: everything that must be true at the moment something leaves, in one transaction.

Bytes, seal, pause, suppression, policy on fresh facts, quiet hours, holdout: what was read and says
no blocks; what cannot be read decides nothing, and the action waits. Only then it is marked
`calling`.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from approvals.account_feedback import LATER, POSTPONED, in_the_way, opens_at, words_of
from approvals.audit import record
from approvals.canonical import digest
from approvals.chain_proof import (
    check_action,
    check_draw,
    check_envelope,
    check_quorum,
    may_be_blocked,
)
from approvals.chain_story import Forged
from approvals.chain_words import paused_by_chain
from approvals.decisions.approve import seal_of
from approvals.envelope import read_values
from approvals.live_facts import Facts, Unread
from approvals.outcome import FIRST_WAIT
from approvals.preflight import fresh_history, is_another, read_ahead, with_list
from policies.dispatch import judge_dispatch
from tools.channels.contract import Delivery, OutboundChannel
from tools.errors import BadInput, LifecycleError
from tools.store.gate.records import Action, Attempt
from tools.store.records import Pause, Proposal

if TYPE_CHECKING:
    from approvals.gate_context import GateContext
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import ActionStatus

log = structlog.get_logger(__name__)
STALE = "stale"  # newer facts were committed than those it was to be judged by
LONGEST_PUT_OFF = timedelta(hours=1)
UNREAD = Unread("nothing is known of it")


@dataclass(frozen=True)
class Claimed:
    """An action marked `calling`, what to hand to its channel, and since when the lease runs."""

    action: Action
    delivery: Delivery
    began: float = 0.0


class Blocked(LifecycleError):  # noqa: N818 - an event
    """It must not leave, and why: something was read and says no."""


class Unchecked(LifecycleError):  # noqa: N818 - an event
    """Whether it may leave cannot be known at this moment, and why."""


@dataclass(frozen=True)
class Claim:
    """Takes actions for one worker."""

    gate: "GateContext"
    channels: Mapping[str, OutboundChannel]
    unsubscribe_url: Callable[[str, str, str | None], str | None]
    worker: str
    lease: timedelta

    def take(self, tx: "GateTx", action_id: str, facts: "Facts | Unread | None") -> "Claimed | str":
        """Mark an action `calling` and say what to deliver, or the status it came to instead."""
        now = self.gate.clock()
        action = tx.actions.get(action_id)
        if action.status != "scheduled" or action.due_at > now:
            return "taken"
        try:
            if self._paused(tx, action):
                return "waits"
            if isinstance(facts, Facts) and facts.version != tx.ledger.facts_version():
                return STALE
            return self._checked(tx, action, facts or UNREAD, now)
        except Forged as error:
            return self._refuse(tx, action, str(error))
        except Blocked as error:
            return self._move(tx, action, "blocked", str(error)[:500], waits=0)
        except Unchecked as error:
            return self._wait(tx, action, str(error))

    def put_off(self, tx: "GateTx", action_id: str, why: str) -> str:
        """Let an action wait whose claim failed in passing; the status it stands at."""
        action = tx.actions.get(action_id)
        if action.status != "scheduled" or action.due_at > self.gate.clock():
            return "taken"
        return self._wait(tx, action, why)

    def _wait(self, tx: "GateTx", action: Action, why: str) -> str:
        """Look again later, each time twice as long: a passing failure decides nothing."""
        doublings = min(action.waits, 10)
        due = self.gate.clock() + min(LONGEST_PUT_OFF, FIRST_WAIT * (1 << doublings))
        log.error("dispatch.cannot_check", action=action.id, why=why, tries=action.waits + 1)
        detail = f"it cannot be checked now: {why}"[:500]
        return self._move(tx, action, "scheduled", detail, due_at=due, waits=action.waits + 1)

    def _checked(
        self, tx: "GateTx", action: Action, facts: "Facts | Unread", now: datetime
    ) -> "Claimed | str":
        """Ask everything once more; Blocked for a no, Unchecked when there is no answer."""
        read_ahead(self.gate, tx, action.account_id, facts, action.id, action.proposal)
        proposal, story = check_action(self.gate, tx, action)
        values, held = self._approved(tx, action, proposal)
        check_quorum(action, story, values)
        check_draw(action, story, held)
        if called := self._called_before(action):
            words = "by the ledger it was called after what the database knows"
            return self._move(tx, action, "unknown", words, fence=called)
        self._check_stopped(proposal)
        put_off = self._in_hand(tx, action, proposal)
        if put_off is not None:
            return put_off
        if not isinstance(facts, Facts):
            raise Unchecked(facts.why)
        not_before = self._allowed(tx, action, facts, values, now)
        if not_before > now:
            return self._move(
                tx,
                action,
                "scheduled",
                f"not before {not_before.isoformat()}",
                due_at=not_before,
                waits=0,
            )
        if held:
            return self._move(tx, action, "held_out", "left out by lot, to measure", waits=0)
        return self._begin(tx, action, proposal, values, facts.address_key)

    def _paused(self, tx: "GateTx", action: Action) -> bool:
        """Whether a switch holds it, or a clock that has just jumped; it stays where it is."""
        if self.gate.watch().doubted:
            return True
        scopes = ("global", f"play:{action.play}", f"channel:{action.channel}")
        off = {pause.scope for pause in tx.ledger.pauses()}
        return bool(off & set(scopes)) or bool(paused_by_chain(tx, self.gate.key, scopes))

    def _called_before(self, action: Action) -> int:
        """The fence of a call that the ledger alone knows of, for a backup was restored; or 0."""
        called = self.gate.ledger.called(action.id) if self.gate.ledger is not None else 0
        return called if called > action.fence else 0

    def _check_stopped(self, proposal: Proposal) -> None:
        """Refuse what was taken back after the backup that this database is."""
        if self.gate.ledger and self.gate.ledger.stopped(proposal.id) > proposal.version:
            raise Blocked("by the ledger it was taken back after what the database knows")

    def _refuse(self, tx: "GateTx", action: Action, why: str) -> str:
        """Pause everything and name the row that a hand changed; the action leaves no more.

        It becomes `blocked` where the chain lets it; a row that the chain does not know so is
        left as it is, for `verify` to name.
        """
        log.error("dispatch.forged", action=action.id, why=why)
        pause_all(self.gate, tx, self.worker, why)
        if may_be_blocked(tx, self.gate.key, action):
            return self._move(tx, action, "blocked", why)
        return "blocked"

    def _approved(
        self, tx: "GateTx", action: Action, proposal: Proposal
    ) -> tuple[dict[str, Any], bool]:
        """The values, and whether it is held out, if these very bytes were approved and hold."""
        if (proposal.status, proposal.shown) != ("approved", action.sha256):
            raise Blocked(f"the proposal is {proposal.status}, or its bytes are others now")
        seal = seal_of(self.gate.key, action.id, action.sha256)
        if not hmac.compare_digest(seal, action.seal):
            raise Blocked("the seal of the approval does not fit")
        values = _values(tx, action, proposal)
        check_envelope(proposal, values)
        self._check_expiry(proposal)
        said = (
            values["what"]["channel"],
            values["what"]["play"],
            values["who"]["account_id"],
            values["who"]["contact_id"],
        )
        if said != (action.channel, action.play, action.account_id, action.contact_id):
            raise Blocked("the action is not the one that was approved")
        held = tx.holdouts.held(action.play, action.account_id)
        if held is None:
            raise Blocked("no lot was drawn for the holdout")
        if action.channel not in self.channels:
            raise Unchecked(f"the channel {action.channel!r} is not configured; see `deliver`")
        return values, held

    def _check_expiry(self, proposal: Proposal) -> None:
        """Blocked when its days are over by a clock that can be believed."""
        if proposal.expires_day > self.gate.today():
            return
        if not self.gate.watch().settled:
            raise Unchecked("its days are over, by a clock that nobody has watched for long")
        raise Blocked("the approval expired before it could be done")

    def _in_hand(self, tx: "GateTx", action: Action, proposal: Proposal) -> str | None:
        """Heed what a person said of the account: put it off, or Blocked when it was done."""
        word = in_the_way(self.gate, tx, action.account_id, proposal.goal, proposal.created_at)
        if word is None:
            return None
        said = words_of(tx, word)
        if word.kind not in LATER:
            raise Blocked(said)
        due = opens_at(self.gate, word)
        return self._move(tx, action, "scheduled", f"{POSTPONED}{said}", due_at=due)

    def _allowed(
        self,
        tx: "GateTx",
        action: Action,
        facts: Facts,
        values: dict[str, Any],
        now: datetime,
    ) -> datetime:
        """When policy lets it go, asked on fresh facts; Blocked when it does not."""
        if other := is_another(facts, values):
            raise Blocked(other)
        record = with_list(self.gate, tx, facts)
        history = fresh_history(self.gate, tx, facts, action.account_id, action.id)
        limits = self.gate.limits(self.gate.today())
        leave = judge_dispatch(record, facts.action, history, now, limits)
        if leave.denials:
            raise Blocked("; ".join(f"{f.rule_id}: {f.reason}" for f in leave.denials))
        return leave.not_before

    def _begin(
        self,
        tx: "GateTx",
        action: Action,
        proposal: Proposal,
        values: dict[str, Any],
        address_key: str | None,
    ) -> Claimed:
        """Mark it `calling` and write the attempt down before the call."""
        now = self.gate.clock()
        held = {
            "fence": action.fence + 1,
            "attempts": action.attempts + 1,
            "worker": self.worker,
            "lease_until": now + self.lease,
            "address_key": address_key,
            "waits": 0,
        }
        self._move(tx, action, "calling", "", **held)
        claimed = replace(action, status="calling", detail="", changed_at=now, **held)  # type: ignore[arg-type]  # the fields of an action
        tx.actions.begin(
            Attempt(
                action.id,
                claimed.fence,
                action.sha256,
                action.channel,
                self.worker,
                now,
                None,
                "calling",
                "",
            )
        )
        return Claimed(claimed, self._delivery(claimed, proposal, values))

    def _delivery(self, action: Action, proposal: Proposal, values: dict[str, Any]) -> Delivery:
        who, what, why = values["who"], values["what"], values["why"]
        address = who["recipient"]
        url = self.unsubscribe_url(address, action.channel, who["contact_id"]) if address else None
        frozen = values["versions"].get("segments", "unknown")
        tags = (
            ("play", f"{what['play']}.{what['play_version']}"),
            ("segment", f"{why['segment'] or 'none'}.{frozen}"),
            ("proposal", proposal.id),
        )
        return Delivery(
            key=f"act:{action.id}:{action.sha256}",
            action=action.id,
            proposal=proposal.id,
            sha256=action.sha256,
            play=what["play"],
            segment=why["segment"],
            account_id=who["account_id"],
            account_name=who["account_name"],
            contact_id=who["contact_id"],
            recipient=address,
            recipient_name=who["contact_name"],
            owner=who["owner"],
            subject=what["subject"],
            body=what["body"],
            value=values["worth"]["net"]["amount"],
            currency=values["worth"]["net"]["currency"],
            day=action.day,
            tags=tags,
            unsubscribe_url=url,
        )

    def _move(
        self, tx: "GateTx", action: Action, to: "ActionStatus", detail: str, **changed: Any
    ) -> str:
        now = self.gate.clock()
        if not tx.actions.move(action, to, now, detail=detail, **changed):
            raise LifecycleError(f"action {action.id}: somebody moved it inside our transaction")
        due = {"due": changed["due_at"].isoformat()} if "due_at" in changed else {}
        fence = {"fence": changed["fence"]} if "fence" in changed else {}
        body = {
            "from": action.status,
            "to": to,
            "sha256": action.sha256,
            "why_sha256": digest(detail),
            **due,
            **fence,
        }
        record(tx, self.gate.key, now, self.worker, "dispatch", action.id, body)
        return to


def _values(tx: "GateTx", action: Action, proposal: Proposal) -> dict[str, Any]:
    """The values of the approved bytes; Blocked when they are others, or were erased."""
    try:
        return read_values(tx.asked.bytes_of(proposal), action.sha256, proposal.id)
    except BadInput as error:
        raise Blocked(str(error)) from error


def pause_all(gate: "GateContext", tx: "GateTx", who: str, why: str) -> None:
    """Pause everything, unless it is paused: something in the database is not what it was."""
    if any(pause.scope == "global" for pause in tx.ledger.pauses()):
        return
    now = gate.clock()
    tx.ledger.set_pause(Pause("global", on=True, since=now, who=who, reason=why[:500]))
    body = {"on": True, "reason_sha256": digest(why[:500])}
    record(tx, gate.key, now, who, "pause", "global", body)
