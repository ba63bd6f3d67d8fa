"""What a folder holds: files, columns, and which types and date formats fit, found by trying."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import duckdb

from tools.errors import BadInput
from tools.sources.delimited import header_of
from tools.sources.instants import instant_sql
from tools.sources.mapping import Reader, format_of
from tools.sources.raw import IGNORED, Wanted, count, first_line, quoted
from tools.sources.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE = 20_000
DATES = "-", "/", "."
FORMATS = (
    "iso",
    *(f"{form}{time}" for sep in DATES
      for form in (f"%d{sep}%m{sep}%Y", f"%m{sep}%d{sep}%Y")
      for time in ("", " %H:%M", " %H:%M:%S")),
    "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%d %b %Y", "%b %d, %Y", "epoch_s", "epoch_ms",
)  # fmt: skip
_BETWEEN = "BETWEEN 631152000000000 AND 4102444800000000"  # 1990 to 2100: else a number is no date
_TOGETHER = 60  # expressions in one query
_MANY = 40  # more distinct values than this are no closed vocabulary


@dataclass(frozen=True)
class ColumnProfile:
    """One source column: how often it fits each type, and each date format that fits at all.

    Counts are of the sample, but for `repeats`: values of the whole file that are not new.
    """

    name: str
    filled: int
    distinct: int
    repeats: int
    numbers: int
    flags: int
    float_ids: int
    formats: tuple[tuple[str, int], ...]
    values: tuple[str, ...]

    @property
    def whole_formats(self) -> tuple[str, ...]:
        """The date formats that fit every sampled value."""
        return tuple(form for form, fits in self.formats if fits == self.filled)


@dataclass(frozen=True)
class FileProfile:
    """One file: how it is read, and its columns; `trouble` when it cannot be."""

    file: str
    reader: Reader
    sampled: int
    columns: tuple[ColumnProfile, ...]
    trouble: str = ""

    def column(self, name: str) -> ColumnProfile:
        """The profile of a column of that name."""
        return {column.name: column for column in self.columns}[name]


def profile_folder(folder: Path) -> tuple[FileProfile, ...]:
    """The profile of every file that could be data; README files are left alone."""
    if not folder.is_dir():
        raise BadInput(f"{folder}: there is no such folder")
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in IGNORED)
    known = [p for p in paths if format_of(PurePosixPath(p.name))[0] is not None]
    with Shelf(folder) as shelf:
        return tuple(_profile(shelf, folder, path) for path in known)


def _profile(shelf: Shelf, folder: Path, path: Path) -> FileProfile:
    file = path.relative_to(folder).as_posix()
    reader = _reader(path)
    try:
        names = _names(shelf.connection, path, file, reader)
        wanted = Wanted(file, reader, file, {n: file for n in names if names.count(n) == 1})
        shelf.fill([wanted])
        return _measured(shelf, wanted)
    except (BadInput, duckdb.Error) as error:
        return FileProfile(file, reader, 0, (), first_line(error))


def _reader(path: Path) -> Reader:
    kind, delimiter = format_of(PurePosixPath(path.name))
    if kind != "csv":
        return Reader(kind or "csv")
    with path.open("rb") as data:
        head = data.read(1 << 20)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Reader("csv", delimiter, "utf-16")
    try:
        text, encoding = head[: head.rfind(b"\n") + 1].decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = head.decode("cp1252", "replace"), "cp1252"
    first = text.partition("\n")[0]
    return Reader("csv", max((delimiter, ",", ";", "\t", "|"), key=first.count), encoding)


def _names(
    connection: duckdb.DuckDBPyConnection, path: Path, file: str, reader: Reader
) -> list[str]:
    if reader.format == "csv":
        return header_of(path, file, reader)[0]
    where = quoted(str(path))
    if reader.format == "parquet":
        rows = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({where})").fetchall()
        return [str(row[0]) for row in rows]
    rows = connection.execute(
        "SELECT DISTINCT unnest(json_keys(json)) FROM read_ndjson_objects("
        f"{where}, ignore_errors = true) WHERE json_type(json) = 'OBJECT' ORDER BY 1"
    ).fetchall()
    return [str(row[0]) for row in rows]


def _measured(shelf: Shelf, wanted: Wanted) -> FileProfile:
    raw, run = shelf.raw(wanted.file, wanted.reader), shelf.connection.execute
    step = max(1, -(-count(shelf.connection, raw.name) // SAMPLE))
    run(f"CREATE OR REPLACE TEMP TABLE sample AS SELECT * FROM {raw.name} WHERE rowid % {step} = 0")
    aliases = list(raw.aliases.values())
    counted = _each(shelf, "sample", _COUNTS, aliases)
    repeats = _each(shelf, raw.name, ("count({c}) - count(DISTINCT {c})",), aliases)
    dated = [c for c, counts in counted.items() if counts[-1] * 2 > counts[0]]
    formats = _formats(shelf, dated, counted)
    few = [c for c, counts in counted.items() if 0 < counts[1] <= _MANY]
    values = _each(
        shelf, "sample", ("list_sort(array_agg(DISTINCT {c}) FILTER ({c} IS NOT NULL))",), few
    )
    columns = [
        ColumnProfile(
            name=name,
            filled=counted[c][0],
            distinct=counted[c][1],
            repeats=repeats[c][0],
            numbers=counted[c][2],
            flags=counted[c][3],
            float_ids=counted[c][4],
            formats=formats.get(c, ()),
            values=tuple(values.get(c, ((),))[0]),
        )
        for name, c in raw.aliases.items()
    ]
    shelf.drop(wanted)
    return FileProfile(
        wanted.file, wanted.reader, count(shelf.connection, "sample"), tuple(columns)
    )


_COUNTS = (
    "count({c})",
    "count(DISTINCT {c})",
    "count(*) FILTER (is_number({c}))",
    "count(to_bool({c}))",
    "count(*) FILTER (regexp_full_match({c}, '\\d+\\.0'))",
    (
        "count(*) FILTER (regexp_matches({c}, '\\d.*[-/. ].*\\d') "
        "OR regexp_full_match({c}, '\\d{{9,13}}(\\.\\d+)?'))"
    ),
)
_FITS = tuple(
    f"count(*) FILTER ({instant_sql('{c}', (form,), 'UTC')} {_BETWEEN})" for form in FORMATS
)


def _formats(
    shelf: Shelf, columns: "Sequence[str]", counted: "dict[str, tuple[Any, ...]]"
) -> "dict[str, tuple[tuple[str, int], ...]]":
    """How many values each format fits; ISO dates are no other format, so they end the search."""
    iso = _each(shelf, "sample", _FITS[:1], columns)
    rest = [c for c in columns if iso[c][0] < counted[c][0]]
    fits = iso | _each(shelf, "sample", _FITS, rest)
    return {
        c: tuple((form, n) for form, n in zip(FORMATS, found, strict=False) if n)
        for c, found in fits.items()
    }


def _each(
    shelf: Shelf, table: str, measures: "Sequence[str]", columns: "Sequence[str]"
) -> "dict[str, tuple[Any, ...]]":
    """Every measure of every column; a query of many expressions takes long to plan."""
    found: dict[str, tuple[Any, ...]] = {}
    width, together = len(measures), max(1, _TOGETHER // len(measures))
    for first in range(0, len(columns), together):
        some = columns[first : first + together]
        asked = ", ".join(measure.format(c=c) for c in some for measure in measures)
        (row,) = shelf.connection.execute(f"SELECT {asked} FROM {table}").fetchall()
        found |= {c: tuple(row[n * width : (n + 1) * width]) for n, c in enumerate(some)}
    return found
