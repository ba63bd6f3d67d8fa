"""A vendor that keeps its own ledger, in a file the service cannot write: the oracle of faults."""

import os
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tools.channels.contract import Delivery, Denied, Effect, NotNow, Receipt, Refused, Unsure


@dataclass
class Vendor:
    """A channel that does what its next mode says; every effect is a line of the ledger."""

    ledger: Path
    effect: Effect = "blind"
    modes: list[str] = field(default_factory=list)
    name: str = "vendor"
    leaves: bool = True

    def deliver(self, delivery: Delivery) -> Receipt:
        """Accept, or fail in the way of the mode; keyed, it does nothing twice for one key."""
        mode = self.modes.pop(0) if self.modes else "ok"
        if mode == "refused":
            raise Refused("550 no such person")
        if mode == "later":
            raise NotNow("try again", after_seconds=90)
        if mode == "denied":
            raise Denied("the key was withdrawn")
        if mode == "lost before":
            raise Unsure("the line went dead")
        if mode == "killed before":
            os.kill(os.getpid(), signal.SIGKILL)
        self._accept(delivery)
        if mode == "killed after":
            os.kill(os.getpid(), signal.SIGKILL)
        if mode == "lost after":
            raise Unsure("no answer")
        if mode == "bug":
            raise ZeroDivisionError("division by zero")
        return Receipt(f"receipt {delivery.key[-6:]}")

    def find(self, key: str) -> Receipt | None:
        """What a vendor that can be asked knows."""
        known = self.effect == "look_up" and key in self.effects()
        return Receipt("found") if known else None

    def _accept(self, delivery: Delivery) -> None:
        if self.effect == "keyed" and delivery.key in self.effects():
            return
        with self.ledger.open("a", encoding="utf-8") as kept:
            kept.write(f"{delivery.key}\t{delivery.sha256}\t{delivery.subject}\n")
            kept.flush()
            os.fsync(kept.fileno())

    def effects(self) -> Counter[str]:
        """How often each key had an effect."""
        if not self.ledger.exists():
            return Counter()
        lines = self.ledger.read_text(encoding="utf-8").splitlines()
        return Counter(line.split("\t")[0] for line in lines)
