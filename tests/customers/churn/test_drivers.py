"""Drivers: themes that add up, words that claim no cause, and what changed."""

from tests.customers.churn.companies import MONTHLY, Company, subscribers, users
from tools.customers.churn import ChurnDefinition, ChurnModel, drivers, score
from tools.customers.churn.model import Scorer, Training
from tools.customers.churn.model_selection import NOTHING
from tools.customers.churn.terms import StepTerm, on_grid
from tools.warehouse.asof.world import World

SILENT = ChurnDefinition("non_contractual", 28, 0, "usage", 28, term_binds=False)
TERMS = (
    StepTerm("days_since_event", (5.0,), (0.0, -0.5, 1.5)),
    StepTerm("active_days_28", (2.0,), (0.0, 0.5, -0.25)),
    StepTerm("tenure_days", (50.0,), (0.0, 0.75, -1.0)),
    StepTerm("tickets_90", (1.0,), (on_grid(0.125), 0.0, 1.0)),
)
MODEL = ChurnModel(
    Scorer("logistic", -2.0, TERMS, (-1.0, 0.0)), SILENT, Training(0, 0, 0, 0, 0), ("test",)
)


def company() -> Company:
    return users({"late": [80], "keen": [90, 95, 99], "other": [97, 98]})


def scored(day: int = 100) -> World:
    world = company().open(day)
    score(world, MODEL)
    return world


def test_themes_add_up_and_are_ordered() -> None:
    found = drivers(scored(), MODEL, ["late"])["late"]

    assert [(d.theme, d.points) for d in found.up] == [("usage", 2.0), ("support", 0.125)]
    assert [(d.theme, d.points) for d in found.down] == [("relationship", -1.0)]
    detail = found.up[0].details[0]
    assert (detail.feature, detail.value, detail.peer) == ("days_since_event", 20.0, 2.0)


def test_the_words_claim_no_cause() -> None:
    found = drivers(scored(), MODEL, ["late"])["late"]

    assert found.up[0].text == (
        "usage: associated with higher risk: days_since_event 20 (median 2); "
        "active_days_28 1 (median 2)"
    )
    assert "median unknown" in found.up[1].text
    assert "because" not in " ".join(d.text for d in found.up + found.down)


def test_the_change_adds_up() -> None:
    before, now = scored(84), scored(100)
    now.engine.put("scores_before", before.engine.run("SELECT * FROM scores"))
    found = drivers(now, MODEL, ["late", "other"], before="scores_before")

    late, other = found["late"], found["other"]
    assert late.total_change == 2.0  # days_since_event went from 4 to 20
    assert sum(d.change or 0 for d in late.up + late.down) == late.total_change
    assert other.total_change is None  # it was not scored then
    assert all(d.change is None for d in other.up + other.down)


def test_only_scored_accounts_have_drivers() -> None:
    assert sorted(drivers(scored(), MODEL, ["late", "nobody", "late"])) == ["late"]


def test_without_a_signal_there_are_no_drivers() -> None:
    nothing = ChurnModel(NOTHING, SILENT, Training(0, 0, 0, 0, 0), ("test",))
    world = company().open(100)
    score(world, nothing)

    assert drivers(world, nothing, ["late"]) == {}


def test_an_account_has_drivers_for_the_end_of_its_term_and_none_after_notice() -> None:
    line = {"started_day": 0, "interval_months": 12, "term_end_day": 500}
    given = {"started_day": 0, "cancelled_day": 90}
    world = subscribers({"later": [line], "leaving": [given]}).open(100)
    model = ChurnModel(MODEL.scorer, MONTHLY, MODEL.training, ("test",))
    score(world, model)

    assert sorted(drivers(world, model, ["later", "leaving"])) == ["later"]
