"""The archive of reports: each is made once, never changed, and goes to each reader once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select, update
from sqlmodel import col

from tools.errors import Conflict
from tools.store.records import one_of
from tools.store.rows import insert_new, record_of
from tools.store.tables import ReportFileRow, ReportPostRow, ReportRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tools.store.engine import Database

ReportKind = Literal["weekly", "monthly"]
PostStatus = Literal["calling", "sent", "failed", "unknown"]
MOST = 500


@dataclass(frozen=True)
class ReportFile:
    """A file of a report: its name, the hash of its bytes and how many there are."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Archived:
    """A report that was made; `as_of` and `first_day` are day numbers."""

    id: str
    kind: ReportKind
    as_of: int
    first_day: int
    made_at: "datetime"
    files: tuple[ReportFile, ...]


@dataclass(frozen=True)
class Post:
    """How far a report came on its way to a reader."""

    report: str
    recipient: str
    status: PostStatus
    detail: str
    changed_at: "datetime"


class Reports:
    """Which reports there are, and who got them."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def add(self, made: Archived) -> bool:
        """Archive a report; False when it is there already, with the same files.

        Raises:
            Conflict: when it is there with other files: the first one stays.
        """
        one_of("report kind", made.kind, ReportKind)
        with self._database.write("reports") as session:
            bare = _Bare(made.id, made.kind, made.as_of, made.first_day, made.made_at)
            new = insert_new(session, ReportRow, [bare]) == 1
            if new:
                insert_new(session, ReportFileRow, made.files, report=made.id)
        if not new:
            self._refuse_another(made)
        return new

    def _refuse_another(self, made: Archived) -> None:
        kept = {file.name: file.sha256 for file in self._files(made.id)}
        now = {file.name: file.sha256 for file in made.files}
        if other := sorted(n for n in kept.keys() | now.keys() if kept.get(n) != now.get(n)):
            raise Conflict(
                f"report {made.id} is archived already, with another {', '.join(other)}; what was "
                "reported stays as it was"
            )

    def get(self, report_id: str) -> Archived | None:
        """A report by its id."""
        with self._database.read() as session:
            row = session.get(ReportRow, report_id)
        return None if row is None else self._whole(row)

    def latest(self, kind: ReportKind, before: int) -> Archived | None:
        """The newest report of a kind that is about an earlier day than `before`."""
        query = (
            select(ReportRow)
            .where(col(ReportRow.kind) == kind, col(ReportRow.as_of) < before)
            .order_by(col(ReportRow.as_of).desc())
            .limit(1)
        )
        with self._database.read() as session:
            row = session.scalars(query).first()
        return None if row is None else self._whole(row)

    def list(self, limit: int = MOST) -> "tuple[Archived, ...]":
        """The latest reports, newest first."""
        query = (
            select(ReportRow)
            .order_by(col(ReportRow.as_of).desc(), col(ReportRow.kind))
            .limit(limit)
        )
        with self._database.read() as session:
            rows = session.scalars(query).all()
        return tuple(self._whole(row) for row in rows)

    def _whole(self, row: ReportRow) -> Archived:
        return record_of(Archived, row, files=self._files(row.id))

    def _files(self, report_id: str) -> tuple[ReportFile, ...]:
        query = (
            select(ReportFileRow)
            .where(col(ReportFileRow.report) == report_id)
            .order_by(col(ReportFileRow.name))
        )
        with self._database.read() as session:
            return tuple(record_of(ReportFile, row) for row in session.scalars(query))

    def begin(self, report_id: str, recipient: str, now: "datetime") -> bool:
        """Say that it is about to leave, before it does; False when that was said before."""
        post = Post(report_id, recipient, "calling", "", now)
        with self._database.write("reports") as session:
            return insert_new(session, ReportPostRow, [post]) == 1

    def again(self, report_id: str, recipient: str, now: "datetime") -> bool:
        """Try again what certainly did not leave; False unless it failed before."""
        return self._move(report_id, recipient, ("failed",), "calling", "", now)

    def end(
        self, report_id: str, recipient: str, status: PostStatus, detail: str, now: "datetime"
    ) -> bool:
        """Write down what became of it; False unless it was on its way."""
        one_of("post status", status, PostStatus)
        return self._move(report_id, recipient, ("calling",), status, detail, now)

    def _move(
        self,
        report_id: str,
        recipient: str,
        before: "Sequence[str]",
        status: str,
        detail: str,
        now: "datetime",
    ) -> bool:
        statement = (
            update(ReportPostRow)
            .where(
                col(ReportPostRow.report) == report_id,
                col(ReportPostRow.recipient) == recipient,
                col(ReportPostRow.status).in_(list(before)),
            )
            .values(status=status, detail=detail, changed_at=now)
        )
        with self._database.write("reports") as session:
            return session.connection().execute(statement).rowcount == 1

    def posts(self, report_id: str) -> tuple[Post, ...]:
        """Who got a report, or did not."""
        query = (
            select(ReportPostRow)
            .where(col(ReportPostRow.report) == report_id)
            .order_by(col(ReportPostRow.recipient))
        )
        with self._database.read() as session:
            return tuple(record_of(Post, row) for row in session.scalars(query))


@dataclass(frozen=True)
class _Bare:
    id: str
    kind: str
    as_of: int
    first_day: int
    made_at: "datetime"
