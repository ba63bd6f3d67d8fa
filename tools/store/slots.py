"""Slots: the due moments of jobs; each is run once, over any number of processes.

Whoever writes the row first holds the slot until the lease ends, and longer with heartbeats. Every
holder has a number, the fence: once somebody else has taken over, the words of the old holder are
refused, however late it wakes up.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import and_, delete, func, or_, select, update
from sqlmodel import col

from tools.errors import BadInput
from tools.store.columns import storable
from tools.store.records import one_of
from tools.store.rows import insert_new, record_of
from tools.store.tables.gate import SlotRow

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Update
    from sqlmodel import Session

    from tools.store.engine import Database

SlotStatus = Literal["running", "done", "failed", "skipped"]
Ending = Literal["done", "failed"]
TRIES = 3
STOPPED = "its worker stopped before the end"
_NEWEST = (col(SlotRow.due_at).desc(), col(SlotRow.slot).desc())


@dataclass(frozen=True)
class Slot:
    """One due moment of a job, who holds it, and what became of it."""

    job: str
    slot: str
    due_at: "datetime"
    status: SlotStatus
    worker: str
    lease_until: "datetime"
    fence: int
    started_at: "datetime"
    ended_at: "datetime | None"
    detail: str


class Slots:
    """The ledger of slots."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def claim(
        self,
        job: str,
        slot: str,
        due_at: "datetime",
        worker: str,
        now: "datetime",
        lease: "timedelta",
    ) -> Slot | None:
        """Hold a slot from now on; None when it is not to be had.

        To be had is a slot nobody has held, one whose holder let the lease end, and one that
        failed fewer than three times, once its lease has ended. Not while another slot of the job
        is running, and never again once a later one is known: rows of old slots may be deleted.
        """
        held = Slot(job, slot, due_at, "running", worker, now + lease, 1, now, None, "")
        with self._database.write(_lock(job)) as session:
            if _too_late(session, held):
                return None
            won = insert_new(session, SlotRow, [held]) == 1 or _changed(session, _again(held))
            return record_of(Slot, session.get_one(SlotRow, (job, slot))) if won else None

    def heartbeat(self, slot: Slot, now: "datetime", lease: "timedelta") -> bool:
        """Hold on to a slot; False when somebody else has it, or it is ended."""
        with self._database.write() as session:
            return _changed(session, _held(slot).values(lease_until=now + lease))

    def finish(
        self,
        slot: Slot,
        status: Ending,
        detail: str,
        now: "datetime",
        pause: "timedelta | None" = None,
    ) -> bool:
        """Write down how it ended; False, and nothing is written, when it is held no more.

        A slot that failed is tried again after the `pause`, or else once its lease has ended.
        """
        one_of("status", status, Ending)
        ended = _held(slot).values(status=status, detail=storable(detail), ended_at=now)
        if status == "failed" and pause is not None:
            ended = ended.values(lease_until=now + pause)
        with self._database.write() as session:
            return _changed(session, ended)

    def give_up(self, slot: Slot, now: "datetime") -> bool:
        """End as failed what its holder let lie; False when it is held still, or again."""
        ended = _held(slot).where(col(SlotRow.lease_until) <= now)
        with self._database.write() as session:
            return _changed(session, ended.values(status="failed", detail=STOPPED, ended_at=now))

    def take_back(self, job: str, after: "datetime", worker: str) -> tuple[Slot, ...]:
        """Forget the slots of a job begun after an instant that has not come; which they were.

        Only those that ended or whose worker let the lease end, and only those of this machine:
        another machine may be right.
        """
        begun = and_(col(SlotRow.job) == job, col(SlotRow.started_at) > after)
        with self._database.read() as session:
            rows = session.scalars(select(SlotRow).where(begun))
            found = [record_of(Slot, row) for row in rows]
        alone = self._database.url.get_backend_name() == "sqlite"
        ours = [s for s in found if s.status != "running" and (alone or _same(s.worker, worker))]
        if not ours:
            return ()
        gone = col(SlotRow.slot).in_([slot.slot for slot in ours])
        ended = col(SlotRow.status) != "running"
        with self._database.write(_lock(job)) as session:
            session.execute(delete(SlotRow).where(begun, gone, ended))
        return tuple(ours)

    def skip(
        self, job: str, slot: str, due_at: "datetime", now: "datetime", detail: str = "missed"
    ) -> bool:
        """Record that a slot will not be run; False when there is a row of it already."""
        skipped = Slot(job, slot, due_at, "skipped", "", now, 0, now, now, storable(detail))
        with self._database.write(_lock(job)) as session:
            return insert_new(session, SlotRow, [skipped]) == 1

    def last(self, job: str) -> Slot | None:
        """The slot of a job that was due last, if one is known."""
        query = select(SlotRow).where(col(SlotRow.job) == job).order_by(*_NEWEST).limit(1)
        with self._database.read() as session:
            row = session.scalars(query).one_or_none()
            return None if row is None else record_of(Slot, row)

    def running(self, job: str) -> Slot | None:
        """The slot of a job that somebody holds; there is one at most."""
        query = select(SlotRow).where(col(SlotRow.job) == job, col(SlotRow.status) == "running")
        query = query.order_by(col(SlotRow.due_at)).limit(1)
        with self._database.read() as session:
            row = session.scalars(query).one_or_none()
            return None if row is None else record_of(Slot, row)

    def latest(self) -> dict[str, Slot]:
        """The slot of every job that was due last, by job."""
        newest = select(col(SlotRow.job), func.max(col(SlotRow.due_at)).label("due_at"))
        each = newest.group_by(col(SlotRow.job)).subquery()
        query = select(SlotRow).join(
            each, and_(col(SlotRow.job) == each.c.job, col(SlotRow.due_at) == each.c.due_at)
        )
        with self._database.read() as session:
            rows = session.scalars(query.order_by(col(SlotRow.job), col(SlotRow.slot)))
            return {row.job: record_of(Slot, row) for row in rows}

    def prune(self, job: str, keep: int) -> int:
        """Delete the ended slots of a job but for the newest `keep` slots; how many went.

        Raises:
            BadInput: for less than one; the newest row is what old slots are refused by.
        """
        if keep < 1:
            raise BadInput(f"slots of {job}: keep {keep}; keep at least 1")
        newest = select(col(SlotRow.slot)).where(col(SlotRow.job) == job).order_by(*_NEWEST)
        old = delete(SlotRow).where(
            col(SlotRow.job) == job,
            col(SlotRow.status) != "running",
            col(SlotRow.slot).not_in(newest.limit(keep)),
        )
        with self._database.write(_lock(job)) as session:
            return session.connection().execute(old).rowcount


def _same(worker: str, other: str) -> bool:
    """Whether two workers are of one machine; a name ends with the number of the process."""
    return not worker or worker.rpartition("-")[0] == other.rpartition("-")[0]


def _lock(job: str) -> str:
    return f"slots:{job}"


def _too_late(session: "Session", wanted: Slot) -> bool:
    """Whether a later slot of the job is known, or another is running."""
    due_at, slot = col(SlotRow.due_at), col(SlotRow.slot)
    later = or_(due_at > wanted.due_at, and_(due_at == wanted.due_at, slot > wanted.slot))
    others = select(slot).where(
        col(SlotRow.job) == wanted.job,
        slot != wanted.slot,
        or_(later, col(SlotRow.status) == "running"),
    )
    return session.scalars(others.limit(1)).first() is not None


def _again(wanted: Slot) -> "Update":
    """Take a slot over from a holder that stopped, or try one again that failed."""
    fence = col(SlotRow.fence)
    stopped = col(SlotRow.status) == "running"
    failed = and_(col(SlotRow.status) == "failed", fence < TRIES)
    free: ColumnElement[bool] = and_(
        col(SlotRow.lease_until) <= wanted.started_at, or_(stopped, failed)
    )
    return (
        _of(wanted)
        .where(free)
        .values(
            status="running",
            worker=wanted.worker,
            fence=fence + 1,
            lease_until=wanted.lease_until,
            started_at=wanted.started_at,
            ended_at=None,
            detail="",
        )
    )


def _held(slot: Slot) -> "Update":
    """The row of a slot as long as this very holder has it."""
    return _of(slot).where(col(SlotRow.status) == "running", col(SlotRow.fence) == slot.fence)


def _of(slot: Slot) -> "Update":
    return update(SlotRow).where(col(SlotRow.job) == slot.job, col(SlotRow.slot) == slot.slot)


def _changed(session: "Session", change: "Update") -> bool:
    return session.connection().execute(change).rowcount == 1
