"""The manifest: which Parquet files exist, by the batch that brought them, and what was refused.

A file is there for a reader from the moment its batch is committed: a load is all or nothing,
and loading the same batch again changes nothing.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlmodel import col

from tools.errors import Conflict
from tools.store.bad_rows import COLUMNS, new_rows, stands
from tools.store.records import REFUSED, BadRow, BadRowCount, Batch, DataFile
from tools.store.rows import insert_all, insert_new, record_of, table_of
from tools.store.tables import BadRowRow, BatchRow, DataFileRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tools.store.engine import Database
    from tools.store.records import FileKind


class Manifest:
    """Batches, files and quarantine."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def commit_batch(
        self,
        batch: Batch,
        files: "Iterable[DataFile]",
        rejected: "Iterable[BadRow]" = (),
        read: "Iterable[str]" = (),
    ) -> bool:
        """Make a load visible in one transaction; False when it is there already or brings nothing.

        Every file and bad row is filed under this batch, whatever it says itself. Of the files
        that were `read`, what was in quarantine before stays as it is when it still stands there,
        and is gone when it does not.

        Raises:
            Conflict: when a file's path belongs to another batch; nothing is committed.
        """
        with self._database.write() as session:
            if not insert_new(session, BatchRow, [batch]):
                return False
            ours = [replace(file, batch=batch.id) for file in files]
            if insert_new(session, DataFileRow, ours) != len(ours):
                raise Conflict(f"batch {batch.id}: one of its files is another batch's already")
            new = list(new_rows(session, batch, rejected, tuple(read)))
            insert_all(session.connection(), BadRowRow, COLUMNS, new)
            # Files read again that say nothing new are no load: a killed run leaves no trace.
            if read and not ours and not new:
                session.execute(delete(BatchRow).where(col(BatchRow.id) == batch.id))
                return False
            return True

    def withdraw_snapshots(self, as_of: int) -> None:
        """Take back what an attempt at a day kept, before another attempt with other rules.

        Facts stay. The bytes on disk no longer exist for a reader; the next attempt replaces them.
        """
        with self._database.write() as session:
            ours = select(col(DataFileRow.batch)).where(
                col(DataFileRow.kind) == "snapshot", col(DataFileRow.min_known) == as_of
            )
            batches = set(session.scalars(ours))
            session.execute(delete(DataFileRow).where(col(DataFileRow.batch).in_(batches)))
            session.execute(delete(BatchRow).where(col(BatchRow.id).in_(batches)))

    def replace_files(self, replaced: "Iterable[tuple[DataFile, DataFile | None]]") -> None:
        """Put new files in the place of old ones, all at once.

        A new file holds what the old one held, without a person; None when nothing was left.
        """
        pairs = tuple(replaced)
        with self._database.write() as session:
            gone = [old.path for old, _ in pairs]
            session.execute(delete(DataFileRow).where(col(DataFileRow.path).in_(gone)))
            insert_new(session, DataFileRow, [new for _, new in pairs if new is not None])

    def has_batch(self, batch: str) -> bool:
        """Whether a batch has been committed."""
        with self._database.read() as session:
            return session.get(BatchRow, batch) is not None

    def batches(self) -> tuple[Batch, ...]:
        """All loads, first one first."""
        with self._database.read() as session:
            rows = session.scalars(select(BatchRow)).all()
            found = [record_of(Batch, row) for row in rows]
        return tuple(sorted(found, key=lambda batch: (batch.committed_at, batch.id)))

    def loaded(self, until: "datetime | None") -> frozenset[str]:
        """The loads committed by an instant, or all of them."""
        return frozenset(
            batch.id for batch in self.batches() if until is None or batch.committed_at <= until
        )

    def data_files(
        self, kind: "FileKind | None" = None, table: str | None = None
    ) -> tuple[DataFile, ...]:
        """The committed files, of one kind and table when given, by table and path."""
        query = select(DataFileRow)
        if kind is not None:
            query = query.where(col(DataFileRow.kind) == kind)
        if table is not None:
            query = query.where(col(DataFileRow.table) == table)
        with self._database.read() as session:
            found = [record_of(DataFile, row) for row in session.scalars(query)]
        return tuple(sorted(found, key=lambda file: (file.table, file.path)))

    def quarantine_counts(
        self, batch: str | None = None, until: "datetime | None" = None
    ) -> tuple[BadRowCount, ...]:
        """How many rows of which table and column are refused, and for which reason.

        `until` tells it as it was at an instant.
        """
        bad = table_of(BadRowRow).c
        groups = (bad.table, bad.column, bad.reason)
        query = select(*groups, func.sum(bad.rows).label("rows")).group_by(*groups)
        query = query.where(bad.kind == REFUSED, stands(until))
        if batch is not None:
            query = query.where(bad.batch == batch)
        if until is not None:
            loaded = select(col(BatchRow.id)).where(col(BatchRow.committed_at) <= until)
            query = query.where(bad.batch.in_(loaded))
        with self._database.read() as session:
            rows = session.execute(query).all()
        found = [BadRowCount(table, column, why, int(n)) for table, column, why, n in rows]
        return tuple(sorted(found, key=lambda count: (count.table, count.column, count.reason)))

    def quarantine(
        self,
        table: str | None = None,
        batch: str | None = None,
        limit: int | None = 100,
        *,
        file: str | None = None,
        reason: str | None = None,
    ) -> tuple[BadRow, ...]:
        """Rows in quarantine as they stood in their files, at most `limit`.

        `file` and `reason` may be parts of the name and of the words.
        """
        order = (BadRowRow.file, BadRowRow.line, BadRowRow.batch, BadRowRow.seq)
        query = select(BadRowRow).order_by(*(col(one) for one in order)).limit(limit)
        query = query.where(col(BadRowRow.kind) == REFUSED, col(BadRowRow.gone_at).is_(None))
        if table is not None:
            query = query.where(col(BadRowRow.table) == table)
        if batch is not None:
            query = query.where(col(BadRowRow.batch) == batch)
        if file is not None:
            query = query.where(col(BadRowRow.file).contains(file, autoescape=True))
        if reason is not None:
            query = query.where(col(BadRowRow.reason).contains(reason, autoescape=True))
        with self._database.read() as session:
            return tuple(record_of(BadRow, row) for row in session.scalars(query))

    def remarks(self, until: "datetime | None" = None) -> tuple[BadRow, ...]:
        """What should be known of files that were taken: folded lines, doubtful dates."""
        query = select(BadRowRow).where(col(BadRowRow.kind) != REFUSED, stands(until))
        if until is not None:
            loaded = select(col(BatchRow.id)).where(col(BatchRow.committed_at) <= until)
            query = query.where(col(BadRowRow.batch).in_(loaded))
        order = (
            BadRowRow.kind,
            BadRowRow.table,
            BadRowRow.file,
            BadRowRow.column,
            BadRowRow.reason,
        )
        with self._database.read() as session:
            rows = session.scalars(query.order_by(*(col(one) for one in order)))
            return tuple(record_of(BadRow, row) for row in rows)
