"""The nouns of a report: figures, lines, tables, charts, sections.

Every number a reader may quote is a `Figure` with an id that stays the same from week to week, so
that last week's report can be compared with this one cell by cell, and so that a test can find
every number of the page in the JSON. Nothing here computes.
"""

from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

Unit = Literal["count", "share", "money", "days", "hours", "number", "points", "chance"]
DIGITS = 10


@dataclass(frozen=True)
class Figure:
    """One number with what belongs to it.

    Attributes:
        id: the same figure has the same id in every report: `section.what.which`, no spaces.
        value: whole for `count` and `money` (minor units); a part of 1 for `share`, `points`
            (a difference of shares) and `chance`; None when it cannot be computed.
        currency: of money.
        low: lower end of the interval, in the unit of the value.
        high: upper end.
        n: how many members are behind it, None when that says nothing.
        missing: why there is no value, as `missing: subscriptions`; '' when there is one.
        mark: what stands behind it, as `*` for a bucket that is not over.
        drill: whether the members behind it can be listed under its id.
        closed: it is about something that is over, so that a later report which says otherwise
            restates it; what is about today differs every week and is no restatement.
    """

    id: str
    value: int | float | None
    unit: Unit
    currency: str = ""
    low: int | float | None = None
    high: int | float | None = None
    n: int | None = None
    missing: str = ""
    mark: str = ""
    drill: bool = False
    closed: bool = False
    kind: Literal["figure"] = "figure"

    def __post_init__(self) -> None:
        """Refuse what is no number, and cut the noise of the last digits off."""
        for name in ("value", "low", "high"):
            given = getattr(self, name)
            if given is not None and not isfinite(given):
                raise ValueError(f"figure {self.id}: {name} is {given}")
            if isinstance(given, float):
                object.__setattr__(self, name, round(given, DIGITS) + 0.0)
        if (self.value is None) != bool(self.missing):
            raise ValueError(f"figure {self.id}: give a value, or say what is missing")
        if self.unit == "money" and (not self.currency) and self.value is not None:
            raise ValueError(f"figure {self.id}: money needs a currency")


@dataclass(frozen=True)
class Words:
    """Text; a number in it belongs to a definition or a date, and is not for quoting."""

    text: str
    kind: Literal["words"] = "words"


Part = Figure | Words
Line = tuple[Part, ...]


def words(text: str) -> Words:
    """Text as a part of a line or a cell of a table."""
    return Words(text)


@dataclass(frozen=True)
class About:
    """What must stand beside every table and chart.

    Attributes:
        definition: what the figures mean, in a sentence or two.
        period: the days they are about, as `2026-10-26 to 2026-11-01`.
        accounts: how many accounts (or other members, named in the definition) are behind it.
        query: a hash of the definition, the query text and its parameters.
    """

    definition: str
    period: str
    accounts: int | None = None
    query: str = ""


@dataclass(frozen=True)
class Table:
    """A table; its first column names the row.

    Attributes:
        cut: which end a mail leaves out when there are too many rows for it.
        shade: columns (by place) drawn as a heat map over their shares.
    """

    id: str
    title: str
    about: About
    columns: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    notes: tuple[str, ...] = ()
    cut: Literal["head", "tail"] = "tail"
    shade: tuple[int, ...] = ()
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        """Refuse rows of another width than the header."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.id}: a row has not {len(self.columns)} cells")

    def of_figures(self, column: int) -> bool:
        """Whether a column holds figures in any row, so that its name stands where they stand."""
        return any(isinstance(row[column], Figure) for row in self.rows)


@dataclass(frozen=True)
class Series:
    """One line or one set of bars; a y of None is a gap, low and high make a band."""

    name: str
    y: tuple[int | float | None, ...]
    low: tuple[int | float | None, ...] = ()
    high: tuple[int | float | None, ...] = ()
    style: Literal["observed", "projected", "reference"] = "observed"


@dataclass(frozen=True)
class Chart:
    """One specification of a picture, for page, mail and print alike.

    Attributes:
        x: names of the places along the x axis, shared by all series.
        unit: of the y values, as in `Figure`.
    """

    id: str
    title: str
    about: About
    shape: Literal["line", "bars"]
    x: tuple[str, ...]
    x_title: str
    y_title: str
    unit: Unit
    series: tuple[Series, ...]
    currency: str = ""
    kind: Literal["chart"] = "chart"

    def __post_init__(self) -> None:
        """Refuse a series that does not fit the axis."""
        for one in self.series:
            if len(one.y) != len(self.x) or any(
                len(band) not in {0, len(self.x)} for band in (one.low, one.high)
            ):
                raise ValueError(f"chart {self.id}: series {one.name} does not fit the x axis")


Block = Table | Chart


@dataclass(frozen=True)
class Section:
    """One topic: first what to know in sentences, then the tables and charts behind it.

    Attributes:
        lines: sentences, the most important first; figures in them are parts of their own.
        missing: canonical tables or histories without which part of it cannot be told.
    """

    id: str
    title: str
    lines: tuple[Line, ...]
    blocks: tuple[Block, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """A whole report about the days `first_day` to the day before `as_of`.

    Attributes:
        format: of the JSON, so that an archived report can be read for ever.
        company: whose report it is, '' when nobody said.
        versions: what it rests on, by name: rulebook, formulas, model, facts.
        restated: what an earlier report said otherwise about the same, None for the first.
    """

    kind: Literal["weekly", "monthly"]
    as_of: int
    first_day: int
    company: str
    sections: tuple[Section, ...]
    versions: tuple[tuple[str, str], ...] = ()
    restated: Section | None = None
    format: Literal[1] = field(default=1)
