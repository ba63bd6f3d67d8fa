"""What people said of accounts, as the gate must heed it: which word stands, and who was reached.

A word is about an account and the goal of the step that the list showed; a word of an earlier
version, which names no goal, is about every goal. `open` takes every word about an account back.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlmodel import col

from tools.store.records import AccountFeedback, Send
from tools.store.rows import A_STATEMENT, chunks
from tools.store.tables import AccountDeedRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session

# A step by one of these reaches only our own people.
OUR_OWN = frozenset({"task"})
# So long a step that was handed out may take until a person says that it is done.
SAME_STEP_DAYS = 14
MEMO = "what was said of accounts"


@dataclass(frozen=True)
class Contact:
    """That a person said they had reached an account, by which channel and play, on which day."""

    account_id: str
    channel: str
    play: str
    day: int
    seq: int


def standing_feedback(
    session: "Session", accounts: "Iterable[str]", until: "datetime | None" = None
) -> "dict[str, tuple[AccountFeedback, ...]]":
    """The last word about each goal of each account that was not taken back by an instant."""
    found = {
        account: tuple(_last_of_each_goal(rows))
        for account, rows in _by_account(session, accounts, until).items()
    }
    return {account: words for account, words in found.items() if words}


def ended_since(
    session: "Session", account_id: str, goal: str, since: "datetime"
) -> AccountFeedback | None:
    """The last `done` or `not_useful` about a goal from an instant on, unless it was taken back.

    Whatever was said of the account after it, what had been proposed before must not leave.
    """
    rows = _by_account(session, [account_id], None).get(account_id, [])
    ended = [
        _feedback(row)
        for row in _since_opened(rows)
        if row.kind in {"done", "not_useful"} and row.at >= since
    ]
    return next((word for word in reversed(ended) if word.concerns(goal)), None)


def contacts(
    session: "Session", before_day: int, accounts: "Iterable[str] | None" = None
) -> "tuple[Contact, ...]":
    """Whom people say they reached before a day, oldest first; of all accounts without a list.

    A `done` that was put back on the same day was a slip of the finger.
    """
    found = [
        Contact(row.account_id, row.channel or "call", row.play, row.day, int(row.seq or 0))
        for rows in _by_account(session, accounts, None).values()
        for row, after in _with_next(rows)
        if row.kind == "done"
        and row.day < before_day
        and row.channel not in OUR_OWN
        and not (after is not None and after.kind == "open" and after.day == row.day)
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.seq)))


def contact_sends(
    session: "Session", before_day: int, accounts: "Sequence[str]", sends: "Sequence[Send]"
) -> "tuple[Send, ...]":
    """The same as sends: they use up caps and rest like what we sent ourselves.

    Who says done of the step that `sends` say was handed out to them says nothing more.
    """
    handed = {(one.account_id, one.play): one.day for one in sends}
    return tuple(
        Send(f"by-hand-{one.seq}", None, one.account_id, one.channel, one.play, one.day)
        for one in contacts(session, before_day, accounts)
        if not 0 <= one.day - handed.get((one.account_id, one.play), one.day + 1) <= SAME_STEP_DAYS
    )


def _by_account(
    session: "Session", accounts: "Iterable[str] | None", until: "datetime | None"
) -> "Mapping[str, list[AccountDeedRow]]":
    """What was said of each account, oldest first; the gate asks thrice of one, and reads once."""
    asked = None if accounts is None else sorted(set(accounts))
    if asked is None or len(asked) > 1 or until is not None:
        return _rows(session, asked, until)
    memo: dict[str, list[AccountDeedRow]] = session.info.setdefault(MEMO, {})
    for account in asked:
        if account not in memo:
            memo[account] = _rows(session, [account], None)[account]
    return {account: memo[account] for account in asked if memo[account]}


def forget(session: "Session", account_id: str) -> None:
    """Read again what was said of an account: something was said in this transaction."""
    session.info.get(MEMO, {}).pop(account_id, None)


def _rows(
    session: "Session", accounts: "Sequence[str] | None", until: "datetime | None"
) -> "defaultdict[str, list[AccountDeedRow]]":
    row = AccountDeedRow
    query = select(row).order_by(col(row.seq))
    if until is not None:
        query = query.where(col(row.at) <= until)
    parts = [None] if accounts is None else [*chunks(accounts, A_STATEMENT)]
    found: defaultdict[str, list[AccountDeedRow]] = defaultdict(list)
    for part in parts:
        asked = query if part is None else query.where(col(row.account_id).in_(part))
        for one in session.scalars(asked):
            found[one.account_id].append(one)
    return found


def _since_opened(rows: "Sequence[AccountDeedRow]") -> "Sequence[AccountDeedRow]":
    """What was said after the account was last put back on the list."""
    opened = [place for place, row in enumerate(rows) if row.kind == "open"]
    return rows[opened[-1] + 1 :] if opened else rows


def _last_of_each_goal(rows: "Sequence[AccountDeedRow]") -> "Iterator[AccountFeedback]":
    last = {row.goal: row for row in _since_opened(rows)}
    yield from (_feedback(row) for row in sorted(last.values(), key=lambda row: row.seq or 0))


def _with_next(
    rows: "Sequence[AccountDeedRow]",
) -> "Iterator[tuple[AccountDeedRow, AccountDeedRow | None]]":
    yield from zip(rows, [*rows[1:], None], strict=True)


def _feedback(row: AccountDeedRow) -> AccountFeedback:
    return AccountFeedback(
        row.account_id, row.kind, row.goal, row.play, row.who, row.day, row.until_day, row.at
    )
