"""What of a batch goes to quarantine: refused values, keys used twice, and remarks on files."""

from typing import TYPE_CHECKING

from tools.store.records import BadRow
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tools.sources.batch import Batch as SourceBatch
    from tools.warehouse.conflicts import KeyConflict

MOST = 1_000  # conflicts of one table that are shown one by one
LEFT_OUT = "the key stands for other content already; the row is left out"
NOT_USED = "the key has two contents known at the same time; the other one is used"


def bad_rows(batch: "SourceBatch") -> "Iterator[BadRow]":
    """The values a source refused, and what it remarks on its files."""
    for r in batch.rejected:
        yield BadRow("", r.table, r.file, r.line, r.column, r.value, r.reason)
    for one in batch.remarks:
        yield BadRow("", one.table, one.file, 0, one.column, "", one.says, one.code, one.rows)


def conflict_rows(batch: "SourceBatch", conflicts: "Sequence[KeyConflict]") -> "Iterator[BadRow]":
    """Rows whose key stands for another content, with the places of both."""
    tables = dict.fromkeys(one.table for one in conflicts)
    for table in tables:
        yield from _of_table(batch, table, [one for one in conflicts if one.table == table])


def _of_table(
    batch: "SourceBatch", table: str, conflicts: "Sequence[KeyConflict]"
) -> "Iterator[BadRow]":
    kept = BY_NAME[table].versioned
    column, reason = ", ".join(BY_NAME[table].key), NOT_USED if kept else LEFT_OUT
    shown = conflicts[:MOST]
    places = batch.locate(table, _hashes(shown))
    for one in shown:
        file, line = places.get(one.row_hash, ("", 0))
        value = f"{one.key} (the other: {_place(places.get(one.used_hash))})"
        yield BadRow("", table, file, line, column, value, reason)
    if rest := len(conflicts) - len(shown):
        files = sorted({file for file, _ in places.values()})
        value = f"{rest:,} more rows, of which the first {MOST:,} are listed"
        yield BadRow("", table, files[0] if files else "", 0, column, value, reason, rows=rest)


def _hashes(conflicts: "Iterable[KeyConflict]") -> set[int]:
    return {row for one in conflicts for row in (one.row_hash, one.used_hash)}


def _place(place: "tuple[str, int] | None") -> str:
    return "loaded before" if place is None else f"{place[0]} line {place[1]}"
