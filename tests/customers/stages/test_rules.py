"""`policies/stages.yaml`: what it says, and how it refuses what it cannot use."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.customers.stages.log import POLICY, RULES
from tools.customers.stages import read_rules
from tools.customers.stages.conditions import parse_condition
from tools.customers.stages.vocabulary import WORDS
from tools.errors import BadInput, BadRule

GIVEN: dict[str, Any] = yaml.safe_load(POLICY.read_text(encoding="utf-8"))


def written(tmp_path: Path, **changes: object) -> Path:
    path = tmp_path / "stages.yaml"
    path.write_text(yaml.safe_dump({**GIVEN, **changes}, sort_keys=False), encoding="utf-8")
    return path


def book(**changes: object) -> dict[str, object]:
    return {"contractual": {**GIVEN["books"]["contractual"], **changes}}


def test_the_order_of_the_contractual_book() -> None:
    stages = [stage.name for stage in RULES.books[0].stages]
    assert stages == ["at_risk", "active", "trial", "sql", "churned", "mql"]


@pytest.mark.parametrize(
    ("present", "name"),
    [
        ({"subscriptions", "events", "deals"}, "contractual"),
        ({"events", "invoices"}, "usage"),
        ({"invoices", "deals"}, "orders"),
        ({"accounts", "deals"}, "pipeline"),
    ],
)
def test_a_company_gets_the_first_book_it_has_facts_for(present: set[str], name: str) -> None:
    found = RULES.book(present)
    assert found is not None
    assert found.name == name


def test_a_company_with_messages_only_gets_none() -> None:
    assert RULES.book({"contacts", "messages"}) is None
    assert RULES.missing == "missing: subscriptions, events, invoices, deals"


def test_every_word_is_explained_in_the_file() -> None:
    text = POLICY.read_text(encoding="utf-8")
    assert [name for name in WORDS if f"#   {name} " not in text] == []


def test_an_edit_without_a_new_number_changes_the_version(tmp_path: Path) -> None:
    other = read_rules(written(tmp_path, owner="somebody else"))
    assert other.version.split("-")[0] == RULES.version.split("-")[0]
    assert other.version != RULES.version


@pytest.mark.parametrize(
    ("text", "offsets"),
    [
        ("days_since_qualified < 180", {180}),
        ("days_since_qualified >= 180", {180}),
        ("days_since_qualified <= 180", {181}),
        ("180 > days_since_qualified", {180}),
        ("180 < days_since_qualified", {181}),
        ("days_since_qualified = 3", {3, 4}),
        ("not days_since_qualified between 3 and 9", {3, 10}),
        ("days_since_qualified is not null", set()),
        ("paid or (in_trial and not ever_paid) or paid = true", set()),
    ],
)
def test_when_a_condition_can_change(text: str, offsets: set[int]) -> None:
    assert {days for _, days in parse_condition(text, "f").offsets} == offsets


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("payd", "'payd' is not known; did you mean 'paid'?"),
        ("days_since_orders < 3", "did you mean 'days_since_order'?"),
        ("days_since_order", "is a number of days; compare it with one"),
        ("paid > 3", "'paid' is yes or no"),
        ("days_since_order < 2.5", "whole numbers from 0"),
        ("days_since_order < -2", "whole numbers from 0"),
        ("days_since_order < 'x'", "whole numbers from 0"),
        ("days_since_order < days_since_won", "whole numbers from 0"),
        ("days_since_order + 1 < 5", "compare a word with a number"),
        ("coalesce(days_since_order, 9) < 5", "compare a word with a number"),
        ("days_since_order in (1, 2)", "not true or false"),
        ("1", "not true or false"),
        ("paid; drop table x", "f: "),
        ("(select paid)", "f: "),
        ("random() < 3", "not allowed"),
        ("and and", "cannot read the rule"),
    ],
)
def test_a_condition_that_cannot_be_used(text: str, message: str) -> None:
    with pytest.raises(BadRule) as caught:
        parse_condition(text, "f")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"risk_flags": {}}, "unknown key 'risk_flags'; did you mean 'risk_flag'?"),
        ({"books": {}}, "books: expected at least one entry"),
        ({"valid_from": "soon"}, "valid_from: expected a date such as 2026-01-31, got 'soon'"),
        ({"books": book(customer="pays")}, "contractual.customer: 'pays'; did you mean 'paid'?"),
        ({"books": book(stages=[])}, "contractual.stages: expected at least one entry"),
        ({"books": book(stages=[{"stage": "sqll", "when": "paid", "why": ""}])}, "'sql'"),
        ({"books": book(stages=[{"stage": "sql", "wen": "paid", "why": ""}])}, "'when'?"),
        (
            {"books": book(stages=[{"stage": "sql", "why": ""}])},
            "when: this key is required",
        ),
        (
            {"books": book(stages=[{"stage": "at_risk", "when": "paid", "why": ""}])},
            "at_risk needs active after it",
        ),
        ({"books": book(stages=[{"stage": "sql", "when": "paid", "why": ""}] * 2)}, "twice"),
        (
            {"books": book(stages=[{"stage": "mql", "when": "risk_flag", "why": ""}])},
            "'risk_flag' may stand in at_risk only",
        ),
        ({"risk_flag": {**GIVEN["risk_flag"], "exit_rank": 0.95}}, "exit_rank <= enter_rank"),
        (
            {"risk_flag": {**GIVEN["risk_flag"], "days_in": 0}},
            "days_in: expected a number from 1, got '0'",
        ),
        ({"risk_flag": {**GIVEN["risk_flag"], "days_out": 1.5}}, "days_out: expected a whole"),
        ({"risk_flag": {**GIVEN["risk_flag"], "enter_rank": "high"}}, "enter_rank: expected a num"),
        (
            {"transitions": {"lateness_days": 3}},
            "max_staleness_days: this key is",
        ),
        ({"transitions": None}, "transitions: expected keys"),
    ],
)
def test_a_file_that_cannot_be_used(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(BadInput) as caught:
        read_rules(written(tmp_path, **changes))
    assert message in str(caught.value)
    assert re.match(r"stages\.yaml(:\d+)?: ", str(caught.value))


def test_a_file_that_is_not_yaml(tmp_path: Path) -> None:
    path = tmp_path / "stages.yaml"
    path.write_text("books: [", encoding="utf-8")
    with pytest.raises(BadInput, match="not readable as YAML"):
        read_rules(path)
