"""Is the newest week of a series out of the ordinary, by the series' own past?

A straight trend on the log (counts) or logit (shares) scale is fitted to the past weeks; what they
scatter about it beyond chance widens everything (quasi-likelihood: the dispersion is Pearson's,
at least 1), and the newest week is held against Student's t with the degrees of freedom that are
left. So steady growth is no surprise, and a restless series must do more to surprise than a calm
one. Many series may be fitted at once: the first axis.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy  # loads its parts when they are asked for
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
LEVEL = 0.95
_STEPS = 15
_EDGE = 1e-9
_SMALLEST = 1e-300


@dataclass(frozen=True, eq=False)
class TrendFit:
    """Expected counts of every week, the new one last, their spread, and how surprising it is.

    Attributes:
        expected: by series and week.
        spread: standard deviation of a single week about what is expected, the uncertainty of
            the trend included.
        p: of the newest week, two-sided.
        reach: how many spreads the 95 % interval reaches to each side.
    """

    expected: Floats
    spread: Floats
    p: Floats
    reach: float


def surprise(counts: Floats, out_of: Floats | None = None) -> TrendFit:
    """Fit all weeks but the last of each row, and judge the last.

    Args:
        counts: by series and week, oldest first.
        out_of: of how many, the same shape, at least 1 and never below the counts; None for
            plain counts.
    """
    weeks = counts.shape[-1]
    time = np.arange(weeks, dtype=np.float64) - (weeks - 2) / 2
    known = np.arange(weeks) < weeks - 1
    level, slope = _start(counts, out_of, known), np.zeros(counts.shape[:-1])
    for _ in range(_STEPS):
        level, slope = _step(counts, out_of, time, known, level, slope)
    mean, unit = _mean(level[..., None] + slope[..., None] * time, out_of)
    chi = ((counts - mean) ** 2 / unit)[..., :-1].sum(-1)
    freedom = weeks - 3
    scatter = np.maximum(chi / freedom, 1.0)
    spread = np.sqrt(scatter[..., None] * (unit + unit**2 * _leverage(unit, time, known)))
    distance = np.abs(counts - mean)[..., -1] / spread[..., -1]
    p = np.maximum(2 * scipy.stats.t.sf(distance, freedom), _SMALLEST)
    return TrendFit(mean, spread, p, float(scipy.stats.t.ppf((1 + LEVEL) / 2, freedom)))


def _start(counts: Floats, out_of: Floats | None, known: NDArray[np.bool_]) -> Floats:
    total = counts[..., known].sum(-1) + 0.5
    if out_of is None:
        return np.asarray(np.log(total / known.sum()))
    rest = (out_of - counts)[..., known].sum(-1) + 0.5
    return np.asarray(np.log(total / rest))


def _mean(scale: Floats, out_of: Floats | None) -> tuple[Floats, Floats]:
    """What is expected and its variance by chance alone, from the straight scale."""
    if out_of is None:
        mean = np.exp(np.clip(scale, -30, 30))
        return mean, np.maximum(mean, _EDGE)
    share = np.clip(1 / (1 + np.exp(-np.clip(scale, -30, 30))), _EDGE, 1 - _EDGE)
    return out_of * share, out_of * share * (1 - share)


def _step(
    counts: Floats,
    out_of: Floats | None,
    time: Floats,
    known: NDArray[np.bool_],
    level: Floats,
    slope: Floats,
) -> tuple[Floats, Floats]:
    """One step of Newton's on the likelihood: a weighted straight line through what is off."""
    mean, unit = _mean(level[..., None] + slope[..., None] * time, out_of)
    weight = np.where(known, unit, 0.0)
    off = np.where(known, counts - mean, 0.0)
    w, wt, wtt = _sums(weight, time)
    a, b = off.sum(-1), (off * time).sum(-1)
    inverse = 1 / np.maximum(w * wtt - wt**2, _EDGE)
    up, turn = (wtt * a - wt * b) * inverse, (w * b - wt * a) * inverse
    return level + np.clip(up, -2, 2), slope + np.clip(turn, -1, 1)


def _sums(weight: Floats, time: Floats) -> tuple[Floats, Floats, Floats]:
    return weight.sum(-1), (weight * time).sum(-1), (weight * time**2).sum(-1)


def _leverage(unit: Floats, time: Floats, known: NDArray[np.bool_]) -> Floats:
    """The variance of the fitted scale at each week: how well the line is known there."""
    w, wt, wtt = (s[..., None] for s in _sums(np.where(known, unit, 0.0), time))
    return np.asarray((wtt - 2 * time * wt + time**2 * w) / np.maximum(w * wtt - wt**2, _EDGE))


def discoveries(p_values: "Sequence[float]", share: float) -> list[bool]:
    """Benjamini and Hochberg: of those named, at most this share are false alarms on average."""
    order = sorted(range(len(p_values)), key=lambda i: (p_values[i], i))
    named = 0
    for rank, i in enumerate(order, start=1):
        if p_values[i] <= share * rank / len(p_values):
            named = rank
    chosen = set(order[:named])
    return [i in chosen for i in range(len(p_values))]
