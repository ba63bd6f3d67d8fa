"""What stands around the queue: choices for its filters, a customer's past, a day's work, counts.

Every query is bounded: by an index, by a limit, or by the few rows of the days asked about.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlmodel import col

from tools.store.gate.records import Action, Deed
from tools.store.records import Proposal
from tools.store.rows import record_of
from tools.store.tables import ActionRow, AuditRow, DecisionRow, ProposalRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

CHOICES_OF = 200
MOST_PLAYS = 100
MOST_OF_A_DAY = 2_000


@dataclass(frozen=True)
class Choices:
    """What the filters can be set to: every play, and what stands high in the queue of the rest."""

    play: tuple[str, ...]
    segment: tuple[str, ...]
    owner: tuple[str, ...]
    stage: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """What people did on a day: how many looked at, and the texts of what was approved."""

    decided: int
    approved: tuple[str, ...]


@dataclass(frozen=True)
class Look:
    """So many yeses of one person by one way in that were looked at for so long."""

    who: str
    via: str
    seconds: int | None
    count: int


def choices(session: "Session") -> Choices:
    """What the filters can be set to, without walking the whole queue."""
    row = ProposalRow
    columns = (col(row.segment), col(row.owner), col(row.stage))
    top = (
        select(*columns)
        .where(col(row.status) == "pending")
        .order_by(col(row.value_minor).desc(), col(row.id).desc())
        .limit(CHOICES_OF)
    )
    seen = session.execute(top).all()
    named = [tuple(sorted({one[n] for one in seen if one[n]})) for n in range(len(columns))]
    return Choices(_plays(session), *named)


def _plays(session: "Session") -> tuple[str, ...]:
    """Every play that waits: one step down the index for each."""
    found: list[str] = []
    while len(found) < MOST_PLAYS:
        query = select(func.min(ProposalRow.play)).where(
            col(ProposalRow.status) == "pending", col(ProposalRow.play) > (found or [""])[-1]
        )
        following = session.scalar(query)
        if following is None:
            break
        found.append(following)
    return tuple(found)


def of_account(session: "Session", account_id: str, limit: int = 50) -> tuple[Proposal, ...]:
    """The latest proposals about an account, newest first."""
    query = (
        select(ProposalRow)
        .where(col(ProposalRow.account_id) == account_id)
        .order_by(col(ProposalRow.as_of).desc())
        .limit(limit)
    )
    return tuple(record_of(Proposal, row) for row in session.scalars(query))


def work_of(session: "Session", day: int, since: "datetime") -> Work:
    """What was decided on a day, of the deeds since an instant before it began."""
    query = (
        select(col(DecisionRow.proposal))
        .where(
            col(DecisionRow.at) >= since,
            col(DecisionRow.day) == day,
            col(DecisionRow.kind).in_(("approve", "reject", "snooze")),
        )
        .distinct()
        .limit(MOST_OF_A_DAY)
    )
    ids = list(session.scalars(query))
    texts = select(col(ProposalRow.envelope)).where(
        col(ProposalRow.id).in_(ids),
        col(ProposalRow.status) == "approved",
        ~col(ProposalRow.envelope).startswith('{"erased":'),
    )
    return Work(len(ids), tuple(session.scalars(texts)))


def deeds(session: "Session", before: int | None, limit: int) -> tuple[tuple[int, Deed], ...]:
    """The latest deeds with their numbers, newest first, those below a number."""
    query = select(DecisionRow).order_by(col(DecisionRow.seq).desc()).limit(limit)
    if before is not None:
        query = query.where(col(DecisionRow.seq) < before)
    return tuple((int(row.seq or 0), record_of(Deed, row)) for row in session.scalars(query))


def looks(session: "Session", since: "datetime") -> tuple[Look, ...]:
    """How many yeses each person gave since an instant, by the way in and the seconds looked."""
    row = DecisionRow
    kinds = (col(row.who), col(row.via), col(row.seconds))
    query = (
        select(*kinds, func.count())
        .where(col(row.kind) == "approve", col(row.at) >= since)
        .group_by(*kinds)
        .order_by(*kinds)
    )
    return tuple(Look(*found) for found in session.execute(query))


def actions(
    session: "Session", status: str, after: tuple["datetime", str] | None, limit: int
) -> tuple[Action, ...]:
    """Actions at a status by the instant they are due, after one of them."""
    row = ActionRow
    query = select(row).where(col(row.status) == status)
    if after is not None:
        query = query.where(
            (col(row.due_at) > after[0])
            | ((col(row.due_at) == after[0]) & (col(row.id) > after[1]))
        )
    found = session.scalars(query.order_by(col(row.due_at), col(row.id)).limit(limit))
    return tuple(record_of(Action, one) for one in found)


def counts(session: "Session") -> dict[tuple[str, str], int]:
    """How many proposals and actions stand at each status; only for sampling now and then."""
    found: dict[tuple[str, str], int] = {}
    for name, column in (("proposal", ProposalRow.status), ("action", ActionRow.status)):
        query = select(col(column), func.count()).group_by(col(column))
        found |= {(name, status): n for status, n in session.execute(query)}
    return found


def head(session: "Session") -> int:
    """The number of the chain's last entry: it grows with everything that happens."""
    return int(session.scalar(select(func.max(AuditRow.seq))) or 0)
