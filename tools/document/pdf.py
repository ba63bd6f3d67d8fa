"""A report as a PDF with tags for screen readers: same report, same bytes.

What is set in type was written by `shown`, as on the page; `print.typ` only lays it out.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import typst

from tools.document.format import band, shown
from tools.document.html import heading, one_currency, period, shade, visible
from tools.document.model import Figure, Table
from tools.document.text import line_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.document.model import Block, Part, Report, Section
    from tools.document.picture import Picture

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def as_pdf(report: "Report", drawn: "Mapping[str, Picture]") -> bytes:
    """The whole report in print; the creation date is the report's day, not today."""
    given = {"report": json.dumps(_report(report), ensure_ascii=False)}
    given |= {f"svg:{name}": one.svg for name, one in drawn.items()}
    given |= {f"alt:{name}": one.alt for name, one in drawn.items()}
    template = (files("tools.document") / "print.typ").read_bytes()
    return typst.compile(
        template,
        sys_inputs=given,
        format="pdf",
        font_paths=_fonts(),
        timestamp=_EPOCH + timedelta(days=report.as_of),
    )


@cache
def _fonts() -> typst.Fonts:
    """DejaVu Sans as matplotlib brings it: every machine sets the same letters."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


def _report(report: "Report") -> dict[str, Any]:
    chapters = [*report.sections, *([report.restated] if report.restated else [])]
    return {
        "heading": heading(report),
        "period": " · ".join(filter(None, (period(report), report.company))),
        "sections": [_section(section) for section in chapters],
        "versions": ", ".join(f"{name} {version}" for name, version in report.versions),
    }


def _section(section: "Section") -> dict[str, Any]:
    return {
        "title": section.title,
        "lines": [line_text(line) for line in section.lines],
        "missing": ", ".join(section.missing),
        "blocks": list(map(_block, section.blocks, (None, *section.blocks))),
    }


def _block(block: "Block", before: "Block | None") -> dict[str, Any]:
    above = before is not None and before.about.definition == block.about.definition
    definition = "Definition as above." if above else block.about.definition
    about = [definition, f"Period {block.about.period}"]
    if block.about.accounts is not None:
        about[1] += f"; behind it {block.about.accounts:,}"
    if not isinstance(block, Table):
        return {"title": block.title, "chart": block.id, "about": about}
    rows = [[_cell(block, row, place) for place in range(len(row))] for row in visible(block)]
    hidden = len(block.rows) - len(rows)
    more = [f"{hidden} more rows are in {block.id}.csv."] if hidden else []
    more += [f"Amounts in {money}."] if (money := one_currency(block)) else []
    return {
        "title": block.title,
        "columns": block.columns,
        "rows": rows,
        "about": [*more, *block.notes, *about],
    }


def _cell(table: Table, row: "tuple[Part, ...]", place: int) -> dict[str, Any]:
    cell = row[place]
    style, bare = shade(table, row, place), one_currency(table) != ""
    fill, ink = style.split(";")[:2] if style else (":", ":")
    figure = isinstance(cell, Figure)
    return {
        "text": shown(cell, bare=bare) if isinstance(cell, Figure) else cell.text,
        "band": band(cell, bare=bare) if isinstance(cell, Figure) else "",
        "figure": figure,
        "fill": fill.split(":")[1],
        "ink": ink.split(":")[1],
    }
