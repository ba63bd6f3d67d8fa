"""A morning says what stopped its actions and what would let more through, in plain words."""

import re
from pathlib import Path
from typing import Any

import pytest

from agent.funnel import INPUTS, NO_MONEY, RULES, TABLES, advice, not_chosen
from policies.rules import RULES as POLICY
from tools.warehouse.schema import BY_NAME

STAGED = "subscriptions, events, invoices, deals"
PRICING = Path(__file__).parents[2] / "tools" / "roi"


def summary(**more: Any) -> dict[str, Any]:
    return {
        "accounts": 10,
        "tier": "ebm",
        "missing": [],
        "unstaged": {},
        "priced": 0,
        "worthwhile": 0,
        "unpriced": {},
        "refused": {},
        "chosen": 0,
        "failed": 0,
    } | more


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        pytest.param(
            summary(unpriced={"missing: exchange rate XXX": 5, "missing: exchange rate SEK": 7}),
            ["7 actions: add SEK to `exchange_rate` in economics.yaml",
             "5 actions: say in which currency the amounts are: `currency` in company.yaml"],
            id="currency",
        ),
        pytest.param(
            summary(unpriced={"missing: subscriptions": 4}, missing=["invoices", "subscriptions"]),
            [f"4 actions: {NO_MONEY}"],
            id="no billing",
        ),
        pytest.param(
            summary(unpriced={"missing: contacts, tickets": 1_200}),
            [f"1,200 actions: {TABLES['contacts']}; connect tickets"],
            id="tables",
        ),
        pytest.param(
            summary(unpriced={"missing: economics gross_margin": 3}),
            ["3 actions: give gross_margin in economics.yaml"],
            id="economics",
        ),
        pytest.param(
            summary(priced=9, worthwhile=9, refused={"consent": 6, "frequency": 2}, chosen=1),
            [f"6 actions: {RULES['consent']}"],
            id="consent",
        ),
        pytest.param(
            summary(priced=9, worthwhile=9, refused={"consent": 6}, missing=["contacts"]),
            [f"6 actions: {TABLES['contacts']}"],
            id="nobody to ask",
        ),
        pytest.param(
            summary(unstaged={f"missing: {STAGED}": 10}),
            [f"no play fits anybody: connect one of {STAGED}, so that customers have a stage"],
            id="no stage",
        ),
        pytest.param(
            summary(),
            ["no play fits an account today; `lifecycle why-not ACCOUNT` says for each play why"],
            id="no play",
        ),
        pytest.param(
            summary(accounts=0), ["there are no accounts: map account_ref, or connect accounts"],
            id="no accounts",
        ),
        pytest.param(summary(priced=9, worthwhile=2, chosen=2), [], id="nothing is lacking"),
    ],
)  # fmt: skip
def test_each_reason_says_what_to_do(found: dict[str, Any], lines: list[str]) -> None:
    assert list(advice(found)) == lines


def test_files_of_the_past_that_were_read_today_are_the_reason_of_a_score_without_outcomes() -> (
    None
):
    lacking = {"missing: calibrated churn score": 9}

    assert "known: when_occurred" in advice(summary(unpriced=lacking, tier="rule"))[0]
    assert "known: when_occurred" not in advice(summary(unpriced=lacking, tier="ebm"))[0]


def test_every_reason_the_pricing_knows_has_words_of_its_own() -> None:
    written = "".join(p.read_text(encoding="utf-8") for p in PRICING.glob("*.*") if p.is_file())
    reasons = set(re.findall(r"'missing: ([a-z ]*[a-z])'", written))

    assert len(reasons) > 8
    assert reasons - INPUTS.keys() <= BY_NAME.keys()
    assert RULES.keys() <= {rule.id for rule in POLICY}


def test_every_action_worth_something_is_counted_once() -> None:
    found = summary(priced=20, worthwhile=12, refused={"consent": 3, "frequency": 1}, chosen=5)

    assert not_chosen(found) == 3
