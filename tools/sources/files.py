"""The file source: a folder of CSV, TSV, JSON lines and Parquet, read through one mapping.

Set-based: DuckDB reads every file once as text, one query types an input, another makes the
table. Equal rows are one fact, so order and duplication of rows change nothing; a value that
does not fit is reported with file, line, column and reason, and never stops the others.
"""

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tools.days import start_of
from tools.sources.batch import Batch, Rejected
from tools.sources.compile import Compiled, compile_input, numbers_of, reads, typed_sql
from tools.sources.numbers import styles_of
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
            read: dict[str, int] = {}
            tables = sorted({each.table for each in mapping.inputs})
            create_rows(shelf.connection, tables)
            for each in mapping.inputs:
                rows, bad = self._input(shelf, each, as_of, load)
                read[each.table] = read.get(each.table, 0) + rows
                rejected += bad
            done = {name: finish(shelf.connection, name, mapping) for name in tables}
        return Batch(
            source=mapping.source,
            tables=done,
            rejected=tuple(sorted(rejected)),
            read=read,
            zone=mapping.zone,
            currency=mapping.currency,
        )

    def _input(
        self, shelf: Shelf, each: "Input", as_of: int, load: int
    ) -> tuple[int, list[Rejected]]:
        raw = shelf.raw(each.file, each.reader)
        lookups = [shelf.raw(join.file, join.reader) for join in each.joins]
        compiled = compile_input(each, raw, lookups, self._mapping.zone)
        compiled = self._type(shelf, each, compiled)
        insert_rows(shelf.connection, each, compiled, self._mapping.zone, as_of, load)
        bad = rejected_of(shelf, each, compiled, raw, lookups)
        return count(shelf.connection, "typed") + len(raw.malformed), bad

    def _type(self, shelf: Shelf, each: "Input", compiled: Compiled) -> Compiled:
        run = shelf.connection.execute
        run("DROP TABLE IF EXISTS texts; DROP TABLE IF EXISTS typed")
        run("SET disabled_optimizers = 'common_subexpressions'")
        run(f"CREATE TEMP TABLE texts AS {compiled.texts}")
        run("SET disabled_optimizers = ''")
        run(f"CREATE TEMP TABLE typed AS {compiled.typed}")
        styles = styles_of(shelf.connection, numbers_of(each, compiled))
        if not styles:
            return compiled
        typed = typed_sql(each, self._mapping.zone, styles)
        run(f"CREATE OR REPLACE TEMP TABLE typed AS {typed}")
        return replace(compiled, typed=typed, styles=styles)


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
