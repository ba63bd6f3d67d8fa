"""The mistakes that reports about retention and money often make, one test each."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.facts import fact, world_of
from tests.reports.relations import day, engine
from tools.reports.internal import Internal
from tools.reports.retention.measure import measure_retention
from tools.reports.retention.spec import RetentionSpec
from tools.reports.revenue.cohorts import hazards, measure_cohorts
from tools.reports.revenue.month_churn import month_churn
from tools.reports.revenue.movements import measure_movements
from tools.reports.revenue.net_retention import last_month, measure_net_retention

FIRST = day("2024-01-01")
PAID = {"subscriptions"}
LOGINS = RetentionSpec(entity="account", buckets=(1,), min_size=1)
EVENTS = frozenset({"accounts", "events", "segment_history", "subscriptions"})


def line(
    account: str, minor: int, start: str, end: str | None = None, *, trial: bool = False
) -> dict[str, object]:
    return {
        "account_id": account,
        "subscription_id": f"{account} {start}",
        "mrr_minor": minor,
        "currency": "EUR",
        "started_day": day(start),
        "ended_day": day(end) if end else None,
        "trial": trial,
    }


def login(account: str, when: int) -> dict[str, object]:
    return {"account_id": account, "name": "login", "day": when}


def accounts(*names: str, born: int = FIRST) -> list[dict[str, object]]:
    return [{"account_id": name, "created_day": born, "domain": f"{name}.com"} for name in names]


def test_those_who_left_at_once_stay_in_the_denominator() -> None:
    lines = [line("stays", 100, "2024-01-05"), line("leaves", 100, "2024-01-05", "2024-01-20")]
    made = engine(subscriptions=lines)
    measure_movements(day("2024-03-02"), made, PAID)
    months = measure_cohorts(made, PAID, last_month(made), "opening")
    assert [(m.age, m.size, m.paying, m.base, m.minor) for m in months] == [
        (0, 2, 1, 200, 100),
        (1, 2, 1, 200, 100),
    ]
    assert [h.survival for h in hazards(months)] == [0.5, 0.5]


def test_the_breakdown_is_of_birth_and_not_of_today() -> None:
    """Whoever stayed is a champion today: by today's segment champions would keep 100 %."""
    segments = [
        *({"account_id": a, "segment": "small", "day": FIRST - 1} for a in "ab"),
        {"account_id": "a", "segment": "champion", "day": FIRST + 30},
        {"account_id": "c", "segment": "late", "day": FIRST + 9},
    ]
    used = [login("a", FIRST + 8)]
    made = engine(accounts=accounts("a", "b", "c"), usage=used, segment_history=segments)
    spec = replace(LOGINS, breakdown="segment")
    report = measure_retention(FIRST + 40, made, EVENTS, spec)
    found = {m.part: (m.retained, m.eligible) for m in report.means}
    assert found == {"small": (1, 2), "late": (0, 1)}


def test_a_bucket_that_is_not_over_is_not_counted() -> None:
    born = accounts(*"abc") + accounts("young", born=FIRST + 30)
    made = engine(accounts=born, usage=[login("a", FIRST + 8)])
    (mean,) = measure_retention(FIRST + 40, made, EVENTS, LOGINS).means
    assert (mean.retained, mean.eligible) == (1, 3)


def test_months_of_the_calendar_have_their_own_lengths() -> None:
    """From 31 January on, a use in February is in month 1, however short the month."""
    born = accounts("a", born=day("2024-01-31"))
    made = engine(accounts=born, usage=[login("a", day("2024-02-29"))])
    spec = replace(LOGINS, unit="month", clock="calendar", buckets=(0, 1, 2))
    report = measure_retention(day("2024-05-01"), made, EVENTS, spec)
    assert [c.retained for c in report.cells] == [0, 1, 0]
    rolling = measure_retention(day("2024-05-01"), made, EVENTS, replace(spec, clock="rolling"))
    assert [c.retained for c in rolling.cells] == [1, 0, 0]
    assert "rolling months of 30 d" in rolling.definition


def test_our_own_and_test_accounts_are_left_out() -> None:
    people = [
        {"contact_id": "p", "account_id": "a", "email": "p@a.com", "created_day": FIRST},
        {"contact_id": "q", "account_id": "ours", "email": "q@mail.com", "created_day": FIRST},
        {"contact_id": "r", "account_id": None, "email": "r@ours.com", "created_day": FIRST},
    ]
    lines = [line("a", 100, "2024-01-05"), line("ours", 900, "2024-01-05")]
    made = engine(accounts=accounts("a", "ours", "test"), contacts=people, subscriptions=lines)
    internal = Internal(domains=("ours.com",), accounts=("test",))
    spec = replace(LOGINS, internal=internal)
    report = measure_retention(FIRST + 40, made, EVENTS, spec)
    assert ([c.size for c in report.cells], report.internal) == ([1], 2)
    spec = replace(spec, entity="contact")
    report = measure_retention(FIRST + 40, made, EVENTS | {"contacts"}, spec)
    assert ([c.size for c in report.cells], report.internal) == ([1], 2)
    moved = measure_movements(day("2024-03-02"), made, PAID, internal=internal)
    assert [m.end for m in moved.months] == [100, 100]
    assert "without the domain ours.com, 1 accounts by name" in report.definition


def test_a_merged_contact_is_counted_once(tmp_path: Path) -> None:
    facts = {
        "contacts": [
            fact("contacts", FIRST, contact_ref="crm:1"),
            fact("contacts", FIRST + 1, contact_ref="crm:2", merged_into="crm:1"),
        ],
        "events": [
            fact("events", day, event_key=f"{ref} {day}", contact_ref=ref, name="login")
            for ref in ("crm:1", "crm:2")
            for day in (FIRST, FIRST + 8)
        ],
    }
    world = world_of(FIRST + 40, facts, tmp_path)
    spec = RetentionSpec(buckets=(1,), min_size=1)
    (mean,) = measure_retention(world.as_of, world.engine, world.present, spec).means
    assert (mean.retained, mean.eligible) == (1, 1)


def test_a_trial_is_no_customer() -> None:
    lines = [
        line("a", 100, "2024-01-05"),
        line("tries", 100, "2024-01-05", trial=True),
        line("free", 0, "2024-01-05"),
    ]
    made = engine(subscriptions=lines)
    spec = replace(LOGINS, birth="first_paid", returns="paid")
    report = measure_retention(day("2024-03-02"), made, PAID, spec)
    assert [c.size for c in report.cells] == [1]
    assert measure_movements(day("2024-03-02"), made, PAID).months[-1].end == 100


def test_churn_has_the_same_accounts_above_and_below_the_line() -> None:
    """An account won and lost within the month was never at the start: it is in neither."""
    lines = [
        line("old", 100, "2023-11-05"),
        line("leaves", 100, "2023-11-05", "2024-02-10"),
        line("brief", 500, "2024-02-03", "2024-02-20"),
        line("young", 300, "2024-02-03"),
    ]
    made = engine("2023-01-01", subscriptions=lines)
    moved = measure_movements(day("2024-03-02"), made, PAID)
    assert moved.months[-1].gross_churn == 0.5
    (churn,) = month_churn(made, moved.months[-1].month)
    assert (churn.accounts, churn.gross, churn.net) == (2, 0.5, 0.5)
    months = measure_cohorts(made, PAID, last_month(made), "opening")
    assert {h.age: (h.at_risk, h.lost) for h in hazards(months)}[0] == (4, 1)


def test_net_retention_has_no_new_accounts() -> None:
    lines = [line("old", 100, "2023-01-05"), line("new", 900, "2024-01-10")]
    made = engine("2022-01-01", subscriptions=lines)
    (kept,) = measure_net_retention(day("2024-03-02"), made, PAID, 12)
    assert (kept.accounts, kept.nrr, kept.grr, kept.grr_moves) == (1, 1.0, 1.0, 1.0)


def test_a_mean_of_cohorts_is_not_a_mean_of_their_percentages() -> None:
    born = accounts("a") + accounts(*"bcdefghij", born=FIRST + 31)
    made = engine(accounts=born, usage=[login("a", FIRST + 8)])
    (mean,) = measure_retention(FIRST + 90, made, EVENTS, LOGINS).means
    assert mean.rate == pytest.approx(0.1)
    (simple,) = measure_retention(FIRST + 90, made, EVENTS, replace(LOGINS, mean="simple")).means
    assert simple.rate == pytest.approx(0.5)
