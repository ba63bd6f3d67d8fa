"""Every account is in the first segment that holds, and a version stays what it was."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.customers.segments.company import EVERYTHING, engine, policy
from tools.customers.features.definitions import definitions
from tools.customers.segments.assign import Frozen, active_segments, assign, freeze
from tools.warehouse.engine import DuckEngine

EXAMPLES = yaml.safe_load(Path(__file__).with_name("examples.yaml").read_text("utf-8"))
THRESHOLDS = (
    ("use_q40", 10.0), ("past_use_q40", 8.0), ("opens_q40", 0.2), ("trend_q20", 0.6),
    ("breadth_q60", 5.0),
)  # fmt: skip


def frozen(present: frozenset[str] = EVERYTHING) -> Frozen:
    made = freeze(20_000, engine([{}] * 200), policy(), present)
    return replace(made, thresholds=THRESHOLDS)


def assigned(made: DuckEngine) -> list[str | None]:
    rows = made.run("SELECT segment FROM segments ORDER BY account_id").to_pylist()
    return [row["segment"] for row in rows]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["because"])
def test_example(example: dict[str, Any]) -> None:
    made = engine([example["account"]])
    assign(20_000, made, policy(), frozen())
    assert assigned(made) == [example["is"]]


ACCOUNTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "active": st.booleans(),
            "paying": st.booleans(),
            "trial": st.booleans(),
            "ever_paid": st.booleans(),
            "tenure_days": st.integers(0, 200),
            "days_since_paid_end": st.integers(0, 400),
            "usage_trend": st.floats(0, 2),
            "days_to_first_value": st.integers(0, 9),
            "breadth_28": st.integers(0, 9),
            "seat_use": st.floats(0, 1),
            "events_28": st.integers(0, 90),
            "events_prior_84": st.floats(0, 90),
            "seats": st.integers(0, 9),
            "email_open_rate_90": st.floats(0, 1),
            "tickets_open_high": st.integers(0, 2),
            "stage": st.sampled_from(("active", "at_risk", "churned", "mql", "trial")),
        },
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=20, deadline=None)
@given(ACCOUNTS)
def test_the_query_agrees_with_the_rules_read_one_by_one(accounts: list[dict[str, Any]]) -> None:
    made, version = engine(accounts), frozen()
    assign(20_000, made, policy(), version)
    expected = []
    for account in accounts:
        nothing = dict.fromkeys([f.name for f in definitions()] + ["active", "stage"])
        record = {**nothing, **account, **dict(version.thresholds)}
        names = [
            s.name
            for s in policy().segments
            if any(c.rule.holds(record) for c in s.when if not c.lacking)
        ]
        expected.append(names[0] if names else None)
    assert assigned(made) == expected


def test_thresholds_are_quantiles_of_the_active_accounts() -> None:
    active = [
        {"active": True, "usage_trend": n / 10, "breadth_28": n, "events_28": 6 * n, "seats": 2}
        for n in range(1, 11)
    ]
    idle = [{"active": False, "usage_trend": 0.0, "breadth_28": 100} for _ in range(9)]
    made = freeze(1, engine(active + idle), policy(), EVERYTHING)
    assert dict(made.thresholds) == {
        "use_q40": 12.0,
        "past_use_q40": None,
        "opens_q40": None,
        "trend_q20": 0.2,
        "breadth_q60": 6.0,
    }


def test_a_frozen_value_is_met_exactly_by_the_account_it_came_from() -> None:
    active = [
        {"active": True, "usage_trend": 1 / 3 + n / 7, "tenure_days": 400, "days_to_first_value": 1}
        for n in range(5)
    ]
    made = engine(active)
    version = replace(freeze(1, made, policy(), EVERYTHING), small=False)
    assign(1, made, policy(), version)
    assert assigned(made) == ["Declining"] + ["Durable core"] * 4


def test_a_version_survives_the_store_and_names_its_content() -> None:
    version = frozen()
    again = Frozen.from_json(version.to_json())
    assert again == version
    assert again.id == version.id
    assert replace(version, thresholds=()).id != version.id


def test_what_others_do_changes_nobodys_segment() -> None:
    me = {"active": True, "usage_trend": 0.65, "tenure_days": 400, "days_to_first_value": 1}
    others = [{**me, "usage_trend": 5.0}] * 20
    alone, crowd = engine([me]), engine([me, *others])
    for made in (alone, crowd):
        assign(2, made, policy(), frozen())
    assert assigned(alone)[0] == assigned(crowd)[0] == "Durable core"


def test_a_small_company_has_three_segments() -> None:
    made = engine([{"active": True, "tenure_days": 10, "stage": "active"}] * 199)
    version = freeze(1, made, policy(), EVERYTHING)
    report = assign(1, made, policy(), version)
    assert [s.name for s in active_segments(policy(), version)] == [
        "Lapsed",
        "Declining",
        "Other active",
    ]
    assert dict(report.counts)["Other active"] == 199
    assert "only 199 accounts" in report.notes[0]


def test_a_company_without_subscriptions_lapses_by_orders() -> None:
    present = frozenset({"invoices"})
    made = engine(
        [{"active": False, "days_since_order": 100}, {"active": True, "days_since_order": 3}]
    )
    report = assign(1, made, policy(), frozen(present))
    assert assigned(made) == ["Lapsed", "Durable core"]
    assert report.notes == (
        "Onboarding: missing: events",
        "Quiet: missing: events, messages, subscriptions; no account can be in it",
        "Declining: missing: events",
        "Expansion-ready: missing: contacts, events, subscriptions; no account can be in it",
    )


def test_a_company_of_which_nothing_is_known_has_no_segments() -> None:
    made = engine([{}])
    report = assign(1, made, policy(), frozen(frozenset({"accounts"})))
    assert (assigned(made), report.unassigned) == ([None], 1)
    assert (
        "Durable core: missing: deals, events, invoices, subscriptions; no account can be in it"
        in report.notes
    )
