"""Who looks at what: given to somebody, or held for a short while, so that fifty do not collide.

Neither forbids anything: the compare-and-set decides. They keep two people off the same page.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from approvals.audit import record
from approvals.chain_words import check_role
from tools.errors import BadInput
from tools.store.gate.records import Deed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from approvals.gate_context import GateContext
    from approvals.request import Actor
    from tools.store.gate.gate import GateTx

HELD_FOR = timedelta(minutes=10)
AT_ONCE = 50


def hold(gate: "GateContext", actor: "Actor", ids: "Sequence[str]") -> tuple[str, ...]:
    """Hold some proposals for ten minutes; those somebody else has are left out."""
    actor.check("decide")

    def work(tx: "GateTx") -> tuple[str, ...]:
        gate.check_actor(tx, actor)
        now, mine = gate.clock(), []
        for proposal_id in ids[:AT_ONCE]:
            held = tx.log.assignment(proposal_id)
            theirs = held is not None and held.who != actor.person
            if theirs and (held.until is None or held.until > now):  # type: ignore[union-attr]  # theirs
                continue
            if held is None or held.until is not None:
                tx.log.assign(tx.asked.get(proposal_id).id, actor.person, now + HELD_FOR)
            mine.append(proposal_id)
        return tuple(mine)

    return gate.store.write(work)


def give(gate: "GateContext", actor: "Actor", proposal_id: str, person: str) -> None:
    """Give a proposal to somebody, until they have decided it.

    Raises:
        BadInput: when that person may not decide.
        Forbidden: when the role of who gives it has changed or ended.
        Forged: when no entry of the chain gave one of the two the role of their row.
    """
    actor.check("decide")

    def work(tx: "GateTx") -> None:
        gate.check_actor(tx, actor)
        proposal, now = tx.asked.get(proposal_id), gate.clock()
        role = tx.roles.of([person]).get(person)
        if role is None or role in {"viewer", "auditor"}:
            raise BadInput(f"assign: {person!r} cannot decide; choose a reviewer")
        check_role(tx, gate.key, person, role)
        tx.log.assign(proposal_id, person, None)
        tx.log.add(
            Deed(
                proposal_id,
                "assign",
                proposal.shown,
                proposal.version,
                actor.person,
                actor.role,
                actor.via,
                "",
                person,
                gate.today(),
                None,
                now,
            )
        )
        body = {"given": person, "version": proposal.version}
        record(tx, gate.key, now, actor.person, "assign", f"assigned:{proposal_id}", body)

    gate.store.write(work)
