"""Proposals, to be looked at; only a transaction of the gate changes one."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlmodel import col

from tools.store.records import Proposal
from tools.store.rows import record_of
from tools.store.tables import ProposalRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select

    from tools.store.engine import Database

A_YEAR = 366  # the most days that a proposal may stand: with it the index of days is enough


class Proposals:
    """The queue's rows; the row is the truth about what a person was asked and answered."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def pending(self, as_of: int) -> tuple[Proposal, ...]:
        """What waits for a decision and has not expired by `as_of`, worth most first."""
        query = select(ProposalRow).where(
            col(ProposalRow.status) == "pending", col(ProposalRow.expires_day) > as_of
        )
        return self._ranked(query)

    def asked_before(self, as_of: int) -> tuple[str, ...]:
        """Accounts asked about on an earlier day in what had not expired on a day, by name.

        Whatever became of it meanwhile: asked again later, the answer is the same.
        """
        row = ProposalRow
        query = select(col(row.account_id)).where(
            col(row.as_of) < as_of, col(row.as_of) >= as_of - A_YEAR, col(row.expires_day) > as_of
        )
        with self._database.read() as session:
            return tuple(sorted(set(session.scalars(query))))

    def waiting_at(self, as_of: int, moment: "datetime") -> tuple[Proposal, ...]:
        """What was asked on earlier days and still waited for a decision at a moment of a day.

        Asked again later, the answer is the same: nothing that has ended changes any more.
        """
        row = ProposalRow
        query = select(row).where(
            col(row.as_of) < as_of, col(row.as_of) >= as_of - A_YEAR, col(row.expires_day) > as_of
        )
        return tuple(
            one
            for one in self._ranked(query)
            if one.status in {"pending", "snoozed"} or one.changed_at >= moment
        )

    def of_day(self, as_of: int) -> tuple[Proposal, ...]:
        """All proposals a day's run created, whatever became of them, worth most first."""
        return self._ranked(select(ProposalRow).where(col(ProposalRow.as_of) == as_of))

    def of_account(self, account_id: str) -> tuple[Proposal, ...]:
        """All proposals about an account, oldest first."""
        query = select(ProposalRow).where(col(ProposalRow.account_id) == account_id)
        return tuple(sorted(self._ranked(query), key=lambda one: one.as_of))

    def decided(self, first_day: int, last_day: int) -> tuple[Proposal, ...]:
        """What was approved or rejected on the days from the first to the last, oldest first."""
        row = ProposalRow
        query = select(row).where(
            col(row.status).in_(("approved", "rejected")),
            col(row.decided_day) >= first_day,
            col(row.decided_day) <= last_day,
        )
        return tuple(sorted(self._ranked(query), key=lambda one: (one.decided_day or 0, one.id)))

    def get(self, proposal_id: str) -> Proposal | None:
        """One proposal by its id."""
        with self._database.read() as session:
            row = session.get(ProposalRow, proposal_id)
            return None if row is None else record_of(Proposal, row)

    def _ranked(self, query: "Select[ProposalRow]") -> tuple[Proposal, ...]:
        with self._database.read() as session:
            found = [record_of(Proposal, row) for row in session.scalars(query)]
        return tuple(sorted(found, key=lambda one: (-one.value_minor, one.id)))
