"""Actions and attempts inside a transaction of the gate: claimed once, fenced, ended once."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update
from sqlmodel import col

from tools.errors import Absent, Conflict
from tools.store.gate.records import Action, ActionStatus, Attempt
from tools.store.rows import record_of
from tools.store.tables import ActionRow, AttemptRow

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlmodel import Session

EDGES: frozenset[tuple[str, str]] = frozenset({
    ("scheduled", "scheduled"),  # put off: not now, or not before a moment
    ("scheduled", "calling"), ("scheduled", "blocked"), ("scheduled", "revoked"),
    ("scheduled", "held_out"), ("scheduled", "failed"), ("scheduled", "unknown"),
    ("calling", "sent"), ("calling", "failed"), ("calling", "unknown"), ("calling", "scheduled"),
    ("unknown", "sent"), ("unknown", "failed"), ("unknown", "scheduled"),  # found out
    ("blocked", "revoked"),  # a person releases it: it is asked for again, from the start
})  # fmt: skip


class Actions:
    """The outbox of one transaction."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def add(self, action: Action) -> None:
        """Put an action into the outbox; a proposal has one, ever, or one that was undone."""
        self._session.add(ActionRow(**vars(action)))
        self._session.flush()

    def get(self, action_id: str) -> Action:
        """An action as it stands now."""
        found = self._one(col(ActionRow.id) == action_id)
        if found is None:
            raise Absent(f"action {action_id[:40]!r}: there is none of that id")
        return found

    def of_proposal(self, proposal_id: str) -> Action | None:
        """The action of a proposal, if it was approved."""
        return self._one(col(ActionRow.proposal) == proposal_id)

    def _one(self, which: Any) -> Action | None:
        query = select(ActionRow).where(which)
        row = self._session.scalars(query, execution_options={"populate_existing": True}).first()
        return None if row is None else record_of(Action, row)

    def due(self, now: "datetime", limit: int, off: "Collection[str]" = ()) -> tuple[Action, ...]:
        """What is due, longest first; `off` are scopes (`play:…`, `channel:…`) to leave out."""
        row = ActionRow
        query = (
            select(row)
            .where(
                col(row.status) == "scheduled",
                col(row.due_at) <= now,
                col(row.play).not_in(_named(off, "play")),
                col(row.channel).not_in(_named(off, "channel")),
            )
            .order_by(col(row.due_at), col(row.id))
            .limit(limit)
        )
        return tuple(record_of(Action, one) for one in self._session.scalars(query))

    def abandoned(self, now: "datetime", limit: int = 100) -> tuple[Action, ...]:
        """Actions whose call began and whose worker has not come back within its lease."""
        query = (
            select(ActionRow)
            .where(col(ActionRow.status) == "calling", col(ActionRow.lease_until) <= now)
            .order_by(col(ActionRow.lease_until), col(ActionRow.id))
            .limit(limit)
        )
        return tuple(record_of(Action, row) for row in self._session.scalars(query))

    def under_way(
        self, account_id: str, besides: str, keys: "Collection[str]" = ()
    ) -> tuple[Action, ...]:
        """Actions of an account or an address that may have happened: called, or nobody knows."""
        query = select(ActionRow).where(
            or_(col(ActionRow.account_id) == account_id, col(ActionRow.address_key).in_(keys)),
            col(ActionRow.status).in_(("calling", "unknown")),
            col(ActionRow.id) != besides,
        )
        return tuple(record_of(Action, row) for row in self._session.scalars(query))

    def scheduled_of(self, account_id: str) -> tuple[Action, ...]:
        """Actions of an account that have not been called yet."""
        query = select(ActionRow).where(
            col(ActionRow.account_id) == account_id, col(ActionRow.status) == "scheduled"
        )
        return tuple(record_of(Action, row) for row in self._session.scalars(query))

    def standing(self, status: ActionStatus, limit: int = 200) -> tuple[Action, ...]:
        """Actions at a status, oldest change first."""
        query = (
            select(ActionRow)
            .where(col(ActionRow.status) == status)
            .order_by(col(ActionRow.changed_at), col(ActionRow.id))
            .limit(limit)
        )
        return tuple(record_of(Action, row) for row in self._session.scalars(query))

    def unchecked(self) -> "tuple[int, Action | None]":
        """How many wait because they cannot be checked, and the one that has waited longest."""
        row = ActionRow
        waits = (col(row.status) == "scheduled", col(row.waits) > 0)
        count = self._session.scalar(select(func.count()).select_from(row).where(*waits))
        first = select(row).where(*waits).order_by(col(row.waits).desc(), col(row.id)).limit(1)
        found = self._session.scalars(first).first()
        return int(count or 0), None if found is None else record_of(Action, found)

    def dated_after(self, now: "datetime", limit: int = 500) -> tuple[Action, ...]:
        """What waits for a time that a clock set which was ahead: it was changed after now."""
        row = ActionRow
        query = select(row).where(
            col(row.status) == "scheduled", col(row.due_at) > now, col(row.changed_at) > now
        )
        found = self._session.scalars(query.order_by(col(row.id)).limit(limit))
        return tuple(record_of(Action, one) for one in found)

    def move(self, action: Action, to: ActionStatus, now: "datetime", **changed: Any) -> bool:
        """The only way an action moves: from status, fence and bytes as seen, or not at all."""
        if (action.status, to) not in EDGES:
            raise Conflict(f"action {action.id}: what is {action.status} cannot become {to}")
        statement = (
            update(ActionRow)
            .where(
                col(ActionRow.id) == action.id,
                col(ActionRow.status) == action.status,
                col(ActionRow.fence) == action.fence,
                col(ActionRow.sha256) == action.sha256,
            )
            .values(status=to, changed_at=now, **changed)
        )
        return self._session.connection().execute(statement).rowcount == 1

    def put_back(
        self, action: Action, status: str, attempts: int, fence: int, now: "datetime"
    ) -> None:
        """Give a row that was changed by a hand the end its entries tell of."""
        statement = (
            update(ActionRow)
            .where(col(ActionRow.id) == action.id)
            .values(status=status, attempts=attempts, fence=fence, lease_until=None, changed_at=now)
        )
        self._session.connection().execute(statement)

    def renew(self, action: Action, until: "datetime") -> bool:
        """Prolong the lease of a call; False when it was settled, or is somebody else's."""
        statement = (
            update(ActionRow)
            .where(
                col(ActionRow.id) == action.id,
                col(ActionRow.status) == "calling",
                col(ActionRow.fence) == action.fence,
            )
            .values(lease_until=until)
        )
        return self._session.connection().execute(statement).rowcount == 1

    def again(self, action: Action) -> bool:
        """Put an action that was undone, and so revoked before any call, back to its start."""
        values = {n: v for n, v in vars(action).items() if n not in {"id", "proposal", "fence"}}
        statement = (
            update(ActionRow)
            .where(
                col(ActionRow.id) == action.id,
                col(ActionRow.status) == "revoked",
                col(ActionRow.attempts) == 0,
            )
            .values(**values, fence=ActionRow.fence + 1)
        )
        return self._session.connection().execute(statement).rowcount == 1

    def begin(self, attempt: Attempt) -> None:
        """Write an attempt down before its call is made."""
        self._session.add(AttemptRow(**vars(attempt)))
        self._session.flush()

    def end(self, action: str, fence: int, result: str, detail: str, now: "datetime") -> None:
        """Say how an attempt ended."""
        statement = (
            update(AttemptRow)
            .where(
                col(AttemptRow.action) == action,
                col(AttemptRow.fence) == fence,
                col(AttemptRow.result) == "calling",
            )
            .values(result=result, detail=detail, ended_at=now)
        )
        self._session.connection().execute(statement)

    def everything(self) -> tuple[Action, ...]:
        """All actions, for whoever verifies."""
        query = select(ActionRow).order_by(col(ActionRow.id))
        return tuple(record_of(Action, row) for row in self._session.scalars(query))

    def all_attempts(self) -> tuple[Attempt, ...]:
        """All attempts, for whoever verifies."""
        query = select(AttemptRow).order_by(col(AttemptRow.action), col(AttemptRow.fence))
        return tuple(record_of(Attempt, row) for row in self._session.scalars(query))

    def attempts(self, action_id: str) -> tuple[Attempt, ...]:
        """The calls of an action, oldest first."""
        query = select(AttemptRow).where(col(AttemptRow.action) == action_id)
        found = [record_of(Attempt, row) for row in self._session.scalars(query)]
        return tuple(sorted(found, key=lambda one: one.fence))

    def value_of_day(self, account_id: str, day: int, besides: str) -> int:
        """What was approved for an account on a day, in minor units, besides one proposal."""
        return self._sum(
            func.sum(ActionRow.value_minor), day, besides, col(ActionRow.account_id) == account_id
        )

    def people_of_day(self, play: str, day: int, besides: str) -> int:
        """How many people a play was approved to reach on a day, besides one proposal."""
        return self._sum(func.count(), day, besides, col(ActionRow.play) == play)

    def _sum(self, what: Any, day: int, besides: str, which: Any) -> int:
        query = (
            select(what)
            .select_from(ActionRow)
            .where(
                which,
                col(ActionRow.day) == day,
                col(ActionRow.status) != "revoked",
                col(ActionRow.proposal) != besides,
            )
        )
        return int(self._session.scalar(query) or 0)


def _named(scopes: "Collection[str]", kind: str) -> list[str]:
    return [scope.partition(":")[2] for scope in scopes if scope.startswith(f"{kind}:")]
