"""A picture in two formats and in words; drawing one is the business of `charts`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tools.document.format import written

if TYPE_CHECKING:
    from tools.document.model import Chart, Series

MOST_SAID = 24


@dataclass(frozen=True)
class Picture:
    """One picture in two formats and in words."""

    png: bytes
    svg: str
    alt: str


def alternative(chart: "Chart") -> str:
    """The picture in words, with its figures."""
    said = "; ".join(_said(chart, one) for one in chart.series)
    return f"{chart.title}, {chart.y_title} by {chart.x_title}. {said or 'nothing to draw'}."


def _said(chart: "Chart", series: "Series") -> str:
    known = [(x, y) for x, y in zip(chart.x, series.y, strict=True) if y is not None]
    shown = known[-MOST_SAID:]
    points = ", ".join(f"{x}: {written(y, chart.unit, chart.currency)}" for x, y in shown)
    cut = f" (the last {len(shown)})" if len(shown) < len(known) else ""
    kind = "" if series.style == "observed" else f" ({series.style})"
    return f"{series.name}{kind}{cut} {points or 'no value'}"


def titled(svg: str, alt: str) -> str:
    """Name the picture for screen readers, in the place the format has for it."""
    head, sep, rest = svg.partition("<svg ")
    inside, close, body = rest.partition(">")
    return f'{head}{sep}role="img" {inside}{close}\n <title>{escape(alt)}</title>{body}'
