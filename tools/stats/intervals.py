"""Honest intervals for proportions and for ratios of money."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

DRAWS = 2000
_MOST_PAIRS = 20_000


@dataclass(frozen=True)
class Interval:
    """A range and the method it was made by."""

    low: float
    high: float
    method: str


def wilson(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion; (0, 1) when nothing was tried.

    At n 20 and p .05 it covers 93 % where the textbook interval covers 65 %.
    """
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    rate = successes / trials
    middle = rate + z * z / (2 * trials)
    half = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low = 0.0 if successes == 0 else (middle - half) / scale
    high = 1.0 if successes == trials else (middle + half) / scale
    return low, high


def difference(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float]:
    """Newcombe's interval of the difference of two shares, each as (successes, trials)."""
    (p, q), (l1, u1), (l2, u2) = (
        (one[0] / one[1], other[0] / other[1]),
        wilson(*one),
        wilson(*other),
    )
    below, above = sqrt((p - l1) ** 2 + (u2 - q) ** 2), sqrt((u1 - p) ** 2 + (q - l2) ** 2)
    return p - q - below, p - q + above


def ratio_interval(
    top: list[int], bottom: list[int], accounts: list[int], level: float = 0.95, seed: int = 7
) -> Interval | None:
    """The interval of Σtop/Σbottom, accounts drawn with replacement.

    Accounts with equal amounts come as one row with their number, so a population fits in memory.
    Percentile bootstrap with 2,000 seeded draws; above 20,000 distinct rows the linearised
    normal interval, which is then the same to three digits. None without accounts.
    """
    x, y, w = (np.asarray(values, dtype=np.float64) for values in (top, bottom, accounts))
    if w.sum() == 0 or (w * y).sum() == 0:
        return None
    if len(w) > _MOST_PAIRS:
        return _linearised(x, y, w, level)
    rng = np.random.default_rng(seed)
    number, share = int(w.sum()), w / w.sum()
    ratios = [_ratio(x, y, rng.multinomial(number, share)) for _ in range(DRAWS)]
    tail = (1 - level) / 2
    low, high = np.quantile(np.asarray(ratios), [tail, 1 - tail])
    return Interval(float(low), float(high), f"bootstrap by account, {DRAWS} draws")


def _ratio(
    x: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    y: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    w: "np.ndarray[tuple[int], np.dtype[np.int64]]",
) -> float:
    below = float((w * y).sum())
    return float((w * x).sum()) / below if below else 0.0


def _linearised(
    x: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    y: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    w: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    level: float,
) -> Interval:
    ratio = float((w * x).sum() / (w * y).sum())
    spread = sqrt(float((w * (x - ratio * y) ** 2).sum())) / float((w * y).sum())
    half = NormalDist().inv_cdf((1 + level) / 2) * spread
    return Interval(ratio - half, ratio + half, "linearised, normal")
