"""Which days a report is about, and what it is called.

A week is told on its Monday. A month is told on the 2nd: its recurring revenue is what is in force
when the next month opens, and that is known a morning later; the day in between is told with it.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tools.days import day_number, from_number, month_number, month_start
from tools.errors import BadInput

if TYPE_CHECKING:
    from tools.store.reports import ReportKind

WEEK = 7
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class Period:
    """The days from `first_day` to the day before `as_of`, the morning on which it is reported."""

    kind: "ReportKind"
    first_day: int
    as_of: int

    @property
    def id(self) -> str:
        """The name of its report: weekly-2026-W44, monthly-2026-10."""
        day = from_number(self.first_day)
        week = self.kind == "weekly"
        return f"weekly-{day:%G}-W{day:%V}" if week else f"monthly-{day:%Y-%m}"


def week_before(day: int) -> Period:
    """The last whole week, Monday to Sunday, that is over on the morning of a day."""
    monday = day - (day + EPOCH_WEEKDAY) % WEEK
    return Period("weekly", monday - WEEK, monday)


def month_before(day: int) -> Period:
    """The last calendar month that can be told on the morning of a day."""
    month = month_number(day - 1)
    return Period("monthly", month_start(month - 1), month_start(month) + 1)


def read_period(text: str) -> Period:
    """The period a person named: 2026-W44, 2026-10, or the id of its report.

    Raises:
        BadInput: when there is no such week or month.
    """
    name = text.removeprefix("weekly-").removeprefix("monthly-")
    try:
        if "W" in name:
            year, _, week = name.partition("-W")
            first = day_number(date.fromisocalendar(int(year), int(week), 1))
            return Period("weekly", first, first + WEEK)
        first = day_number(date.fromisoformat(f"{name}-01"))
        return Period("monthly", first, month_start(month_number(first) + 1) + 1)
    except ValueError as error:
        raise BadInput(
            f"{text!r} is no week or month; write 2026-W44 for a week, 2026-10 for a month"
        ) from error
