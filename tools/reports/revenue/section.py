"""Money: does recurring revenue grow, what took it away, and how long do those who pay stay."""

from typing import TYPE_CHECKING

import pyarrow as pa

from tools.document.model import Section, words
from tools.errors import NotComputable
from tools.reports.context import SectionResult
from tools.reports.revenue.figures import kept_id, month_id, size_id, week_id
from tools.reports.revenue.measure import RevenueMeasures, measure_money
from tools.reports.revenue.movements import KINDS
from tools.reports.revenue.sentences import lines_of
from tools.reports.revenue.tables import blocks_of
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.reports.context import ReportContext
    from tools.reports.revenue.spec import MoneySpec

TITLE = "Money"
_FIGURES = pa.schema(
    [
        ("figure", pa.string()), ("what", pa.string()), ("currency", pa.string()),
        ("month_n", pa.int64()), ("kind", pa.string()),
    ]
)  # fmt: skip


def make_money(given: "ReportContext", spec: "MoneySpec") -> SectionResult:
    """The section about recurring revenue; it needs subscriptions, and usage for one table."""
    try:
        money = measure_money(given, spec)
    except NotComputable as error:
        lacking = words(f"Money cannot be told. Missing: {', '.join(error.missing)}.")
        return SectionResult(Section("money", TITLE, ((lacking,),), (), error.missing))
    rows = pa.Table.from_pylist(list(_drilled(money)), schema=_FIGURES)
    given.engine.put("drill_money_figures", rows)
    section = Section("money", TITLE, lines_of(money), blocks_of(money), _missing(money))
    return SectionResult(section, read_sql(__package__, "figure_members"))


def _missing(money: RevenueMeasures) -> tuple[str, ...]:
    """What part of it lacks; without the product's events its use is not told."""
    events = () if "events" in money.given.present or not money.spec.usage else ("events",)
    return (*events, *money.lacking)


def _drilled(money: RevenueMeasures) -> "Iterator[dict[str, object]]":
    """Every figure with `drill`, and where its members are found."""
    for month in money.moved.months:
        for kind in KINDS:
            yield _row(month_id(month, kind), "month", month.currency, month.month, kind)
    for move in money.week.moves:
        for kind in KINDS:
            yield _row(week_id(money.week, move, kind), "week", move.currency, 1, kind)
    for kept in money.kept:
        for name in ("nrr", "grr", "grr moves", "logos", "accounts"):
            start = kept.month - kept.months
            yield _row(kept_id(kept, name), "paying", kept.currency, start, "")
    for course in money.courses:
        for cohort in course.cohorts:
            if cohort.age == 0:
                yield _row(size_id(cohort), "cohort", cohort.currency, cohort.cohort, "")


def _row(figure: str, what: str, currency: str, month: int, kind: str) -> dict[str, object]:
    return {
        "figure": figure,
        "what": what,
        "currency": currency,
        "month_n": month,
        "kind": kind,
    }
