"""A report as JSON and back: what is archived, compared, traced and drawn from.

The bytes are canonical: keys sorted, one line end at the end, no rounding beyond the model's own.
"""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from tools.document.model import Chart, Figure, Report, Section, Table
from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

_REPORT = TypeAdapter(Report)


def to_json(report: Report) -> str:
    """The whole report as canonical JSON."""
    return json.dumps(asdict(report), sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Report:
    """A report from its JSON.

    Raises:
        BadInput: when it is not the JSON of a report; the first thing that is wrong is named.
    """
    try:
        return _REPORT.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise BadInput(f"not the JSON of a report: {place}: {first['msg']}") from error


def figures(report: Report) -> "Iterator[tuple[str, Figure]]":
    """Every figure with the title of the table or section it stands in, top to bottom."""
    extra = (report.restated,) if report.restated else ()
    for section in (*report.sections, *extra):
        yield from figures_of(section)


def figures_of(section: Section) -> "Iterator[tuple[str, Figure]]":
    """Every figure of a section."""
    for line in section.lines:
        yield from ((section.title, part) for part in line if isinstance(part, Figure))
    for block in section.blocks:
        if isinstance(block, Table):
            cells = (cell for row in block.rows for cell in row)
            yield from ((block.title, cell) for cell in cells if isinstance(cell, Figure))


def blocks(report: Report) -> "Iterator[Table | Chart]":
    """Every table and chart, top to bottom."""
    extra = (report.restated,) if report.restated else ()
    for section in (*report.sections, *extra):
        yield from section.blocks


def texts(value: Any) -> "Iterator[str]":
    """Every string in the JSON of a report, for the test that traces a page."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
