"""How far a rate of one period is off from that of the next: seasons, prices, the times.

Counts of one day say how sure a rate of that day is, and nothing of how rates move: an interval
made of them alone holds the coming period's rate too seldom. How far rates have moved is read from
the segment's own past, from windows that do not overlap; with few of them an assumption counts.
"""

from math import exp, hypot, log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.customers.segments.counts import Count

# An assumption: a rate of one period is off from that of another by a quarter, which counts as
# much as four windows of the company's own past.
ASSUMED, WEIGHT = 0.25, 4.0
MOST = 1.0
FEWEST = 10  # accounts of a segment on a day
Z90 = 1.2815515655446004


def unsteadiness(counts: "Iterable[Count]", window: int) -> float:
    """The standard deviation of the logarithm of one window's rate over another's.

    Both are off from what is usual, so it is the root of two times that of one window.
    `counts` are those of one outcome; days less than a window apart tell of the same days twice.
    """
    by_segment: dict[str, list[Count]] = {}
    for one in counts:
        if one.n >= FEWEST:
            by_segment.setdefault(one.segment, []).append(one)
    excess = weight = freedom = 0.0
    for some in by_segment.values():
        apart = _apart(some, window)
        found = _excess(apart)
        if found is not None:
            excess, weight = excess + found[0], weight + found[1]
            freedom += len(apart) - 1
    own = min(max(excess / weight, 0.0), MOST) if weight else 0.0
    return sqrt((WEIGHT * ASSUMED**2 + freedom * 2 * own) / (WEIGHT + freedom))


def _apart(counts: "Sequence[Count]", window: int) -> "list[Count]":
    """The latest day, and days before it that are a window apart."""
    found: list[Count] = []
    for one in sorted(counts, key=lambda c: -c.day):
        if not found or found[-1].day - one.day >= window:
            found.append(one)
    return found


def _excess(counts: "Sequence[Count]") -> tuple[float, float] | None:
    """How much more the rates differ than chance would have it, and what that is measured in."""
    k, n = sum(c.k for c in counts), sum(c.n for c in counts)
    if len(counts) < 2 or not 0 < k < n:
        return None
    rate = k / n
    squares = sum((c.k - c.n * rate) ** 2 / (c.n * rate * (1 - rate)) for c in counts)
    odds = rate / (1 - rate)
    spread = sum(c.n for c in counts) - sum(c.n**2 for c in counts) / n
    return squares - (len(counts) - 1), spread * odds


def widened(mean: float, low: float, high: float, moves: float) -> tuple[float, float]:
    """An 80 % interval of a rate for a period to come, from that of the period counted."""
    middle = _log_odds(mean)
    more = Z90 * moves
    return (
        _rate(middle - hypot(middle - _log_odds(low), more)),
        _rate(middle + hypot(_log_odds(high) - middle, more)),
    )


def _log_odds(rate: float) -> float:
    safe = min(max(rate, 1e-9), 1 - 1e-9)
    return log(safe / (1 - safe))


def _rate(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))
