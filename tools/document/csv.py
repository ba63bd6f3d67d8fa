"""Every table of a report as CSV: raw values with their interval, one line a row, no formatting."""

import csv
import io
from typing import TYPE_CHECKING

from tools.document.json import blocks
from tools.document.model import Figure, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.document.model import Part, Report


def as_sheets(report: "Report", guard: "Callable[[str], str]") -> dict[str, str]:
    """The text of each table's CSV by the table's id, in the order of the report."""
    return {block.id: as_csv(block, guard) for block in blocks(report) if isinstance(block, Table)}


def as_csv(table: Table, guard: "Callable[[str], str]") -> str:
    """One table; a figure is its raw value, money in minor units.

    Columns that hold figures are followed by `low`, `high` and `unit` columns of their own.
    `guard` makes a text harmless that a spreadsheet could take for a formula.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    numeric = [
        any(isinstance(row[place], Figure) for row in table.rows)
        for place in range(len(table.columns))
    ]
    writer.writerow(_header(table, numeric))
    for row in table.rows:
        cells = zip(row, numeric, strict=True)
        values = [value for cell, wide in cells for value in _cells(cell, wide=wide)]
        writer.writerow([guard(v) if isinstance(v, str) else v for v in values])
    return out.getvalue()


def _header(table: Table, numeric: list[bool]) -> list[str]:
    names: list[str] = []
    for title, wide in zip(table.columns, numeric, strict=True):
        names += [title, f"{title} low", f"{title} high", f"{title} unit"] if wide else [title]
    return names


def _cells(cell: "Part", *, wide: bool) -> list[object]:
    if isinstance(cell, Figure):
        unit = f"{cell.unit} {cell.currency} minor" if cell.unit == "money" else cell.unit
        value = cell.missing if cell.value is None else cell.value
        return [value, _known(cell.low), _known(cell.high), unit]
    return [cell.text, "", "", ""] if wide else [cell.text]


def _known(value: float | None) -> object:
    return "" if value is None else value
