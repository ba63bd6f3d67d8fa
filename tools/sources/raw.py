"""Files as tables of text: what every format is turned into before anything is interpreted.

A raw table has `line` (NULL where `lines.py` works it out) and one text column `s0`, `s1` … for
each source column the mapping reads. Blank is NULL. Source names are never SQL identifiers:
DuckDB takes `ID` and `id` for one.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import duckdb

    from tools.sources.mapping import Reader

SHOWN = 200  # characters of a bad value that are kept
IGNORED = {"README.txt", "README.md"}


@dataclass(frozen=True)
class Malformed:
    """A record that does not have the form of its file."""

    file: str
    line: int
    value: str
    reason: str


@dataclass(frozen=True)
class Piece:
    """A stretch of a file parsed at once; `start` is the row id of its first record."""

    file: str
    path: "Path"
    reader: "Reader"
    start: int
    rows: int
    first_line: int = 1
    skipped: int = 0
    columns: int = 1
    bad_lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Raw:
    """One raw table: its name, the alias of each source column, and where its rows come from."""

    name: str
    aliases: "Mapping[str, str]"
    pieces: tuple[Piece, ...]
    malformed: tuple[Malformed, ...]


@dataclass(frozen=True)
class Wanted:
    """A file pattern with its reader, and each source column with the key that asks for it."""

    file: str
    reader: "Reader"
    place: str
    columns: dict[str, str] = field(default_factory=dict)


def files_of(folder: "Path", wanted: Wanted) -> "tuple[Path, ...]":
    """The files a pattern names, in order; none is an error with the nearest name."""
    if not folder.is_dir():
        raise BadInput(f"{folder}: there is no such folder")
    found = sorted(path for path in folder.glob(wanted.file) if path.is_file())
    for path in found:
        check_inside(path, folder)
    if not found:
        names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
        hint = nearest(wanted.file, set(names) - IGNORED)
        raise BadInput(f"{wanted.place}: file: there is no {wanted.file!r} in {folder}; {hint}")
    return tuple(found)


def is_inside(path: "Path", folder: "Path") -> bool:
    """Whether a path stays in its folder when every link on the way is followed."""
    return path.resolve().is_relative_to(folder.resolve())


def check_inside(path: "Path", folder: "Path") -> None:
    """Refuse a file that a link leads out of the folder: what is mapped is the company's export.

    Raises:
        BadInput: names the link, and not where it leads.
    """
    if not is_inside(path, folder):
        raise BadInput(
            f"{path}: a link leads out of {folder}; put a copy of the file there instead"
        )


def check_columns(wanted: Wanted, names: "Iterable[str]", file: str) -> None:
    """Stop when a column the mapping reads is absent from the file, or is there twice."""
    known = list(names)
    for column, place in wanted.columns.items():
        if column not in known:
            raise BadInput(f"{place}: {file} has no column {column!r}; {nearest(column, known)}")
        if known.count(column) > 1:
            raise BadInput(f"{place}: {file} has {known.count(column)} columns named {column!r}")


def cleaned(column: str, reader: "Reader") -> str:
    """SQL of a source value with blanks, and what the mapping calls nothing, as NULL."""
    if not reader.nulls:
        return f"blank_to_null({column})"
    nothing = ", ".join(quoted(text) for text in reader.nulls)
    return f"CASE WHEN trim({column}) NOT IN ({nothing}) THEN blank_to_null({column}) END"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def count(connection: "duckdb.DuckDBPyConnection", table: str) -> int:
    """How many rows a table has."""
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(rows)


def first_line(error: Exception) -> str:
    """The first line of an error's text, for a message of one line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:SHOWN]
