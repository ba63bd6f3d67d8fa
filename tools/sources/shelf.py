"""The raw tables of one reading: every file is read once, whoever asks for it."""

import itertools
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from tools.duck import connect_duck
from tools.scratch import READ, HeldFolder, scratch_folder
from tools.sources.delimited import DelimitedReader
from tools.sources.lines import starts_of
from tools.sources.long_lines import LONGEST, without_long_lines
from tools.sources.objects import ObjectReader, append_parquet
from tools.sources.packed import plain
from tools.sources.raw import Malformed, Piece, Raw, Wanted, count, files_of
from tools.warehouse.identity.hosts import ascii_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.sources.mapping import Reader

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_SETTINGS = "SET TimeZone = 'UTC'"


class RawTables:
    """A private DuckDB connection with one raw table for each file pattern and reader."""

    def __init__(self, folder: Path, longest: int = LONGEST) -> None:
        """Open a connection that never reaches the network, and a scratch folder.

        A line of more than `longest` bytes is set aside before it is read.
        """
        self._folder, self._longest = folder, longest
        self._scratch = HeldFolder(scratch_folder(), READ)
        self._numbers = itertools.count()
        self._raws: dict[tuple[str, Reader], Raw] = {}
        self.connection = connect_duck(_CONFIG)
        self.connection.execute(_SETTINGS)
        self.connection.create_function("ascii_host", ascii_host, ["VARCHAR"], "VARCHAR")
        self.connection.execute("SET temp_directory = ?", [str(self._scratch.path)])
        self.connection.execute(files(__package__).joinpath("casts.sql").read_text("utf-8"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.connection.close()
        self._scratch.close()

    def fill(self, wanted: "Iterable[Wanted]") -> None:
        """Read every file that is wanted."""
        for each in wanted:
            self._raws[each.file, each.reader] = self._read(each, f"raw{next(self._numbers)}")

    def files(self) -> tuple[str, ...]:
        """Every file that was read, by its name and by the pattern that asked for it."""
        names = {piece.file for raw in self._raws.values() for piece in raw.pieces}
        return tuple(sorted(names | {file for file, _ in self._raws}))

    def drop(self, wanted: Wanted) -> None:
        """Forget a raw table."""
        raw = self._raws.pop((wanted.file, wanted.reader))
        self.connection.execute(f"DROP TABLE {raw.name}")

    def raw(self, file: str, reader: "Reader") -> Raw:
        """The raw table of a pattern."""
        return self._raws[file, reader]

    def _read(self, wanted: Wanted, table: str) -> Raw:
        aliases = {name: f"s{n}" for n, name in enumerate(wanted.columns)}
        columns = ["line BIGINT", *(f"{alias} VARCHAR" for alias in aliases.values())]
        self.connection.execute(f"CREATE TEMP TABLE {table} ({', '.join(columns)})")
        text = DelimitedReader(self.connection, self._scratch.path, wanted, table)
        objects = ObjectReader(self.connection, wanted, table)
        readers = _Readers(wanted, table, text, objects)
        long: list[Malformed] = []
        for number, path in enumerate(files_of(self._folder, wanted)):
            file = path.relative_to(self._folder).as_posix()
            copy = self._scratch.path / f"{table}_plain_{number}"
            whole = plain(path, file, wanted.reader, copy)
            short, bad = without_long_lines(
                whole, file, wanted.reader, copy.with_suffix(".short"), self._longest
            )
            long += bad
            self._append(short, file, readers)
        return Raw(table, aliases, tuple(text.pieces), (*text.malformed, *objects.malformed, *long))

    def _append(self, path: Path, file: str, readers: "_Readers") -> None:
        wanted, table = readers.wanted, readers.table
        if wanted.reader.format == "csv":
            readers.text.read(path, file)
            return
        start = count(self.connection, table)
        if wanted.reader.format == "jsonl":
            readers.objects.read(path, file)
        else:
            append_parquet(self.connection, wanted, table, path, file)
        rows = count(self.connection, table) - start
        readers.text.pieces.append(Piece(file, path, wanted.reader, start, rows))

    def locate(self, raw: Raw, rows: "Sequence[int]") -> "dict[int, tuple[str, int]]":
        """The file and line of each row of a raw table."""
        if not rows:
            return {}
        told = dict(self._told(raw, rows))
        found: dict[int, tuple[str, int]] = {}
        for piece in raw.pieces:
            inside = [row for row in rows if piece.start <= row < piece.start + piece.rows]
            if not inside:
                continue
            unknown = [row - piece.start for row in inside if row not in told]
            lines = starts_of(piece, unknown) if unknown else {}
            for row in inside:
                found[row] = (piece.file, told.get(row) or lines.get(row - piece.start, 0))
        return found

    def _told(self, raw: Raw, rows: "Sequence[int]") -> "list[tuple[int, int]]":
        table = pa.table({"row": pa.array(rows, pa.int64())})
        self.connection.register("asked", table)
        found = self.connection.execute(
            f"SELECT r.rowid, r.line FROM {raw.name} AS r JOIN asked ON r.rowid = asked.row "
            "WHERE r.line IS NOT NULL"
        ).fetchall()
        self.connection.unregister("asked")
        return [(int(row), int(line)) for row, line in found]


@dataclass(frozen=True)
class _Readers:
    """The readers of one file pattern, which share one raw table."""

    wanted: Wanted
    table: str
    text: DelimitedReader
    objects: ObjectReader
