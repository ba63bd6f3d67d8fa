"""Revenue movements as a table for the terminal, as CSV and as JSON."""

import csv
import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from tools.days import from_number
from tools.money import Money
from tools.reports.retention.exports import TextTable, percent
from tools.reports.revenue.movements import KINDS, shown_kinds

if TYPE_CHECKING:
    from tools.reports.revenue.movements import Movement, Movements
    from tools.reports.revenue.net_retention import NetRetention

COLUMNS = ("start", *KINDS, "end")


def as_table(report: "Movements", retention: "tuple[NetRetention, ...]" = ()) -> TextTable:
    """One row a month and currency, amounts in the main unit; net retention below."""
    columns = ("start", *shown_kinds(report.months), "end")
    rows = tuple(_row(month, columns) for month in report.months)
    checked = "adds up to the cent in every month" if report.rolls else "DOES NOT ADD UP"
    title = f"Recurring revenue as of {from_number(report.as_of).isoformat()}"
    notes = (f"Definition: {report.definition}", f"The roll-forward {checked}.")
    titles = (name.replace("_", " ") for name in columns)
    header = ("month", "currency", *titles, "gross churn", "net churn")
    return TextTable(title, header, rows, (*notes, *(sentence(one) for one in retention)))


def as_csv(report: "Movements") -> str:
    """One line a month and currency, amounts in integer minor units."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("month", "currency", *(f"{name}_minor" for name in COLUMNS), "definition"))
    for month in report.months:
        amounts = [getattr(month, name) for name in COLUMNS]
        writer.writerow((month.label, month.currency, *amounts, report.definition))
    return out.getvalue()


def as_json(report: "Movements", retention: "tuple[NetRetention, ...]" = ()) -> str:
    """The whole report as canonical JSON, amounts in integer minor units."""
    months = [
        asdict(month) | {"month": month.label, "accounts": dict(month.accounts)}
        for month in report.months
    ]
    body = asdict(report) | {
        "as_of": from_number(report.as_of).isoformat(),
        "months": months,
        "rolls": report.rolls,
        "net_retention": [asdict(one) for one in retention],
    }
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def sentence(one: "NetRetention") -> str:
    """Net retention in one line, with its interval and its dependence on one account."""
    interval = one.nrr_interval
    band = f" ({percent(interval.low)} to {percent(interval.high)})" if interval else ""
    largest = one.nrr_without_largest
    without = f", without the largest account {percent(largest)}" if largest is not None else ""
    return (
        f"{one.currency} net retention over {one.months} months {percent(one.nrr)}{band}{without}; "
        f"gross {percent(one.grr)}; accounts kept {percent(one.logos)} of {one.accounts}. "
        f"{one.definition}"
    )


def _row(month: "Movement", columns: tuple[str, ...]) -> tuple[str, ...]:
    amounts = [getattr(month, name) for name in columns]
    shown = [f"{Money.from_minor(amount, month.currency).amount:,}" for amount in amounts]
    churn = (percent(month.gross_churn), percent(month.net_churn))
    return (month.label, month.currency, *shown, *churn)
