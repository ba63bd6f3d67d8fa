"""First, last and linear attribution: the published playbook, laws, and a count of another kind."""

import csv
from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.days import DAY_US
from tools.reports.attribution.measure import (
    CONVERSIONS,
    TOUCHES,
    UNTOUCHED,
    Attribution,
    attribute,
)
from tools.warehouse.engine import DuckEngine

Touch = tuple[str, int, str]
Conversion = tuple[str, int, int, str]
ENGINE = DuckEngine(threads=1)
# dbt-labs/attribution-playbook, window of 30 days: first, last, linear.
PLAYBOOK = {
    "facebook_ads": (7, 4, "5.39"), "adwords": (1, 1, "1.37"), "direct": (11, 11, "10.98"),
    "google": (2, 3, "2.79"), "bing": (0, 2, "0.48"),
}  # fmt: skip


def found(touches: list[Touch], conversions: list[Conversion], window: int) -> Attribution:
    for name, rows, schema in (
        ("touches", touches, TOUCHES),
        ("conversions", conversions, CONVERSIONS),
    ):
        values = [dict(zip(schema.names, row, strict=True)) for row in rows]
        ENGINE.put(name, pa.Table.from_pylist(values, schema=schema))
    return attribute(ENGINE, window)


def counted(
    touches: list[Touch], conversions: list[Conversion], window: int
) -> dict[str, list[Fraction]]:
    """First, last and linear conversions, and linear money, one conversion after the other."""
    credit: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 4)
    for entity, at, minor, _ in conversions:
        path = sorted((t[1], t[2]) for t in touches if t[0] == entity and 0 <= at - t[1] <= window)
        names = [channel for _, channel in path] or [UNTOUCHED]
        last = min((c for when, c in path if when == path[-1][0]), default=UNTOUCHED)
        for channel in names:
            share = Fraction(1, len(names))
            credit[channel] = [
                a + b
                for a, b in zip(
                    credit[channel],
                    (Fraction(0), Fraction(0), share, minor * share),
                    strict=True,
                )
            ]
        credit[names[0]][0] += 1
        credit[last][1] += 1
    return credit


def as_counted(report: Attribution) -> dict[str, list[Fraction]]:
    return {
        one.channel: [Fraction(one.first), Fraction(one.last), one.linear] for one in report.credits
    }


def instants(file: Path, column: str) -> list[tuple[dict[str, str], int]]:
    with file.open(encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    parsed = [datetime.strptime(r[column], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) for r in rows]
    return [(r, round(at.timestamp()) * 1_000_000) for r, at in zip(rows, parsed, strict=True)]


@pytest.mark.data
def test_the_playbook(shared_data: Path) -> None:
    folder = shared_data / "attribution_dbt"
    touches = [
        (r["customer_id"], at, r["utm_source"] or "direct")
        for r, at in instants(folder / "sessions.csv", "started_at")
    ]
    conversions = [
        (r["customer_id"], at, int(r["revenue"]) * 100, "USD")
        for r, at in instants(folder / "customer_conversions.csv", "converted_at")
    ]

    report = found(touches, conversions, 30 * DAY_US)
    other = counted(touches, conversions, 30 * DAY_US)

    assert {
        one.channel: (one.first, one.last, f"{float(one.linear):.2f}") for one in report.credits
    } == PLAYBOOK
    assert as_counted(report) == {channel: values[:3] for channel, values in other.items()}
    assert sum(one.linear for one in report.credits) == report.conversions == 21
    for total in ("first_minor", "last_minor", "linear_minor"):
        assert sum(getattr(one, total) for one in report.credits) == 27_500


MOMENT = st.integers(0, 12)
PATHS = st.lists(st.tuples(st.sampled_from("ab"), MOMENT, st.sampled_from("xyz")), max_size=9)
SALES = st.lists(
    st.tuples(st.sampled_from("abc"), MOMENT, st.integers(0, 1000), st.just("EUR")), max_size=5
)


@settings(max_examples=12)
@given(PATHS, SALES, st.integers(0, 8))
def test_it_agrees_with_counting_one_by_one(
    touches: list[Touch], conversions: list[Conversion], window: int
) -> None:
    report = found(touches, conversions, window)
    other = counted(touches, conversions, window)

    assert as_counted(report) == {channel: values[:3] for channel, values in other.items()}
    for one in report.credits:
        assert abs(one.linear_minor - other[one.channel][3]) < 1


@settings(max_examples=12)
@given(PATHS, SALES, st.integers(0, 8), st.randoms(use_true_random=False))
def test_nothing_is_lost_and_the_order_of_rows_is_irrelevant(
    touches: list[Touch], conversions: list[Conversion], window: int, chance: Random
) -> None:
    report = found(touches, conversions, window)
    chance.shuffle(touches)
    chance.shuffle(conversions)

    assert found(touches, conversions, window) == report
    assert sum(one.linear for one in report.credits) == len(conversions)
    assert report.conversions == sum(one.last for one in report.credits) == len(conversions)
    for total in ("first_minor", "last_minor", "linear_minor"):
        assert sum(getattr(one, total) for one in report.credits) == sum(c[2] for c in conversions)


def test_currencies_are_never_added() -> None:
    sales: list[Conversion] = [("a", 5, 100, "EUR"), ("a", 6, 70, "USD"), ("b", 5, 1, "EUR")]
    report = found([("a", 1, "x"), ("a", 5, "y")], sales, 30)

    assert {(c.channel, c.currency): c.linear_minor for c in report.credits} == {
        ("x", "EUR"): 50,
        ("y", "EUR"): 50,
        ("x", "USD"): 35,
        ("y", "USD"): 35,
        (UNTOUCHED, "EUR"): 1,
    }
    assert report.untouched == 1


def test_without_conversions_there_is_nothing() -> None:
    assert found([("a", 1, "x")], [], 30) == Attribution(30, ())
