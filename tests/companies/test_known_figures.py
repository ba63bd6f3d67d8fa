"""Figures that are known from elsewhere, through mapping, store and the world as of the day."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.morning import Morning
from agent.run import open_morning
from tests.companies.conftest import Company
from tests.companies.runs import CompanyRun, installation
from tools.customers.churn.results import RECENCY

pytestmark = [pytest.mark.long, pytest.mark.data]
RELAX = "relax_asana_until_2014-03-31"
# AUC, Brier score and expected calibration error on 1,594 outcomes at four test snapshots.
RELAX_FIGURES = {
    RECENCY: (0.941, 0.0331, 0.017),
    "logistic": (0.982, 0.0200, 0.002),
    "ebm": (0.981, 0.0208, 0.004),
}


@contextmanager
def morning_of(run: CompanyRun, data: Path) -> Iterator[Morning]:
    """The numbers of the morning that was run."""
    with installation(run.home, data, run.name) as deps:
        yield open_morning(deps, deps.day(run.day))


@pytest.mark.xdist_group("maven_crm_sales")
def test_an_open_deal_does_not_tell_how_it_ends(company: Company, shared_data: Path) -> None:
    states = "SELECT state, COUNT(*) AS n, SUM(amount_minor) AS amount FROM deals GROUP BY 1"
    run = company("maven_crm_sales")
    with installation(run.home, shared_data, run.name) as deps:
        then = open_morning(deps, deps.day("2017-07-01")).world
        rows = then.engine.run(f"{states} ORDER BY state").to_pylist()
        later = open_morning(deps, deps.day(run.day)).world
        last = later.engine.run(f"{states} ORDER BY state").to_pylist()
    assert [(row["state"], row["amount"] is None) for row in rows] == [
        ("lost", False),
        ("open", True),
        ("won", False),
    ]
    assert {row["state"]: row["n"] for row in last} == {"open": 1_589, "won": 4_238, "lost": 2_473}


@pytest.mark.xdist_group(RELAX)
def test_silence_is_foretold_better_than_by_recency_alone(
    company: Company, shared_data: Path
) -> None:
    with morning_of(company(RELAX), shared_data) as morning:
        model = morning.scored.model
    assert model is not None
    definition = model.definition
    assert (definition.activity, definition.active_window_days) == ("usage", 28)
    assert (definition.horizon_days, definition.span_days) == (28, 28)
    assert model.tier == "logistic"
    found = {str(m["name"]): m for m in model.metrics}
    for name, (auc, brier, ece) in RELAX_FIGURES.items():
        assert found[name]["n"] == 1_594
        assert found[name]["positives"] == 72
        assert found[name]["auc"] == pytest.approx(auc, abs=0.005)
        assert found[name]["brier"] == pytest.approx(brier, abs=0.001)
        assert found[name]["ece"] == pytest.approx(ece, abs=0.005)


@pytest.mark.xdist_group(RELAX)
def test_no_model_saw_an_outcome_that_was_open(company: Company, shared_data: Path) -> None:
    """The embargo: the last snapshot learned from had closed by the morning."""
    with morning_of(company(RELAX), shared_data) as morning:
        model = morning.scored.model
        assert model is not None
        assert model.training.last_day + model.definition.span_days <= morning.as_of
        assert model.training.known_day == morning.as_of
