"""The definition follows from what is present, and settings override it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.customers.churn.companies import Company, accounts, subscribers
from tools.customers.churn import ChurnDefinition, choose_definition
from tools.customers.churn.population import inputs
from tools.errors import BadInput, NotComputable
from tools.warehouse.asof.world import World

CASES = yaml.safe_load((Path(__file__).parent / "definitions.yaml").read_text())


def world(present: list[str]) -> World:
    empty = Company({"accounts": accounts(["a"])}).open(100)
    return World(100, empty.engine, frozenset(present))


@pytest.mark.parametrize("case", CASES, ids=lambda c: "+".join(c["present"]))
def test_cases(case: dict[str, Any]) -> None:
    here, settings = world(case.pop("present")), case.pop("settings", None)
    if "missing" in case:
        with pytest.raises(NotComputable, match=case["missing"]):
            choose_definition(here, settings)
        return
    record = choose_definition(here, settings).record()

    assert {key: record[key] for key in case} == case


def test_a_company_of_yearly_terms_is_judged_by_renewals() -> None:
    line = {"started_day": 0, "interval_months": 12, "term_end_day": 365}
    company = subscribers({a: [line] for a in "abc"})

    chosen = choose_definition(company.open(100))

    assert (chosen.kind, chosen.horizon_days, chosen.grace_days) == ("contractual_term", 90, 30)


@pytest.mark.parametrize(("ended", "binds"), [(365, True), (200, False)])
def test_terms_that_are_broken_bind_nobody(ended: int, *, binds: bool) -> None:
    line = {"started_day": 0, "interval_months": 12, "term_end_day": 365, "ended_day": ended}

    assert choose_definition(subscribers({"a": [line]}).open(400)).term_binds is binds


@pytest.mark.parametrize("gap", [0, 1, 14])
def test_a_line_that_the_next_one_follows_is_no_broken_term(gap: int) -> None:
    """More seats in the middle of a year: a new line, when the old one ends or within grace."""
    year = {"started_day": 0, "interval_months": 12, "term_end_day": 365, "ended_day": 200}
    after = {"started_day": 200 + gap, "interval_months": 12, "term_end_day": 565}

    assert choose_definition(subscribers({"a": [year, after]}).open(400)).term_binds
    beside = {"started_day": 50, "interval_months": 1}
    assert choose_definition(subscribers({"a": [year, beside]}).open(400)).term_binds


def test_what_follows_after_the_grace_or_for_nothing_does_not_mend_a_term() -> None:
    year = {"started_day": 0, "interval_months": 12, "term_end_day": 365, "ended_day": 200}
    late, free = {"started_day": 231}, {"started_day": 200, "mrr_minor": 0}
    for after in (late, free, free | {"mrr_minor": 100, "trial": True}):
        world = subscribers({"a": [year, after], "b": [year, after]}).open(400)
        assert not choose_definition(world, {"kind": "contractual_monthly"}).term_binds


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"horizn_days": 3}, "policies/churn.yaml: 'horizn_days'.*did you mean 'horizon_days'"),
        ({"horizon_days": 0}, "at least 1"),
        ({"grace_days": "14"}, "must be days"),
        ({"kind": "contractual"}, "did you mean 'non_contractual'"),
        ({"activity": "use"}, "'use' is not known"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        choose_definition(world(["events"]), settings, "policies/churn.yaml")


def test_the_record_gives_the_definition_back() -> None:
    chosen = ChurnDefinition("non_contractual", 28, 0, "usage", 28, term_binds=False)

    assert ChurnDefinition.from_record(chosen.record()) == chosen
    assert "silent" not in chosen.text
    assert chosen.text == "product use in the last 28 days; lost when none follows for 28 days"


def test_no_feature_tells_the_answer() -> None:
    names = {i.name for i in inputs()}

    assert not names & {"paying", "cancel_notice", "days_since_paid_end", "active", "currency"}
    assert {"days_since_event", "usage_trend", "mrr_change_90", "tickets_open_high"} <= names
