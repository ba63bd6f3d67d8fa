"""A report in plain text, for mail programs that show no page and for the terminal."""

from textwrap import fill
from typing import TYPE_CHECKING

from tools.document.format import band, shown
from tools.document.html import heading, period
from tools.document.model import Figure

if TYPE_CHECKING:
    from tools.document.model import Line, Part, Report, Section

WIDTH = 76


def as_text(report: "Report") -> str:
    """What every section says in sentences; the tables are in the page, the print and the CSV."""
    head = [heading(report), " · ".join(filter(None, (period(report), report.company))), ""]
    chapters = [*report.sections, *([report.restated] if report.restated else [])]
    return "\n".join([*head, *(_section(section) for section in chapters)]) + "\n"


def line_text(line: "Line") -> str:
    """One sentence with its figures and their intervals."""
    return "".join(_part(part) for part in line)


def _section(section: "Section") -> str:
    lines = [fill(line_text(line), WIDTH) for line in section.lines]
    if section.missing:
        lines.append(f"missing: {', '.join(section.missing)}")
    return "\n".join([section.title, "-" * len(section.title), *lines, ""])


def _part(part: "Part") -> str:
    if not isinstance(part, Figure):
        return part.text
    interval = band(part)
    return f"{shown(part)} ({interval})" if interval else shown(part)
