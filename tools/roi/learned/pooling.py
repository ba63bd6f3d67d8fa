"""Partial pooling of effects: goal to play to segment, on a fixed grid, no sampler.

The effect of a play on a segment is `prior + sd · (a + b + c)`: a is shared by all plays of a goal,
b by the segments of a play, c is the segment's own, and their variances add up to 1. So without
outcomes every effect keeps its prior exactly, and the outcomes of a call say something of a mail.
How much each level holds of the variance is weighed by how well it explains what was seen.
(methods.md 2.1, 4.6; Gelman et al., Bayesian Data Analysis, ch. 5.)
"""

from dataclasses import dataclass
from math import exp, fsum, log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Estimates = tuple[tuple[float, float], ...]
    Cell = tuple[str, str]


@dataclass(frozen=True)
class Belief:
    """A normal belief of one effect."""

    mean: float
    sd: float


@dataclass(frozen=True)
class PooledVariance:
    """Which part of the variance each level holds."""

    goal: float
    play: float
    segment: float


STEPS = 10
GRID = tuple(
    PooledVariance(goal / STEPS, play / STEPS, (STEPS - goal - play) / STEPS)
    for goal in range(1, STEPS - 1)
    for play in range(1, STEPS - goal)
)


@dataclass(frozen=True)
class StandardEstimate:
    """An estimate in units of its prior: how many sd off, with its variance."""

    value: float
    variance: float


@dataclass(frozen=True)
class SharedPart:
    """What is believed of a part that several effects share."""

    mean: float
    variance: float


def pooled(
    priors: "Mapping[Cell, Belief]", estimates: "Mapping[Cell, Estimates]"
) -> "dict[Cell, Belief]":
    """What to believe of each play and segment of one goal.

    Args:
        priors: by play and segment.
        estimates: (value, variance) of each comparison of a play in a segment. A prior without
            any spread is certain and stays.
    """
    seen = {
        cell: _combined(priors[cell], found)
        for cell, found in estimates.items()
        if found and priors[cell].sd > 0
    }
    if not seen:
        return dict(priors)
    by_play = _by_play(seen)
    weighed = [(_evidence(shares, by_play), shares) for shares in GRID]
    most = max(weight for weight, _ in weighed)
    mixture = [(exp(weight - most), shares, _goal(shares, by_play)) for weight, shares in weighed]
    return {
        cell: _mixed(
            prior,
            [
                (weight, _cell(shares, goal, by_play.get(cell[0], ()), seen.get(cell)))
                for weight, shares, goal in mixture
            ],
        )
        for cell, prior in priors.items()
    }


def _combined(prior: Belief, found: "Estimates") -> StandardEstimate:
    """Independent estimates as one, by precision; in units of the prior."""
    precision = fsum(1 / variance for _, variance in found)
    value = fsum(value / variance for value, variance in found) / precision
    return StandardEstimate((value - prior.mean) / prior.sd, 1 / precision / prior.sd**2)


def _by_play(seen: "Mapping[Cell, StandardEstimate]") -> "dict[str, tuple[StandardEstimate, ...]]":
    plays = sorted({play for play, _ in seen})
    return {play: tuple(seen[cell] for cell in sorted(seen) if cell[0] == play) for play in plays}


def _play(shares: PooledVariance, cells: "tuple[StandardEstimate, ...]") -> StandardEstimate:
    """What the segments of a play say of the part they share."""
    precision = fsum(1 / (shares.segment + one.variance) for one in cells)
    value = fsum(one.value / (shares.segment + one.variance) for one in cells) / precision
    return StandardEstimate(value, 1 / precision)


def _goal(
    shares: PooledVariance, by_play: "Mapping[str, tuple[StandardEstimate, ...]]"
) -> SharedPart:
    """What all plays say of the part they share."""
    plays = [_play(shares, cells) for cells in by_play.values()]
    precision = fsum([1 / shares.goal, *(1 / (shares.play + one.variance) for one in plays)])
    total = fsum(one.value / (shares.play + one.variance) for one in plays)
    return SharedPart(total / precision, 1 / precision)


def _evidence(
    shares: PooledVariance, by_play: "Mapping[str, tuple[StandardEstimate, ...]]"
) -> float:
    """The log likelihood of the shares, up to a constant: level by level, each summed out."""
    parts: list[float] = []
    for cells in by_play.values():
        one = _play(shares, cells)
        spreads = [shares.segment + cell.variance for cell in cells]
        parts += [log(spread) for spread in spreads]
        parts += [(c.value - one.value) ** 2 / s for c, s in zip(cells, spreads, strict=True)]
        parts.append(-log(one.variance))
        spread = shares.play + one.variance
        parts += [log(spread), one.value**2 / spread]
    goal = _goal(shares, by_play)
    parts += [log(shares.goal), -log(goal.variance), -(goal.mean**2) / goal.variance]
    return -fsum(parts) / 2


def _cell(
    shares: PooledVariance,
    goal: SharedPart,
    others: "tuple[StandardEstimate, ...]",
    own: StandardEstimate | None,
) -> tuple[float, float]:
    """Mean and variance of one effect in units of its prior, given the shares."""
    mean, variance = goal.mean, goal.variance + shares.play
    if others:
        play = _play(shares, others)
        kept = play.variance / (play.variance + shares.play)
        mean = kept * goal.mean + (1 - kept) * play.value
        variance = kept * shares.play + kept**2 * goal.variance
    if own is None:
        return mean, variance + shares.segment
    kept = own.variance / (own.variance + shares.segment)
    return (
        kept * mean + (1 - kept) * own.value,
        kept * shares.segment + kept**2 * variance,
    )


def _mixed(prior: Belief, parts: "list[tuple[float, tuple[float, float]]]") -> Belief:
    """The mixture over the grid, as a mean and a standard deviation."""
    total = fsum(weight for weight, _ in parts)
    mean = fsum(weight * m for weight, (m, _) in parts) / total
    second = fsum(weight * (var + (m - mean) ** 2) for weight, (m, var) in parts) / total
    return Belief(prior.mean + prior.sd * mean, prior.sd * sqrt(second))
