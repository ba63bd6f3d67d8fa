"""Intervals of segment rates hold the coming period's rate as often as they say."""

import numpy as np
import pytest

from tests.customers.segments.company import policy
from tools.customers.segments.counts import Count
from tools.customers.segments.outcomes import estimate_rates
from tools.customers.segments.unsteadiness import ASSUMED, unsteadiness, widened

pytestmark = pytest.mark.long

SEGMENTS = policy().segments[1:]


def past(
    rng: np.random.Generator, moves: float, days: int, n: int
) -> tuple[list[Count], list[float]]:
    """Counts of some windows of every segment, and the rate of the next."""
    counts, coming = [], []
    for place, segment in enumerate(SEGMENTS):
        base = 0.02 + 0.03 * place
        rates = np.minimum(base * np.exp(rng.normal(0, moves, days + 1)), 0.9)
        counts += [
            Count(segment.name, "churn", 20_000 - 90 * d, int(rng.binomial(n, rates[d])), n)
            for d in range(days)
        ]
        coming.append(float(rates[days]))
    return counts, coming


@pytest.mark.parametrize(("moves", "days"), [(0.15, 2), (0.2, 2), (0.15, 6), (0.3, 6), (0.5, 8)])
def test_an_80_percent_interval_holds_the_next_rate_so_often(moves: float, days: int) -> None:
    rng, held = np.random.default_rng(3), []
    for _ in range(60):
        counts, coming = past(rng, moves, days, 250)
        latest = [c for c in counts if c.day == 20_000]
        found = estimate_rates("churn", latest, SEGMENTS, unsteadiness(counts, 90))
        held += [e.q10 <= rate <= e.q90 for e, rate in zip(found, coming, strict=True)]
    assert 0.72 <= np.mean(held) <= 0.9


def test_without_a_past_an_assumption_counts_and_days_that_overlap_are_no_past() -> None:
    one = Count("Declining", "churn", 20_000, 20, 100)
    other = Count("Declining", "churn", 19_950, 70, 100)
    assert unsteadiness([], 90) == unsteadiness([one], 90) == ASSUMED
    assert unsteadiness([one, other], 90) == ASSUMED
    assert unsteadiness([one, other], 50) > 1.2 * ASSUMED


def test_a_wider_interval_keeps_its_middle_and_its_bounds() -> None:
    low, high = widened(0.1, 0.08, 0.13, 0.25)
    assert 0 < low < 0.07
    assert 0.14 < high < 1
    assert widened(0.1, 0.08, 0.13, 0.0) == pytest.approx((0.08, 0.13))
