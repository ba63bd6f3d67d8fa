"""A report as one HTML file that every mail client shows: tables, no script, nothing to fetch.

Pictures come inside the file (`data:`) or as parts of the mail (`cid:`). On the page every number
stands in an element that names its figure, so that it can be traced to the JSON; the mail says
the same words without the names, and with as many rows as the largest client shows uncut. Where a
client drops the style sheet, tables, alignment and shades are attributes and stay.
"""

from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tools.days import between, from_number
from tools.document.format import band, shown
from tools.document.json import blocks
from tools.document.model import Chart, Figure, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.document.format import Ends
    from tools.document.model import Part, Report
    from tools.document.picture import Picture

MOST_ROWS = 14
FEWER_ROWS = (MOST_ROWS, 10, 8, 6, 4, 3, 2, 1)
MAIL_BYTES = 100_000  # Gmail cuts a mail after 102 KB
_ENDS: tuple["Ends", "Ends"] = ("low", "high")
TITLES = {"weekly": "Lifecycle week", "monthly": "Lifecycle month"}
SHADES = ("#f7fbff", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#3d8dc4", "#2171b5")


def pictures(report: "Report") -> "dict[str, Picture]":
    """Every chart of the report, drawn, by its id."""
    from tools.document.charts import draw  # noqa: PLC0415 - a second to load

    return {block.id: draw(block) for block in blocks(report) if isinstance(block, Chart)}


def inside(drawn: "Mapping[str, Picture]") -> dict[str, str]:
    """The addresses of pictures that lie in the file itself."""
    return {name: f"data:image/png;base64,{_base64(one.png)}" for name, one in drawn.items()}


def attached(drawn: "Mapping[str, Picture]") -> dict[str, str]:
    """The addresses of pictures that come as parts of the same mail."""
    return {name: f"cid:{name}@report" for name in drawn}


def as_mail(report: "Report", drawn: "Mapping[str, Picture]") -> str:
    """The page as a mail, short enough not to be cut: of long tables fewer rows are shown."""
    for rows in FEWER_ROWS:
        page = as_page(report, drawn, attached(drawn), rows=rows, named=False)
        if len(page.encode()) <= MAIL_BYTES:
            break
    return page


def as_page(
    report: "Report",
    drawn: "Mapping[str, Picture]",
    address: "Mapping[str, str]",
    *,
    rows: int = MOST_ROWS,
    named: bool = True,
) -> str:
    """The whole page; `address` says where each picture is, `named` whether figures are named."""
    template = _environment().get_template("page.html")
    return template.render(
        report=report,
        heading=heading(report),
        drawn=drawn,
        address=address,
        rows=rows,
        named=named,
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


def visible(table: Table, rows: int = MOST_ROWS) -> tuple[tuple["Part", ...], ...]:
    """The rows that fit; the others are in the CSV."""
    return table.rows[-rows:] if table.cut == "head" else table.rows[:rows]


def shade(table: Table, row: "tuple[Part, ...]", place: int) -> str:
    """Background and ink of a cell of a heat map; '' outside of one."""
    step = shade_step(table, row, place)
    if step is None:
        return ""
    ink = "#ffffff" if step >= len(SHADES) - 2 else "#1d2430"
    return f"background:{SHADES[step]};color:{ink};"


def shade_step(table: Table, row: "tuple[Part, ...]", place: int) -> int | None:
    """How dark a cell of a heat map is, from 0 to 6; None outside of one."""
    cell = row[place]
    if place not in table.shade or not isinstance(cell, Figure) or cell.value is None:
        return None
    low, high = _range(table)
    step = int((cell.value - low) / ((high - low) or 1.0) * len(SHADES))
    return max(0, min(step, len(SHADES) - 1))


def one_currency(table: Table) -> str:
    """The currency of all amounts of a table, said once below it; '' when there are several."""
    cells = (cell for row in table.rows for cell in row if isinstance(cell, Figure))
    found = {cell.currency for cell in cells if cell.unit == "money" and cell.value is not None}
    return found.pop() if len(found) == 1 else ""


def _range(table: Table) -> tuple[float, float]:
    """The lowest and the highest share below one: 100 % at birth would wash out everything else."""
    shares = (row[place] for row in table.rows for place in table.shade)
    known = [c.value for c in shares if isinstance(c, Figure) and c.value is not None]
    below = [float(value) for value in known if value < 1]
    return min(below, default=0.0), max(below, default=1.0)


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _part(part: "Part", *, bare: bool = False, named: bool = True) -> Markup:
    """A part of a sentence or a cell; a figure in an element that names it."""
    if not isinstance(part, Figure):
        return Markup("{}").format(part.text)
    text = shown(part, bare=bare)
    return _named(part, "value", text) if named else Markup("{}").format(text)


def _named(figure: Figure, end: str, text: str) -> Markup:
    extra = Markup("") if end == "value" else Markup(' data-end="{}"').format(end)
    return Markup('<span data-figure="{}"{}>{}</span>').format(figure.id, extra, text)


def _interval(part: "Part", *, bare: bool = False, named: bool = True) -> Markup:
    """The interval of a figure, '' without one."""
    if not isinstance(part, Figure) or part.low is None or part.high is None:
        return Markup("")
    if not named:
        return Markup("{}").format(band(part, bare=bare))
    low, high = (_named(part, end, shown(part, end, bare=bare)) for end in _ENDS)
    return Markup("{} to {}").format(low, high)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("tools.document", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tests: dict[str, Any] = {"figure": lambda part: isinstance(part, Figure)}
    made.tests |= tests
    made.filters |= {"part": _part, "interval": _interval}
    made.globals |= {
        "visible": visible,
        "shade_step": shade_step,
        "period": period,
        "SHADES": SHADES,
        "one_currency": one_currency,
    }
    return made
