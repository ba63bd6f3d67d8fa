"""How figures are named: the same fact has the same id in every report that tells it."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from tools.days import from_number, month_start

if TYPE_CHECKING:
    from tools.reports.context import ReportContext


def figure_id(*parts: str) -> str:
    """Parts joined by dots; a blank becomes _ and what could be mistaken is escaped."""
    return ".".join(_part(part) for part in parts)


def stamp(day: int) -> str:
    """A day, as 2026-11-02: what is a stock is named by its morning."""
    return from_number(day).isoformat()


def span(given: "ReportContext") -> str:
    """The period of a report, as 2026-10-26_2026-11-01: what is a flow is named by its days."""
    return f"{stamp(given.first_day)}_{stamp(given.as_of - 1)}"


def month(number: int) -> str:
    """A month, as 2026-03."""
    return stamp(month_start(number))[:7]


def slug(text: str) -> str:
    """Any text as a part of an id: no spaces. SQL says `REPLACE(x, ' ', '-')`."""
    return text.replace(" ", "-")


def _part(text: str) -> str:
    escaped = quote(text, safe=" ").replace("_", "%5F").replace(".", "%2E")
    return escaped.replace(" ", "_") or "_"
