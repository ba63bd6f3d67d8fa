"""The boosting machine is read out as tables: same numbers, exact sums, same bytes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.customers.churn.companies import MONTHLY
from tools.customers.churn.ebm import MIN_LOST, ebm_scorer, fitted, read_out
from tools.customers.churn.model import ChurnModel, Scorer, Training, model_from_json
from tools.customers.churn.population import inputs
from tools.customers.churn.scoring import score
from tools.customers.churn.terms import PairTerm, StepTerm
from tools.customers.churn.training_data import Rows
from tools.warehouse.asof.world import World
from tools.warehouse.engine import DuckEngine

NAMES = ["active_days_28", "gap_ratio", "mrr_minor", "tickets_90", "usage_trend"]


@dataclass(frozen=True)
class Fit:
    machine: Any
    scorer: Scorer
    x: np.ndarray[Any, np.dtype[np.float64]]
    y: np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(scope="module")
def fit() -> Fit:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(500, len(NAMES)))
    x[:, 0] = np.round(x[:, 0] * 4)
    x[rng.random(x.shape) < 0.15] = np.nan
    known = np.nan_to_num(x)
    odds = known[:, 1] + known[:, 2] * known[:, 4] - np.isnan(x[:, 3])
    y = (rng.random(500) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    machine = fitted(NAMES, x, y, 3)
    return Fit(machine, read_out(machine), x, y)


def columns(x: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    return {name: x[:, i] for i, name in enumerate(NAMES)}


def model(scorer: Scorer) -> ChurnModel:
    return ChurnModel(scorer, MONTHLY, Training(0, 28, 100, 500, 200), ("test",))


def world(x: np.ndarray[Any, np.dtype[np.float64]]) -> World:
    """A `features` relation in which everybody pays; missing values are NULL."""
    engine = DuckEngine(threads=1)
    n = len(x)
    table = {"account_id": [f"a{i:05}" for i in range(n)], "paying": [True] * n}
    table |= {"cancel_notice": [False] * n, "interval_months": [1] * n}
    own = dict(zip(NAMES, x.T, strict=True))
    for each in inputs():
        if each.name not in table:
            values = own.get(each.name, np.full(n, np.nan))
            table[each.name] = pa.array(values, pa.float64(), from_pandas=True)
    engine.put("features", pa.table(table))
    return World(100, engine, frozenset({"subscriptions"}))


def test_the_tables_are_the_machine(fit: Fit) -> None:
    rng = np.random.default_rng(6)
    unseen = np.concatenate([fit.x, rng.normal(0, 3, size=(300, len(NAMES)))])

    gap = fit.scorer.raw(columns(unseen)) - fit.machine.decision_function(unseen)

    assert np.abs(gap).max() < 1e-12
    assert {type(t) for t in fit.scorer.terms} == {StepTerm, PairTerm}


def test_contributions_add_up_exactly(fit: Fit) -> None:
    parts = fit.scorer.contributions(columns(fit.x))
    forward = fit.scorer.intercept + sum(parts[name] for name in sorted(parts))
    backward = sum(parts[name] for name in sorted(parts, reverse=True)) + fit.scorer.intercept

    assert sorted(parts) == NAMES
    np.testing.assert_array_equal(forward, backward)
    np.testing.assert_array_equal(forward, fit.scorer.raw(columns(fit.x)))


@pytest.mark.parametrize("line", [None, (0.8, -0.3)])
def test_scoring_sql_is_the_model(fit: Fit, line: tuple[float, float] | None) -> None:
    scorer = fit.scorer.rescaled(*line) if line else fit.scorer
    here = world(fit.x)
    score(here, model(scorer))
    table = here.engine.run("SELECT * FROM scores ORDER BY account_id")

    raw = scorer.raw(columns(fit.x))
    np.testing.assert_array_equal(table["logit"].to_numpy(), raw)
    p = table["probability"].to_numpy()
    assert np.abs(p - 1 / (1 + np.exp(-raw))).max() <= 5e-7 + 1e-12
    np.testing.assert_allclose(p, scorer.probability(columns(fit.x)), atol=1e-9)
    own = [n for n in table.column_names if n.startswith("c_")]
    total = table["intercept"].to_numpy() + sum(table[n].to_numpy() for n in own)
    np.testing.assert_array_equal(total, raw)


def test_json_gives_the_model_back(fit: Fit) -> None:
    text = model(fit.scorer).to_json()
    back = model_from_json(text)

    assert back == model(fit.scorer)
    assert back.to_json() == text
    assert back.version == model(fit.scorer).version
    assert "NaN" not in text


def test_the_same_rows_make_the_same_bytes(fit: Fit) -> None:
    again = read_out(fitted(NAMES, fit.x, fit.y, 3))

    assert model(again).to_json() == model(fit.scorer).to_json()


def test_too_few_losses_are_no_ground_for_a_machine() -> None:
    y = np.array([1.0] * (MIN_LOST - 1) + [0.0] * 400)
    n = len(y)
    rows = Rows(
        ("gap_ratio",), np.zeros(n, np.int64), np.arange(n).astype(np.str_), np.zeros((n, 1)), y
    )

    assert ebm_scorer(rows) is None


def test_thinning_keeps_accounts_whole() -> None:
    ids = np.repeat([f"a{i}" for i in range(500)], 4)
    n = len(ids)
    rows = Rows(("gap_ratio",), np.zeros(n, np.int64), ids, np.zeros((n, 1)), np.zeros(n))
    kept = rows.thinned(1000)

    assert 800 < len(kept.y) < 1200
    assert set(np.unique(kept.accounts, return_counts=True)[1]) == {4}
    assert rows.thinned(n) is rows
