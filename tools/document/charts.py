"""A chart's specification as a picture: same chart, same bytes, readable in grey and without sight.

Lines differ by dash and marker before they differ by colour (Okabe and Ito's palette, which the
colour-blind can tell apart); the words under the picture carry the figures.
"""

import io
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tools.currencies import minor_units
from tools.document.picture import Picture, alternative, titled

if TYPE_CHECKING:
    from tools.document.model import Chart, Series

WIDTH, HEIGHT = 6.4, 2.9
DPI = 160
MOST_TICKS = 14
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo")
_STYLE = {
    "svg.hashsalt": "lifecycle",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a93a3",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#e3e7ee",
    "hatch.linewidth": 0.6,
}


def draw(chart: "Chart") -> Picture:
    """Draw a chart; unfinished and projected parts are hollow or dashed."""
    alt = alternative(chart)
    png, svg = io.BytesIO(), io.StringIO()
    with mpl.rc_context(_STYLE):
        canvas = _canvas(chart)
        canvas.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        canvas.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(png.getvalue(), titled(svg.getvalue(), alt), alt)


def _canvas(chart: "Chart") -> Any:
    canvas = Canvas(figsize=(WIDTH, HEIGHT), facecolor="white", layout="constrained")
    axes = canvas.add_subplot()
    for place, series in enumerate(chart.series):
        (_line if chart.shape == "line" else _bars)(axes, chart, series, place)
    _axes(axes, chart)
    if len(chart.series) > 1 or any(s.style != "observed" for s in chart.series):
        canvas.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=7)
    return canvas


def _line(axes: Any, chart: "Chart", series: "Series", place: int) -> None:
    colour, observed = COLOURS[place % len(COLOURS)], series.style == "observed"
    x, y = range(len(chart.x)), [float("nan") if v is None else float(v) for v in series.y]
    axes.plot(
        x,
        y,
        color=colour if series.style != "reference" else "#6b7485",
        label=series.name,
        linestyle=_DASHES[place % len(_DASHES)] if observed else (0, (1, 2)),
        marker=_MARKERS[place % len(_MARKERS)],
        markersize=3.5 if len(chart.x) <= 40 else 0,
        markerfacecolor=colour if observed else "white",
        linewidth=1.4,
    )
    if series.low and series.high:
        low, high = (_floats(ends) for ends in (series.low, series.high))
        axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)


def _bars(axes: Any, chart: "Chart", series: "Series", place: int) -> None:
    wide = 0.8 / len(chart.series)
    x = [n - 0.4 + wide * (place + 0.5) for n in range(len(chart.x))]
    y = [0.0 if v is None else float(v) for v in series.y]
    axes.bar(
        x,
        y,
        wide,
        label=series.name,
        color=COLOURS[place % len(COLOURS)],
        edgecolor="white",
        hatch=_HATCHES[place % len(_HATCHES)],
        linewidth=0.4,
    )


def _floats(values: tuple[int | float | None, ...]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]


def _axes(axes: Any, chart: "Chart") -> None:
    step = -(-len(chart.x) // MOST_TICKS) or 1
    places = list(range(0, len(chart.x), step))
    names = [chart.x[place] for place in places]
    axes.set_xticks(
        places,
        names,
        rotation=35 if sum(map(len, names)) > 70 else 0,
        ha="right" if sum(map(len, names)) > 70 else "center",
    )
    axes.set_xlabel(chart.x_title, color="#4d5666")
    axes.set_ylabel("\n".join(wrap(chart.y_title, 34)), color="#4d5666")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=chart.unit == "count"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, chart)))
    axes.tick_params(length=0)


def _tick(value: float, chart: "Chart") -> str:
    """Axis labels are round: no cents, and thousands as k."""
    if chart.unit == "share":
        return f"{value * 100:g}%"
    main = value / minor_units(chart.currency) if chart.unit == "money" else value
    return f"{main / 1000:g}k" if abs(main) >= 10_000 else f"{main:g}"
