"""Everything the section about money is written from, measured in one go."""

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from tools.errors import NotComputable
from tools.reports.revenue.cohorts import CohortMonth, Hazard, hazards, measure_cohorts
from tools.reports.revenue.month_churn import MonthChurn, month_churn
from tools.reports.revenue.movements import Movements, Week, measure_movements, measure_week
from tools.reports.revenue.net_retention import (
    NetRetention,
    constant_retention,
    last_month,
    net_retention,
)
from tools.reports.revenue.projection import Tail, project
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.reports.context import ReportContext
    from tools.reports.revenue.spec import MoneySpec


@dataclass(frozen=True)
class Course:
    """The cohorts of one currency, their churn by age and its projection, or why there is none.

    `hazards` end with the last age at which enough accounts were at risk.
    """

    currency: str
    cohorts: tuple[CohortMonth, ...]
    hazards: tuple[Hazard, ...]
    tail: Tail | None
    why_not: str


@dataclass(frozen=True)
class RevenueMeasures:
    """What was measured.

    Attributes:
        month: the last closed month, None before the first.
        kept: net retention of each currency; empty while the history is too short.
        constant: of all currencies at the rates of the start, None without rates or history.
        lacking: rates that are missing for it.
        courses: by currency, most accounts first.
    """

    given: "ReportContext"
    spec: "MoneySpec"
    month: int | None
    moved: Movements
    week: Week
    kept: tuple[NetRetention, ...]
    constant: NetRetention | None
    lacking: tuple[str, ...]
    churn: tuple[MonthChurn, ...]
    courses: tuple[Course, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """Those ever paid in, most accounts first."""
        return tuple(course.currency for course in self.courses)


def measure_money(given: "ReportContext", spec: "MoneySpec") -> RevenueMeasures:
    """Measure the week, every closed month, net retention and cohorts, in this order.

    The relations end as those of the months, and with what is kept of the week and the cohorts
    for those who look behind the figures.

    Raises:
        NotComputable: without subscriptions.
    """
    as_of, engine, present = given.as_of, given.engine, given.present
    week = measure_week(given.first_day, as_of, engine, present, spec.internal)
    engine.create("drill_money_week", read_sql(__package__, "week_members"))
    moved = measure_movements(as_of, engine, present, spec.boundary, spec.internal)
    shift = 1 if spec.boundary == "opening" else 0
    engine.create("drill_money_cohorts", read_sql(__package__, "cohort_members"), shift=shift)
    month = last_month(engine)
    constant, lacking = _constant(given, spec)
    used = present if spec.usage else frozenset(present) - {"events"}
    cohorts = measure_cohorts(engine, used, month, spec.boundary)
    return RevenueMeasures(
        given=given,
        spec=spec,
        month=month,
        moved=moved,
        week=week,
        kept=net_retention(engine, spec.months),
        constant=constant,
        lacking=lacking,
        churn=month_churn(engine, month) if month is not None else (),
        courses=_courses(cohorts, spec),
    )


def _constant(
    given: "ReportContext", spec: "MoneySpec"
) -> tuple[NetRetention | None, tuple[str, ...]]:
    if not spec.rates:
        return None, ()
    try:
        return constant_retention(given.engine, spec.months, spec.currency, spec.rates), ()
    except NotComputable as error:
        return None, error.missing


def _courses(cohorts: tuple[CohortMonth, ...], spec: "MoneySpec") -> tuple[Course, ...]:
    by_currency: dict[str, list[CohortMonth]] = {}
    for month in cohorts:
        by_currency.setdefault(month.currency, []).append(month)
    found = [_course(name, tuple(months), spec) for name, months in by_currency.items()]
    return tuple(sorted(found, key=lambda course: (-accounts(course.cohorts), course.currency)))


def _course(currency: str, cohorts: tuple[CohortMonth, ...], spec: "MoneySpec") -> Course:
    observed = tuple(takewhile(lambda h: h.at_risk >= spec.min_size, hazards(cohorts)))
    if not spec.projection.months:
        return Course(currency, cohorts, observed, None, "")
    try:
        tail = project(cohorts, observed, spec.projection)
    except NotComputable as error:
        return Course(currency, cohorts, observed, None, ", ".join(error.missing))
    return Course(currency, cohorts, observed, tail, "")


def accounts(cohorts: tuple[CohortMonth, ...]) -> int:
    """How many accounts ever paid in these cohorts."""
    return sum(month.size for month in cohorts if month.age == 0)
