"""Deeds, answers, assignments and draws inside a transaction of the gate."""

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlmodel import col

from tools.store.gate.records import Answer, Assignment, Deed, Draw
from tools.store.rows import insert_new, record_of
from tools.store.tables import AnswerRow, AssignmentRow, DecisionRow, HoldoutRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlmodel import Session


class Log:
    """What people did, in this transaction and before."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._read: dict[str, tuple[Deed, ...]] = {}

    def add(self, deed: Deed) -> None:
        """Write down what somebody did."""
        self._session.add(DecisionRow(**vars(deed)))
        self._session.flush()
        self._read.pop(deed.proposal, None)

    def of(self, proposal_id: str) -> tuple[Deed, ...]:
        """What was done with a proposal, oldest first; it is read once in a transaction."""
        if proposal_id not in self._read:
            self._read[proposal_id] = self._of(proposal_id)
        return self._read[proposal_id]

    def _of(self, proposal_id: str) -> tuple[Deed, ...]:
        query = (
            select(DecisionRow)
            .where(col(DecisionRow.proposal) == proposal_id)
            .order_by(col(DecisionRow.seq))
        )
        return tuple(record_of(Deed, row) for row in self._session.scalars(query))

    def latest(self, limit: int, before: "datetime | None" = None) -> tuple[Deed, ...]:
        """The latest deeds, newest first."""
        query = select(DecisionRow).order_by(col(DecisionRow.seq).desc()).limit(limit)
        if before is not None:
            query = query.where(col(DecisionRow.at) < before)
        return tuple(record_of(Deed, row) for row in self._session.scalars(query))

    def answered(self, who: str, key: str) -> Answer | None:
        """What somebody's request with this key was answered."""
        row = self._session.get(AnswerRow, (who, key))
        return None if row is None else record_of(Answer, row)

    def answer(self, who: str, key: str, request: str, body: str, now: "datetime") -> None:
        """Keep an answer, to give it again."""
        self._session.add(AnswerRow(who=who, key=key, request=request, body=body, at=now))
        self._session.flush()

    def assignment(self, proposal_id: str) -> Assignment | None:
        """Who looks at a proposal."""
        row = self._session.get(AssignmentRow, proposal_id, populate_existing=True)
        return None if row is None else record_of(Assignment, row)

    def assign(self, proposal_id: str, who: str, until: "datetime | None") -> None:
        """Give a proposal to somebody, or let them hold it for a while."""
        self._session.execute(
            delete(AssignmentRow).where(col(AssignmentRow.proposal) == proposal_id)
        )
        self._session.add(AssignmentRow(proposal=proposal_id, who=who, until=until))
        self._session.flush()


class Holdouts:
    """Who is left out of which play."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def draw(self, draws: "Iterable[Draw]") -> int:
        """Keep new draws; an account drawn for a play before keeps its lot."""
        return insert_new(self._session, HoldoutRow, draws, started_day=None)

    def held(self, play: str, account_id: str) -> bool | None:
        """Whether an account is held out of a play; None when it was never drawn."""
        row = self._session.get(HoldoutRow, (play, account_id), populate_existing=True)
        return None if row is None else row.held

    def start(self, play: str, account_id: str, day: int) -> None:
        """Start the clock of both arms at the approval."""
        statement = update(HoldoutRow).where(
            col(HoldoutRow.play) == play,
            col(HoldoutRow.account_id) == account_id,
            col(HoldoutRow.started_day).is_(None),
        )
        self._session.connection().execute(statement.values(started_day=day))

    def held_before(self, day: int) -> frozenset[tuple[str, str]]:
        """The (play, account) pairs whose lot, drawn before a day, leaves them out."""
        query = select(col(HoldoutRow.play), col(HoldoutRow.account_id)).where(
            col(HoldoutRow.held), col(HoldoutRow.drawn_day) < day
        )
        return frozenset((play, account) for play, account in self._session.execute(query))

    def drawn(self, plays: "Sequence[str]") -> frozenset[tuple[str, str]]:
        """The (play, account) pairs drawn so far."""
        query = select(col(HoldoutRow.play), col(HoldoutRow.account_id)).where(
            col(HoldoutRow.play).in_(list(plays))
        )
        return frozenset((play, account) for play, account in self._session.execute(query))
