"""Why a closed month of the bill reads otherwise: a day in it that became known only since."""

from typing import TYPE_CHECKING

from tools.days import from_number
from tools.document.model import Line, words
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.reports.context import ReportContext

MOST_DATES = 5
_KINDS = {"change": "a change", "end": "an end", "pause": "a pause",
          "resumption": "the end of a pause", "start": "a start"}  # fmt: skip


def late_dates(given: "ReportContext", before: int) -> tuple[Line, ...]:
    """One sentence with the earliest of the days that subscriptions stated too late, if any."""
    if "subscriptions" not in given.present:
        return ()
    rows = given.engine.run(
        read_sql(__package__, "late_dates"),
        before=before,
        as_of=given.as_of,
        most=MOST_DATES + 1,
    ).to_pylist()
    if not rows:
        return ()
    told = [
        f"{_KINDS[row['kind']]} dated {_iso(row['day'])} became known on {_iso(row['known_day'])}"
        + (f" ({row['lines']} lines)" if row["lines"] > 1 else "")
        for row in rows[:MOST_DATES]
    ]
    more = "; and others" if len(rows) > MOST_DATES else ""
    return ((words(f"Of subscriptions: {'; '.join(told)}{more}."),),)


def _iso(day: int) -> str:
    return from_number(day).isoformat()
