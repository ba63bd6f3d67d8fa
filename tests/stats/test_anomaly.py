"""The test of a newest week: against another way to the same numbers, and against chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, gammaln
from scipy.stats import t as student

from tools.stats.anomaly import discoveries, surprise

Floats = NDArray[np.float64]


def by_search(counts: Floats, out_of: Floats | None) -> tuple[float, float, float]:
    """Expected, spread and p of the last week by maximising the likelihood numerically.

    The covariance is the inverse of a Hessian taken by differences; nothing is shared with the
    tested code but the definition.
    """
    past, time = counts[:-1], np.arange(len(counts), dtype=np.float64) / 10

    def loss(line: Floats, width: int = len(past)) -> float:
        scale = line[0] + line[1] * time[:width]
        if out_of is None:
            return float((np.exp(scale) - past * scale + gammaln(past + 1)).sum())
        share = expit(scale)
        rest = out_of[:-1] - past
        return float(-(past * np.log(share) + rest * np.log1p(-share)).sum())

    start = np.asarray([np.log(past.mean()), 0.0] if out_of is None else [0.0, 0.0])
    line = minimize(
        loss, start, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 5000}
    ).x
    step, hessian = 1e-4, np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            a, b = np.eye(2)[i] * step, np.eye(2)[j] * step
            ends = loss(line + a + b) - loss(line + a - b) - loss(line - a + b) + loss(line - a - b)
            hessian[i, j] = ends / (4 * step * step)
    scale = line[0] + line[1] * time
    mean = np.exp(scale) if out_of is None else out_of * expit(scale)
    unit = mean if out_of is None else mean * (1 - expit(scale))
    scatter = max(1.0, float(((past - mean[:-1]) ** 2 / unit[:-1]).sum()) / (len(past) - 2))
    point = np.asarray([1.0, time[-1]])
    known = float(point @ np.linalg.inv(hessian) @ point)
    spread = float(np.sqrt(scatter * (unit[-1] + unit[-1] ** 2 * known)))
    p = 2 * student.sf(abs(counts[-1] - mean[-1]) / spread, len(past) - 2)
    return float(mean[-1]), spread, float(p)


@pytest.mark.parametrize("weeks", [9, 17])
@pytest.mark.parametrize("share", [None, 0.07, 0.8])
def test_another_way_gives_the_same(weeks: int, share: float | None) -> None:
    rng = np.random.default_rng(weeks)
    for _ in range(3):
        out_of = None if share is None else rng.integers(200, 400, weeks).astype(float)
        rates = rng.gamma(20, 2, weeks) * np.exp(0.04 * np.arange(weeks))
        counts: Floats = rng.poisson(rates).astype(float)
        if out_of is not None:
            counts = rng.binomial(out_of.astype(int), share or 0.0).astype(float)

        fit = surprise(counts[None], None if out_of is None else out_of[None])

        expected, spread, p = by_search(counts, out_of)
        assert fit.expected[0, -1] == pytest.approx(expected, rel=1e-5)
        assert fit.spread[0, -1] == pytest.approx(spread, rel=1e-3)
        assert fit.p[0] == pytest.approx(p, rel=1e-2)


@pytest.mark.parametrize("weeks", [9, 14, 17])
@pytest.mark.parametrize("kind", ["chance", "restless", "growing", "share", "restless share"])
def test_chance_alone_is_named_as_often_as_it_says(weeks: int, kind: str) -> None:
    """Nothing changed in 4,000 histories; at p ≤ .01 about one in a hundred may be named."""
    rng, size = np.random.default_rng(3), (4000, weeks)
    rates: Floats = np.full(size, 60.0)
    if kind == "restless":
        rates = rng.gamma(20, 3, size)
    if kind == "growing":
        rates = rates * np.exp(0.05 * np.arange(weeks))
    out_of = np.full(size, 500.0) if "share" in kind else None
    shares = rng.beta(60, 140, size) if kind == "restless share" else np.full(size, 0.3)
    counts = rng.poisson(rates) if out_of is None else rng.binomial(500, shares)

    p = surprise(counts.astype(float), out_of).p

    assert (p <= 0.01).mean() <= 0.016
    assert (p <= 0.05).mean() <= 0.062
    if "restless" in kind:
        assert (p <= 0.05).mean() >= 0.04


def test_steady_growth_is_no_surprise_and_a_stop_of_it_is() -> None:
    weeks = np.round(100 * np.exp(0.1 * np.arange(13)))
    assert surprise(weeks[None]).p[0] > 0.5
    stopped = weeks.copy()
    stopped[-1] = weeks[-3] * 0.8
    assert surprise(stopped[None]).p[0] < 0.001


@given(st.lists(st.floats(0, 1), max_size=30), st.sampled_from([0.05, 0.1, 0.2]))
def test_discoveries_are_the_largest_set_that_keeps_the_share(
    p_values: list[float], share: float
) -> None:
    """By definition: the largest k such that k p-values are at most share·k/m."""
    named = discoveries(p_values, share)
    total = len(p_values)
    most = (
        max(
            (k for k in range(total + 1) if sum(p <= share * k / total for p in p_values) >= k),
            default=0,
        )
        if total
        else 0
    )
    assert sum(named) == most
    kept = [p for p, n in zip(p_values, named, strict=True) if n]
    left = [p for p, n in zip(p_values, named, strict=True) if not n]
    assert not kept or not left or max(kept) <= min(left)
