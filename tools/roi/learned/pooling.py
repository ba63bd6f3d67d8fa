"""Partial pooling of a play's effects: segment to play to prior, on a fixed grid, no sampler.

A cell's effect is `prior + sd · (a + b)`: a is shared by the play's segments, b is the segment's
own, with variances 1 − λ and λ. So without outcomes every cell keeps its prior exactly, whatever λ.
λ, the segments' share of the variance, is weighed by how well it explains what was seen.
(methods.md 2.1, 4.6; Gelman et al., Bayesian Data Analysis, ch. 5.)
"""

from dataclasses import dataclass
from math import exp, fsum, log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARES = tuple(step / 20 for step in range(1, 20))  # of λ


@dataclass(frozen=True)
class Belief:
    """A normal belief of one effect."""

    mean: float
    sd: float


@dataclass(frozen=True)
class StandardEstimate:
    """An estimate in units of its prior: how many sd off, with its variance."""

    value: float
    variance: float


def pooled(
    priors: "Mapping[str, Belief]", estimates: "Mapping[str, tuple[tuple[float, float], ...]]"
) -> dict[str, Belief]:
    """What to believe of each segment of one play.

    Args:
        priors: by segment.
        estimates: (value, variance) of each comparison of a segment; those that say nothing on
            their own are left out. A prior without any spread is certain and stays.
    """
    seen = {
        segment: _combined(priors[segment], found)
        for segment, found in estimates.items()
        if found and priors[segment].sd > 0
    }
    if not seen:
        return dict(priors)
    weighed = [(_evidence(share, seen), share) for share in SHARES]
    most = max(weight for weight, _ in weighed)
    weights = [(exp(weight - most), share) for weight, share in weighed]
    return {segment: _believed(prior, seen.get(segment), seen, weights)
            for segment, prior in priors.items()}  # fmt: skip


def _combined(prior: Belief, found: "tuple[tuple[float, float], ...]") -> StandardEstimate:
    """Independent estimates as one, by precision; in units of the prior."""
    precision = fsum(1 / variance for _, variance in found)
    value = fsum(value / variance for value, variance in found) / precision
    return StandardEstimate((value - prior.mean) / prior.sd, 1 / precision / prior.sd**2)


def _shared(share: float, seen: "Mapping[str, StandardEstimate]") -> tuple[float, float]:
    """Mean and precision of what the segments share, given λ."""
    precision = fsum([1 / (1 - share), *(1 / (share + one.variance) for one in seen.values())])
    mean = fsum(one.value / (share + one.variance) for one in seen.values()) / precision
    return mean, precision


def _evidence(share: float, seen: "Mapping[str, StandardEstimate]") -> float:
    """The log likelihood of λ, up to a constant."""
    mean, precision = _shared(share, seen)
    spreads = [log(share + one.variance) for one in seen.values()]
    squares = [one.value**2 / (share + one.variance) for one in seen.values()]
    return -fsum([*spreads, *squares, log(1 - share), log(precision), -(mean**2) * precision]) / 2


def _believed(
    prior: Belief,
    own: StandardEstimate | None,
    seen: "Mapping[str, StandardEstimate]",
    weights: "list[tuple[float, float]]",
) -> Belief:
    """The mixture over λ, as a mean and a standard deviation."""
    parts = [(weight, *_given(share, own, seen)) for weight, share in weights]
    total = fsum(weight for weight, _, _ in parts)
    mean = fsum(weight * mean for weight, mean, _ in parts) / total
    second = fsum(weight * (var + (m - mean) ** 2) for weight, m, var in parts) / total
    return Belief(prior.mean + prior.sd * mean, prior.sd * sqrt(second))


def _given(
    share: float, own: StandardEstimate | None, seen: "Mapping[str, StandardEstimate]"
) -> tuple[float, float]:
    """Mean and variance of a cell, in units of its prior, given λ."""
    mean, precision = _shared(share, seen)
    if own is None:
        return mean, 1 / precision + share
    kept = own.variance / (own.variance + share)
    own_part = share * own.variance / (share + own.variance)
    return kept * mean + (1 - kept) * own.value, own_part + kept**2 / precision
