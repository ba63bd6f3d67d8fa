"""The file source: a folder of CSV, TSV, JSON lines and Parquet, read through one mapping.

Set-based: DuckDB reads every file once as text, one query types an input, another makes the
table. Equal rows are one fact, so order and duplication of rows change nothing; a value that
does not fit is reported with file, line, column and reason, and never stops the others.
"""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tools.days import start_of
from tools.sources.batch import Batch, Rejected, Remark
from tools.sources.columns import type_input
from tools.sources.compile import compile_input, reads
from tools.sources.quarantine import rejected_of
from tools.sources.raw import Wanted, count
from tools.sources.rows import create_rows, finish, insert_rows
from tools.sources.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tools.sources.mapping import Input, Mapping, Reader


class FileSource:
    """One company's folder, read through its mapping."""

    def __init__(self, folder: "Path", mapping: "Mapping") -> None:
        """Keep the folder and the mapping; nothing is read yet."""
        self._folder, self._mapping = folder, mapping

    def read(self, as_of: int) -> Batch:
        """Every row of every input, as of a local day.

        Raises:
            BadInput: when a file is missing or cannot be read at all, or a column the mapping
                reads is absent.
        """
        mapping = self._mapping
        load = start_of(as_of, ZoneInfo(mapping.zone))
        with Shelf(self._folder) as shelf:
            shelf.fill(wanted_of(mapping.inputs))
            rejected: list[Rejected] = []
            remarks: list[Remark] = []
            read: dict[str, int] = {}
            tables = sorted({each.table for each in mapping.inputs})
            create_rows(shelf.connection, tables)
            for each in mapping.inputs:
                rows, bad, says = self._input(shelf, each, as_of, load)
                read[each.table] = read.get(each.table, 0) + rows
                rejected += bad
                remarks += says
            done = {name: finish(shelf.connection, name, mapping) for name in tables}
        return Batch(
            source=mapping.source,
            tables=done,
            rejected=tuple(sorted(rejected)),
            read=read,
            zone=mapping.zone,
            currency=mapping.currency,
            remarks=tuple(sorted(remarks)),
        )

    def _input(
        self, shelf: Shelf, each: "Input", as_of: int, load: int
    ) -> tuple[int, list[Rejected], list[Remark]]:
        raw = shelf.raw(each.file, each.reader)
        lookups = [shelf.raw(join.file, join.reader) for join in each.joins]
        compiled = compile_input(each, raw, lookups, self._mapping.zone)
        compiled, remarks = type_input(shelf.connection, each, compiled, as_of)
        insert_rows(shelf.connection, each, compiled, self._mapping.zone, as_of, load)
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
