"""The logistic tier: the least loss there is, careful with odd columns and few losses."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from tools.customers.churn.logistic import MIN_LOST, PENALTIES, logistic_scorer
from tools.customers.churn.solver import NoConvergence, along, minimise
from tools.customers.churn.training_data import Rows

Floats = NDArray[np.float64]


def rows(columns: dict[str, Floats], y: Floats) -> Rows:
    n = len(y)
    x = np.column_stack(list(columns.values())).astype(np.float64)
    ids = np.array([f"a{i}" for i in range(n)])
    return Rows(tuple(columns), np.zeros(n, np.int64), ids, x, y.astype(np.float64))


def example(seed: int = 0, n: int = 1200) -> Rows:
    rng = np.random.default_rng(seed)
    signal, noise = rng.exponential(3, n), rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(2.5 - 0.5 * signal))).astype(np.float64)
    signal[rng.random(n) < 0.1] = np.nan
    rare = (np.arange(n) % 100 == 0).astype(np.float64)
    return rows(
        {"events_28": signal, "mrr_minor": noise, "breadth_28": rare, "seats": noise * 0}, y
    )


def rare(seed: int) -> tuple[Floats, Floats]:
    """Few outcomes among long tails: full Newton steps without a line search cycle here.

    With penalty 1 they stopped at 91.9 where 8.5 is to be had (seed 0), at 114.2 for 27.6 (1).
    """
    rng = np.random.default_rng(seed)
    k = rng.integers(2, 8)
    x = rng.exponential(1, size=(800, k)) ** 3
    x = x / x.max(0) * 2 * rng.choice([1, 5, 20])
    x -= x.mean(0)
    z = x @ (rng.normal(size=k) * 3)
    p = 1 / (1 + np.exp(-2 * np.clip(z - np.quantile(z, 0.985), -30, 30)))
    return x, (rng.random(800) < p).astype(np.float64)


def second_solver(x: Floats, y: Floats, penalty: float) -> tuple[float, Floats]:
    """The objective at its minimum and the place, by scipy's trust region."""
    design = np.column_stack([np.ones(len(y)), x])
    ridge = np.diag([0.0] + [penalty] * x.shape[1])

    def loss(b: Floats) -> float:
        z = design @ b
        return float((np.logaddexp(0, z) - y * z).sum() + b @ ridge @ b / 2)

    def slope(b: Floats) -> Floats:
        found: Floats = design.T @ (1 / (1 + np.exp(-design @ b)) - y) + ridge @ b
        return found

    def bend(b: Floats) -> Floats:
        p = 1 / (1 + np.exp(-design @ b))
        found: Floats = (design * (p * (1 - p))[:, None]).T @ design + ridge
        return found

    found = minimize(
        loss,
        np.zeros(design.shape[1]),
        jac=slope,
        hess=bend,
        method="trust-exact",
        options={"gtol": 1e-10, "maxiter": 1000},
    )
    intercept, beta = minimise(x, y, penalty)
    return loss(np.append(intercept, beta)) / found.fun - 1, found.x - np.append(intercept, beta)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("penalty", [0.01, 1.0, 30.0])
def test_two_solvers_agree(seed: int, penalty: float) -> None:
    above, apart = second_solver(*rare(seed), penalty)

    assert abs(above) < 1e-8
    assert np.abs(apart).max() < 2e-6  # kept with six decimals


def test_what_does_not_converge_is_no_answer() -> None:
    """Stopped early; told apart without a penalty; outcomes of one kind."""
    x = np.arange(20.0)[:, None]

    with pytest.raises(NoConvergence, match="stopped at a slope of"):
        minimise(*rare(0), 1.0, steps=2)
    with pytest.raises(NoConvergence, match="told all outcomes apart"):
        minimise(x, (x[:, 0] > 9).astype(np.float64), 0.0)
    with pytest.raises(NoConvergence, match="outcomes of both kinds"):
        minimise(x, np.zeros(20), 1.0)


def test_the_path_of_penalties_ends_where_each_would() -> None:
    x, y = rare(1)
    for penalty, (intercept, beta) in zip(PENALTIES, along(x, y, PENALTIES), strict=True):
        alone = minimise(x, y, penalty)
        assert (intercept, *beta) == pytest.approx((alone[0], *alone[1]), abs=1e-3)


def test_it_learns_the_signal_and_drops_what_hardly_varies() -> None:
    scorer = logistic_scorer(example())
    assert scorer is not None
    terms = {t.shares()[0][0]: t for t in scorer.terms}

    assert sorted(terms) == ["events_28", "mrr_minor"]
    found = terms["events_28"].values({"events_28": np.array([0.5, 8.0, np.nan])})
    assert found[1] - found[0] > 1.5
    assert found[0] < found[2] < found[1]


def test_it_never_runs_off_beyond_what_it_saw() -> None:
    scorer = logistic_scorer(example())
    assert scorer is not None
    far = {"events_28": np.array([1e9, 50.0]), "mrr_minor": np.array([0.0, 0.0])}

    assert len(set(scorer.raw(far).tolist())) == 1


def test_a_dozen_lost_accounts_are_too_few() -> None:
    sample = example()
    few = np.cumsum(sample.y) < MIN_LOST

    assert logistic_scorer(sample.where(few)) is None
    assert logistic_scorer(sample.where(sample.y == 1)) is None
    once = rows(dict(sample.columns()), sample.y)
    same = Rows(once.features, once.days, np.full(len(once.y), "a"), once.x, once.y)
    assert logistic_scorer(same) is None  # one account, lost in many rows


def test_noise_is_shrunken_away() -> None:
    """Of thirty features that say nothing all are read, and hardly counted."""
    rng = np.random.default_rng(2)
    y = (np.arange(400) % 7 == 0).astype(np.float64)
    noise = {f"f{i}": rng.normal(size=400) for i in range(30)}
    scorer = logistic_scorer(rows(noise, y))
    assert scorer is not None

    assert len(scorer.terms) == 30
    p = scorer.probability(noise)
    assert p.max() < 2 * y.mean()


def test_recency_alone_is_one_feature() -> None:
    scorer = logistic_scorer(example(), only=("mrr_minor",))
    assert scorer is not None

    assert scorer.features == ("mrr_minor",)


def test_the_same_rows_make_the_same_model() -> None:
    one, two = logistic_scorer(example()), logistic_scorer(example())
    assert one is not None
    assert two is not None

    assert one.record() == two.record()
