"""What a person must look at because the service cannot go on by itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tools.store.clocks import doubted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from approvals.gate_context import GateContext
    from tools.clock_watch import ClockState
    from tools.store.gate.gate import GateTx

AlarmKind = Literal["unchecked", "clock"]
KINDS: tuple[AlarmKind, ...] = ("unchecked", "clock")


@dataclass(frozen=True)
class Alarm:
    """One thing to look at: of which kind, how many it concerns, and what to do."""

    kind: AlarmKind
    count: int
    words: str


def alarms(gate: "GateContext") -> tuple[Alarm, ...]:
    """Everything a person must look at now; each ends by itself when its cause does."""
    return gate.store.read(lambda tx: tuple(_found(tx)))


def _found(tx: "GateTx") -> "Iterator[Alarm]":
    count, first = tx.actions.unchecked()
    if first is not None:
        yield Alarm(
            "unchecked",
            count,
            (
                f"{count} approved {'action waits' if count == 1 else 'actions wait'}: "
                f"{first.detail}. We look again by ourselves until the approval expires; mend the "
                "cause, it is in the log"
            ),
        )
    for state in doubted(tx.session):
        yield Alarm("clock", 1, _of_clock(state))


def _of_clock(state: "ClockState") -> str:
    seconds = round(state.jump.total_seconds())
    way = "forward" if seconds > 0 else "back"
    return (
        f"the clock of a machine went {way} by {abs(seconds):,} seconds. Nothing is sent and "
        "nothing expires before it has run evenly for ten minutes; check its time"
    )
