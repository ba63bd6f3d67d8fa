"""How many have done it by day k, when not everybody has been watched that long.

One estimator serves two questions. Without competing events it is Kaplan and Meier's, and its
interval is Greenwood's on the log-log scale; with them it is Aalen and Johansen's cumulative
incidence with the delta-method variance, which is the same number when there are none.
"""

from collections import defaultdict
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.stats.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SurvivalStep:
    """What happened on one day after the start, among those still watched.

    Attributes:
        at_risk: watched on that day and not done before it.
        events: of them, those to whom it happened on that day.
        others: those to whom a competing event happened, after which it cannot happen.
        censored: those not watched any longer after that day.
    """

    day: int
    at_risk: int
    events: int
    others: int
    censored: int


@dataclass(frozen=True)
class Point:
    """The share to whom it has happened by the end of a day, with its interval."""

    day: int
    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True)
class Curve:
    """The share by day, a step function; `ends` says that nobody was left to wait for."""

    points: tuple[Point, ...]
    ends: bool

    def at(self, day: int) -> Point | None:
        """The share by a day; None when nobody was watched that long."""
        known = [point for point in self.points if point.day <= day]
        if not self.points or (day > self.points[-1].day and not self.ends):
            return None
        return known[-1] if known else Point(day, 0.0, 0.0, 0.0, self.points[0].at_risk)

    def median(self) -> tuple[int | None, int | None, int | None]:
        """The day by which half have done it, with the ends of its interval; None is not yet."""
        return (self._first("share"), self._first("high"), self._first("low"))

    def _first(self, name: str) -> int | None:
        return next((p.day for p in self.points if getattr(p, name) >= 0.5), None)


def together(groups: "Iterable[Sequence[SurvivalStep]]") -> list[SurvivalStep]:
    """The steps of several groups as those of one."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for step in (step for group in groups for step in group):
        for place, count in enumerate((step.events, step.others, step.censored)):
            sums[step.day][place] += count
    left, steps = sum(map(sum, sums.values())), []
    for day, (events, others, censored) in sorted(sums.items()):
        steps.append(SurvivalStep(day, left, events, others, censored))
        left -= events + others + censored
    return steps


def cumulative(steps: "Sequence[SurvivalStep]", level: float = 0.95) -> Curve:
    """The curve of a group's steps, in order of day."""
    if not steps:
        return Curve((), ends=False)
    n, one, two = (_column(steps, name) for name in ("at_risk", "events", "others"))
    left = np.cumprod(1 - (one + two) / n)
    before = np.concatenate([[1.0], left[:-1]])
    share = np.cumsum(before * one / n)
    spread = _spread(n, one, one + two, before, share)
    points = tuple(
        Point(step.day, f, *_interval(f, s, step.at_risk, level), step.at_risk)
        for step, f, s in zip(steps, share.tolist(), spread.tolist(), strict=True)
    )
    return Curve(points, ends=steps[-1].censored == 0)


def _column(steps: "Sequence[SurvivalStep]", name: str) -> Floats:
    return np.asarray([getattr(step, name) for step in steps], dtype=np.float64)


def _spread(n: Floats, one: Floats, gone: Floats, before: Floats, share: Floats) -> Floats:
    """The standard error of each share: each day's multinomial, by the delta method."""
    stay = n - gone
    hazard = np.divide(gone, n * stay, out=np.zeros_like(n), where=stay > 0)
    own, cross = before**2 * one * (n - one) / n**3, before * one / n**2
    a, b, c = (np.cumsum(hazard * share**power) for power in range(3))
    variance = (
        share**2 * a
        - 2 * share * b
        + c
        + np.cumsum(own)
        - 2 * (share * np.cumsum(cross) - np.cumsum(cross * share))
    )
    return np.sqrt(np.maximum(variance, 0.0))


def _interval(share: float, spread: float, at_risk: int, level: float) -> tuple[float, float]:
    """Log-log on the share not yet; at 0 and 1, where it says nothing, Wilson's of those left."""
    rest = 1 - share
    if share <= 0 or rest <= 1e-12 or spread == 0:
        ends = wilson(0 if share <= 0 else at_risk, at_risk, level)
        return min(ends[0], share), max(ends[1], share)
    z = NormalDist().inv_cdf((1 + level) / 2)
    width = z * spread / (rest * abs(np.log(rest)))
    return 1 - rest ** float(np.exp(-width)), 1 - rest ** float(np.exp(width))
