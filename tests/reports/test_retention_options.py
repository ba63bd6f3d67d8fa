"""The options of retention that need histories: births anew, subscriptions, what holds of birth."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.facts import fact, world_of
from tests.reports.relations import day, engine
from tools.errors import NotComputable
from tools.reports.retention.measure import Retention, measure_retention
from tools.reports.retention.spec import RetentionSpec

FIRST = day("2024-01-01")
EVERYTHING = frozenset(
    {"accounts", "events", "invoices", "subscriptions", "segment_history", "arms"}
)
ACCOUNTS = RetentionSpec(entity="account", buckets=(1,), min_size=1)


def bought(account: str, when: str) -> dict[str, object]:
    return {"account_id": account, "amount_minor": 100, "issued_day": day(when)}


def parts(report: Retention) -> dict[str, tuple[int, int]]:
    return {m.part: (m.retained, m.eligible) for m in report.means}


def test_born_once_or_in_every_month() -> None:
    rows = [bought("a", d) for d in ("2024-01-05", "2024-01-20", "2024-02-10", "2024-04-01")]
    made = engine(invoices=[*rows, bought("b", "2024-02-28")])
    once = replace(
        ACCOUNTS, birth="first_purchase", returns="purchases", clock="calendar", unit="month"
    )
    report = measure_retention(day("2024-06-01"), made, EVERYTHING, once)
    assert [(c.size, c.retained) for c in report.cells] == [(1, 1), (1, 0)]
    report = measure_retention(day("2024-06-01"), made, EVERYTHING, replace(once, recurring=True))
    assert [(c.size, c.retained) for c in report.cells] == [(1, 1), (2, 0), (1, 0)]
    assert "anew in every calendar month" in report.definition


def test_a_subscription_is_followed_by_itself() -> None:
    lines = [
        {
            "account_id": "a",
            "subscription_id": "s1",
            "mrr_minor": 100,
            "started_day": FIRST,
            "ended_day": FIRST + 45,
        },
        {"account_id": "a", "subscription_id": "s2", "mrr_minor": 100, "started_day": FIRST},
        {
            "account_id": "a",
            "subscription_id": "s3",
            "mrr_minor": 100,
            "started_day": FIRST,
            "trial": True,
        },
        {
            "account_id": "a",
            "subscription_id": "s4",
            "mrr_minor": 100,
            "started_day": FIRST,
            "ended_day": FIRST,
        },
    ]
    made = engine(subscriptions=lines)
    spec = RetentionSpec(
        entity="subscription",
        birth="first_paid",
        returns="paid",
        unit="month",
        buckets=(0, 1, 2),
        min_size=1,
    )
    report = measure_retention(FIRST + 95, made, EVERYTHING, spec)
    assert [(c.size, c.retained) for c in report.cells] == [(2, 2), (2, 2), (2, 1)]
    account = replace(spec, entity="account")
    assert [c.retained for c in measure_retention(FIRST + 95, made, EVERYTHING, account).cells] == [
        1,
        1,
        1,
    ]


def test_a_week_from_sunday_is_another_week() -> None:
    born = [{"account_id": "a", "created_day": day("2024-01-06")}]  # a Saturday
    used = [{"account_id": "a", "name": "x", "day": day("2024-01-07")}]
    made = engine(accounts=born, usage=used)
    spec = replace(ACCOUNTS, clock="calendar", cohort="week")
    monday = measure_retention(FIRST + 60, made, EVERYTHING, spec)
    sunday = measure_retention(FIRST + 60, made, EVERYTHING, replace(spec, week_start="sunday"))
    assert [(c.cohort, c.retained) for c in monday.cells] == [(day("2024-01-01"), 0)]
    assert [(c.cohort, c.retained) for c in sunday.cells] == [(day("2023-12-31"), 1)]
    assert "weeks starting Sunday" in sunday.definition
    assert "weeks starting Monday" in monday.definition


def test_those_back_again_are_told_from_those_who_stayed() -> None:
    born = [{"account_id": a, "created_day": FIRST} for a in "abc"]
    days = {"a": (7, 14), "b": (14,), "c": (7,)}
    used = [{"account_id": a, "name": "x", "day": FIRST + d} for a, ds in days.items() for d in ds]
    made = engine(accounts=born, usage=used)
    report = measure_retention(FIRST + 60, made, EVERYTHING, replace(ACCOUNTS, buckets=(1, 2)))
    assert [(m.retained, m.reactivated) for m in report.means] == [(2, 0), (2, 1)]


def test_arms_are_those_drawn_by_birth() -> None:
    """Who is drawn later lived long enough to be: that arm would look better than it is."""
    born = [{"account_id": a, "created_day": FIRST} for a in "abcd"]
    arms = [
        {"account_id": "a", "arm": "treated", "day": FIRST},
        {"account_id": "b", "arm": "holdout", "day": FIRST - 3},
        {"account_id": "c", "arm": "treated", "day": FIRST + 30},
    ]
    used = [{"account_id": a, "name": "x", "day": FIRST + 8} for a in "ac"]
    made = engine(accounts=born, usage=used, arms=arms)
    spec = replace(ACCOUNTS, breakdown="play_arm")
    report = measure_retention(FIRST + 60, made, EVERYTHING, spec)
    assert parts(report) == {"treated": (1, 1), "holdout": (0, 1), "not known": (1, 2)}
    drawn = replace(spec, birth="assigned")
    report = measure_retention(FIRST + 60, made, EVERYTHING, drawn)
    assert parts(report) == {"treated": (1, 2), "holdout": (0, 1)}


def test_plan_and_source_are_as_first_recorded(tmp_path: Path) -> None:
    """An upgraded line and an overwritten source carry today's words: those do not count."""

    def plan(when: int, product: str, minor: int) -> dict[str, object]:
        return fact(
            "subscriptions",
            when,
            subscription_ref="s:1",
            account_ref="crm:a",
            product=product,
            mrr_minor=minor,
            started_day=FIRST + 2,
        )

    facts = {
        "accounts": [
            fact("accounts", FIRST, account_ref="crm:a", acquisition="ads"),
            fact("accounts", FIRST + 40, account_ref="crm:a", acquisition="referral"),
            fact("accounts", FIRST, account_ref="crm:b"),
        ],
        "subscriptions": [plan(FIRST + 2, "small", 100), plan(FIRST + 40, "large", 900)],
        "events": [
            fact("events", FIRST + n, event_key=f"{n}", account_ref="crm:a", name="x")
            for n in (1, 8)
        ],
    }
    world = world_of(FIRST + 60, facts, tmp_path)
    for breakdown, first in (("plan", "small"), ("acquisition", "ads")):
        spec = replace(ACCOUNTS, breakdown=breakdown)  # type: ignore[arg-type]
        report = measure_retention(world.as_of, world.engine, world.present, spec)
        assert parts(report) == {first: (1, 1), "not known": (0, 1)}


@pytest.mark.parametrize(
    ("breakdown", "missing"),
    [("segment", "segment_history"), ("play_arm", "arms"), ("plan", "subscriptions")],
)
def test_a_history_that_is_missing_is_named(breakdown: str, missing: str) -> None:
    spec = replace(ACCOUNTS, breakdown=breakdown)  # type: ignore[arg-type]
    with pytest.raises(NotComputable, match=missing):
        measure_retention(FIRST, engine(), {"accounts", "events"}, spec)
