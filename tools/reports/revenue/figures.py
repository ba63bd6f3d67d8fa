"""How the figures about money are named and made."""

from typing import TYPE_CHECKING

from tools.currencies import UNKNOWN
from tools.days import from_number, month_start
from tools.document.model import Figure
from tools.reports.figure_ids import figure_id

if TYPE_CHECKING:
    from tools.reports.revenue.cohorts import CohortMonth
    from tools.reports.revenue.movements import Movement, Week
    from tools.reports.revenue.net_retention import NetRetention
    from tools.stats.intervals import Interval


def currency_of(name: str) -> str:
    """The currency as it is shown."""
    return name or UNKNOWN


def month_name(month: int) -> str:
    """A month number as 2023-06."""
    return from_number(month_start(month)).isoformat()[:7]


def money(
    id_: str, value: int, currency: str, *, n: int | None = None, drill: bool = False
) -> Figure:
    """An amount in minor units."""
    return Figure(id_, value, "money", currency_of(currency), n=n, drill=drill)


def share(
    id_: str,
    value: float | None,
    interval: "Interval | None" = None,
    *,
    n: int | None = None,
    least: int = 0,
    drill: bool = False,
    missing: str = "",
) -> Figure:
    """A ratio with its interval, or why there is none; none of fewer than `least` accounts."""
    if n is not None and n < least:
        value, missing = None, f"missing: {least} accounts ({n})"
    low, high = (interval.low, interval.high) if interval and value is not None else (None, None)
    return Figure(
        id_,
        value,
        "share",
        low=low,
        high=high,
        n=n,
        drill=drill and value is not None,
        missing=missing if value is None else "",
    )


def month_id(month: "Movement", kind: str) -> str:
    """The id of what happened in a month: closed months keep it for ever."""
    return figure_id("money", currency_of(month.currency), month.label, kind)


def week_id(week: "Week", move: "Movement", kind: str) -> str:
    """The id of what happened in a week, named by its first day."""
    first = from_number(week.first_day).isoformat()
    return figure_id("money", currency_of(move.currency), f"week {first}", kind)


def kept_id(kept: "NetRetention", name: str) -> str:
    """The id of a figure about net retention up to a month."""
    currency = currency_of(kept.currency) + (" constant" if kept.constant else "")
    return figure_id("money", currency, month_name(kept.month), f"{name} {kept.months} months")


def size_id(cohort: "CohortMonth") -> str:
    """The id of a cohort's number of accounts."""
    return figure_id("money", currency_of(cohort.currency), f"cohort {cohort.label}", "size")


def cohort_id(cohort: "CohortMonth", name: str) -> str:
    """The id of a figure of a cohort at an age."""
    currency = currency_of(cohort.currency)
    return figure_id("money", currency, f"cohort {cohort.label}", f"month {cohort.age}", name)
