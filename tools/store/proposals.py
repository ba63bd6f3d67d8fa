"""Proposals: entered once a day, superseded by newer facts, decided by one compare-and-set.

Each call is one transaction, so a crash leaves all of it or nothing; ids are given by the caller
and the same for the same content, so doing it again adds nothing.
"""

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlmodel import col

from tools.errors import BadInput, Conflict
from tools.store.records import Decided, Entered, NewProposal, Proposal, ProposalStatus, one_of
from tools.store.rows import insert_new, record_of
from tools.store.tables import ProposalRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlmodel import Session

    from tools.store.engine import Database


class Proposals:
    """The queue's rows; the row is the truth about what a person was asked and answered."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def enter(
        self,
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
        with self._database.write("proposals") as session:
            day = _Day(session, as_of, now)
            day.expire()
            day.revoke(withdrawn)
            for proposal in sorted(new, key=lambda one: (one.account_id, one.id)):
                day.enter(proposal)
            return day.entered()

    def decide(self, proposal: Proposal, decided: Decided, day: int, now: "datetime") -> Proposal:
        """Record a person's decision about exactly the bytes and version they saw.

        Raises:
            Conflict: when it has been decided, superseded, changed or has expired meanwhile.
        """
        one_of("decision", decided, Decided)
        with self._database.write("proposals") as session:
            seen = (
                col(ProposalRow.version) == proposal.version,
                col(ProposalRow.sha256) == proposal.sha256,
                col(ProposalRow.expires_day) > day,
            )
            changed = _change(session, proposal.id, decided, "", now, *seen, decided_day=day)
            row = session.get(ProposalRow, proposal.id, populate_existing=True)
            if row is None:
                raise BadInput(f"proposal {proposal.id}: there is none of that id")
            if not changed:
                raise Conflict(_state(row))
            return record_of(Proposal, row)

    def pending(self, as_of: int) -> tuple[Proposal, ...]:
        """What waits for a decision and has not expired by `as_of`, worth most first."""
        query = select(ProposalRow).where(
            col(ProposalRow.status) == "pending", col(ProposalRow.expires_day) > as_of
        )
        return self._ranked(query)

    def of_day(self, as_of: int) -> tuple[Proposal, ...]:
        """All proposals a day's run created, whatever became of them, worth most first."""
        return self._ranked(select(ProposalRow).where(col(ProposalRow.as_of) == as_of))

    def of_account(self, account_id: str) -> tuple[Proposal, ...]:
        """All proposals about an account, oldest first."""
        query = select(ProposalRow).where(col(ProposalRow.account_id) == account_id)
        return tuple(sorted(self._ranked(query), key=lambda one: one.as_of))

    def get(self, proposal_id: str) -> Proposal | None:
        """One proposal by its id."""
        with self._database.read() as session:
            row = session.get(ProposalRow, proposal_id)
            return None if row is None else record_of(Proposal, row)

    def _ranked(self, query: "Select[ProposalRow]") -> tuple[Proposal, ...]:
        with self._database.read() as session:
            found = [record_of(Proposal, row) for row in session.scalars(query)]
        return tuple(sorted(found, key=lambda one: (-one.value_minor, one.id)))


class _Day:
    """One day's entering within one transaction, and what it did."""

    def __init__(self, session: "Session", as_of: int, now: "datetime") -> None:
        self._session, self._as_of, self._now = session, as_of, now
        self._done: dict[str, list[str]] = {
            "created": [], "kept": [], "superseded": [], "expired": [], "revoked": [],
        }  # fmt: skip

    def entered(self) -> Entered:
        return Entered(**{name: tuple(sorted(ids)) for name, ids in self._done.items()})

    def expire(self) -> None:
        late = select(col(ProposalRow.id)).where(
            col(ProposalRow.status) == "pending", col(ProposalRow.expires_day) <= self._as_of
        )
        for proposal_id in self._session.scalars(late).all():
            self._close(proposal_id, "expired", "nobody decided in time")

    def revoke(self, withdrawn: "Mapping[str, str]") -> None:
        for account_id, reason in sorted(withdrawn.items()):
            waiting = self._waiting(account_id)
            if waiting is not None and waiting.as_of <= self._as_of:
                self._close(waiting.id, "revoked", reason)

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
            self._close(waiting.id, "superseded", f"newer facts: {new.id}")
        self._create(new, None if waiting is None else waiting.id)

    def _stays(self, waiting: Proposal, new: NewProposal) -> bool:
        """The same substance, or a run of an earlier day that must not displace a later one."""
        return waiting.substance == new.substance or waiting.as_of > self._as_of

    def _create(self, new: NewProposal, supersedes: str | None) -> None:
        created = insert_new(
            self._session, ProposalRow, [new], as_of=self._as_of, status="pending",
            status_reason="", supersedes=supersedes, superseded_by=None, decided_day=None,
            version=1, created_at=self._now, changed_at=self._now,
        )  # fmt: skip
        if not created:
            raise Conflict(f"proposal {new.id}: somebody else entered it at the same moment")
        self._done["created"].append(new.id)
        if supersedes is not None:
            link = update(ProposalRow).where(col(ProposalRow.id) == supersedes)
            self._session.connection().execute(link.values(superseded_by=new.id))

    def _close(self, proposal_id: str, status: ProposalStatus, reason: str) -> None:
        if _change(self._session, proposal_id, status, reason, self._now):
            self._done[status].append(proposal_id)

    def _today(self, account_id: str) -> str | None:
        query = select(col(ProposalRow.id)).where(
            col(ProposalRow.as_of) == self._as_of, col(ProposalRow.account_id) == account_id
        )
        return self._session.scalar(query)

    def _waiting(self, account_id: str) -> Proposal | None:
        query = select(ProposalRow).where(
            col(ProposalRow.account_id) == account_id, col(ProposalRow.status) == "pending"
        )
        row = self._session.scalars(query, execution_options={"populate_existing": True}).first()
        return None if row is None else record_of(Proposal, row)


def _change(
    session: "Session",
    proposal_id: str,
    status: ProposalStatus,
    reason: str,
    now: "datetime",
    *seen: "ColumnElement[bool]",
    decided_day: int | None = None,
) -> bool:
    """The only way a status changes: from pending, once; the row count says who won."""
    statement = update(ProposalRow).where(
        col(ProposalRow.id) == proposal_id, col(ProposalRow.status) == "pending", *seen
    )
    values = {
        "status": status, "status_reason": reason, "decided_day": decided_day,
        "version": ProposalRow.version + 1, "changed_at": now,
    }  # fmt: skip
    return session.connection().execute(statement.values(values)).rowcount == 1


def _state(row: ProposalRow) -> str:
    """What a loser of the race is told: the state now, since when, and why."""
    why = f" ({row.status_reason})" if row.status_reason else ""
    return (
        f"proposal {row.id}: it is {row.status}{why}, version {row.version}, "
        f"since {row.changed_at.isoformat()}; look at it again"
    )
