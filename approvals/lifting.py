"""A person lifts the demotion of a play in a segment; the chain keeps who, when and why.

The chain is its only record: the morning after reads it there.
"""

from typing import TYPE_CHECKING

from approvals.audit import record
from tools.errors import BadInput

if TYPE_CHECKING:
    from approvals.gate_context import GateContext
    from approvals.request import Actor
    from tools.store.gate.gate import GateTx

LIFTED = "lift_demotion"


def effect_subject(play: str, segment: str) -> str:
    """Under which name the chain keeps what people said of a play in a segment."""
    return f"effect:{play}|{segment}"


def lift_demotion(
    gate: "GateContext", actor: "Actor", play: str, segment: str, reason: str
) -> None:
    """Let a play be proposed to a segment again, until what becomes known later speaks against it.

    Raises:
        BadInput: without a reason.
    """
    actor.check("manage")
    why = reason.strip()
    if not why:
        raise BadInput("lift: say why, in words: others will read it in the log")

    def work(tx: "GateTx") -> None:
        body = {"play": play, "segment": segment, "reason": why}
        subject = effect_subject(play, segment)
        record(tx, gate.key, gate.clock(), actor.person, LIFTED, subject, body)

    gate.store.write(work)
