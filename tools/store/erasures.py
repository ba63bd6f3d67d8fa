"""The ledger of erasures: when, by whom, and by which keyed hashes somebody is known again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select, true, update
from sqlmodel import col

from tools.store.records import one_of
from tools.store.redacting import Redacting
from tools.store.rows import insert_new, record_of
from tools.store.tables import ErasedKeyRow, ErasureRow, ReportFileRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlmodel import Session

    from tools.store.reports import ReportFile

Status = Literal["begun", "done"]
KeyKind = Literal["ref", "email"]


@dataclass(frozen=True)
class Erasure:
    """One erasure; `plan` is the sealed traces, as long as they are needed to go on."""

    id: str
    status: Status
    who: str
    reason: str
    plan: str
    begun_at: "datetime"
    ended_at: "datetime | None" = None

    def __post_init__(self) -> None:
        one_of("status", self.status, Status)


@dataclass(frozen=True)
class ErasedKey:
    """A keyed hash of an id (`ref`) or an address (`email`) of somebody who was erased."""

    key: str
    kind: KeyKind
    erasure: str


class Erasures:
    """The erasures of one transaction."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self.rows = Redacting(session)

    def begin(self, erasure: Erasure, keys: "Iterable[ErasedKey]") -> None:
        """Write down that somebody is being erased, and by what they are known again."""
        self._session.add(ErasureRow(**vars(erasure)))
        self._session.flush()
        self.know(keys)

    def know(self, keys: "Iterable[ErasedKey]") -> int:
        """Know somebody by more keyed hashes; how many were new."""
        return insert_new(self._session, ErasedKeyRow, list(keys))

    def keys(self) -> tuple[ErasedKey, ...]:
        """Every keyed hash, in order."""
        found = self._session.scalars(select(ErasedKeyRow).order_by(col(ErasedKeyRow.key)))
        return tuple(record_of(ErasedKey, row) for row in found)

    def of_keys(self, keys: "Iterable[str]") -> Erasure | None:
        """The erasure that somebody with one of these keyed hashes fell to, the latest."""
        wanted = col(ErasedKeyRow.key).in_(list(keys))
        ids = select(col(ErasedKeyRow.erasure)).where(wanted)
        found = self._erasures(col(ErasureRow.id).in_(ids))
        return found[-1] if found else None

    def begun(self) -> tuple[Erasure, ...]:
        """Those that have not ended, oldest first."""
        return self._erasures(col(ErasureRow.status) == "begun")

    def all(self) -> tuple[Erasure, ...]:
        """Every erasure, oldest first."""
        return self._erasures(true())

    def forget(self, erasure: str) -> None:
        """Nothing is left to look for: forget what was needed to go on after a crash."""
        row = self._session.get_one(ErasureRow, erasure)
        row.plan = ""
        self._session.flush()

    def archive_again(self, report_id: str, files: "Iterable[ReportFile]") -> None:
        """Archive files of a report anew, without a person; a trigger lets an erasure alone."""
        row = ReportFileRow
        for file in files:
            theirs = update(row).where(col(row.report) == report_id, col(row.name) == file.name)
            anew = theirs.values(sha256=file.sha256, bytes=file.bytes)
            self._session.connection().execute(anew)

    def end(self, erasure: str, now: "datetime") -> bool:
        """Say that somebody is erased; False when it was said before."""
        begun = update(ErasureRow).where(
            col(ErasureRow.id) == erasure, col(ErasureRow.status) == "begun"
        )
        ended = begun.values(status="done", ended_at=now)
        return self._session.connection().execute(ended).rowcount == 1

    def _erasures(self, which: Any) -> tuple[Erasure, ...]:
        query = (
            select(ErasureRow).where(which).order_by(col(ErasureRow.begun_at), col(ErasureRow.id))
        )
        rows = self._session.scalars(query, execution_options={"populate_existing": True})
        return tuple(record_of(Erasure, row) for row in rows)
