"""How an action goes on after its call: done, never, later, or nobody knows."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tools.channels.contract import Denied, NotNow, OutboundChannel, Refused

if TYPE_CHECKING:
    from tools.channels.contract import Receipt
    from tools.store.gate.records import ActionStatus

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
TRIES = 8


@dataclass(frozen=True)
class Outcome:
    """What to write down: the status, its words, and when to try again."""

    status: "ActionStatus"
    detail: str
    receipt: str = ""
    wait: timedelta = timedelta(0)
    pause: bool = False


def done(receipt: "Receipt") -> Outcome:
    """It was carried out."""
    return Outcome("sent", "", receipt.reference)


def outcome_of(error: Exception, channel: OutboundChannel, attempts: int) -> Outcome:
    """What an error of a channel means; whatever it does not promise means that nobody knows."""
    words = f"{type(error).__name__}: {error}"[:300]
    if isinstance(error, Refused):
        return Outcome("failed", words)
    if isinstance(error, NotNow):
        if attempts >= TRIES:
            return Outcome("failed", f"tried {attempts} times; {words}")
        asked = timedelta(seconds=min(error.after_seconds or 0, LONGEST_WAIT.total_seconds()))
        wait = max(asked, backoff(attempts))
        return Outcome("scheduled", words, wait=wait, pause=isinstance(error, Denied))
    return nobody_knows(channel, attempts, words)


def nobody_knows(channel: OutboundChannel, attempts: int, words: str) -> Outcome:
    """After an uncertain call: a keyed channel is asked again, a blind one never."""
    if channel.effect == "keyed" and attempts < TRIES:
        return Outcome("scheduled", words, wait=backoff(attempts))
    return Outcome("unknown", words)


def settled_late(channel: OutboundChannel, attempts: int, words: str) -> Outcome:
    """After a worker's death: as after an uncertain call, and the first time without a wait."""
    outcome = nobody_knows(channel, attempts, words)
    return replace(outcome, wait=timedelta(0)) if attempts <= 1 else outcome


def backoff(attempts: int) -> timedelta:
    """Twice as long each time; without chance, so that a day can be computed again."""
    doublings = min(max(0, attempts - 1), 20)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))
