"""A retention report as a table for the terminal, as CSV and as JSON; each says its definition."""

import csv
import io
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tools import figures
from tools.days import from_number

if TYPE_CHECKING:
    from tools.reports.retention.measure import Retention, RetentionCell
    from tools.reports.retention.spec import Unit

CSV_COLUMNS = (
    "part", "cohort", "bucket", "size", "eligible", "retained", "reactivated", "rate", "low",
    "high", "complete", "query", "definition",
)  # fmt: skip


@dataclass(frozen=True)
class TextTable:
    """A title, a header, rows of text and the lines to print below."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def cohort_label(cohort: int, unit: "Unit") -> str:
    """The name of a cohort: a month as 2010-12, a week or a day by its first day."""
    text = from_number(cohort).isoformat()
    return text[:7] if unit == "month" else text


def cell_text(cell: "RetentionCell") -> str:
    """What stands in a cell: percentage, or the count alone; * when the bucket is not over."""
    if cell.eligible == 0:
        return ""
    mark = "" if cell.complete else "*"
    if cell.rate is None:
        return f"({cell.retained}){mark}"
    return percent(cell.rate) + mark


def percent(rate: float | None) -> str:
    """A share as a percentage with one decimal; nothing when it is unknown."""
    return "" if rate is None else figures.percent(rate)


def as_table(report: "Retention") -> TextTable:
    """The report as rows of text, one a cohort, the mean last; split, one a part."""
    labels = tuple(window.label for window in report.spec.windows())
    rows = _part_rows(report) if report.spec.breakdown else _cohort_rows(report)
    header = (report.spec.breakdown or "cohort", report.spec.entity + "s", *labels)
    return TextTable(title(report), header, tuple(rows), notes(report))


def _cohort_rows(report: "Retention") -> list[tuple[str, ...]]:
    rows = [
        (cohort_label(cohort, report.spec.cohort), str(cells[0].size), *map(cell_text, cells))
        for cohort, cells in by_cohort(report).items()
    ]
    means = (f"{report.spec.mean} mean", str(sum(int(row[1]) for row in rows)))
    return [*rows, (*means, *(percent(mean.rate) for mean in report.means))]


def _part_rows(report: "Retention") -> list[tuple[str, ...]]:
    first = report.spec.windows()[0].label
    sizes = dict.fromkeys(report.parts, 0)
    for cell in report.cells:
        sizes[cell.part] += cell.size if cell.bucket == first else 0
    means = {p: [m for m in report.means if m.part == p] for p in report.parts}
    return [(p, str(sizes[p]), *(percent(m.rate) for m in means[p])) for p in report.parts]


def by_cohort(report: "Retention") -> "dict[int, list[RetentionCell]]":
    """The cells of each cohort, cohorts and buckets in order."""
    cohorts: dict[int, list[RetentionCell]] = {}
    for cell in report.cells:
        cohorts.setdefault(cell.cohort, []).append(cell)
    return cohorts


def notes(report: "Retention") -> tuple[str, ...]:
    """What must stand below every rendering: definition, marks, who is left out, query."""
    lines = [f"Definition: {report.definition}."]
    if any(cell.eligible and not cell.complete for cell in report.cells):
        lines.append(_mark_note(report))
    if any(cell.eligible and cell.rate is None for cell in report.cells):
        lines.append(f"(n) is a count: fewer than {report.spec.min_size} members to divide by.")
    if report.left_out:
        lines.append(f"{report.left_out} {report.spec.entity}s without a birth day are left out.")
    if report.internal:
        lines.append(f"{report.internal} internal {report.spec.entity}s are left out.")
    return (*lines, f"Query {report.query}.")


def as_csv(report: "Retention") -> str:
    """The cells as CSV, one line each, with the definition in the last column."""
    out = io.StringIO()
    writer = csv.DictWriter(out, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for cell in report.cells:
        label = cohort_label(cell.cohort, report.spec.cohort)
        row = asdict(cell) | {"cohort": label, "query": report.query}
        writer.writerow(row | {"definition": report.definition})
    return out.getvalue()


def as_json(report: "Retention") -> str:
    """The whole report as canonical JSON."""
    body = asdict(report) | {"as_of": from_number(report.as_of).isoformat()}
    for cell in body["cells"]:
        cell["cohort"] = cohort_label(cell["cohort"], report.spec.cohort)
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def title(report: "Retention") -> str:
    """What the report is about."""
    return f"Retention of {report.spec.entity}s as of {from_number(report.as_of).isoformat()}"


def _mark_note(report: "Retention") -> str:
    if report.spec.incomplete == "mark":
        return "* the bucket is not over for every member."
    return "* only those members whose bucket is over are counted."
