"""What the last report said otherwise about the same closed facts, and what has become known since.

A figure is compared when both reports call it closed and it has the same id; a figure about today
differs every week and restates nothing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.days import between, from_number
from tools.document.model import About, Figure, Line, Report, Section, Table, Words, words
from tools.reports.restatement.late_dates import late_dates
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tools.reports.context import ReportContext

ID, TITLE = "restated", "Compared with the last report"
DEFINITION = (
    "A closed figure is compared with the one of the same name in the last report; it is restated "
    "when its value or its count differs."
)


@dataclass(frozen=True)
class Named:
    """A figure with the words that lead to it: the table, the row and the column."""

    place: str
    figure: Figure


@dataclass(frozen=True)
class Late:
    """Rows of one table about days before the last report that became known since."""

    table: str
    rows: int


def make_restated(
    given: "ReportContext", now: "Sequence[Section]", before: Report | None
) -> Section:
    """Compare with the report before; it says so when there is none."""
    if before is None:
        line = (
            words("This is the first report of its kind: there is nothing to compare it with."),
        )
        return Section(ID, TITLE, (line,))
    then = {one.figure.id: one.figure for s in before.sections for one in named(s)}
    pairs = [
        (one, then[one.figure.id])
        for section in now
        for one in named(section)
        if one.figure.closed and one.figure.id in then and then[one.figure.id].closed
    ]
    changed = [(one, old) for one, old in _once(pairs) if _differs(one.figure, old)]
    late = read_late(given, before.as_of)
    lines = (
        _count(len(list(_once(pairs))), len(changed), before),
        *_reasons(late),
        *late_dates(given, before.as_of),
    )
    return Section(ID, TITLE, lines, (_table(given, before, changed),) if changed else ())


def named(section: Section) -> "Iterator[Named]":
    """Every figure of a section with its place in words."""
    for line in section.lines:
        yield from (Named(section.title, part) for part in line if isinstance(part, Figure))
    for block in section.blocks:
        if isinstance(block, Table):
            for row in block.rows:
                head = row[0].text if isinstance(row[0], Words) else ""
                for column, cell in zip(block.columns, row, strict=True):
                    if isinstance(cell, Figure):
                        place = ", ".join(filter(None, (block.title, head, column)))
                        yield Named(place, cell)


def read_late(given: "ReportContext", before: int) -> tuple[Late, ...]:
    """What became known from the morning of `before` until now about days before it."""
    parts = [
        f"SELECT '{name}' AS name, CAST(COUNT(*) AS BIGINT) AS late FROM fact_{name} "
        "WHERE day < $before AND known_day > $before AND known_day <= $as_of"
        for name in sorted(BY_NAME)
        if name in given.present and name != "events"
    ]
    if "events" in given.present:
        parts.append(
            "SELECT 'events' AS name, CAST(COALESCE(SUM(events), 0) AS BIGINT) AS late "
            "FROM fact_usage "
            "WHERE day < $before AND known_day > $before AND known_day <= $as_of"
        )
    if not parts:
        return ()
    sql = " UNION ALL ".join(parts)
    rows = given.engine.run(sql, before=before, as_of=given.as_of).to_pylist()
    return tuple(Late(r["name"], r["late"]) for r in sorted(rows, key=lambda r: str(r["name"])))


def _once(pairs: "list[tuple[Named, Figure]]") -> "Iterator[tuple[Named, Figure]]":
    """A figure that stands in several places is compared once, in the first table it is in."""
    tabled = sorted(pairs, key=lambda pair: "," not in pair[0].place)
    first = {one.figure.id: (one, old) for one, old in reversed(tabled)}
    seen: set[str] = set()
    for one, _ in pairs:
        if one.figure.id not in seen:
            seen.add(one.figure.id)
            yield first[one.figure.id]


def _differs(now: Figure, then: Figure) -> bool:
    return (now.value, now.currency, now.n) != (then.value, then.currency, then.n)


def _count(compared: int, changed: int, before: Report) -> Line:
    day = from_number(before.as_of - 1).isoformat()
    return (
        words("Of "),
        Figure("restated.compared", compared, "count"),
        words(f" closed figures that the report until {day} gave as well, "),
        Figure("restated.changed", changed, "count"),
        words(" are different now."),
    )


def _reasons(late: tuple[Late, ...]) -> tuple[Line, ...]:
    """Which facts about earlier days came since, in one sentence."""
    came = [one for one in late if one.rows]
    if not came:
        return ((words("Nothing about the days before it has become known since."),),)
    parts: list[Words | Figure] = [words("Since then became known about the days before it: ")]
    for place, one in enumerate(came):
        parts += [
            words(", " if place else ""),
            Figure(f"restated.late.{one.table}", one.rows, "count"),
            words(f" rows of {one.table}"),
        ]
    return ((*parts, words(" (late, corrected or closed since).")),)


def _table(given: "ReportContext", before: Report, changed: "list[tuple[Named, Figure]]") -> Table:
    rows = tuple(
        (
            words(one.place),
            _as(one.figure.id, "then", old),
            _as(one.figure.id, "now", one.figure),
            Figure(f"restated.{one.figure.id}.n", (one.figure.n or 0) - (old.n or 0), "number")
            if one.figure.n is not None and old.n is not None
            else words(""),
        )
        for one, old in changed
    )
    about = About(DEFINITION, between(before.first_day, given.as_of), len(changed))
    return Table(ID, "Restated figures", about, ("figure", "then", "now", "members more"), rows)


def _as(name: str, when: str, one: Figure) -> Figure:
    """The figure under a name of its own, so that the next comparison does not find it."""
    return Figure(
        f"restated.{name}.{when}",
        one.value,
        one.unit,
        one.currency,
        one.low,
        one.high,
        one.n,
        one.missing,
        one.mark,
    )
