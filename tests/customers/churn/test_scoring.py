"""The relation `scores`: who is in it, what it says, and what it keeps to itself."""

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.customers.churn.companies import MONTHLY, Company, accounts, subscribers, users
from tools.customers.churn import ChurnDefinition, ChurnModel, score
from tools.customers.churn.model import Band, ScoreLink, Scorer, Training, model_from_json
from tools.customers.churn.model_selection import NOTHING
from tools.customers.churn.population import inputs
from tools.customers.churn.rule import EDGES, SIGNS
from tools.customers.churn.scoring import scores_sql
from tools.customers.churn.terms import StepTerm, on_grid
from tools.customers.churn.training_data import read_snapshot
from tools.warehouse.sql import compile_sql

SILENT = ChurnDefinition("non_contractual", 28, 0, "usage", 28, term_binds=False)
NO_TRAINING = Training(0, 0, 0, 0, 0)
STEP = StepTerm("days_since_event", (5.0, 10.0), (0.0, -1.0, on_grid(0.1), 2.0))
LOGISTIC = Scorer("logistic", -1.0, (STEP,), (-1.0, 0.5))
BANDS = (Band("low", 2, 80, 0.03), Band("medium", 1, 9, None), Band("high", 20, 40, 0.44))
RULE = Scorer("rule", 0.0, SIGNS, EDGES, BANDS)


def scored(company: Company, model: ChurnModel, day: int = 100) -> dict[str, dict[str, Any]]:
    world = company.open(day)
    score(world, model)
    return {row["account_id"]: row for row in world.engine.run("SELECT * FROM scores").to_pylist()}


def made(scorer: Scorer, definition: ChurnDefinition = SILENT) -> ChurnModel:
    return ChurnModel(scorer, definition, NO_TRAINING, ("test",))


def test_only_accounts_at_risk_are_scored() -> None:
    rows = scored(
        users({"active": [99], "edge": [72], "silent": [71], "never": []}), made(LOGISTIC)
    )

    assert sorted(rows) == ["active", "edge"]


def test_probability_band_and_contribution() -> None:
    rows = scored(users({"a": [99], "b": [92], "c": [80]}), made(LOGISTIC))
    said = {a: (r["probability"], r["band"], r["c_days_since_event"]) for a, r in rows.items()}

    assert said == {
        "a": (0.119203, "low", -1.0),
        "b": (0.28905, "medium", on_grid(0.1)),
        "c": (0.731059, "high", 2.0),
    }
    assert all(r["logit"] == r["intercept"] + r["c_days_since_event"] for r in rows.values())
    told = {(r["tier"], r["label"], r["points"]) for r in rows.values()}
    assert told == {("logistic", "logistic", None)}
    assert {r["model"] for r in rows.values()} == {made(LOGISTIC).version}


def test_ties_share_the_middle_of_their_ranks() -> None:
    rows = scored(users({"a": [99], "b": [98], "c": [92], "d": [80]}), made(LOGISTIC))

    assert {a: r["risk_rank"] for a, r in rows.items()} == {
        "a": 0.125,
        "b": 0.125,
        "c": 0.5,
        "d": 0.75,
    }


def test_no_hazard_and_no_doubt_get_a_reason_and_no_number() -> None:
    year = {"started_day": 0, "interval_months": 12}
    lines = {
        "monthly": [{"started_day": 0, "interval_months": 1}],
        "bound": [year | {"term_end_day": 130}],
        "due": [year | {"term_end_day": 129}],
        "leaving": [{"started_day": 0, "cancelled_day": 90}],
        "trial": [{"started_day": 0, "trial": True}],
        "gone": [{"started_day": 0, "ended_day": 99}],
    }
    rows = scored(subscribers(lines), made(RULE, MONTHLY))
    silent = {a: r["unscored_reason"] for a, r in rows.items() if r["unscored_reason"]}

    assert sorted(rows) == ["bound", "due", "leaving", "monthly"]
    assert silent == {"bound": "not up for renewal", "leaving": "notice given"}
    for account in silent:
        assert all(rows[account][column] is None for column in ("probability", "band", "risk_rank"))
    assert rows["leaving"]["points"] is None
    free = scored(subscribers(lines), made(RULE, replace(MONTHLY, term_binds=False)))
    assert free["bound"]["unscored_reason"] is None
    assert free["bound"]["renewal_day"] is None


LINKED = replace(RULE, link=ScoreLink(-3.0, 0.5, 1.5))


def test_a_term_that_binds_has_its_end_and_the_chance_there() -> None:
    """Beyond the horizon the end alone; within it that chance is the score; else neither.

    Of several terms the last binds: an account is lost when nothing holds it any more.
    """
    year = {"started_day": 0, "interval_months": 12}
    company = subscribers(
        {
            "monthly": [{"started_day": 0, "interval_months": 1, "term_end_day": 105}],
            "bound": [year | {"term_end_day": 130}],
            "due": [year | {"term_end_day": 129}],
            "both": [year | {"term_end_day": 110}, year | {"term_end_day": 130}],
            "today": [year | {"term_end_day": 100}],
            "over": [year | {"term_end_day": 99}],
            "leaving": [year | {"term_end_day": 110, "cancelled_day": 90}],
        }
    )
    rows = scored(company, made(LINKED, MONTHLY))
    said = {
        a: (r["probability"], r["renewal_day"], r["renewal_probability"]) for a, r in rows.items()
    }
    free, term = (round(1 / (1 + math.exp(3.0 - more)), 6) for more in (0.0, 1.5))

    assert said == {
        "monthly": (free, None, None),
        "bound": (None, 130, term),
        "both": (None, 130, term),
        "due": (term, 129, term),
        "today": (term, 100, term),
        "over": (free, None, None),
        "leaving": (None, 110, None),
    }
    assert rows["due"]["risk_rank"] > rows["monthly"]["risk_rank"]
    assert rows["bound"]["risk_rank"] is None

    hidden = scored(company, replace(made(LINKED, MONTHLY), rank_only=True))
    assert {r["renewal_probability"] for r in hidden.values()} == {None}
    assert hidden["bound"]["renewal_day"] == 130
    assert scored(company, made(NOTHING, MONTHLY))["due"]["renewal_probability"] is None


def test_a_linked_rule_is_the_same_in_numpy_and_sql() -> None:
    ticket = {"opened_day": 95, "priority": "high"}
    company = subscribers({a: [{"started_day": 0}] for a in "ab"})
    company.facts["tickets"] = [ticket | {"ticket_id": "t", "account_id": "b"}]
    model = replace(made(LINKED, MONTHLY), thin=True)
    rows = scored(company, model)

    inside = read_snapshot(company.open(100), MONTHLY)
    columns = dict(zip([i.name for i in inputs()], inside.x.T, strict=True))
    assert [rows[a]["probability"] for a in "ab"] == LINKED.probability(columns).tolist()
    assert rows["b"]["probability"] > rows["a"]["probability"]
    assert rows["b"]["points"] == 1.0
    assert {r["label"] for r in rows.values()} == {"rule, thin evidence"}
    assert model_from_json(model.to_json()) == model


def test_a_model_of_before_the_link_keeps_its_version() -> None:
    old = made(RULE, MONTHLY)

    assert model_from_json(old.to_json()) == old
    assert not {"link", "thin"} & {*old.record(), *old.scorer.record()}


def test_the_rule_counts_points_and_rates_only_known_bands() -> None:
    ticket = {"opened_day": 95, "priority": "high"}
    lines = {a: [{"started_day": 0}] for a in "abc"}
    company = subscribers(lines)
    company.facts["tickets"] = [ticket | {"ticket_id": f"t{a}", "account_id": a} for a in "bc"]
    invoice = {"account_id": "c", "issued_day": 90, "status": "failed", "amount_minor": 100}
    company.facts["invoices"] = [invoice | {"invoice_id": "i", "line": "", "due_day": 95}]
    rows = scored(company, made(RULE, MONTHLY))
    said = {a: (r["points"], r["band"], r["probability"], r["label"]) for a, r in rows.items()}

    assert said == {
        "a": (0.0, "low", 0.03, "rule, band rates"),
        "b": (1.0, "low", 0.03, "rule, band rates"),
        "c": (4.0, "high", 0.44, "rule, band rates"),
    }
    company.facts["tickets"] = []
    company.tables = {}
    medium = scored(company, made(RULE, MONTHLY))["c"]
    assert (medium["points"], medium["probability"]) == (3.0, None)
    assert medium["label"] == "rule, uncalibrated"
    assert all(row["logit"] is None for row in rows.values())


def test_no_usable_signal_gives_no_number() -> None:
    rows = scored(users({"a": [99]}), made(NOTHING))
    row = rows["a"]

    assert (row["tier"], row["label"]) == ("none", "no usable signal")
    assert all(row[c] is None for c in ("probability", "band", "risk_rank", "logit", "points"))


def test_rank_only_hides_the_probability() -> None:
    rows = scored(users({"a": [99], "b": [80]}), replace(made(LOGISTIC), rank_only=True))

    assert [rows[a]["probability"] for a in "ab"] == [None, None]
    assert [rows[a]["risk_rank"] for a in "ab"] == [0.0, 0.5]
    assert rows["a"]["label"] == "rank only: calibration alarm"


def test_the_definition_is_kept_with_the_scores() -> None:
    world = users({"a": [99]}).open(100)
    score(world, made(LOGISTIC))
    row = world.engine.run("SELECT * FROM churn_model").to_pylist()[0]

    assert row["definition"] == SILENT.to_json()
    assert row["record"] == made(LOGISTIC).to_json()


def test_nobody_at_risk_is_an_empty_relation() -> None:
    assert scored(Company({"accounts": accounts(["a"])}), made(LOGISTIC)) == {}


@pytest.mark.parametrize("dialect", ["spark", "postgres", "snowflake"])
def test_other_engines_get_a_query_too(dialect: str) -> None:
    sql, trees = scores_sql(made(RULE, MONTHLY))

    assert "c_usage_trend" in compile_sql(sql, dialect, as_of=100, **trees)
