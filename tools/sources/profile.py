"""What a folder holds: files, columns, and which types and date forms fit, found by trying."""

import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import duckdb

from tools.errors import BadInput
from tools.sources.dates import DatePatterns, find_dates
from tools.sources.delimited import header_of
from tools.sources.dialect import SIGNS, delimiter_of
from tools.sources.mapping import WHITESPACE, Reader, format_of
from tools.sources.raw import IGNORED, Wanted, count, first_line, is_inside, quoted
from tools.sources.shelf import RawTables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SAMPLE = 20_000
_TOGETHER = 60  # expressions in one query
_MANY = 40  # more distinct values than this are no closed vocabulary
_OBJECTS = 2_000  # lines whose keys are looked at
_DEEP = 4
_TEXTS = {".txt", ".dat"}


@dataclass(frozen=True)
class ColumnProfile:
    """One source column: how often it fits each type, and which forms its dates have.

    Counts are of the sample, but for `repeats`: values of the whole file that are not new.
    """

    name: str
    filled: int
    distinct: int
    repeats: int
    numbers: int
    money: int
    flags: int
    float_ids: int
    negative: int
    dates: DatePatterns
    values: tuple[str, ...]
    example: str
    webs: int
    mails: int
    commas: int
    prefixed_c: int

    @property
    def dated(self) -> int:
        """How many values are dates."""
        return self.dates.fits


@dataclass(frozen=True)
class FileProfile:
    """One file (or the parts of one): how it is read, and its columns; `trouble` if it cannot."""

    file: str
    reader: Reader
    sampled: int
    columns: tuple[ColumnProfile, ...]
    trouble: str = ""

    def column(self, name: str) -> ColumnProfile:
        """The profile of a column of that name."""
        return {column.name: column for column in self.columns}[name]


def profile_folder(folder: Path) -> tuple[FileProfile, ...]:
    """The profile of every file that could be data; README files are left alone.

    Files that differ only in the numbers of their names and have the same columns are parts of
    one table, and get one profile under a pattern.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder}: there is no such folder")
    paths = _files(folder)
    known = [p for p in paths if _is_table(p)]
    with RawTables(folder) as shelf:
        return tuple(_profile(shelf, path, file) for path, file in _parts(shelf, folder, known))


def unread_files(folder: Path) -> tuple[str, ...]:
    """Files of other kinds, such as workbooks, which are not looked into."""
    paths = _files(folder)
    return tuple(p.relative_to(folder).as_posix() for p in paths if not _is_table(p))


def _files(folder: Path) -> list[Path]:
    """Every file that may be data; what a link leads to outside of the folder is none of it."""
    found = (p for p in folder.rglob("*") if p.is_file() and p.name not in IGNORED)
    return sorted(path for path in found if is_inside(path, folder))


def _is_table(path: Path) -> bool:
    return format_of(PurePosixPath(path.name))[0] is not None or path.suffix.lower() in _TEXTS


def _parts(shelf: RawTables, folder: Path, paths: list[Path]) -> "Iterator[tuple[Path, str]]":
    """The first file of each table with its name, or the pattern of all its parts."""
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(re.sub(r"\d+", "*", name), []).append(name)
    for pattern, found in groups.items():
        whole = {p.relative_to(folder).as_posix() for p in folder.glob(pattern)} == set(found)
        if len(found) > 1 and whole and _same_columns(shelf, [(names[n], n) for n in found]):
            yield names[found[0]], pattern
        else:
            yield from ((names[name], name) for name in found)


def _same_columns(shelf: RawTables, found: list[tuple[Path, str]]) -> bool:
    try:
        headers = {
            (
                reader := _reader(shelf.connection, path),
                frozenset(_names(shelf.connection, path, file, reader)),
            )
            for path, file in found
        }
    except (BadInput, duckdb.Error):
        return False
    return len(headers) == 1


def _profile(shelf: RawTables, path: Path, file: str) -> FileProfile:
    reader = _reader(shelf.connection, path)
    try:
        names = _names(shelf.connection, path, file, reader)
        wanted = Wanted(file, reader, file, {n: file for n in names if names.count(n) == 1})
        shelf.fill([wanted])
        return _measured(shelf, wanted)
    except (BadInput, duckdb.Error) as error:
        return FileProfile(file, reader, 0, (), first_line(error))


def _reader(connection: duckdb.DuckDBPyConnection, path: Path) -> Reader:
    kind, usual = format_of(PurePosixPath(path.name))
    if kind in {"jsonl", "parquet"}:
        return Reader(kind)
    with path.open("rb") as data:
        head, encoding = _decoded(data.read(1 << 20))
    first = head.partition("\n")[0]
    if path.suffix.lower() in _TEXTS and not any(sign in first for sign in SIGNS):
        return Reader("csv", WHITESPACE, encoding)
    return Reader("csv", delimiter_of(connection, head, usual), encoding)


def _decoded(head: bytes) -> tuple[str, str]:
    """The whole lines of the beginning of a file, and its encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, encoding = head[: len(head) // 2 * 2].decode("utf-16", "replace"), "utf-16"
        return text[: text.rfind("\n") + 1], encoding
    lines = head[: head.rfind(b"\n") + 1] or head
    try:
        return lines.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return lines.decode("cp1252", "replace"), "cp1252"


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
        f"SELECT json FROM read_ndjson_objects({where}, ignore_errors = true) "
        f"WHERE json_type(json) = 'OBJECT' LIMIT {_OBJECTS}"
    ).fetchall()
    found = {name for (text,) in rows for name in _paths(json.loads(text), "", _DEEP)}
    return sorted(found)


def _paths(node: dict[str, Any], front: str, deep: int) -> "Iterator[str]":
    """The keys of an object, those of the objects inside it as `outer.inner`."""
    for key, value in node.items():
        if isinstance(value, dict) and value and deep > 1 and "." not in key:
            yield from _paths(value, f"{front}{key}.", deep - 1)
        elif key and '"' not in key:
            yield f"{front}{key}"


def _measured(shelf: RawTables, wanted: Wanted) -> FileProfile:
    raw, run = shelf.raw(wanted.file, wanted.reader), shelf.connection.execute
    step = max(1, -(-count(shelf.connection, raw.name) // SAMPLE))
    run(f"CREATE OR REPLACE TEMP TABLE sample AS SELECT * FROM {raw.name} WHERE rowid % {step} = 0")
    aliases = list(raw.aliases.values())
    counted = _each(shelf, "sample", _COUNTS, aliases)
    repeats = _each(shelf, raw.name, ("count({c}) - count(DISTINCT {c})",), aliases)
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
            money=counted[c][3],
            flags=counted[c][4],
            float_ids=counted[c][5],
            negative=counted[c][6],
            example=str(counted[c][7] or ""),
            webs=counted[c][8],
            mails=counted[c][9],
            commas=counted[c][10],
            prefixed_c=counted[c][11],
            dates=_dates(shelf, c, counted[c]),
            values=tuple(values.get(c, ((),))[0]),
        )
        for name, c in sorted(raw.aliases.items())
    ]
    shelf.drop(wanted)
    return FileProfile(
        wanted.file, wanted.reader, count(shelf.connection, "sample"), tuple(columns)
    )


_COUNTS = (
    "count({c})",
    "count(DISTINCT {c})",
    "count(*) FILTER (is_number({c}))",
    "count(*) FILTER (is_number({c}) OR number_style({c}) IS NOT NULL)",
    "count(to_bool({c}))",
    "count(*) FILTER (regexp_full_match({c}, '\\d+\\.0'))",
    "count(*) FILTER (is_number({c}) AND starts_with({c}, '-'))",
    "min({c})",
    "count(*) FILTER (regexp_full_match(lower({c}), '(https?://)?[^/@ ]+\\.[a-z]{{2,}}(/.*)?'))",
    "count(CASE WHEN contains({c}, '@') THEN to_address({c}) END)",
    "count(*) FILTER (NOT is_number({c}) AND number_style({c}) = 'comma')",
    "count(*) FILTER (regexp_full_match({c}, '[Cc]-?\\d+'))",
    (
        "count(*) FILTER (regexp_matches({c}, '\\d.*[-/. ].*\\d') "
        "OR regexp_full_match({c}, '\\d{{8,16}}(\\.\\d+)?'))"
    ),
)


def _dates(shelf: RawTables, column: str, counts: "tuple[Any, ...]") -> DatePatterns:
    likely = counts[-1] * 2 > counts[0]
    return find_dates(shelf.connection, "sample", column) if likely else DatePatterns()


def _each(
    shelf: RawTables, table: str, measures: "Sequence[str]", columns: "Sequence[str]"
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
