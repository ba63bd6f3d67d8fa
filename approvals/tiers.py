"""How much is at stake: what decides whether one person is enough."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from policies.limits import Limits

HIGH, MEDIUM, LOW = "high", "medium", "low"


@dataclass(frozen=True)
class Stake:
    """What an approval would set in motion, together with what the day has seen already."""

    marked: int
    value: Decimal
    people: int

    def needs(self, limits: "Limits") -> int:
        """How many distinct people must agree."""
        large = self.value >= limits.four_eyes_value or self.people >= limits.four_eyes_people
        return max(self.marked, 2 if large else 1)


def tier(values: "Mapping[str, Any]", limits: "Limits") -> str:
    """high: two must agree · medium: somebody outside is reached · low: our own people only.

    `values` are those of an envelope.
    """
    what, worth = values["what"], values["worth"]
    alone = Stake(len(what["approval"]), abs(Decimal(worth["net"]["amount"])), 1)
    if alone.needs(limits) > 1:
        return HIGH
    return MEDIUM if values["who"]["recipient"] else LOW
