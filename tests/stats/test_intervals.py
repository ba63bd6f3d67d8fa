"""Intervals cover what they promise."""

from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.stats.intervals import ratio_interval, wilson


def coverage(level: str, n: int, p: float) -> float:
    """Exact: the probability of all counts whose interval holds p."""
    total = 0.0
    for k in range(n + 1):
        rate = k / n
        half = 1.959964 * sqrt(rate * (1 - rate) / n)
        low, high = wilson(k, n) if level == "wilson" else (rate - half, rate + half)
        total += comb(n, k) * p**k * (1 - p) ** (n - k) * (low <= p <= high)
    return total


def test_wilson_covers_where_the_textbook_interval_fails() -> None:
    assert coverage("wald", 20, 0.05) == pytest.approx(0.64, abs=0.01)
    assert coverage("wilson", 20, 0.05) == pytest.approx(0.925, abs=0.01)


def test_wilson_worked_examples() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(5, 10) == pytest.approx((0.23659, 0.76341), abs=1e-5)
    assert wilson(0, 10) == pytest.approx((0.0, 0.27753), abs=1e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_a_range_around_the_rate(counted: tuple[int, int]) -> None:
    k, n = counted
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low))


def test_ratio_interval_is_seeded_and_holds_the_ratio() -> None:
    top, bottom = [100, 80, 0, 300], [100, 100, 100, 100]
    first = ratio_interval(top, bottom, [50, 30, 10, 10])
    assert first == ratio_interval(top, bottom, [50, 30, 10, 10])
    assert first is not None
    assert first.low < 1.04 < first.high


def test_ratio_interval_of_a_large_population_agrees_with_the_bootstrap() -> None:
    rng = np.random.default_rng(1)
    before = rng.integers(1, 10**9, 20_001)
    after = (before * rng.random(20_001) * 2).astype(int)
    one = [1] * 20_001
    large = ratio_interval(after.tolist(), before.tolist(), one)
    drawn = ratio_interval(after[:20_000].tolist(), before[:20_000].tolist(), one[:20_000])
    assert large is not None
    assert drawn is not None
    assert large.method != drawn.method
    assert (large.low, large.high) == pytest.approx((drawn.low, drawn.high), abs=0.003)


def test_no_account_no_interval() -> None:
    assert ratio_interval([], [], []) is None
