"""Deeds, answers, assignments and the chain inside a transaction of the gate."""

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from tools.store.gate.records import Answer, Assignment, Deed, Draw, Link
from tools.store.rows import A_STATEMENT, chunks, insert_new, record_of
from tools.store.tables import AnswerRow, AssignmentRow, AuditRow, DecisionRow, HoldoutRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlmodel import Session


class Log:
    """What people did, in this transaction and before."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def add(self, deed: Deed) -> None:
        """Write down what somebody did."""
        self._session.add(DecisionRow(**vars(deed)))
        self._session.flush()

    def of(self, proposal_id: str) -> tuple[Deed, ...]:
        """What was done with a proposal, oldest first."""
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


class Chain:
    """The audit chain: only ever longer; writers come one after the other.

    `added` are the entries of this transaction.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session
        self.added: list[Link] = []

    def append(
        self,
        at: "datetime",
        who: str,
        kind: str,
        subject: str,
        body: str,
        sign: "Callable[[Link, str], str]",
    ) -> Link:
        """Add an entry signed together with the last one's signature."""
        last = self.head()
        seq, before = (last.seq, last.mac) if last else (0, "")
        unsigned = Link(seq + 1, at, who, kind, subject, body, "")
        link = Link(seq + 1, at, who, kind, subject, body, sign(unsigned, before))
        self._session.add(AuditRow(**vars(link)))
        self._session.flush()
        self.added.append(link)
        return link

    def head(self) -> Link | None:
        """The last entry."""
        last = select(func.max(AuditRow.seq)).scalar_subquery()
        row = self._session.scalars(select(AuditRow).where(col(AuditRow.seq) == last)).first()
        return None if row is None else record_of(Link, row)

    def links(self, after: int = 0, limit: int | None = None) -> "Iterator[Link]":
        """The entries in order, after a number."""
        query = select(AuditRow).where(col(AuditRow.seq) > after).order_by(col(AuditRow.seq))
        if limit is not None:
            query = query.limit(limit)
        answer = self._session.scalars(query, execution_options={"yield_per": 1_000})
        for row in answer:
            yield record_of(Link, row)

    def about(self, subjects: "Sequence[str]") -> tuple[Link, ...]:
        """The entries about some ids, oldest first."""
        query = (
            select(AuditRow)
            .where(col(AuditRow.subject).in_(list(subjects)))
            .order_by(col(AuditRow.seq))
        )
        return tuple(record_of(Link, row) for row in self._session.scalars(query))

    def newest(self, subjects: "Sequence[str]", kind: str) -> tuple[Link, ...]:
        """The newest entry of a kind about each of some ids."""
        row = AuditRow
        last = (
            select(func.max(row.seq))
            .where(col(row.subject).in_(list(subjects)), col(row.kind) == kind)
            .group_by(col(row.subject))
        )
        query = select(row).where(col(row.seq).in_(last)).order_by(col(row.seq))
        return tuple(record_of(Link, one) for one in self._session.scalars(query))

    def macs(self, numbers: "Iterable[int]") -> dict[int, str]:
        """The signatures of some entries, by their numbers; those that are missing are left out."""
        row, found = AuditRow, {}
        for part in chunks(sorted(set(numbers)), A_STATEMENT):
            query = select(col(row.seq), col(row.mac)).where(col(row.seq).in_(part))
            found.update({int(seq): str(mac) for seq, mac in self._session.execute(query)})
        return found

    def size(self) -> int:
        """How many entries there are; the number of the last one, unless some are gone."""
        return int(self._session.scalar(select(func.count()).select_from(AuditRow)) or 0)

    def has_kind(self, kind: str) -> bool:
        """Whether there is any entry of a kind."""
        query = select(col(AuditRow.seq)).where(col(AuditRow.kind) == kind).limit(1)
        return self._session.scalar(query) is not None


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
            col(HoldoutRow.play) == play, col(HoldoutRow.account_id) == account_id,
            col(HoldoutRow.started_day).is_(None),
        )  # fmt: skip
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
