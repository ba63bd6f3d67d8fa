"""Figures against hand computation and scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sk_log_loss

from tools.customers.churn import metrics

rows = st.lists(
    st.tuples(st.booleans(), st.integers(1, 19).map(lambda k: k / 20)), min_size=4, max_size=60
).filter(lambda r: 0 < sum(y for y, _ in r) < len(r))


@given(rows)
def test_auc_log_loss_and_brier_are_scikit_learns(given_rows: list[tuple[bool, float]]) -> None:
    y, p = (np.array(column, dtype=np.float64) for column in zip(*given_rows, strict=True))

    assert metrics.auc(y, p) == pytest.approx(roc_auc_score(y, p), abs=1e-12)
    assert metrics.log_loss(y, p) == pytest.approx(sk_log_loss(y, p), abs=1e-12)
    assert metrics.brier(y, p) == pytest.approx(brier_score_loss(y, p), abs=1e-12)


def test_ece_by_hand() -> None:
    """Two bins of two: |0.5 − 0.15| and |1 − 0.7|, each half of the mass."""
    y, p = np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.1, 0.2, 0.6, 0.8])

    assert metrics.ece(y, p, bins=2) == pytest.approx(0.325)


def test_equal_probabilities_are_one_bin() -> None:
    y = np.array([1.0] * 5 + [0.0] * 45)

    assert metrics.ece(y, np.full(50, 0.1)) == pytest.approx(0.0)


def test_lift_by_hand() -> None:
    """The riskiest fifth holds one of two losses: 1/2 of its places, 1/5 overall."""
    y = np.array([1.0, 0, 0, 0, 0, 1, 0, 0, 0, 0])
    p = np.array([0.9, 0.8, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1])

    assert metrics.lift(y, p, 0.2) == pytest.approx(2.5)
    assert metrics.lift(y, np.full(10, 0.2), 0.2) == pytest.approx(1.0)
    assert metrics.lift(np.zeros(10), p) is None
    assert metrics.auc(np.zeros(10), p) is None


def test_calibration_z_by_hand() -> None:
    y = np.array([1.0] * 30 + [0.0] * 70)

    assert metrics.calibration_z(y, np.full(100, 0.2)) == pytest.approx(2.5)


def test_psi_by_hand() -> None:
    expected = (0.6 - 0.5) * math.log(0.6 / 0.5) + (0.4 - 0.5) * math.log(0.4 / 0.5)

    assert metrics.psi([0.5, 0.5], [0.6, 0.4]) == pytest.approx(expected)
    assert metrics.psi([0.5, 0.5, 0.0], [0.5, 0.5, 0.0]) == 0


def test_the_bootstrap_draws_accounts_not_rows() -> None:
    """Ten rows of one account are one piece of evidence: the interval must not shrink."""
    rng = np.random.default_rng(3)
    gain = rng.normal(0.2, 1, 40)
    account, snapshot = np.arange(40), np.zeros(40, dtype=np.int64)
    once = metrics.paired_interval(gain, account, snapshot)
    tenfold = metrics.paired_interval(
        np.repeat(gain, 10), np.repeat(account, 10), np.repeat(snapshot, 10)
    )

    assert tenfold == pytest.approx(once)
    assert once == metrics.paired_interval(gain, account, snapshot)
    assert once[0] == pytest.approx(gain.mean())
    assert once[1] < once[0] < once[2]
    standard_error = gain.std() / math.sqrt(40)
    assert (once[2] - once[1]) / 2 == pytest.approx(1.2816 * standard_error, rel=0.1)


def test_snapshots_count_alike_whatever_their_size() -> None:
    gain = np.array([1.0, 0.0, 0.0, 0.0])
    mean, _, _ = metrics.paired_interval(gain, np.arange(4), np.array([0, 1, 1, 1]), draws=10)

    assert mean == pytest.approx(0.5)
