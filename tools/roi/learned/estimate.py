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
UNIT = 1_000_000  # millionths of one


@dataclass(frozen=True)
class Estimate:
    """A relative effect with its variance; above zero it prevents losses, or adds successes."""

    value: float
    variance: float


def estimate(comparison: "Comparison", expected: float, *, losses: bool) -> Estimate | None:
    """The effect that a comparison shows; None when it says nothing on its own.

    `expected` is the effect believed in before: the variance is the one it would bring.
    """
    sign = 1 if losses else -1
    arms = _Arms.of(comparison)
    if arms is None:
        return None
    value = arms.solution()
    return Estimate(sign * value, arms.variance(sign * expected))


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
        enough = comparison.effective >= LEAST_EFFECTIVE and arms.control.k >= LEAST_EVENTS
        return arms if enough and arms.treated.w and arms.slope > 0 else None

    @property
    def slope(self) -> float:
        """How fast the equation below moves with the effect."""
        t, c = self.treated, self.control
        return float(UNIT * (c.y * t.d - t.y * c.d))

    def solution(self) -> float:
        """The ρ at which O₀(E₁ − ρD₁) = O₁(E₀ − ρD₀)."""
        t, c = self.treated, self.control
        return UNIT * (c.y * t.q - t.y * c.q) / self.slope

    def variance(self, rho: float) -> float:
        """The variance of the solution, if the effect were ρ and the chances right up to κ.

        Not from how the rows scatter: where by luck few are lost, they scatter less, and the lucky
        estimates would weigh more than the unlucky ones.
        """
        t, c = self.treated, self.control
        left_t, left_c = t.q - rho * t.d, c.q - rho * c.d
        light_t, light_c = t.w / t.ww, c.w / c.ww
        ratio = UNIT * (light_t * t.y + light_c * c.y) / (light_t * left_t + light_c * left_c)
        ours = left_c**2 * t.wv * left_t / t.q
        theirs = left_t**2 * c.wv * left_c / c.q
        slope = float(c.q * t.d - t.q * c.d)
        return UNIT * (ours + theirs) / (ratio * slope**2)
