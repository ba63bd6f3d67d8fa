"""Runs: one for each day, opened once, gone on with after a crash, closed once."""

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from tools.days import from_number
from tools.errors import BadInput, Conflict
from tools.store.documents import keep
from tools.store.records import Run
from tools.store.rows import record_of
from tools.store.tables import RunDocumentRow, RunRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from tools.store.engine import Database


class Runs:
    """The ledger of runs."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def open_run(
        self, as_of: int, fingerprint: str, documents: "Mapping[str, str]", now: "datetime"
    ) -> Run:
        """The run of a day: a new one, or the one that is there.

        A run that was killed goes on with the documents and the start it recorded; one that
        failed starts again with today's, since they may be what was wrong; one that is done
        stays as it is. `documents` are texts by name.
        """
        with self._database.write("runs") as session:
            row = _row(session, as_of)
            if row is None or row.status == "failed":
                row = _start(session, row or _new(as_of, fingerprint, now), fingerprint, now)
                _link(session, row.id, documents)
            return _record(session, row)

    def finish_run(self, as_of: int, summary: str, now: "datetime") -> bool:
        """Close a day with its summary (JSON text); False when it is closed already."""
        return self._end(as_of, "done", summary, now)

    def fail_run(self, as_of: int, summary: str, now: "datetime") -> bool:
        """Mark a run as failed, so that the next one starts again; False unless it was running."""
        return self._end(as_of, "failed", summary, now)

    def _end(self, as_of: int, status: str, summary: str, now: "datetime") -> bool:
        ended = (
            update(RunRow)
            .where(col(RunRow.as_of) == as_of, col(RunRow.status) == "running")
            .values(status=status, summary=summary, finished_at=now)
        )
        with self._database.write("runs") as session:
            changed = session.connection().execute(ended).rowcount == 1
            if not changed:
                _check_ended(_row(session, as_of), as_of, status)
            return changed

    def run_of(self, as_of: int) -> Run | None:
        """The run of a day, if there is one."""
        with self._database.read() as session:
            row = _row(session, as_of)
            return None if row is None else _record(session, row)

    def list_runs(self, limit: int = 30) -> tuple[Run, ...]:
        """The latest runs, newest day first."""
        query = select(RunRow).order_by(col(RunRow.as_of).desc()).limit(limit)
        with self._database.read() as session:
            return tuple(_record(session, row) for row in session.scalars(query).all())

    def done_between(self, first_day: int, end_day: int, before: "datetime") -> tuple[Run, ...]:
        """The runs of some days that were done before an instant, oldest day first."""
        query = select(RunRow).where(
            col(RunRow.as_of) >= first_day,
            col(RunRow.as_of) < end_day,
            col(RunRow.status) == "done",
            col(RunRow.finished_at) < before,
        )
        with self._database.read() as session:
            found = [_record(session, row) for row in session.scalars(query).all()]
        return tuple(sorted(found, key=lambda run: run.as_of))

    def closed_day(self) -> int | None:
        """The last day whose run is done; None before the first."""
        query = select(func.max(RunRow.as_of)).where(col(RunRow.status) == "done")
        with self._database.read() as session:
            return session.scalar(query)


def run_id(as_of: int) -> str:
    """The id of a day's run, the same for everybody who asks."""
    return f"run-{from_number(as_of).isoformat()}"


def _row(session: "Session", as_of: int) -> RunRow | None:
    return session.scalars(select(RunRow).where(col(RunRow.as_of) == as_of)).one_or_none()


def _new(as_of: int, fingerprint: str, now: "datetime") -> RunRow:
    return RunRow(
        id=run_id(as_of),
        as_of=as_of,
        status="running",
        fingerprint=fingerprint,
        summary="",
        started_at=now,
    )


def _start(session: "Session", row: RunRow, fingerprint: str, now: "datetime") -> RunRow:
    row.status, row.fingerprint, row.summary = "running", fingerprint, ""
    row.started_at, row.finished_at = now, None
    session.add(row)
    session.flush()
    return row


def _link(session: "Session", run: str, documents: "Mapping[str, str]") -> None:
    session.execute(delete(RunDocumentRow).where(col(RunDocumentRow.run) == run))
    for name, text in sorted(documents.items()):
        session.add(RunDocumentRow(run=run, name=name, sha256=keep(session, text)))
    session.flush()


def _record(session: "Session", row: RunRow) -> Run:
    query = select(RunDocumentRow).where(col(RunDocumentRow.run) == row.id)
    linked = sorted((link.name, link.sha256) for link in session.scalars(query))
    return record_of(Run, row, documents=tuple(linked))


def _check_ended(row: RunRow | None, as_of: int, status: str) -> None:
    if row is None:
        raise BadInput(f"{run_id(as_of)}: it was never opened")
    if row.status != status and status == "failed":
        raise Conflict(f"{row.id}: it was done at {row.finished_at}; it cannot fail any more")
    if row.status != status:
        raise Conflict(f"{row.id}: it is {row.status}; open it again before closing it")
