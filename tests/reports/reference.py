"""Retention computed the slow way, member by member with Python sets: the oracle of the tests."""

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from tools.days import from_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.reports.retention.spec import RetentionSpec, Unit

Counts = dict[tuple[int, str], tuple[int, int, int, bool, int]]


def unit_start(day: int, unit: "Unit", week_start: str = "monday") -> int:
    """The first day of the calendar unit a day lies in."""
    if unit == "day":
        return day
    moment = from_number(day)
    if unit == "week":
        return day - (moment.weekday() + (week_start == "sunday")) % 7
    return (moment.replace(day=1) - date(1970, 1, 1)).days


def shifted(day: int, units: int, spec: "RetentionSpec") -> int:
    """The day a number of units after a birth, on the clock of the report."""
    if spec.clock == "rolling":
        return day + units * {"day": 1, "week": 7, "month": 30}[spec.unit]
    start = unit_start(day, spec.unit, spec.week_start)
    if spec.unit == "month":
        first = from_number(start)
        months = first.year * 12 + first.month - 1 + units
        return (date(months // 12, months % 12 + 1, 1) - date(1970, 1, 1)).days
    return start + units * (7 if spec.unit == "week" else 1)


def count(
    as_of: int,
    births: "Mapping[str, int]",
    events: "Iterable[tuple[str, int]]",
    spec: "RetentionSpec",
) -> Counts:
    """(size, eligible, retained, complete, reactivated) by cohort and bucket."""
    days: defaultdict[str, set[int]] = defaultdict(set)
    for member, day in events:
        if member in births and births[member] <= day < as_of:
            days[member].add(day)
    totals: defaultdict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 1, 0])
    for member, birth in births.items():
        before = True
        for window in spec.windows():
            low = shifted(birth, window.lo, spec)
            high = as_of if window.hi > 10_000 else shifted(birth, window.hi, spec)
            back = any(low <= day < high for day in days[member])
            over = shifted(birth, window.closes, spec) <= as_of
            counted = low < as_of if spec.incomplete == "mark" else over
            if spec.base == "previous":
                counted = counted and before
            cell = totals[unit_start(birth, spec.cohort, spec.week_start), window.label]
            cell[0] += 1
            cell[1] += counted
            cell[2] += counted and back
            cell[3] &= over
            cell[4] += counted and back and not before
            before = back
    return {key: (size, n, k, bool(over), r) for key, (size, n, k, over, r) in totals.items()}
