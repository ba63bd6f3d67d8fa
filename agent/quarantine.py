"""The quarantine: what of a batch goes there, and how it is shown and audited."""

from typing import TYPE_CHECKING

from tools.channels.cells import row, safe_text
from tools.reports.audit import audit, file_remarks, quarantine_counts, rows_ahead
from tools.sources.mends import mend_of
from tools.store.records import BadRow
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tools.reports.audit import AuditReport
    from tools.sources.batch import SourceBatch
    from tools.store.manifest import Manifest
    from tools.warehouse.absent import AbsentRecords
    from tools.warehouse.conflicts import KeyConflict
    from tools.warehouse.dataset import Dataset
    from tools.warehouse.engine import Engine
    from tools.warehouse.identity import IdentityRules

COLUMNS = ("table", "file", "line", "column", "value", "reason", "mend")
BOM = "\ufeff"  # so that a spreadsheet reads the values as UTF-8
MOST = 1_000  # conflicts of one table that are shown one by one
LEFT_OUT = "the key stands for other content already; the row is left out"
NOT_USED = "the key has two contents known at the same time; the other one is used"
UNBELIEVED = {
    "truncated": "more records are missing than lost_share allows: taken as truncated, nobody is "
    "gone; export it again, or raise lost_share",
    "unreadable": "some of its rows cannot be read: what is missing may be among them, nothing has "
    "ended",
}


def absent_rows(found: "Iterable[AbsentRecords]") -> "Iterator[BadRow]":
    """A line for each full input that was not believed, and why."""
    for each in found:
        if each.verdict != "gone":
            value = f"{each.absent} of {each.known} known records are missing"
            reason = UNBELIEVED[each.verdict]
            yield BadRow("", each.table, ", ".join(each.files), 0, "", value, reason)


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


def data_audit(
    day: int,
    engine: "Engine",
    manifest: "Manifest",
    dataset: "Dataset",
    *,
    until: "datetime | None" = None,
    finished: "datetime | None" = None,
    rules: "IdentityRules | None" = None,
) -> "AuditReport":
    """The audit of the facts of an engine, with what is in quarantine, or was at an instant.

    `finished` is when the run of the day ended: what was loaded later is not told of.
    """
    counted = quarantine_counts([vars(one) for one in manifest.quarantine_counts(until=until)])
    remarks = file_remarks([vars(one) for one in manifest.remarks(until)])
    ahead = rows_ahead(day, engine, dataset, manifest.loaded(finished))
    return audit(day, engine, counted, remarks, ahead=ahead, rules=rules)


def record_of(bad: BadRow) -> dict[str, str | int]:
    """A row in quarantine by the names of its columns, with what to do about it."""
    cells = (bad.table, bad.file, bad.line, bad.column, bad.value, bad.reason, mend_of(bad.reason))
    return dict(zip(COLUMNS, cells, strict=True))


def csv_of(found: "Iterable[BadRow]") -> bytes:
    """Rows in quarantine as a file; what a spreadsheet could run is guarded."""
    lines = [[safe_text(str(cell)) for cell in record_of(bad).values()] for bad in found]
    return BOM.encode() + b"".join(row(one) for one in [list(COLUMNS), *lines])


def place_of(bad: BadRow) -> str:
    """The file and line of a row, as far as they are known."""
    return f"{bad.file}:{bad.line}" if bad.line else bad.file
