"""What people said of the accounts of the list, in this transaction and before."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlmodel import col

from tools.store.feedback import Contact, contacts, ended_since, forget, standing_feedback
from tools.store.rows import insert_new, record_of
from tools.store.tables import AccountCareRow, AccountDeedRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlmodel import Session

    from tools.store.records import AccountFeedback


@dataclass(frozen=True)
class Standing:
    """How an account stands: the last thing said of it; version 0 is nothing yet."""

    account_id: str
    version: int
    kind: str
    who: str
    until_day: int | None
    changed_at: "datetime"


@dataclass(frozen=True)
class AccountDeed:
    """One thing a person said of an account: claim, done, snooze, not_useful, or open again.

    `play`, `goal`, `channel`, `value_minor`, `currency` and `reasons` are what the list of `as_of`
    said of its next step then; `version` is the one that it made.
    """

    account_id: str
    kind: str
    version: int
    who: str
    role: str
    via: str
    reason: str
    note: str
    until_day: int | None
    play: str
    value_minor: int
    currency: str
    reasons: tuple[str, ...]
    as_of: int
    day: int
    at: "datetime"
    goal: str = ""
    channel: str = ""


class CareBook:
    """The rows of one transaction."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def standing(self, account_id: str) -> Standing | None:
        """How an account stands; None when nobody said anything."""
        row = self._session.get(AccountCareRow, account_id, populate_existing=True)
        return None if row is None else record_of(Standing, row)

    def put(self, new: Standing) -> bool:
        """Let an account stand so, if it stands at the version before; False when it does not."""
        if new.version == 1:
            return insert_new(self._session, AccountCareRow, [new]) == 1
        row = AccountCareRow
        changed = update(row).where(
            col(row.account_id) == new.account_id, col(row.version) == new.version - 1
        )
        values = {name: value for name, value in vars(new).items() if name != "account_id"}
        return self._session.connection().execute(changed.values(**values)).rowcount == 1

    def add(self, deed: AccountDeed) -> None:
        """Write down what somebody said."""
        row = AccountDeedRow(**{**vars(deed), "reasons": "\n".join(deed.reasons)})
        self._session.add(row)
        self._session.flush()
        forget(self._session, deed.account_id)

    def of(self, account_id: str) -> tuple[AccountDeed, ...]:
        """What was said of an account, oldest first."""
        row = AccountDeedRow
        query = select(row).where(col(row.account_id) == account_id).order_by(col(row.seq))
        return tuple(_deed(one) for one in self._session.scalars(query))

    def feedback(self, accounts: "Iterable[str]") -> "dict[str, tuple[AccountFeedback, ...]]":
        """The words that stand about some accounts, one for each goal."""
        return standing_feedback(self._session, accounts)

    def ended_since(
        self, account_id: str, goal: str, since: "datetime"
    ) -> "AccountFeedback | None":
        """The last `done` or `not_useful` about a goal from an instant on, if it stands."""
        return ended_since(self._session, account_id, goal, since)

    def contacts(self, before_day: int) -> "tuple[Contact, ...]":
        """Whom people say they reached before a day."""
        return contacts(self._session, before_day)

    def last(self, upto_day: int) -> tuple[AccountDeed, ...]:
        """The last thing said of each account on a day or before."""
        row = AccountDeedRow
        newest = (
            select(func.max(row.seq)).where(col(row.day) <= upto_day).group_by(col(row.account_id))
        )
        query = select(row).where(col(row.seq).in_(newest)).order_by(col(row.seq))
        return tuple(_deed(one) for one in self._session.scalars(query))

    def between(self, first_day: int, end_day: int) -> tuple[AccountDeed, ...]:
        """What was said from a day to the day before the end, oldest first; reports count it."""
        row = AccountDeedRow
        query = (
            select(row)
            .where(col(row.day) >= first_day, col(row.day) < end_day)
            .order_by(col(row.seq))
        )
        return tuple(_deed(one) for one in self._session.scalars(query))


def _deed(row: AccountDeedRow) -> AccountDeed:
    return record_of(AccountDeed, row, reasons=tuple(filter(None, row.reasons.split("\n"))))
