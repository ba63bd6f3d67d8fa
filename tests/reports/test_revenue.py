"""Recurring revenue rolls forward to the cent, on vectors, on chance and on public data."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bills import put_bill
from tests.reports.relations import day, engine, read, table
from tools.days import from_number, month_number
from tools.errors import NotComputable
from tools.reports.revenue.month_churn import month_churn
from tools.reports.revenue.movements import Boundary, Movements, measure_movements
from tools.reports.revenue.net_retention import measure_net_retention
from tools.warehouse.engine import DuckEngine

EXAMPLES = yaml.safe_load(Path(__file__).with_name("revenue_examples.yaml").read_text("utf-8"))
PRESENT = {"subscriptions"}
CRM6 = """
SELECT account_id::VARCHAR AS account_id, mrr * 100::BIGINT AS mrr_minor, 'USD' AS currency,
    false AS trial, bill_period_months AS interval_months,
    CAST(start_date - DATE '1970-01-01' AS INT) AS started_day, NULL::INT AS term_end_day,
    CAST(end_date - DATE '1970-01-01' AS INT) AS ended_day
FROM read_csv($file)
"""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["about"])
def test_worked_example(example: dict[str, Any]) -> None:
    lines = [{"currency": "USD", **line} for line in example["lines"]]
    for line in lines:
        line["mrr_minor"] = line.pop("mrr") * 100
        for key in {"started_day", "ended_day"} & line.keys():
            line[key] = day(str(line[key]))
    made = engine("2023-01-01", "2025-12-31", subscriptions=lines)
    as_of = day(str(example["as_of"]))
    (month,) = [
        m for m in measure_movements(as_of, made, PRESENT).months if m.label == example["month"]
    ]
    got = {name: getattr(month, name) for name in example["gives"]}
    scaled = {k: v if k.endswith("_churn") else v / 100 for k, v in got.items()}
    assert scaled == pytest.approx(example["gives"])
    for months, expected in example.get("net_retention", {}).items():
        (one,) = measure_net_retention(as_of, made, PRESENT, months)
        assert {k: getattr(one, k) for k in expected} == pytest.approx(expected)


START = day("2024-01-01")
LINES = st.lists(
    st.builds(
        lambda account, mrr, start, length, trial, currency: {
            "account_id": account,
            "mrr_minor": mrr,
            "started_day": START + start,
            "ended_day": None if length is None else START + start + length,
            "trial": trial,
            "currency": currency,
        },
        st.sampled_from("abcde"),
        st.integers(0, 10**12),
        st.integers(0, 200),
        st.none() | st.integers(0, 120),
        st.booleans(),
        st.sampled_from(("USD", "EUR")),
    ),
    max_size=25,
)
ENGINE = engine("2023-10-01", "2025-03-01")


def measure(lines: list[dict[str, Any]], as_of: int, boundary: Boundary) -> Movements:
    ENGINE.put("subscriptions", table("subscriptions", lines))
    return measure_movements(as_of, ENGINE, PRESENT, boundary)


@settings(max_examples=40, deadline=None)
@given(LINES, st.integers(START, START + 300), st.sampled_from(("opening", "last_day")))
def test_every_month_rolls_forward_and_ends_at_what_is_in_force(
    lines: list[dict[str, Any]], as_of: int, boundary: Boundary
) -> None:
    report = measure(lines, as_of, boundary)
    assert report.rolls
    for month in report.months:
        reads = [d for d in range(START - 40, as_of) if closes(d, boundary) == month.month]
        assert month.end == in_force(lines, reads[0], month.currency)
        assert month.start + sum((month.new, month.reactivation)) >= 0
        assert month.contraction <= 0
        assert month.churn <= 0


def closes(number: int, boundary: Boundary) -> int | None:
    """The month a day closes, if it is a day revenue is read on."""
    if boundary == "opening":
        return month_number(number) - 1 if from_number(number).day == 1 else None
    return month_number(number) if from_number(number + 1).day == 1 else None


def in_force(lines: list[dict[str, Any]], number: int, currency: str) -> int:
    return sum(
        line["mrr_minor"]
        for line in lines
        if line["started_day"] <= number
        and (line["ended_day"] is None or line["ended_day"] > number)
        and not line["trial"]
        and line["currency"] == currency
    )


@settings(max_examples=15, deadline=None)
@given(LINES, st.randoms(use_true_random=False))
def test_order_changes_nothing(lines: list[dict[str, Any]], rng: Any) -> None:
    shuffled = list(lines)
    rng.shuffle(shuffled)
    assert measure(shuffled, START + 250, "opening") == measure(lines, START + 250, "opening")


@settings(max_examples=40, deadline=None)
@given(LINES)
def test_gross_retention_never_exceeds_net_or_one(lines: list[dict[str, Any]]) -> None:
    ENGINE.put("subscriptions", table("subscriptions", lines))
    for one in measure_net_retention(START + 250, ENGINE, PRESENT, 3):
        assert 0 <= one.grr <= min(1.0, one.nrr)
        assert one.end == round(one.nrr * one.start)


PAUSED = [
    {
        "account_id": "a",
        "mrr_minor": 10_000,
        "currency": "USD",
        "started_day": day("2024-01-01"),
        "paused_day": day("2024-02-10"),
        "ended_day": day("2024-04-10"),
    },
    {"account_id": "b", "mrr_minor": 5_000, "currency": "USD", "started_day": day("2024-01-01")},
]


def test_an_account_that_leaves_during_a_pause_is_churn() -> None:
    ENGINE.put("subscriptions", pa.Table.from_pylist(PAUSED))
    put_bill(ENGINE)
    report = measure_movements(day("2024-05-02"), ENGINE, PRESENT)
    months = {m.label: m for m in report.months}
    paused, left = months["2024-02"], months["2024-04"]
    assert report.rolls
    assert (paused.pause, paused.churn, paused.end) == (-10_000, 0, 5_000)
    assert (left.start, left.resumption, left.churn, left.end) == (5_000, 10_000, -10_000, 5_000)
    assert dict(left.accounts) == {"resumption": 1, "churn": 1, "same": 1}
    (churn,) = month_churn(ENGINE, left.month)
    assert (churn.gross, churn.net) == (left.gross_churn, left.net_churn) == (2.0, 2.0)


@pytest.mark.parametrize(
    ("as_of", "moves", "logos"), [("2024-04-02", 1.0, 1.0), ("2024-05-02", 1 / 3, 0.5)]
)
def test_a_pause_is_no_loss_in_the_movement_form_and_leaving_is(
    as_of: str, moves: float, logos: float
) -> None:
    ENGINE.put("subscriptions", pa.Table.from_pylist(PAUSED))
    put_bill(ENGINE)
    (kept,) = measure_net_retention(day(as_of), ENGINE, PRESENT, 2 if moves == 1 else 3)
    assert (kept.grr_moves, kept.logos) == pytest.approx((moves, logos))


def test_says_what_is_missing() -> None:
    with pytest.raises(NotComputable, match="missing subscriptions"):
        measure_movements(START, ENGINE, {"invoices"})


@pytest.fixture(scope="module")
def crm6(shared_data: Path) -> DuckEngine:
    made = engine("2021-01-01", "2024-12-31")
    made.put("subscriptions", read(CRM6, shared_data / "fightchurn_crm6/subscription.csv"))
    put_bill(made)
    return made


@pytest.mark.data
def test_crm6_june_2023(crm6: DuckEngine) -> None:
    report = measure_movements(day("2023-07-02"), crm6, PRESENT)
    june = report.months[-1]
    moved = (june.new, june.expansion, june.contraction, june.churn)
    assert june.label == "2023-06"
    assert [amount / 100 for amount in moved] == [44_538, 8_440, -375, -17_807]
    assert (june.start, june.end) == (41_070_000, 44_549_600)
    assert Counter(dict(june.accounts))["churn"] == 14


@pytest.mark.data
@pytest.mark.parametrize("boundary", ["opening", "last_day"])
def test_crm6_rolls_forward_in_every_month(crm6: DuckEngine, boundary: Boundary) -> None:
    report = measure_movements(day("2023-07-02"), crm6, PRESENT, boundary)
    assert len(report.months) >= 18
    assert report.rolls


@pytest.mark.data
def test_crm6_net_retention_over_a_year(crm6: DuckEngine) -> None:
    (year,) = measure_net_retention(day("2023-07-02"), crm6, PRESENT)
    assert (year.accounts, year.start, year.end) == (127, 14_219_800, 11_643_300)
    assert year.nrr_interval is not None
    assert year.nrr_interval.low < year.nrr < year.nrr_interval.high
