"""CSV and TSV into a raw table, with every malformed record kept aside and its true line.

DuckDB parses in parallel and keeps the order of the file. A quote that is never closed would
swallow what follows, so the file is split behind its line and the rest read again.
"""

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from tools.errors import BadInput
from tools.sources.lines import line_at
from tools.sources.mapping import WHITESPACE
from tools.sources.paths import reachable, root_of, steps, text_sql
from tools.sources.raw import (
    SHOWN,
    Malformed,
    Piece,
    Wanted,
    check_columns,
    cleaned,
    count,
    first_line,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from tools.sources.mapping import Reader

MAX_LINE = 64_000_000  # bytes in one record
MAX_HEADER = 4_000_000  # characters of a header line
MAX_SPLITS = 100  # unclosed quotes in one file that are repaired
_REASONS = {
    "MISSING COLUMNS": "too few columns",
    "TOO MANY COLUMNS": "too many columns",
    "UNQUOTED VALUE": "a quote is not closed",
    "INVALID ENCODING": "not of the encoding",
    "LINE SIZE OVER MAXIMUM": "the record is too long",
}


@dataclass(frozen=True)
class _Stretch:
    """Physical lines of a file still to be parsed; `skip` of them are header."""

    path: "Path"
    first_line: int
    skip: int


@dataclass(frozen=True)
class _Reject:
    line: int
    kind: str
    text: str

    @property
    def open_quote(self) -> bool:
        """Whether an unclosed quote took further lines with it."""
        return self.kind == "UNQUOTED VALUE" and "\n" in self.text.strip("\r\n")


class DelimitedReader:
    """Reads the files of one pattern into one raw table."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, scratch: "Path", wanted: Wanted, table: str
    ) -> None:
        """Keep the connection, a folder for copies, what is wanted, and the table's name."""
        self._con, self._scratch = connection, scratch
        self._wanted, self._table = wanted, table
        self._copies = 0
        self.pieces: list[Piece] = []
        self.malformed: list[Malformed] = []

    def read(self, path: "Path", file: str) -> None:
        """Append one file; BadInput when it is not text of this form at all."""
        names, skip = header_of(path, file, self._wanted.reader)
        check_columns(self._wanted, reachable(names, self._wanted.columns), file)
        try:
            copy = path if _as_it_is(self._wanted.reader) else self._transcoded(path, file)
            self._read_as(copy, file, names, skip)
        except duckdb.Error:
            # Mixed line ends stop DuckDB; a copy with one kind of line end does not.
            self._read_normalised(path, file, names, skip)

    def _read_normalised(self, path: "Path", file: str, names: list[str], skip: int) -> None:
        self.pieces = [piece for piece in self.pieces if piece.file != file]
        self.malformed = [bad for bad in self.malformed if bad.file != file]
        try:
            self._read_as(self._transcoded(path, file), file, names, skip)
        except duckdb.Error as error:
            raise BadInput(f"{file}: cannot be read as csv: {first_line(error)}") from error

    def _transcoded(self, path: "Path", file: str) -> "Path":
        copy = self._copy()
        errors = (
            "surrogateescape" if is_utf8(self._wanted.reader) else "strict"
        )  # bad bytes stay for DuckDB
        try:
            with (
                path.open(encoding=self._wanted.reader.encoding, errors=errors) as text,
                copy.open("w", encoding="utf-8", errors=errors, newline="\n") as out,
            ):
                out.writelines(_rewritten(text, self._wanted.reader))
        except UnicodeError as error:
            raise BadInput(f"{file}: cannot be read: {first_line(error)}") from error
        return copy

    def _copy(self) -> "Path":
        self._copies += 1
        return self._scratch / f"{self._table}_{self._copies}.csv"

    def _read_as(self, path: "Path", file: str, names: list[str], skip: int) -> None:
        todo, splits = [_Stretch(path, 1, skip)], 0
        while todo:
            stretch = todo.pop(0)
            rejects = self._parse(stretch, names)
            opened = next((r for r in rejects if r.open_quote), None)
            if opened is not None and splits < MAX_SPLITS:
                splits += 1
                todo = [*self._split(stretch, opened, file), *todo]
            else:
                self._append(stretch, rejects, file, len(names))

    def _parse(self, stretch: _Stretch, names: list[str]) -> list[_Reject]:
        for table in ("reject_errors", "reject_scans", "stretch"):
            self._con.execute(f"DROP TABLE IF EXISTS {table}")
        self._con.execute(
            f"CREATE TEMP TABLE stretch AS SELECT {self._select(names)} FROM "
            f"{self._call(stretch, names)}"
        )
        found = self._con.execute(
            "SELECT line_byte_position, min(CAST(error_type AS VARCHAR)), min(csv_line) "
            "FROM reject_errors GROUP BY 1 ORDER BY 1"
        ).fetchall()
        lines = line_at(stretch.path, [int(at) - 1 for at, _, _ in found], stretch.first_line)
        return [
            _Reject(n, kind, text or "") for n, (_, kind, text) in zip(lines, found, strict=True)
        ]

    def _select(self, names: list[str]) -> str:
        cells = [_cell_sql(column, names) for column in self._wanted.columns]
        picked = [cleaned(cell, self._wanted.reader) for cell in cells]
        return ", ".join(["CAST(NULL AS BIGINT)", *picked]) if picked else "CAST(NULL AS BIGINT)"

    def _call(self, stretch: _Stretch, names: list[str]) -> str:
        columns = ", ".join(f"'s{n}': 'VARCHAR'" for n in range(len(names)))
        delimiter = quoted(self._wanted.reader.separator)
        return (
            f"read_csv({quoted(str(stretch.path))}, columns = {{{columns}}}, auto_detect = false, "
            f"header = false, skip = {int(stretch.skip > 0)}, delim = {delimiter}, "
            f"quote = '\"', escape = '\"', store_rejects = true, max_line_size = {MAX_LINE})"
        )

    def _split(self, stretch: _Stretch, opened: _Reject, file: str) -> "Iterator[_Stretch]":
        before, after = self._copy(), self._copy()
        with stretch.path.open("rb") as text, before.open("wb") as head, after.open("wb") as tail:
            for line, content in enumerate(text, stretch.first_line):
                if line == opened.line:
                    self._add(file, line, "UNQUOTED VALUE", content.decode("utf-8", "replace"))
                else:
                    (head if line < opened.line else tail).write(content)
        yield replace(stretch, path=before)
        yield _Stretch(after, opened.line + 1, 0)

    def _add(self, file: str, line: int, kind: str, text: str) -> None:
        reason = _REASONS.get(kind, kind.lower())
        self.malformed.append(Malformed(file, line, text.strip("\r\n")[:SHOWN], reason))

    def _append(self, stretch: _Stretch, rejects: list[_Reject], file: str, columns: int) -> None:
        for reject in rejects:
            self._add(file, reject.line, reject.kind, reject.text)
        start = count(self._con, self._table)
        self._con.execute(f"INSERT INTO {self._table} SELECT * FROM stretch ORDER BY rowid")
        self.pieces.append(
            Piece(
                file=file,
                path=stretch.path,
                reader=self._wanted.reader,
                start=start,
                rows=count(self._con, "stretch"),
                first_line=stretch.first_line,
                skipped=stretch.skip,
                columns=columns,
                bad_lines=tuple(reject.line for reject in rejects),
            )
        )


def _cell_sql(column: str, names: list[str]) -> str:
    """A column of the file, or what a path finds in a column that holds JSON."""
    root = root_of(column, names) or column
    path, cell = steps(column[len(root) :]), f"s{names.index(root)}"
    return text_sql(cell, path) if path else cell


def _as_it_is(reader: "Reader") -> bool:
    """Whether DuckDB can read the file without a copy."""
    return is_utf8(reader) and reader.delimiter != WHITESPACE


def _rewritten(text: "TextIO", reader: "Reader") -> "Iterator[str]":
    """The text of a copy, in pieces of any length."""
    if reader.delimiter == WHITESPACE:
        yield from _separated(text, reader)
        return
    while chunk := text.read(1 << 20):
        yield chunk


def _separated(text: "TextIO", reader: "Reader") -> "Iterator[str]":
    """Lines with one sign between columns, where blanks of any length stood."""
    for line in text:
        yield reader.separator.join(line.split()) + "\n"


def _lines(text: "TextIO") -> "Iterator[str]":
    """Lines, of which a hostile one is cut before it fills the memory."""
    while line := text.readline(MAX_HEADER):
        yield line


def is_utf8(reader: "Reader") -> bool:
    """Whether DuckDB can read the characters of the file as they are."""
    return reader.encoding.lower().replace("_", "-") in {"utf-8", "utf8"}


def header_of(path: "Path", file: str, reader: "Reader") -> tuple[list[str], int]:
    """The column names of a file and how many physical lines they take."""
    if reader.header is not None:
        return list(reader.header), 0
    encoding, errors = ("utf-8-sig", "replace") if is_utf8(reader) else (reader.encoding, "strict")
    try:
        with path.open(encoding=encoding, errors=errors, newline="") as text:
            lines_of = _separated(text, reader) if reader.delimiter == WHITESPACE else _lines(text)
            rows = csv.reader(lines_of, delimiter=reader.separator)
            names, lines = next(rows), rows.line_num
    except StopIteration as error:
        raise BadInput(f"{file}: the file is empty: it has no header line") from error
    except (UnicodeError, csv.Error, OSError) as error:
        raise BadInput(f"{file}: cannot be read as csv: {first_line(error)}") from error
    if not any(name.strip() for name in names):
        raise BadInput(f"{file}: line 1 is empty, so the columns have no names; say header: [...]")
    if any("\0" in name or "\ufffd" in name for name in names):
        raise BadInput(f"{file}: cannot be read as csv: the header line is no text")
    return [name.strip() or f"column {n}" for n, name in enumerate(names, 1)], lines
