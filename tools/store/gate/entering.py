"""A day's proposals enter: once a day, superseded by newer facts, what was decided untouched.

Ids are given by the caller and the same for the same content, so doing it again adds nothing.
"""

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlmodel import col

from tools.errors import Conflict
from tools.store.gate.proposals import ProposalBook
from tools.store.records import Entered, NewProposal, Proposal, ProposalStatus
from tools.store.rows import insert_new, record_of
from tools.store.tables import ProposalRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session


def enter(
    session: "Session",
    as_of: int,
    new: "Sequence[NewProposal]",
    now: "datetime",
    withdrawn: "Mapping[str, str]",
) -> Entered:
    """Enter a day's proposals; a second call for the same day creates nothing.

    In this order: what has expired by `as_of` is marked; what `withdrawn` names (reason by
    account) is revoked; each new one then replaces the undecided one of its account, unless
    that says the same in substance. Decided ones are never touched.
    """
    day = _Day(session, as_of, now)
    day.expire()
    day.revoke(withdrawn)
    for proposal in sorted(new, key=lambda one: (one.account_id, one.id)):
        day.enter(proposal)
    return day.entered()


class _Day:
    """One day's entering within one transaction, and what it did."""

    def __init__(self, session: "Session", as_of: int, now: "datetime") -> None:
        self._session, self._as_of, self._now = session, as_of, now
        self._asked = ProposalBook(session)
        self._done: dict[str, list[str]] = {
            "created": [],
            "kept": [],
            "superseded": [],
            "expired": [],
            "revoked": [],
        }

    def entered(self) -> Entered:
        return Entered(**{name: tuple(sorted(ids)) for name, ids in self._done.items()})

    def expire(self) -> None:
        for late in self._asked.due("pending", self._as_of, limit=1_000_000):
            self._close(late, "expired", "nobody decided in time")

    def revoke(self, withdrawn: "Mapping[str, str]") -> None:
        for account_id, reason in sorted(withdrawn.items()):
            waiting = self._waiting(account_id)
            if waiting is not None and waiting.as_of <= self._as_of:
                self._close(waiting, "revoked", reason)

    def enter(self, new: NewProposal) -> None:
        today = self._today(new.account_id)
        if today is not None:
            self._done["kept"].append(today)
            return
        waiting = self._waiting(new.account_id)
        if waiting is not None and self._stays(waiting, new):
            self._done["kept"].append(waiting.id)
            return
        if waiting is not None:
            self._close(waiting, "superseded", f"newer facts: {new.id}")
        self._create(new, None if waiting is None else waiting.id)

    def _stays(self, waiting: Proposal, new: NewProposal) -> bool:
        """The same substance, or a run of an earlier day that must not displace a later one."""
        return waiting.substance == new.substance or waiting.as_of > self._as_of

    def _create(self, new: NewProposal, supersedes: str | None) -> None:
        created = insert_new(
            self._session,
            ProposalRow,
            [new],
            as_of=self._as_of,
            status="pending",
            status_reason="",
            supersedes=supersedes,
            superseded_by=None,
            decided_day=None,
            version=1,
            created_at=self._now,
            changed_at=self._now,
            shown=new.sha256,
            editor="",
            snoozed_until=None,
            reminded_day=None,
        )
        if not created:
            raise Conflict(f"proposal {new.id}: somebody else entered it at the same moment")
        self._done["created"].append(new.id)
        if supersedes is not None:
            link = update(ProposalRow).where(col(ProposalRow.id) == supersedes)
            self._session.connection().execute(link.values(superseded_by=new.id))

    def _close(self, proposal: Proposal, status: ProposalStatus, reason: str) -> None:
        if self._asked.move(proposal, status, self._now, reason=reason):
            self._done[status].append(proposal.id)

    def _today(self, account_id: str) -> str | None:
        query = select(col(ProposalRow.id)).where(
            col(ProposalRow.as_of) == self._as_of,
            col(ProposalRow.account_id) == account_id,
            col(ProposalRow.status) != "superseded",
        )
        return self._session.scalar(query)

    def _waiting(self, account_id: str) -> Proposal | None:
        query = select(ProposalRow).where(
            col(ProposalRow.account_id) == account_id, col(ProposalRow.status) == "pending"
        )
        row = self._session.scalars(query, execution_options={"populate_existing": True}).first()
        return None if row is None else record_of(Proposal, row)
