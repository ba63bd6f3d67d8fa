"""Take back what the run of a day left, before anybody decided about it, so that it can run again.

The facts it loaded no longer exist for a reader, what it asked is superseded, the stages it moved
stand as before. The bytes of its files stay on the disk until an erasure clears away what no
batch names; the chain says what was taken back.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update
from sqlmodel import col

from tools.store.gate.proposals import ProposalBook
from tools.store.records import Proposal
from tools.store.rows import record_of
from tools.store.tables import (
    BadRowRow,
    BatchRow,
    DataFileRow,
    DecisionRow,
    ProposalRow,
    RefusalRow,
    RunRow,
)
from tools.store.transitions import take_back

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

# The source under which a run commits what it keeps for the days to come.
KEPT_BY_RUNS = "run"


@dataclass(frozen=True)
class Withdrawn:
    """What was taken back of a run: its batches of facts, their rows, and what it had asked.

    `left` are the ids of what it asked that people have done something with; they stay.
    """

    run: str
    batches: tuple[str, ...] = ()
    rows: int = 0
    proposals: tuple[Proposal, ...] = ()
    left: tuple[str, ...] = ()


def decided(session: "Session", as_of: int) -> int:
    """How often a person has done something with what the run of a day asked."""
    ours = select(col(ProposalRow.id)).where(col(ProposalRow.as_of) == as_of)
    query = select(func.count()).where(col(DecisionRow.proposal).in_(ours))
    return int(session.scalar(query) or 0)


def withdraw_run(session: "Session", as_of: int, now: "datetime", reason: str) -> Withdrawn:
    """Take a finished run back; the next one of that day starts from the beginning.

    What people have done something with stays as they left it.
    """
    run = session.scalars(select(RunRow).where(col(RunRow.as_of) == as_of)).one()
    batches, rows = withdraw_facts(session, as_of)
    asked = ProposalBook(session)
    of_run = col(ProposalRow.as_of) == as_of
    handled = select(col(DecisionRow.proposal))
    stays = select(col(ProposalRow.id)).where(of_run, col(ProposalRow.id).in_(handled))
    left = tuple(sorted(map(str, session.scalars(stays))))
    pending = select(ProposalRow).where(
        of_run,
        col(ProposalRow.status).in_(("pending", "snoozed")),
        col(ProposalRow.id).not_in(left),
    )
    proposals = tuple(record_of(Proposal, row) for row in session.scalars(pending))
    for proposal in proposals:
        asked.move(proposal, "superseded", now, reason=reason, snoozed_until=None)
    take_back(session, as_of)
    session.execute(delete(RefusalRow).where(col(RefusalRow.as_of) == as_of))
    again = update(RunRow).where(col(RunRow.id) == run.id)
    session.connection().execute(
        again.values(status="failed", summary="", attempt=RunRow.attempt + 1)
    )
    return Withdrawn(run.id, batches, rows, proposals, left)


def withdraw_facts(session: "Session", as_of: int) -> tuple[tuple[str, ...], int]:
    """Take back what the run of a day has loaded; the batches, and how many rows they brought."""
    run = session.scalars(select(RunRow).where(col(RunRow.as_of) == as_of)).one()
    row = BatchRow
    # A version of before did not say which run had loaded a batch; its time tells.
    untold = col(row.as_of).is_(None) & (col(row.committed_at) >= run.started_at)
    if run.finished_at is not None:
        untold &= col(row.committed_at) <= run.finished_at
    query = select(row).where(col(row.source) != KEPT_BY_RUNS, or_(col(row.as_of) == as_of, untold))
    found = session.scalars(query).all()
    ids, rows = tuple(sorted(one.id for one in found)), sum(one.rows for one in found)
    for table in (BadRowRow, DataFileRow):
        session.execute(delete(table).where(col(table.batch).in_(ids)))
    session.execute(delete(BatchRow).where(col(BatchRow.id).in_(ids)))
    session.flush()
    return ids, rows
