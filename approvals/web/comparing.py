"""Two reports beside each other, figure by figure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.document.html import heading
from tools.document.model import Figure
from tools.reports.restatement.section import named

if TYPE_CHECKING:
    from tools.document.model import Report


@dataclass(frozen=True)
class FigurePair:
    """One figure of both reports; `change` is None where a difference says nothing."""

    place: str
    a: Figure
    b: Figure
    change: Figure | None


@dataclass(frozen=True)
class Compared:
    """By section the figures that differ, and how many are the same or in one report only."""

    names: tuple[str, str]
    sections: tuple[tuple[str, tuple[FigurePair, ...]], ...]
    same: int
    only_a: int
    only_b: int


def compare(a: "Report", b: "Report") -> Compared:
    """Every figure that both reports have under one id, in the order of the second."""
    before = {one.figure.id: one.figure for section in a.sections for one in named(section)}
    seen: set[str] = set()
    sections, same = [], 0
    for section in b.sections:
        pairs = []
        for one in named(section):
            old = before.get(one.figure.id)
            if old is None or one.figure.id in seen:
                continue
            seen.add(one.figure.id)
            if (old.value, old.missing) == (one.figure.value, one.figure.missing):
                same += 1
            else:
                pairs.append(FigurePair(one.place, old, one.figure, _change(old, one.figure)))
        if pairs:
            sections.append((section.title, tuple(pairs)))
    after = {one.figure.id for section in b.sections for one in named(section)}
    return Compared(
        (heading(a), heading(b)),
        tuple(sections),
        same,
        len(before.keys() - after),
        len(after - before.keys()),
    )


def _change(a: Figure, b: Figure) -> Figure | None:
    """By how much the second is more; shares differ by points, and currencies do not differ."""
    if a.value is None or b.value is None or (a.unit, a.currency) != (b.unit, b.currency):
        return None
    unit = "points" if b.unit == "share" else b.unit
    return Figure(f"{b.id}.change", b.value - a.value, unit, b.currency)
