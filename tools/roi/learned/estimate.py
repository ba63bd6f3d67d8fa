"""The share of losses prevented, or added to what comes by itself, that one comparison shows.

With q the chance without us, d whether it was carried out and κ by how much the chances are out,
E[y] = κ q (1 − ρ d) in both arms. Two arms give κ and ρ: right when the lots are (whatever the
chances), and right when the chances are up to a factor (whatever the lots): doubly robust on the
relative scale. (methods.md 4.3, 4.6, 7.)
"""

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.roi.learned.evidence import ArmSums, Comparison

LEAST_EFFECTIVE = 50
LEAST_EVENTS = 5  # among those left alone, else what would have happened is not known
WEIGHT = 5  # events: what the scores count beside what those left alone show
UNIT = 1_000_000  # millionths of one


@dataclass(frozen=True)
class Estimate:
    """A relative effect with its variance; above zero it prevents losses, or adds successes."""

    value: float
    variance: float


def estimate(comparison: "Comparison", expected: float, *, losses: bool) -> Estimate | None:
    """The effect that a comparison shows, however little it is; None when it shows nothing.

    One step from `expected`, the effect believed in before, so that a handful of outcomes is as
    sure as it is and no ratio of handfuls; where the chances are out, it is by as much as those
    left alone show, drawn to what the scores say by `WEIGHT` events. What many outcomes show hangs
    on neither.
    """
    sign = 1 if losses else -1
    arms = _Arms.of(comparison)
    if arms is None:
        return None
    value, variance = arms.solution(sign * expected)
    return Estimate(sign * value, variance)


def speaks(comparison: "Comparison") -> bool:
    """Whether a comparison says something on its own: enough outcomes, and enough events."""
    enough = comparison.effective >= LEAST_EFFECTIVE
    return enough and comparison.control.k >= LEAST_EVENTS and comparison.treated.n > 0


def lacking(comparison: "Comparison") -> int:
    """About how many more outcomes a comparison needs before it says something on its own."""
    control = comparison.control
    weight = ceil(LEAST_EFFECTIVE - comparison.effective)
    events = ceil((LEAST_EVENTS - control.k) * control.n / max(control.k, 1))
    return max(1, weight, events)


@dataclass(frozen=True)
class _Arms:
    """The sums of both arms, events and chances in the same unit."""

    treated: "ArmSums"
    control: "ArmSums"

    @classmethod
    def of(cls, comparison: "Comparison") -> "_Arms | None":
        arms = cls(comparison.treated, comparison.control)
        told = arms.treated.w and arms.control.w and arms.treated.d
        return arms if told and arms.slope(0.0) > 0 else None

    def left(self, rho: float) -> tuple[float, float]:
        """What would happen in both arms if the effect were ρ and the chances right."""
        t, c = self.treated, self.control
        return t.q - rho * t.d, c.q - rho * c.d

    def slope(self, rho: float) -> float:
        """How fast the equation below moves with the effect, if the chances are right."""
        left_t, left_c = self.left(rho)
        return left_c * self.treated.d - left_t * self.control.d

    def ratio(self, rho: float) -> float:
        """By how much the chances are out, as those left alone show."""
        c, light = self.control, self.control.w / self.control.ww
        seen, due = light * c.y, light * self.left(rho)[1] / UNIT
        return (seen + WEIGHT) / (due + WEIGHT)

    def solution(self, rho: float) -> tuple[float, float]:
        """The ρ at which O₀(E₁ − ρD₁) = O₁(E₀ − ρD₀), one step from the one given; its variance.

        The variance is not from how the rows scatter: where by luck few are lost, they scatter
        less, and the lucky estimates would weigh more than the unlucky ones.
        """
        t, c = self.treated, self.control
        left_t, left_c = self.left(rho)
        ratio, slope = self.ratio(rho), self.slope(rho)
        value = rho + UNIT * (c.y * left_t - t.y * left_c) / (ratio * slope)
        ours = left_c**2 * t.wv * left_t / t.q
        theirs = left_t**2 * c.wv * left_c / c.q
        return value, UNIT * (ours + theirs) / (ratio * slope**2)
