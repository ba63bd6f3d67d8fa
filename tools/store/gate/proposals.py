"""Proposals inside a transaction of the gate: one compare-and-set moves each."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlmodel import col

from tools.errors import Absent, Conflict
from tools.store.gate.records import Revision
from tools.store.records import Proposal, ProposalStatus
from tools.store.rows import record_of
from tools.store.tables import ProposalRow, RevisionRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlmodel import Session

EDGES: frozenset[tuple[str, str]] = frozenset({
    ("pending", "approved"), ("pending", "rejected"), ("pending", "snoozed"),
    ("pending", "expired"), ("pending", "superseded"), ("pending", "revoked"),
    ("pending", "pending"),  # an edit, or the first of two approvals
    ("approved", "pending"), ("rejected", "pending"), ("snoozed", "pending"),  # undone, or woken
    ("snoozed", "snoozed"),  # put off once more
    ("snoozed", "expired"), ("snoozed", "superseded"), ("snoozed", "revoked"),
    ("approved", "revoked"),
})  # fmt: skip


class ProposalBook:
    """The proposals of one transaction."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def get(self, proposal_id: str) -> Proposal:
        """A proposal as it stands now.

        Raises:
            Absent: when there is none of that id.
        """
        query = select(ProposalRow).where(col(ProposalRow.id) == proposal_id)
        row = self._session.scalars(query, execution_options={"populate_existing": True}).first()
        if row is None:
            raise Absent(f"proposal {proposal_id[:40]!r}: there is none of that id")
        return record_of(Proposal, row)

    def find(self, proposal_id: str) -> Proposal | None:
        """A proposal as it stands now, None when there is none of that id."""
        row = self._session.get(ProposalRow, proposal_id, populate_existing=True)
        return None if row is None else record_of(Proposal, row)

    def bytes_of(self, proposal: Proposal) -> str:
        """The envelope a person is asked about now, after edits."""
        found = self.text_of(proposal.id, proposal.shown)
        if found is None:
            raise Conflict(f"proposal {proposal.id}: the bytes of its last edit are gone")
        return found

    def text_of(self, proposal_id: str, sha256: str) -> str | None:
        """The text a proposal has or had under a hash, from before or after edits."""
        row = ProposalRow
        first = select(col(row.envelope)).where(
            col(row.id) == proposal_id, col(row.sha256) == sha256
        )
        edited = select(col(RevisionRow.envelope)).where(
            col(RevisionRow.proposal) == proposal_id, col(RevisionRow.sha256) == sha256
        )
        return self._session.scalar(first) or self._session.scalar(edited)

    def versions(self) -> tuple[tuple[str, int], ...]:
        """Every proposal's id and version, for whoever verifies."""
        query = select(col(ProposalRow.id), col(ProposalRow.version))
        return tuple((str(one), int(version)) for one, version in self._session.execute(query))

    def everything(self) -> "Iterator[Proposal]":
        """Every proposal, for whoever verifies."""
        query = select(ProposalRow).order_by(col(ProposalRow.id))
        for row in self._session.scalars(query, execution_options={"yield_per": 500}):
            yield record_of(Proposal, row)

    def move(
        self,
        proposal: Proposal,
        to: ProposalStatus,
        now: "datetime",
        *,
        reason: str = "",
        before_day: int | None = None,
        **changed: Any,
    ) -> bool:
        """The only way a status changes: from what was seen, once; False when it is not so now.

        `before_day` also asks that the proposal has not expired by that day.
        """
        if (proposal.status, to) not in EDGES:
            raise Conflict(f"proposal {proposal.id}: what is {proposal.status} cannot become {to}")
        row = ProposalRow
        seen = [
            col(row.id) == proposal.id,
            col(row.status) == proposal.status,
            col(row.version) == proposal.version,
            col(row.shown) == proposal.shown,
        ]
        if before_day is not None:
            seen.append(col(row.expires_day) > before_day)
        values = {
            "status": to,
            "status_reason": reason,
            "version": row.version + 1,
            "changed_at": now,
            **changed,
        }
        statement = update(row).where(*seen).values(values)
        return self._session.connection().execute(statement).rowcount == 1

    def revise(self, revision: Revision) -> None:
        """Keep the bytes of an edit; they are never changed."""
        self._session.add(RevisionRow(**vars(revision)))
        self._session.flush()

    def revisions(self, proposal_id: str) -> tuple[Revision, ...]:
        """The edits of a proposal, oldest first."""
        query = select(RevisionRow).where(col(RevisionRow.proposal) == proposal_id)
        found = [record_of(Revision, row) for row in self._session.scalars(query)]
        return tuple(sorted(found, key=lambda one: one.number))

    def undecided_of(self, account_id: str) -> str | None:
        """The id of the proposal that waits for an account."""
        query = select(col(ProposalRow.id)).where(
            col(ProposalRow.account_id) == account_id, col(ProposalRow.status) == "pending"
        )
        return self._session.scalar(query)

    def waiting_of(self, account_id: str) -> tuple[Proposal, ...]:
        """What waits for an account, now or later, oldest first."""
        row = ProposalRow
        query = (
            select(row)
            .where(col(row.account_id) == account_id, col(row.status).in_(("pending", "snoozed")))
            .order_by(col(row.as_of), col(row.id))
        )
        return tuple(record_of(Proposal, one) for one in self._session.scalars(query))

    def due(self, status: ProposalStatus, day: int, limit: int = 500) -> tuple[Proposal, ...]:
        """What has expired by a day, of those pending or snoozed."""
        query = (
            select(ProposalRow)
            .where(col(ProposalRow.status) == status, col(ProposalRow.expires_day) <= day)
            .order_by(col(ProposalRow.id))
            .limit(limit)
        )
        return tuple(record_of(Proposal, row) for row in self._session.scalars(query))

    def to_wake(self, day: int, limit: int = 500) -> tuple[Proposal, ...]:
        """Snoozed proposals whose day has come and that have not expired."""
        row = ProposalRow
        query = (
            select(row)
            .where(
                col(row.status) == "snoozed",
                col(row.snoozed_until) <= day,
                col(row.expires_day) > day,
            )
            .order_by(col(row.id))
            .limit(limit)
        )
        return tuple(record_of(Proposal, one) for one in self._session.scalars(query))

    def to_remind(self, day: int, days: int, limit: int = 500) -> tuple[Proposal, ...]:
        """Pending proposals that expire within `days` and were not reminded of yet."""
        row = ProposalRow
        query = (
            select(row)
            .where(
                col(row.status) == "pending",
                col(row.expires_day) <= day + days,
                col(row.expires_day) > day,
                col(row.reminded_day).is_(None),
            )
            .order_by(col(row.value_minor).desc(), col(row.id))
            .limit(limit)
        )
        return tuple(record_of(Proposal, one) for one in self._session.scalars(query))

    def reminded(self, proposal_id: str, day: int) -> None:
        """Note that people were reminded of a proposal; its version stays."""
        statement = update(ProposalRow).where(col(ProposalRow.id) == proposal_id)
        self._session.connection().execute(statement.values(reminded_day=day))

    def count(self, status: ProposalStatus) -> int:
        """How many proposals stand at a status."""
        query = select(func.count()).where(col(ProposalRow.status) == status)
        return int(self._session.scalar(query) or 0)
