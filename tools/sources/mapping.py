"""A mapping is data: how one company's files become canonical tables, as frozen nouns.

`parse.py` reads it from YAML and checks it; `compile.py` turns it into queries. Adding a
company writes one of these and no Python.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from sqlglot import exp

Format = Literal["csv", "jsonl", "parquet"]
INLINE = "inline"
WHITESPACE = "whitespace"
LOST_SHARE = 0.2


@dataclass(frozen=True)
class Reader:
    """How a file is read: equal readers of one file share one pass over it.

    `delimiter` is one character, or WHITESPACE: blanks of any length stand between columns, and
    those around a line mean nothing.
    """

    format: Format
    delimiter: str = ","
    encoding: str = "utf-8"
    header: tuple[str, ...] | None = None
    nulls: tuple[str, ...] = ()

    @property
    def separator(self) -> str:
        """What stands between columns of the text that is parsed."""
        return "\t" if self.delimiter == WHITESPACE else self.delimiter


@dataclass(frozen=True)
class CellSource:
    """Where one canonical column comes from: exactly one of column, tree, constant, key.

    `each_line` numbers the lines that a `key` does not tell apart, so that every line counts; an
    empty key then stands for all columns that are read.

    `values` maps texts (None is "nothing"); an unmapped text is quarantined unless `otherwise`
    is given or it `passes` as it is. `formats` are tried in order for days and instants; `zone`
    reads local times that say no offset, and a day is the day there. `space` prefixes references,
    `inline` when the value has its own. `decimal` says how numbers are written; None means as
    the column itself shows.
    """

    name: str
    place: str
    column: str | None = None
    tree: "exp.Expression | None" = None
    constant: str | None = None
    key: tuple[str, ...] | None = None
    values: tuple[tuple[str, str | None], ...] | None = None
    otherwise: tuple[str | None] | None = None
    passes: bool = False
    formats: tuple[str, ...] = ("iso",)
    zone: str = "UTC"
    space: str = ""
    unit: Literal["main", "minor"] = "main"
    plus_days: int = 0
    plus_months: int = 0
    each_line: bool = False
    decimal: Literal["point", "comma"] | None = None


@dataclass(frozen=True)
class Take:
    """One column looked up in another file; `only` refuses keys with several values."""

    name: str
    column: str
    pick: Literal["only", "earliest", "latest"] = "only"
    formats: tuple[str, ...] = ("iso",)


@dataclass(frozen=True)
class Join:
    """A look-up in another file, at most one answer a row."""

    file: str
    reader: Reader
    match: tuple[tuple[str, str], ...]
    take: tuple[Take, ...]
    place: str


@dataclass(frozen=True)
class Each:
    """A list in a cell: every item makes a row of its own, in which `name` is the item.

    `split` is what stands between the items of a text; empty means the text is a JSON array.
    """

    name: str
    column: str
    split: str
    place: str

    def path(self, column: str) -> str | None:
        """What a column name asks of the item: '' for all of it; None for other columns."""
        if column == self.name:
            return ""
        rest = column.removeprefix(self.name)
        return rest if rest != column and rest[0] in ".[" else None


@dataclass(frozen=True)
class KnownFrom:
    """When we could know a fact: at this load, when it occurred, or as a column says."""

    how: Literal["load", "when_occurred", "column"]
    cell: CellSource | None = None


@dataclass(frozen=True)
class Input:
    """One canonical table from one file (or all files of a glob).

    `occurred` None means the source does not tell when: the fact lies on day 0.
    `keep` earliest collapses rows that differ only in when they occurred to the first.
    `currency` is that of amounts whose row names none.
    `snapshot` says that the file holds every record of its ids each time: who is not in it any
    more is gone, unless it lost more than `lost_share` of them and is taken as truncated.
    """

    table: str
    file: str
    reader: Reader
    cells: tuple[CellSource, ...]
    occurred: CellSource | None
    known: KnownFrom
    place: str
    where: "exp.Expression | None" = None
    joins: tuple[Join, ...] = ()
    each: Each | None = None
    keep: Literal["all", "earliest"] = "all"
    currency: str = ""
    snapshot: bool = False
    lost_share: float = LOST_SHARE


@dataclass(frozen=True)
class Mapping:
    """One company: its zone, currency, default id space and inputs."""

    company: str
    source: str
    space: str
    zone: str
    currency: str | None
    inputs: tuple[Input, ...]


def format_of(file: "PurePosixPath") -> tuple[Format | None, str]:
    """The format and delimiter a file name tells, None when it tells nothing."""
    suffix = file.suffix.lower()
    known: dict[str, tuple[Format, str]] = {
        ".csv": ("csv", ","),
        ".tsv": ("csv", "\t"),
        ".jsonl": ("jsonl", ""),
        ".ndjson": ("jsonl", ""),
        ".parquet": ("parquet", ""),
    }
    return known.get(suffix, (None, ","))
