"""Cohorts of paying accounts: kept, net, gross and in use; churn by age; the projected tail."""

from typing import TYPE_CHECKING

from tools.document.model import About, Block, Chart, Figure, Part, Series, Table, words
from tools.reports.figure_ids import figure_id
from tools.reports.revenue.figures import cohort_id, currency_of, money, month_name, share, size_id
from tools.reports.revenue.measure import accounts
from tools.stats.intervals import Interval, wilson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.reports.revenue.cohorts import CohortMonth, Hazard
    from tools.reports.revenue.measure import Course, RevenueMeasures

MOST_CURRENCIES = 3
_SINCE = (
    "Cohorts by the month of the first paid day (trials do not count), those that left within "
    "it included; month k is the end of the k-th month after."
)
_MEASURES = {
    "logos": ("Accounts that pay", "Share of the cohort that pays, those that came back included."),
    "nrr": ("Net revenue of cohorts", "Revenue of the cohort over that of its first paid days."),
    "grr": ("Gross revenue of cohorts", "The same, each account at most at what it paid first."),
    "usage": ("Use by cohorts", "Share of the cohort that used the product in the month."),
}


def cohort_blocks(told: "RevenueMeasures") -> "Iterator[Block]":
    """The blocks of the currencies most accounts pay in."""
    for course in told.courses[:MOST_CURRENCIES]:
        if course.hazards:
            yield _ages(told, course)
            yield _curve(told, course)
        for name in _MEASURES:
            if name != "usage" or course.cohorts[0].users is not None:
                yield _cohorts(told, course, name)


def _ages(told: "RevenueMeasures", course: "Course") -> Table:
    rows = tuple(_age_row(course, hazard) for hazard in course.hazards)
    definition = (
        f"{_SINCE} Lost: stopped paying for the first time. Churn h: lost over those at risk, "
        "with Wilson's interval. Still paying S: the product of 1 - h. Revenue churn: what was "
        "lost or shrank since the month before, over the revenue of the month before."
    )
    return Table(
        _id("ages", course),
        f"Churn by month since the first payment, {currency_of(course.currency)}",
        _about(told, course, definition),
        (
            "month",
            "at risk",
            "lost",
            "churn h",
            "still paying S",
            "revenue churn",
            "revenue still paid",
        ),
        rows,
    )


def _age_row(course: "Course", hazard: "Hazard") -> tuple[Part, ...]:
    def name(what: str) -> str:
        return figure_id("money", currency_of(course.currency), f"age {hazard.age}", what)

    low_high = Interval(*wilson(hazard.lost, hazard.at_risk), "Wilson")
    return (
        words(f"month {hazard.age}"),
        Figure(name("at risk"), hazard.at_risk, "count"),
        Figure(name("lost"), hazard.lost, "count", n=hazard.at_risk),
        share(name("h"), hazard.churn, low_high, n=hazard.at_risk),
        share(name("S"), hazard.survival, n=hazard.at_risk),
        share(name("revenue h"), hazard.revenue_churn, n=hazard.at_risk),
        share(name("revenue S"), hazard.revenue_survival, n=hazard.at_risk),
    )


def _curve(told: "RevenueMeasures", course: "Course") -> Chart:
    """Observed, and projected from its last point on: two lines, never one."""
    seen, tail = course.hazards, course.tail
    ages = len(seen) + (len(tail.survival) - 1 if tail else 0)
    observed = tuple(h.survival for h in seen) + (None,) * (ages - len(seen))
    series = [Series("observed", observed)]
    definition = f"{_SINCE} Still paying without a break."
    if tail is not None:
        values = (None,) * (ages - len(tail.survival)) + tail.survival
        series.append(Series("projected (sBG)", values, style="projected"))
        model = f"alpha {tail.model.alpha:.3f}, beta {tail.model.beta:.3f}"
        definition += f" Projected: shifted-beta-geometric model of all cohorts, {model}."
    elif course.why_not:
        definition += f" Not projected; it takes {course.why_not}."
    return Chart(
        _id("curve", course),
        f"Accounts that still pay, {currency_of(course.currency)}",
        _about(told, course, definition),
        "line",
        tuple(str(age) for age in range(ages)),
        "months since the first payment",
        "share still paying",
        "share",
        tuple(series),
    )


def _cohorts(told: "RevenueMeasures", course: "Course", name: str) -> Table:
    title, definition = _MEASURES[name]
    ages = told.spec.ages
    rows = []
    for cohort in _by_cohort(course):
        first, at = cohort[0], {month.age: month for month in cohort}
        cells = [_cell(told, at[age], name) if age in at else words("") for age in ages]
        size = Figure(size_id(first), first.size, "count", drill=True)
        rows.append((words(first.label), size, *cells))
    return Table(
        _id(name, course),
        f"{title}, {currency_of(course.currency)}",
        _about(told, course, f"{definition} {_SINCE}"),
        ("cohort", "accounts", *(f"month {age}" for age in ages)),
        tuple(rows),
        (f"Fewer than {told.spec.min_size} accounts: the count or the amount, no percentage.",),
        cut="head",
        shade=tuple(range(2, 2 + len(ages))),
    )


def _by_cohort(course: "Course") -> "list[list[CohortMonth]]":
    groups: dict[int, list[CohortMonth]] = {}
    for month in course.cohorts:
        groups.setdefault(month.cohort, []).append(month)
    return list(groups.values())


def _cell(told: "RevenueMeasures", month: "CohortMonth", name: str) -> Part:
    small, id_ = month.size < told.spec.min_size, cohort_id(month, name)
    if name in {"nrr", "grr"}:
        amount = month.minor if name == "nrr" else month.capped
        if small:
            return money(id_, amount, month.currency, n=month.size)
        return share(id_, amount / month.base, n=month.size)
    number = month.paying if name == "logos" else month.users or 0
    if small:
        return Figure(id_, number, "count", n=month.size)
    low_high = Interval(*wilson(number, month.size), "Wilson")
    return share(id_, number / month.size, low_high, n=month.size)


def _id(name: str, course: "Course") -> str:
    return figure_id("money", name, currency_of(course.currency))


def _about(told: "RevenueMeasures", course: "Course", definition: str) -> About:
    first = min(month.label for month in course.cohorts)
    period = f"{first} to {month_name(told.month or 0)}"
    return About(definition, period, accounts(course.cohorts))
