"""The journeys of cases.yaml, told by the timeline."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.customers.stages.log import (
    CONTRACTUAL,
    Account,
    Contact,
    Deal,
    Invoice,
    Log,
    Row,
    Score,
    Subscription,
    Use,
    timeline,
)
from tools.customers.stages import describe_because
from tools.days import day_number, from_number

if TYPE_CHECKING:
    from datetime import date

    from tools.warehouse.engine import DuckEngine

Given = dict[str, Any]
CASES: list[Given] = yaml.safe_load(
    Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8")
)


def day(given: Given, key: str) -> int | None:
    value: date | None = given.get(key)
    return None if value is None else day_number(value)


def must(given: Given, key: str) -> int:
    return day_number(given[key])


def log_of(case: Given) -> Log:
    """The facts of a case: company A, person p."""
    person, home = case["person"], None if case["person"].get("alone") else "A"
    return Log(
        accounts=(Account("A", day(case, "created")),),
        contacts=(Contact("p", home, day(person, "created"), day(person, "qualified")),),
        subscriptions=tuple(
            _subscription(s, i) for i, s in enumerate(case.get("subscriptions", []))
        ),
        deals=tuple(_deal(d, i) for i, d in enumerate(case.get("deals", []))),
        invoices=tuple(_invoice(v, i) for i, v in enumerate(case.get("invoices", []))),
        usage=tuple(Use("A", "p", day_number(d)) for d in case.get("usage", [])),
        scores=tuple(_scores(case.get("scores", []))),
        present=frozenset(case.get("tables", CONTRACTUAL)),
    )


def _subscription(given: Given, number: int) -> Subscription:
    ends = (day(given, "ended"), day(given, "cancelled"))
    kind = (given.get("trial", False), given.get("mrr", 100))
    return Subscription(f"s{number}", "A", must(given, "started"), *ends, *kind)


def _deal(given: Given, number: int) -> Deal:
    who = "p" if given.get("of_person") else None
    state = given.get("state", "open")
    return Deal(f"d{number}", "A", must(given, "opened"), day(given, "closed"), state, who)


def _invoice(given: Given, number: int) -> Invoice:
    days = (must(given, "issued"), day(given, "due"), day(given, "paid"))
    return Invoice(f"i{number}", "A", *days, given["status"], given.get("amount", 100))


def _scores(given: list[Given]) -> list[Score]:
    spans = [(range(must(s, "from"), must(s, "to") + 1), s["rank"]) for s in given]
    return [Score("A", d, rank) for days, rank in spans for d in days]


def text(row: Row) -> str:
    skipped = f" (skipped {row[7]})" if row[7] else ""
    return f"{row[3]} {from_number(row[4]).isoformat()}{skipped}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["journey"])
def test_journey(duck: "DuckEngine", case: Given) -> None:
    told = timeline(duck, log_of(case), must(case, "as_of"))
    assert [text(row) for row in told if row[0] == "account"] == case["account"]
    assert [text(row) for row in told if row[0] == "contact"] == case["contact"]
    last = next(row for row in told if row[0] == "account" and row[5] is None)
    assert describe_because(last[6]) == case["because"]
