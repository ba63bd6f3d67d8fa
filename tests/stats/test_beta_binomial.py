"""Rates from thin evidence: known limits, and intervals that cover."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.stats.beta_binomial import child, differ_by_more_than, fit

COUNTS = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=5,
)


def test_none_of_three_is_not_never() -> None:
    mean = fit([(0, 3), (4, 20), (6, 40)]).posterior(0, 3).mean
    assert 0.05 < mean < 0.20


def test_many_accounts_speak_for_themselves() -> None:
    counts = [(1_000, 100_000), (90_000, 100_000)]
    model = fit(counts)
    for k, n in counts:
        assert model.posterior(k, n).mean == pytest.approx(k / n, abs=2e-3)
    assert model.own_weight(100_000) > 0.99


@settings(max_examples=20, deadline=None)
@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_the_groups_changes_nothing(
    counts: list[tuple[int, int]], rng: np.random.Generator
) -> None:
    shuffled = list(counts)
    rng.shuffle(shuffled)
    assert np.array_equal(fit(shuffled).weights, fit(counts).weights)


@settings(max_examples=15, deadline=None)
@given(COUNTS)
def test_beliefs_are_rates_and_shrink_towards_the_others(counts: list[tuple[int, int]]) -> None:
    model, pooled = fit(counts), fit(counts).pooled()
    for k, n in counts:
        belief = model.posterior(k, n)
        for share, rate in zip((0.05, 0.95), belief.quantiles((0.05, 0.95)), strict=True):
            assert 0 <= rate <= 1
            # Beyond a billionth of 0 or 1 a rate is given as such.
            known = float(belief.cdf(np.asarray([rate]))[0])
            assert known == pytest.approx(share, abs=1e-3) or min(rate, 1 - rate) < 1e-9
        # A mixture's mean lies between the group's own rate and the prior means of the grid.
        assert min(k / n if n else 1.0, 0.02) <= belief.mean <= max(k / n if n else 0.0, 0.98)
    assert 0 < pooled.mean < 1


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 40), st.integers(0, 39))
def test_one_more_event_raises_the_belief(n: int, k: int) -> None:
    k = min(k, n - 1)
    model = fit([(k, n), (5, 20)])
    assert model.posterior(k + 1, n).mean > model.posterior(k, n).mean


@pytest.mark.parametrize("strength", [2.0, 10.0])
def test_ninety_percent_intervals_cover_at_four_segments_of_twenty(strength: float) -> None:
    """Plug-in empirical Bayes covers 59 % here; the grid must cover at least 82 %."""
    rng = np.random.default_rng(42)
    inside = []
    for _ in range(400):
        truth = rng.beta(0.3 * strength, 0.7 * strength, size=4)
        size = np.maximum(rng.poisson(20, size=4), 1)
        counts = [(int(k), int(n)) for k, n in zip(rng.binomial(size, truth), size, strict=True)]
        model = fit(counts)
        below = [
            float(model.posterior(*c).cdf(np.asarray([t]))[0])
            for c, t in zip(counts, truth, strict=True)
        ]
        inside += [0.05 <= share <= 0.95 for share in below]
    assert np.mean(inside) >= 0.82


def test_raw_rates_err_more() -> None:
    rng = np.random.default_rng(1)
    raw, shrunk = [], []
    for _ in range(150):
        truth = rng.beta(3, 7, size=4)
        hits = rng.binomial(20, truth)
        model = fit([(int(k), 20) for k in hits])
        raw += list((hits / 20 - truth) ** 2)
        shrunk += [
            (model.posterior(int(k), 20).mean - t) ** 2 for k, t in zip(hits, truth, strict=True)
        ]
    assert np.mean(shrunk) < 0.85 * np.mean(raw)


def test_a_part_of_a_group_starts_from_the_group() -> None:
    assert child(0.4, 500, 0, 0).mean == pytest.approx(0.4)
    assert child(0.4, 500, 10, 10).mean == pytest.approx((0.4 * 20 + 10) / 30)
    assert child(0.4, 8, 10, 10).mean == pytest.approx((0.4 * 8 + 10) / 18)


def test_how_surely_two_rates_differ() -> None:
    model = fit([(100, 1_000), (300, 1_000), (105, 1_000)])
    low, high, near = (model.posterior(k, 1_000) for k in (100, 300, 105))
    assert differ_by_more_than(low, high, 0.03) > 0.999
    assert differ_by_more_than(low, near, 0.03) < 0.10
    assert differ_by_more_than(low, high, 0.03) == pytest.approx(
        differ_by_more_than(high, low, 0.03)
    )


def test_a_difference_agrees_with_draws() -> None:
    model = fit([(4, 30), (9, 30)])
    rng = np.random.default_rng(3)

    def draws(k: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        belief = model.posterior(k, 30)
        cell = rng.choice(len(belief.weights), size=200_000, p=belief.weights)
        drawn: np.ndarray[tuple[int], np.dtype[np.float64]] = rng.beta(
            belief.alpha[cell], belief.beta[cell]
        )
        return drawn

    share = float((np.abs(draws(4) - draws(9)) > 0.03).mean())
    got = differ_by_more_than(model.posterior(4, 30), model.posterior(9, 30), 0.03)
    assert got == pytest.approx(share, abs=0.005)


def test_more_events_than_accounts_is_refused() -> None:
    with pytest.raises(ValueError, match="3 events in 2 accounts"):
        fit([(3, 2)])
