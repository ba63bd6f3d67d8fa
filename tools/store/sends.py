"""What the judge must know about the past: sends, decisions, suppressions and pauses.

Sends and decisions are read by day, before the day of the run. Switches are read by instant, at
the recorded start of the run: a pause set this morning counts this morning. So a replay of the
day reads the same rows, whatever came later.
"""

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlmodel import col

from tools.errors import BadInput
from tools.store.feedback import contact_sends, standing_feedback
from tools.store.records import DECIDED, ContactHistory, Decision, Pause, Send, Suppression
from tools.store.rows import A_STATEMENT, chunks, insert_new, record_of
from tools.store.tables import (
    DataFileRow,
    PauseRow,
    ProposalRow,
    SendRow,
    SuppressionRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from tools.store.engine import Database
    from tools.store.records import AccountFeedback


class Sends:
    """The ledger of what left, read together with what people decided."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def record_sends(self, sends: "Sequence[Send]", now: "datetime") -> int:
        """Write down what left; a send whose id is known is not written twice."""
        with self._database.write() as session:
            return insert_new(session, SendRow, sends, recorded_at=now)

    def histories(self, as_of: int, account_ids: "Iterable[str]") -> dict[str, ContactHistory]:
        """Sends and decisions before a day, for each account asked for, empty ones too."""
        asked = sorted(set(account_ids))
        sends: dict[str, list[Send]] = {account: [] for account in asked}
        decisions: dict[str, list[Decision]] = {account: [] for account in asked}
        with self._database.read() as session:
            for part in chunks(asked, A_STATEMENT):
                for send in _sends(session, as_of, part):
                    sends[send.account_id].append(send)
                for decision in _decisions(session, as_of, part):
                    decisions[decision.account_id].append(decision)
        return {
            account: ContactHistory(account, tuple(sends[account]), tuple(decisions[account]))
            for account in asked
        }

    def feedback(
        self, accounts: "Iterable[str]", known_at: "datetime"
    ) -> "dict[str, tuple[AccountFeedback, ...]]":
        """What people had said of accounts by an instant, and what stands of it."""
        with self._database.read() as session:
            return standing_feedback(session, accounts, known_at)

    def to_addresses(self, as_of: int, keys: "Iterable[str]") -> tuple[Send, ...]:
        """What went to any of some addresses before a day, whoever's they were, oldest first."""
        with self._database.read() as session:
            return _sends_to(session, as_of, keys)

    def between(self, first_day: int, end_day: int) -> tuple[Send, ...]:
        """What left from a day to the day before the end, oldest first."""
        row = SendRow
        query = select(row).where(col(row.day) >= first_day, col(row.day) < end_day)
        with self._database.read() as session:
            found = [record_of(Send, one) for one in session.scalars(query)]
        return tuple(sorted(found, key=lambda send: (send.day, send.id)))


class Ledger:
    """The same facts inside a transaction of the gate: what is read there is true there."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def history(self, as_of: int, account_id: str, keys: "Iterable[str]" = ()) -> ContactHistory:
        """Sends and decisions of an account, and sends to some addresses, before a day."""
        mine = _sends(self._session, as_of, [account_id])
        known = {send.id for send in mine}
        others = [s for s in _sends_to(self._session, as_of, keys) if s.id not in known]
        decisions = _decisions(self._session, as_of, [account_id])
        return ContactHistory(account_id, (*mine, *others), tuple(decisions))

    def facts_version(self) -> str:
        """A name for the committed facts: another one as soon as a file comes or goes."""
        query = select(col(DataFileRow.path)).where(col(DataFileRow.kind) == "fact")
        names = sorted(self._session.scalars(query))
        return sha256("\0".join(names).encode()).hexdigest()

    def record(self, send: Send, now: "datetime") -> None:
        """Write down what left, once."""
        insert_new(self._session, SendRow, [send], recorded_at=now)

    def has_left(self, send_id: str) -> bool:
        """Whether there is a send of an id."""
        query = select(col(SendRow.id)).where(col(SendRow.id) == send_id)
        return self._session.scalar(query) is not None

    def suppressed(self, keys: "Iterable[str]", at: "datetime") -> frozenset[tuple[str, str]]:
        """Which (key, channel) are suppressed at an instant; a channel `*` means any."""
        return _suppressed(self._session, keys, at)

    def suppressions(
        self, keys: "Iterable[str]", at: "datetime | None" = None
    ) -> tuple[Suppression, ...]:
        """Every word of our own list about some addresses, at an instant or whenever it was."""
        return _suppressions(self._session, keys, at)

    def suppress(self, key: str, channel: str, reason: str, since: "datetime") -> bool:
        """Never reach this address by this channel (`*` for any) again; False when it is so."""
        return _suppress(self._session, key, channel, reason, since)

    def pauses(self, at: "datetime | None" = None) -> tuple[Pause, ...]:
        """What is paused: the last word of each scope by an instant, or whenever it was said."""
        return _pauses(self._session, at)

    def set_pause(self, pause: Pause) -> None:
        """Flip a switch: `global`, `play:<id>` or `channel:<id>`; the flips are kept."""
        _set_pause(self._session, pause)


class Switches:
    """Who must receive nothing, and what is paused."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def suppress(self, key: str, channel: str, reason: str, since: "datetime") -> bool:
        """Never reach this address by this channel (`*` for any) again; False when it is so."""
        with self._database.write() as session:
            return _suppress(session, key, channel, reason, since)

    def suppressed(self, keys: "Iterable[str]", at: "datetime") -> frozenset[tuple[str, str]]:
        """Which (key, channel) are suppressed at an instant; a channel `*` means any."""
        with self._database.read() as session:
            return _suppressed(session, keys, at)

    def suppressions(self, keys: "Iterable[str]", at: "datetime") -> tuple[Suppression, ...]:
        """Every word of our own list about some addresses at an instant."""
        with self._database.read() as session:
            return _suppressions(session, keys, at)

    def set_pause(self, scope: str, *, on: bool, who: str, reason: str, now: "datetime") -> None:
        """Flip a switch: `global`, `play:<id>` or `channel:<id>`; the flips are kept."""
        with self._database.write("gate") as session:
            _set_pause(session, Pause(scope, on, now, who, reason))

    def pauses(self, at: "datetime") -> tuple[Pause, ...]:
        """What is paused at an instant: the last word of each scope, if it says on."""
        with self._database.read() as session:
            return _pauses(session, at)


def suppression_key(secret: bytes, address: str) -> str:
    """The keyed hash under which an address is remembered after it has been erased."""
    return hmac.new(secret, address.strip().lower().encode(), sha256).hexdigest()


def _suppress(session: "Session", key: str, channel: str, reason: str, since: "datetime") -> bool:
    row = SuppressionRow(key=key, channel=channel, reason=reason, since=since)
    if session.get(SuppressionRow, (key, channel)) is not None:
        return False
    session.add(row)
    return True


def _suppressed(
    session: "Session", keys: "Iterable[str]", at: "datetime"
) -> frozenset[tuple[str, str]]:
    return frozenset((one.key, one.channel) for one in _suppressions(session, keys, at))


def _suppressions(
    session: "Session", keys: "Iterable[str]", at: "datetime | None" = None
) -> tuple[Suppression, ...]:
    found: list[Suppression] = []
    row = SuppressionRow
    for part in chunks(sorted(set(keys)), A_STATEMENT):
        query = select(row).where(col(row.key).in_(part))
        if at is not None:
            query = query.where(col(row.since) <= at)
        found += [record_of(Suppression, one) for one in session.scalars(query)]
    return tuple(sorted(found, key=lambda one: (one.key, one.channel)))


def _set_pause(session: "Session", pause: Pause) -> None:
    kind, _, name = pause.scope.partition(":")
    if pause.scope != "global" and (kind not in {"play", "channel"} or not name):
        raise BadInput(f"pause: {pause.scope!r}; write global, play:<id> or channel:<id>")
    session.add(PauseRow(**vars(pause)))


def _pauses(session: "Session", at: "datetime | None" = None) -> tuple[Pause, ...]:
    last = select(func.max(PauseRow.seq)).group_by(PauseRow.scope)
    if at is not None:
        last = last.where(col(PauseRow.since) <= at)
    query = select(PauseRow).where(col(PauseRow.seq).in_(last))
    found = [record_of(Pause, row) for row in session.scalars(query)]
    return tuple(sorted((p for p in found if p.on), key=lambda pause: pause.scope))


def _sends(session: "Session", as_of: int, accounts: "Sequence[str]") -> list[Send]:
    query = select(SendRow).where(col(SendRow.account_id).in_(accounts), col(SendRow.day) < as_of)
    found = [record_of(Send, row) for row in session.scalars(query)]
    found += contact_sends(session, as_of, accounts, found)
    return sorted(found, key=lambda send: (send.day, send.id))


def _sends_to(session: "Session", as_of: int, keys: "Iterable[str]") -> tuple[Send, ...]:
    found: list[Send] = []
    for part in chunks(sorted(set(keys)), A_STATEMENT):
        query = select(SendRow).where(col(SendRow.address_key).in_(part), col(SendRow.day) < as_of)
        found += [record_of(Send, row) for row in session.scalars(query)]
    return tuple(sorted(found, key=lambda send: (send.day, send.id)))


def _decisions(session: "Session", as_of: int, accounts: "Sequence[str]") -> list[Decision]:
    row = ProposalRow
    query = select(row).where(
        col(row.account_id).in_(accounts),
        col(row.decided_day) < as_of,
        col(row.status).in_(DECIDED),
    )
    found = [
        record_of(Decision, one, decided=one.status, day=one.decided_day)
        for one in session.scalars(query)
    ]
    return sorted(found, key=lambda decision: (decision.day, decision.play))
