"""A report as one HTML file that every mail client shows: tables, inline styles, no script.

Pictures come inside the file (`data:`) or as parts of the mail (`cid:`). Every number stands in an
element that names its figure, so that it can be traced to the JSON.
"""

from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tools.days import from_number
from tools.reports.given import between
from tools.reports.paper.charts import draw
from tools.reports.paper.model import Chart, Figure, Table
from tools.reports.paper.shown import shown
from tools.reports.paper.written import blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.reports.paper.charts import Picture
    from tools.reports.paper.model import Part, Report

MOST_ROWS = 14
TITLES = {"weekly": "Lifecycle week", "monthly": "Lifecycle month"}
_SHADES = ("#f7fbff", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#3d8dc4", "#2171b5")


def pictures(report: "Report") -> "dict[str, Picture]":
    """Every chart of the report, drawn, by its id."""
    return {block.id: draw(block) for block in blocks(report) if isinstance(block, Chart)}


def inside(drawn: "Mapping[str, Picture]") -> dict[str, str]:
    """The addresses of pictures that lie in the file itself."""
    return {name: f"data:image/png;base64,{_base64(one.png)}" for name, one in drawn.items()}


def attached(drawn: "Mapping[str, Picture]") -> dict[str, str]:
    """The addresses of pictures that come as parts of the same mail."""
    return {name: f"cid:{name}@report" for name in drawn}


def as_page(report: "Report", drawn: "Mapping[str, Picture]", address: "Mapping[str, str]") -> str:
    """The whole page; `address` says where each picture is."""
    template = _environment().get_template("page.html")
    return template.render(
        report=report,
        heading=heading(report),
        drawn=drawn,
        address=address,
        versions=", ".join(f"{name} {version}" for name, version in report.versions),
    )


def heading(report: "Report") -> str:
    """What the report is called, as `Lifecycle week 2026-W44`."""
    day = from_number(report.first_day)
    week, month = f"{day:%G}-W{day:%V}", f"{day:%Y-%m}"
    return f"{TITLES[report.kind]} {week if report.kind == 'weekly' else month}"


def period(report: "Report") -> str:
    """The days it is about."""
    return between(report.first_day, report.as_of)


def visible(table: Table) -> tuple[tuple["Part", ...], ...]:
    """The rows that fit; the others are in the CSV."""
    return table.rows[-MOST_ROWS:] if table.cut == "head" else table.rows[:MOST_ROWS]


def shade(table: Table, row: "tuple[Part, ...]", place: int) -> str:
    """Background and ink of a cell of a heat map; '' outside of one."""
    step = shade_step(table, row, place)
    if step is None:
        return ""
    ink = "#ffffff" if step >= len(_SHADES) - 2 else "#1d2430"
    return f"background:{_SHADES[step]};color:{ink};"


def shade_step(table: Table, row: "tuple[Part, ...]", place: int) -> int | None:
    """How dark a cell of a heat map is, from 0 to 6; None outside of one."""
    cell = row[place]
    if place not in table.shade or not isinstance(cell, Figure) or cell.value is None:
        return None
    step = int(cell.value / (_darkest(table) or 1.0) * len(_SHADES))
    return max(0, min(step, len(_SHADES) - 1))


def _darkest(table: Table) -> float:
    """The largest share below one: 100 % at birth would wash out everything else."""
    shares = (row[place] for row in table.rows for place in table.shade)
    known = [c.value for c in shares if isinstance(c, Figure) and c.value is not None]
    return float(max((value for value in known if value < 1), default=1.0))


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _part(part: "Part") -> Markup:
    """A part of a sentence or a cell; a figure in an element that names it."""
    if not isinstance(part, Figure):
        return Markup("{}").format(part.text)
    return _named(part, "value", shown(part))


def _named(figure: Figure, end: str, text: str) -> Markup:
    extra = Markup("") if end == "value" else Markup(' data-end="{}"').format(end)
    return Markup('<span data-figure="{}"{}>{}</span>').format(figure.id, extra, text)


def _interval(part: "Part") -> Markup:
    """The interval of a figure, '' without one."""
    if not isinstance(part, Figure) or part.low is None or part.high is None:
        return Markup("")
    low, high = (_named(part, end, shown(part, end)) for end in ("low", "high"))
    return Markup("{} to {}").format(low, high)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("tools.reports.paper", "."),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    tests: dict[str, Any] = {"figure": lambda part: isinstance(part, Figure)}
    made.tests |= tests
    made.filters |= {"part": _part, "interval": _interval}
    made.globals |= {"visible": visible, "shade": shade, "period": period}
    return made
