"""What is believed of a play's effect, on the scale it was measured on."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Scale = Literal["share_of_losses", "share_of_organic", "odds_ratio", "points"]

# An effect without a scale, as versions before wrote it, is points from the base of the trial that
# their priors rest on: Godinho de Matos et al. 2018, half a year.
OLD_BASE, OLD_DAYS = Decimal("0.172"), 180
OLD = "read as points from 17.2 %; say scale, base and base_days"


@dataclass(frozen=True)
class EffectBelief:
    """An effect as it was measured or is assumed: Normal(mean, sd²) on the scale of its play."""

    mean: Decimal
    sd: Decimal
    source: str


@dataclass(frozen=True)
class Effect:
    """What is believed of a play's effect, on the scale it was measured on.

    `n` counts our own closed outcomes behind it; 0 is a published or assumed prior. `base` is the
    rate without the play, counted over `base_days`, of points and of an odds ratio. `of_losses`:
    what happens or not is a loss. `by_segment` are beliefs about some segments that differ.
    """

    scale: Scale
    belief: EffectBelief
    n: int = 0
    base: Decimal = Decimal(0)
    base_days: int = 0
    of_losses: bool = True
    by_segment: "Mapping[str, EffectBelief]" = field(default_factory=dict)

    def of(self, segment: str) -> EffectBelief:
        """What is believed of accounts of a segment."""
        return self.by_segment.get(segment, self.belief)
