"""The retention table as a picture: same report, same bytes, readable without colours."""

import io
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tools.days import from_number
from tools.document.picture import Picture, titled
from tools.reports.retention.exports import (
    by_cohort,
    cell_text,
    cohort_label,
    notes,
    percent,
    title,
)

if TYPE_CHECKING:
    from tools.reports.retention.measure import Retention, RetentionCell

MOST_COHORTS = 60
# One hue from light to dark: the order survives greyscale and colour blindness.
_PALETTE = "Blues"
_EMPTY = "#f2f2f2"
_CELL = (0.72, 0.34)
_LEFT, _BELOW, _ABOVE, _RIGHT = 1.7, 1.25, 0.85, 0.2
_STYLE = {
    "svg.hashsalt": "lifecycle",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "hatch.linewidth": 0.6,
}


@dataclass(frozen=True)
class Tile:
    """One rectangle: column, row, share 0..1 of the darkest (None: no percentage), text."""

    x: float
    y: float
    shade: float | None
    text: str
    hatched: bool


def draw_heatmap(report: "Retention") -> Picture:
    """Draw cohorts down, buckets across, a figure in every cell, unfinished cells hatched."""
    alt = describe(report)
    png, svg = io.BytesIO(), io.StringIO()
    with mpl.rc_context(_STYLE):
        figure = _figure(report)
        figure.savefig(png, format="png", dpi=144, metadata={"Software": None, "Description": alt})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(png.getvalue(), titled(svg.getvalue(), alt), alt)


def describe(report: "Retention") -> str:
    """The picture in words, for those who cannot see it."""
    figures = ", ".join(f"{m.bucket} {percent(m.rate)}" for m in report.means if m.rate is not None)
    said = f"{report.spec.mean} mean: {figures}" if figures else "no bucket has a percentage yet"
    return (
        f"Heat map: retention of {report.spec.entity}s as of "
        f"{from_number(report.as_of).isoformat()}, {len(by_cohort(report))} cohorts by "
        f"{report.spec.cohort}; {said}. Definition: {report.definition}."
    )


def tiles(report: "Retention") -> list[Tile]:
    """What is drawn: the latest cohorts from the top, the means half a row below."""
    shown = list(by_cohort(report).values())[-MOST_COHORTS:]
    # 100 % at birth would wash out everything else.
    top = max((c.rate for c in report.cells if c.rate is not None and c.rate < 1), default=1.0)
    cells = [
        Tile(x, y, _shade(cell.rate, top), cell_text(cell), not cell.complete)
        for y, row in enumerate(shown)
        for x, cell in enumerate(row)
        if cell.eligible
    ]
    means = [
        Tile(x, len(shown) + 0.3, _shade(mean.rate, top), percent(mean.rate), hatched=False)
        for x, mean in enumerate(report.means)
        if mean.rate is not None
    ]
    return cells + means


def _shade(rate: float | None, top: float) -> float | None:
    return None if rate is None else min(rate / (top or 1.0), 1.0)


def _figure(report: "Retention") -> Any:
    shown = list(by_cohort(report).items())[-MOST_COHORTS:]
    across, down = _CELL[0] * len(report.means), _CELL[1] * (len(shown) + 1.3)
    width, height = max(_LEFT + across + _RIGHT, 6.4), _BELOW + down + _ABOVE
    figure = Figure(figsize=(width, height), facecolor="white")
    place = (_LEFT / width, _BELOW / height, across / width, down / height)
    axes = figure.add_axes(place)
    _frame(axes, report, shown)
    for tile in tiles(report):
        _draw(axes, tile)
    left = 0.15 / width
    figure.text(left, 1 - 0.3 / height, title(report), fontsize=11, weight="bold")
    footer = "\n".join(_footer(report, int(width * 19)))
    figure.text(left, (_BELOW - 0.12) / height, footer, fontsize=6.5, va="top", linespacing=1.35)
    return figure


def _frame(axes: Any, report: "Retention", shown: "list[tuple[int, list[RetentionCell]]]") -> None:
    names = [
        f"{cohort_label(cohort, report.spec.cohort)}   n {cells[0].size:,}"
        for cohort, cells in shown
    ]
    rows = [*range(len(shown)), len(shown) + 0.3]
    buckets = [mean.bucket for mean in report.means]
    axes.set(xlim=(0, len(buckets)), ylim=(len(shown) + 1.3, 0))
    axes.set_xticks([x + 0.5 for x in range(len(buckets))], buckets)
    axes.set_yticks([y + 0.5 for y in rows], [*names, f"{report.spec.mean} mean"])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _draw(axes: Any, tile: Tile) -> None:
    shade = tile.shade
    colour = _EMPTY if shade is None else mpl.colormaps[_PALETTE](0.05 + 0.85 * shade)
    corner, box = (tile.x, tile.y), None
    axes.add_patch(Rectangle(corner, 1, 1, facecolor=colour, edgecolor="white", linewidth=1.2))
    if tile.hatched:
        inside = Rectangle((tile.x + 0.02, tile.y + 0.04), 0.96, 0.92, hatch="////")
        inside.set(facecolor="none", edgecolor="#666666", linewidth=0)
        axes.add_patch(inside)
        box = {"facecolor": colour, "edgecolor": "none", "pad": 1.2}
    where = {"ha": "center", "va": "center", "bbox": box}
    axes.text(tile.x + 0.5, tile.y + 0.5, tile.text, color=_ink(colour), **where)


def _ink(colour: Any) -> str:
    """Black or white, whichever contrasts more by WCAG's relative luminance."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in mpl.colors.to_rgb(colour)
    )
    return "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "white"


def _footer(report: "Retention", per_line: int) -> list[str]:
    said = [line.replace("* ", "Hatched and *: ", 1) for line in notes(report)]
    if (hidden := len(by_cohort(report)) - MOST_COHORTS) > 0:
        said.insert(0, f"The {hidden} earliest cohorts are not drawn; the mean counts them.")
    return [part for line in said for part in wrap(line, per_line)]
