"""The file source: a folder of CSV, TSV, JSON lines and Parquet, read through one mapping.

Set-based: DuckDB reads every file once as text, one query types an input, another makes the
table. Equal rows are one fact, so order and duplication of rows change nothing; a value that
does not fit is reported with file, line, column and reason, and never stops the others.
"""

from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tools.days import start_of
from tools.sources.batch import Place, Rejected, Remark, SourceBatch
from tools.sources.columns import type_input
from tools.sources.compile import compile_input, reads
from tools.sources.full import full_input, together
from tools.sources.long_lines import LONGEST
from tools.sources.places import (
    COUNTED,
    example_of,
    folded_remark,
    folded_rows,
    hashes_at,
    places_of,
    split,
)
from tools.sources.quarantine import rejected_of
from tools.sources.raw import Wanted, count, files_of
from tools.sources.rows import create_rows, finish, insert_rows
from tools.sources.shelf import RawTables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    import pyarrow as pa

    from tools.sources.mapping import Input, Mapping, Reader
    from tools.warehouse.parts import FullInput


class FileSource:
    """One company's folder, read through its mapping."""

    def __init__(self, folder: "Path", mapping: "Mapping", longest: int = LONGEST) -> None:
        """Keep the folder and the mapping; nothing is read yet."""
        self._folder, self._mapping, self._longest = folder, mapping, longest

    def check(self) -> None:
        """Look for the files, without reading one.

        Raises:
            BadInput: when one the mapping names is not there.
        """
        for wanted in wanted_of(self._mapping.inputs):
            files_of(self._folder, wanted)

    def read(self, as_of: int) -> SourceBatch:
        """Every row of every input, as of a local day.

        Raises:
            BadInput: when a file is missing or cannot be read at all, or a column the mapping
                reads is absent.
        """
        mapping = self._mapping
        load = start_of(as_of, ZoneInfo(mapping.zone))
        with RawTables(self._folder, self._longest) as shelf:
            shelf.fill(wanted_of(mapping.inputs))
            rejected: list[Rejected] = []
            remarks: list[Remark] = []
            read: dict[str, int] = {}
            full: list[FullInput] = []
            tables = sorted({each.table for each in mapping.inputs})
            create_rows(shelf.connection, tables)
            for number, each in enumerate(mapping.inputs):
                rows, bad, says = self._input(shelf, number, as_of, load)
                read[each.table] = read.get(each.table, 0) + rows
                rejected += bad
                remarks += says
                full += [full_input(shelf, each)] if each.snapshot else []
            done = {name: finish(shelf.connection, name, mapping) for name in tables}
            origins = {name: at for name, (_, at) in done.items()}
            folded, told = self._folded(shelf, origins)
            files = shelf.files()
        return SourceBatch(
            source=mapping.source,
            tables={name: table for name, (table, _) in done.items()},
            rejected=tuple(sorted(rejected)),
            read=read,
            zone=mapping.zone,
            currency=mapping.currency,
            remarks=tuple(sorted([*remarks, *told])),
            folded=folded,
            files=files,
            locate=partial(self._locate, origins),
            full=together(full),
        )

    def _folded(
        self, shelf: RawTables, origins: "dict[str, pa.Table]"
    ) -> tuple[dict[str, int], list[Remark]]:
        """How many equal rows count as one, by table, and what to say where each may matter."""
        folded: dict[str, int] = {}
        told: list[Remark] = []
        for name, at in origins.items():
            found = folded_rows(shelf.connection, name, at)
            folded[name] = sum(found.values())
            if found and name in COUNTED:
                example = example_of(shelf, name, self._inputs())
                told += [
                    folded_remark(self._mapping.inputs[n], rows, example)
                    for n, rows in found.items()
                    if self._mapping.inputs[n].keep == "all"
                ]
        return folded, told

    def _inputs(self) -> "dict[int, Input]":
        return dict(enumerate(self._mapping.inputs))

    def _locate(
        self, origins: "dict[str, pa.Table]", table: str, hashes: "Collection[int]"
    ) -> "dict[int, Place]":
        """The file and line of rows, by their hash; the files they stand in are read once more."""
        ats = hashes_at(origins[table], hashes) if table in origins else {}
        inputs = self._inputs()
        asked = [inputs[n] for n in sorted({split(at)[0] for at in ats.values()})]
        if not asked:
            return {}
        with RawTables(self._folder, self._longest) as shelf:
            shelf.fill(wanted_of(asked))
            places = places_of(shelf, inputs, ats.values())
        return {row: places[at] for row, at in ats.items() if at in places}

    def _input(
        self, shelf: RawTables, number: int, as_of: int, load: int
    ) -> tuple[int, list[Rejected], list[Remark]]:
        each = self._mapping.inputs[number]
        raw = shelf.raw(each.file, each.reader)
        lookups = [shelf.raw(join.file, join.reader) for join in each.joins]
        compiled = compile_input(each, raw, lookups, self._mapping.zone)
        compiled, remarks = type_input(shelf.connection, each, compiled, as_of)
        insert_rows(shelf.connection, each, compiled, self._mapping.zone, as_of, load, number)
        bad = rejected_of(shelf, each, compiled, raw, lookups)
        return count(shelf.connection, "typed") + len(raw.malformed), bad, remarks


def wanted_of(inputs: "Iterable[Input]") -> tuple[Wanted, ...]:
    """What to read of each file: inputs and joins that read it alike share one reading."""
    found: dict[tuple[str, Reader], Wanted] = {}
    for each in inputs:
        _want(found, each.file, each.reader, each.place, reads(each))
        for join in each.joins:
            columns = {there: f"{join.place}: match" for _, there in join.match}
            columns |= {take.column: f"{join.place}: take.{take.name}" for take in join.take}
            _want(found, join.file, join.reader, join.place, columns)
    return tuple(found.values())


def _want(
    found: "dict[tuple[str, Reader], Wanted]",
    file: str,
    reader: "Reader",
    place: str,
    columns: dict[str, str],
) -> None:
    wanted = found.setdefault((file, reader), Wanted(file, reader, place))
    for name, asked in columns.items():
        wanted.columns.setdefault(name, asked)
