"""The gate: the one place where a proposal is decided, whatever way the person came in.

One compare-and-set on status, version and hash decides; whoever comes later is told who was
first. The same wish of the same person is answered as before. Deed, action and audit entry are
written in the same transaction, or none of them.
"""

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from approvals.canonical import canonical, digest
from approvals.chain_proof import check_step
from approvals.decisions import approve, edit, release
from approvals.gate_context import GateContext
from approvals.live_facts import Facts, read_facts
from approvals.request import LONGEST_KEY, Actor, Result, Wish
from tools.days import from_number
from tools.errors import BadInput, Conflict

if TYPE_CHECKING:
    from tools.store.gate.gate import GateTx
    from tools.store.records import Proposal

KINDS = {"reject": "rejected", "snooze": "snoozed"}
# At which status facts are asked for a wish; the others need none.
ASKED_AT = {"approve": "pending", "release": "approved"}
BECOMES = {"approve": "approved", **KINDS}


class Gate(GateContext):
    """Decides whatever a person wishes, by the module of each wish."""

    def decide(self, actor: Actor, wish: Wish, idempotency_key: str = "") -> Result:
        """Do what a person wishes, if it may be done and nobody was first.

        Raises:
            Forbidden: when this person may not.
            Conflict: when it is not what they saw any more; says who, when and what changed.
            BadInput: when the wish itself makes no sense, or the key was used for another one.
            Absent: when there is no such proposal.
        """
        actor.check("decide")
        # Who sends the same again has looked longer, and still asks for the same.
        asked = replace(wish, seen=replace(wish.seen, seconds=None))
        request = digest(canonical(asdict(asked)))
        if len(idempotency_key) > LONGEST_KEY:
            raise BadInput(f"Idempotency-Key: at most {LONGEST_KEY} characters")

        facts = self._facts(wish)

        def work(tx: "GateTx") -> Result:
            kept = tx.log.answered(actor.person, idempotency_key) if idempotency_key else None
            if kept is not None:
                if kept.request != request:
                    raise BadInput("Idempotency-Key: it was used for another request; take a new")
                return Result(**{**json.loads(kept.body), "again": True})
            result = self.decide_in(tx, actor, wish, facts)
            if idempotency_key:
                body = json.dumps(asdict(result))
                tx.log.answer(actor.person, idempotency_key, request, body, self.clock())
            self.crash("gate.before_commit")
            return result

        result = self.store.write(work)
        self.crash("gate.committed")
        return result

    def _facts(self, wish: Wish) -> Facts | None:
        """What is known now of whom a yes would reach; read before the transaction, it is slow."""
        asked_at = ASKED_AT.get(wish.kind)
        if asked_at is None:
            return None
        proposal = self.store.read(lambda tx: tx.asked.get(wish.seen.proposal))
        return read_facts(self.facts, proposal) if proposal.status == asked_at else None

    def decide_in(
        self, tx: "GateTx", actor: Actor, wish: Wish, facts: Facts | None = None
    ) -> Result:
        """One wish inside a transaction, by the role the person has in it."""
        self.check_actor(tx, actor)
        proposal = tx.asked.get(wish.seen.proposal)
        if same := self._same_again(tx, actor, wish, proposal):
            return same
        if wish.kind == "approve":
            return approve.approve(self, tx, actor, wish, proposal, facts)
        check_step(tx, self.key, proposal)
        if wish.kind == "release":
            return release.release(self, tx, actor, wish, proposal, facts)
        if wish.kind == "undo":
            return approve.undo(self, tx, actor, wish, proposal)
        if wish.kind == "revoke":
            return approve.revoke(self, tx, actor, wish, proposal)
        if wish.kind == "edit":
            return edit.edit(self, tx, actor, wish, proposal)
        return self._put_away(tx, actor, wish, proposal)

    def _put_away(self, tx: "GateTx", actor: Actor, wish: Wish, proposal: "Proposal") -> Result:
        """Reject or snooze."""
        today = self.today()
        changed: dict[str, object] = {"decided_day": today}
        if wish.kind == "snooze":
            changed["snoozed_until"] = _until(wish, proposal, today)
        to = KINDS[wish.kind]
        self.check_seen(tx, proposal, wish)
        moved = tx.asked.move(
            proposal,
            to,  # type: ignore[arg-type]  # KINDS
            self.clock(),
            reason=wish.reason,
            before_day=today,
            **changed,
        )
        if not moved:
            raise Conflict(self.told(tx, proposal.id))
        return self.note(tx, actor, wish, proposal, to)

    def _same_again(
        self, tx: "GateTx", actor: Actor, wish: Wish, proposal: "Proposal"
    ) -> Result | None:
        """The answer of before, when this person did just this about just these bytes."""
        if wish.kind not in {"approve", "reject", "snooze"} or proposal.shown != wish.seen.sha256:
            return None
        mine = [d for d in tx.log.of(proposal.id) if (d.who, d.kind) == (actor.person, wish.kind)]
        stands = (proposal.status, proposal.version) == (BECOMES[wish.kind], wish.seen.version)
        if not mine or not (stands or any(d.version == wish.seen.version for d in mine)):
            return None
        action = tx.actions.of_proposal(proposal.id)
        waits = approve.still_needed(self, tx, proposal) if proposal.status == "pending" else 0
        return Result(
            proposal.id,
            proposal.status,
            proposal.version,
            proposal.shown,
            waits,
            action.id if action else None,
            again=True,
        )


def _until(wish: Wish, proposal: "Proposal", today: int) -> int:
    """The day a snoozed proposal comes back, which must be before it expires."""
    if wish.until_day is None or wish.until_day <= today:
        raise BadInput("until: give a day after today")
    if wish.until_day >= proposal.expires_day:
        last = from_number(proposal.expires_day - 1)
        raise BadInput(f"until: it expires; the last day it can come back is {last}")
    return wish.until_day
