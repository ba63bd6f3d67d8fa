"""A vendor that knows what people agreed to, and notes each call that should not have been made."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.gate.vendor import Vendor
from tools.channels.contract import Delivery, Receipt
from tools.store.gate.records import Action


class Killed(BaseException):
    """The process is dead at this point; nobody catches it."""


def key_of(action: Action) -> str:
    """The key under which the vendor knows an action."""
    return f"act:{action.id}:{action.sha256}"


@dataclass
class Agreed:
    """What people want at this moment, counted outside of the service.

    `keys` is the delivery each proposal was approved for, and `ever` all of them; `quiet` are the
    accounts that said no, `paused` the scopes people paused, `forged` the actions that a hand
    changed. `silence` says why nothing at all may leave until a person answers, and `doubt_ends`
    until which uptime a clock that has jumped is not believed.
    """

    keys: dict[str, str] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)
    quiet: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    forged: set[str] = field(default_factory=set)
    silence: str = ""
    doubt_ends: float = 0.0

    def objection(self, delivery: Delivery, uptime: float) -> str:
        """Why this must not leave now, or ''."""
        reasons = {
            f"nothing may leave: {self.silence}": bool(self.silence),
            "the clock has just jumped": uptime < self.doubt_ends,
            f"people paused {sorted(self.paused)}": bool(self.paused & {"global", "channel:email"}),
            "its account said no": delivery.account_id in self.quiet,
            "its rows were changed by a hand": delivery.action in self.forged,
            "it is not approved": self.keys.get(delivery.proposal) != delivery.key,
        }
        return next((why for why, holds in reasons.items() if holds), "")


@dataclass
class Witness(Vendor):
    """Asks before each call whether people agreed to it; `objections` are those they did not."""

    agreed: Agreed = field(default_factory=Agreed)
    uptime: Callable[[], float] = lambda: 0.0
    objections: list[str] = field(default_factory=list)

    def deliver(self, delivery: Delivery) -> Receipt:
        why = self.agreed.objection(delivery, self.uptime())
        if why:
            self.objections.append(f"{delivery.key[:20]} was called, and {why}")
        return super().deliver(delivery)
