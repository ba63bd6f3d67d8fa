"""What had happened at the gate by an instant: the same rows whenever it is asked.

Statuses of today stand in the rows; those of then are in the chain. Everything is read in pages by
a key or an index, so that no answer holds more than a page of rows besides what was asked for.
"""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import col

from tools.store.gate.records import Action, Deed, Draw, Link
from tools.store.records import Proposal
from tools.store.rows import A_STATEMENT, chunks, record_of
from tools.store.tables import (
    ActionRow,
    AuditRow,
    DecisionRow,
    HoldoutRow,
    ProposalRow,
    SendRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlmodel import Session


def asked_since(session: "Session", as_of: int, before: "datetime") -> tuple[str, ...]:
    """The ids of proposals of the runs from a day on that were in the queue before an instant."""
    query = select(col(ProposalRow.id)).where(
        col(ProposalRow.as_of) >= as_of, col(ProposalRow.created_at) < before
    )
    return tuple(sorted(session.scalars(query)))


def proposals(session: "Session", ids: "Iterable[str]") -> "Iterator[Proposal]":
    """Proposals by id, in its order."""
    for part in chunks(sorted(set(ids)), A_STATEMENT):
        query = select(ProposalRow).where(col(ProposalRow.id).in_(part))
        rows = session.scalars(query.order_by(col(ProposalRow.id))).all()
        yield from (record_of(Proposal, row) for row in rows)
        session.expunge_all()


def deeds(
    session: "Session", since: "datetime", before: "datetime"
) -> "Iterator[tuple[int, Deed]]":
    """What people did from one instant to the moment before another, numbered, oldest first."""
    query = (
        select(DecisionRow)
        .where(col(DecisionRow.at) >= since, col(DecisionRow.at) < before)
        .order_by(col(DecisionRow.seq))
    )
    for row in session.scalars(query, execution_options={"yield_per": A_STATEMENT}):
        yield int(row.seq or 0), record_of(Deed, row)


def entries(session: "Session", subjects: "Iterable[str]", before: "datetime") -> "Iterator[Link]":
    """The entries of the chain about some ids before an instant; of each id oldest first."""
    for part in chunks(sorted(set(subjects)), A_STATEMENT):
        query = (
            select(AuditRow)
            .where(col(AuditRow.subject).in_(part), col(AuditRow.at) < before)
            .order_by(col(AuditRow.seq))
        )
        yield from (record_of(Link, row) for row in session.scalars(query))
        session.expunge_all()


def actions(session: "Session") -> "Iterator[Action]":
    """Every action there is now, by id; what it was then is for the chain to say."""
    yield from (record_of(Action, row) for row in _paged(session, ActionRow, ActionRow.id))


def gone(session: "Session", action_ids: "Iterable[str]", before: "datetime") -> frozenset[str]:
    """The actions of which something had left the building before an instant."""
    found: set[str] = set()
    for part in chunks(sorted(set(action_ids)), A_STATEMENT):
        query = select(col(SendRow.id)).where(
            col(SendRow.id).in_([f"s-{one}" for one in part]), col(SendRow.recorded_at) < before
        )
        found.update(name.removeprefix("s-") for name in session.scalars(query))
    return frozenset(found)


def draws(session: "Session", day: int) -> "Iterator[Draw]":
    """The lots of those whose clock had started before a day, by account and play."""
    after = ("", "")
    row = HoldoutRow
    while True:
        query = (
            select(row)
            .where(
                (col(row.play) > after[0])
                | ((col(row.play) == after[0]) & (col(row.account_id) > after[1]))
            )
            .order_by(col(row.play), col(row.account_id))
            .limit(A_STATEMENT)
        )
        page = session.scalars(query).all()
        if not page:
            return
        after = (page[-1].play, page[-1].account_id)
        started = (one for one in page if one.started_day is not None and one.started_day < day)
        yield from [record_of(Draw, one) for one in started]
        session.expunge_all()


def _paged(session: "Session", row: Any, key: Any) -> "Iterator[Any]":
    after = ""
    while True:
        query = select(row).where(col(key) > after).order_by(col(key)).limit(A_STATEMENT)
        page = session.scalars(query).all()
        if not page:
            return
        after = getattr(page[-1], key.key)
        yield from page
        session.expunge_all()
