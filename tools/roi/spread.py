"""How sure a price is: the effect, the chance and the value vary together.

What an action brings is X · ρ, per unit of chance times value. ρ is the play's effect, Normal and
cut to what can happen; X is what the chance and the value are off by together, log-normal with mean
1 and the given spread (the standard deviation of its logarithm). X is taken at the middles of 15
slices of equal weight, so nothing is drawn and the same inputs give the same figures.
"""

from decimal import Decimal
from functools import lru_cache
from math import exp
from statistics import NormalDist

from tools.roi.fixed_point import to_places

SLICES = 15
_MIDDLES = tuple(NormalDist().inv_cdf((i + 0.5) / SLICES) for i in range(SLICES))
_HALVINGS = 50
NO_LIMIT = Decimal("9999.0000")  # a share that nothing exceeds
_BELL = NormalDist()


def _factors(spread: int) -> tuple[float, ...]:
    """The middles of X, whose mean is 1; `spread` is in hundredths."""
    found = [exp(z * spread / 100) for z in _MIDDLES]
    mean = sum(found) / SLICES
    return tuple(x / mean for x in found)


def below(mean: Decimal, sd: Decimal, spread: int, level: Decimal) -> Decimal:
    """P(X · ρ ≤ level); 4 decimals."""
    return to_places(Decimal(_below(float(mean), float(sd), _factors(spread), float(level))), 4)


def _below(mean: float, sd: float, factors: tuple[float, ...], level: float) -> float:
    if sd == 0:
        return sum(x * mean <= level for x in factors) / len(factors)
    return sum(_BELL.cdf((level / x - mean) / sd) for x in factors) / len(factors)


@lru_cache(maxsize=4096)
def shares(
    mean: Decimal, sd: Decimal, spread: int, *, of_losses: bool
) -> tuple[Decimal, Decimal, Decimal]:
    """Mean, q10 and q90 of the effect as a share, the latter with all that varies; 4 decimals.

    No more than all losses can be prevented, and no more than all that comes be driven away.
    """
    sign = -1 if of_losses else 1  # the cut is at a floor of -1 for both
    found = _cut_mean(float(sign * mean), float(sd))
    tails = (_quantile(mean, sd, spread, share) for share in (0.1, 0.9))
    low, high = (to_places(Decimal(tail), 4) for tail in tails)
    return to_places(Decimal(sign * found), 4), low, high


@lru_cache(maxsize=4096)
def share_at(mean: Decimal, sd: Decimal, spread: int, risk: Decimal) -> Decimal:
    """The share below which the effect lies with a chance of `risk`, with all that varies."""
    if risk >= 1:
        return NO_LIMIT
    return to_places(Decimal(_quantile(mean, sd, spread, float(risk))), 4)


def _cut_mean(mean: float, sd: float) -> float:
    """The mean of max(-1, ρ)."""
    if sd == 0:
        return max(-1.0, mean)
    z = (mean + 1) / sd
    return -1 + (mean + 1) * _BELL.cdf(z) + sd * _BELL.pdf(z)


def _quantile(mean: Decimal, sd: Decimal, spread: int, share: float) -> float:
    """The level below which the share of X · ρ lies, by halving."""
    factors, m, s = _factors(spread), float(mean), float(sd)
    reach = (abs(m) + 5 * s) * max(factors)
    low, high = -reach, reach
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        under = _below(m, s, factors, middle) < share
        low, high = (middle, high) if under else (low, middle)
    return (low + high) / 2
