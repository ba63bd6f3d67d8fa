"""The logistic tier: the textbook solution, careful with odd columns and few losses."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from tools.customers.churn.logistic import logistic_scorer, newton
from tools.customers.churn.observe import Rows

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


@pytest.mark.parametrize("strength", [0.1, 1.0])
def test_newton_is_scikit_learn(strength: float) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 4))
    y = (rng.random(300) < 1 / (1 + np.exp(1 - x[:, 0]))).astype(np.float64)
    oracle = LogisticRegression(C=strength, tol=1e-10, max_iter=1000).fit(x, y)

    intercept, beta = newton(x, y, 1 / strength)

    np.testing.assert_allclose(beta, oracle.coef_[0], atol=1e-5)
    assert intercept == pytest.approx(oracle.intercept_[0], abs=1e-5)


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


def test_fewer_than_fifty_losses_are_too_few() -> None:
    sample = example()
    few = np.cumsum(sample.y) < 50

    assert logistic_scorer(sample.where(few)) is None
    assert logistic_scorer(sample.where(sample.y == 1)) is None


def test_ten_losses_are_asked_for_per_feature() -> None:
    rng = np.random.default_rng(2)
    y = (np.arange(400) < 60).astype(np.float64)
    scorer = logistic_scorer(rows({f"f{i}": rng.normal(size=400) for i in range(30)}, y))
    assert scorer is not None

    assert len(scorer.terms) == 6


def test_recency_alone_is_one_feature() -> None:
    scorer = logistic_scorer(example(), only=("mrr_minor",))
    assert scorer is not None

    assert scorer.features == ("mrr_minor",)


def test_the_same_rows_make_the_same_model() -> None:
    one, two = logistic_scorer(example()), logistic_scorer(example())
    assert one is not None
    assert two is not None

    assert one.record() == two.record()
