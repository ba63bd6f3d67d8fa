"""Why plays were not proposed: kept per run, so that `why-not` answers without computing again."""

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import delete, func, select
from sqlmodel import col

from tools.store.records import Refusal, RefusalCount
from tools.store.rows import arrow_of, insert_all, record_of, table_of
from tools.store.tables import RefusalRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.store.engine import Database

DAYS = pa.schema(
    [
        ("as_of", pa.int32()), ("account_id", pa.string()), ("play", pa.string()),
        ("rule_id", pa.string()),
    ]
)  # fmt: skip
_COLUMNS = ("account_id", "as_of", "play", "rule_id", "reason")


class Refusals:
    """The refusals of each day."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def write(self, as_of: int, refusals: "Sequence[Refusal]") -> None:
        """Make a day's refusals the given ones; the first reason of a rule for a play counts."""
        unique = {(one.account_id, one.play, one.rule_id): one.reason for one in reversed(refusals)}
        rows = [
            (account, as_of, play, rule, reason)
            for (account, play, rule), reason in sorted(unique.items())
        ]
        with self._database.write("refusals") as session:
            session.execute(delete(RefusalRow).where(col(RefusalRow.as_of) == as_of))
            insert_all(session.connection(), RefusalRow, _COLUMNS, rows)

    def of_account(self, account_id: str, as_of: int | None = None) -> tuple[Refusal, ...]:
        """Why an account got no proposal on a day, or on the last day that refused one."""
        rows = table_of(RefusalRow).c
        day = select(func.max(rows.as_of)).where(rows.account_id == account_id).scalar_subquery()
        query = select(RefusalRow).where(
            rows.account_id == account_id, rows.as_of == (day if as_of is None else as_of)
        )
        with self._database.read() as session:
            found = [record_of(Refusal, row) for row in session.scalars(query)]
        return tuple(sorted(found, key=lambda one: (one.play, one.rule_id)))

    def of_days(self, days: "Sequence[int]") -> pa.Table:
        """What was refused on some days: account, play and rule, a row for each."""
        rows = table_of(RefusalRow).c
        parts = [DAYS.empty_table()]
        with self._database.read() as session:
            for day in sorted(set(days)):
                query = select(rows.as_of, rows.account_id, rows.play, rows.rule_id).where(
                    rows.as_of == day
                )
                parts.append(arrow_of(session.connection(), query, DAYS))
        return pa.concat_tables(parts)

    def by_rules(self, as_of: int, rules: "Sequence[str]") -> tuple[Refusal, ...]:
        """What some rules refused on a day, by account, play and rule."""
        rows = table_of(RefusalRow).c
        query = (
            select(RefusalRow)
            .where(rows.as_of == as_of, rows.rule_id.in_(list(rules)))
            .order_by(rows.account_id, rows.play, rows.rule_id)
        )
        with self._database.read() as session:
            return tuple(record_of(Refusal, row) for row in session.scalars(query))

    def counts(self, as_of: int) -> tuple[RefusalCount, ...]:
        """How many accounts each rule refused on a day, by rule."""
        rows = table_of(RefusalRow).c
        accounts = func.count(rows.account_id.distinct()).label("accounts")
        query = select(rows.rule_id, accounts).where(rows.as_of == as_of).group_by(rows.rule_id)
        with self._database.read() as session:
            found = [record_of(RefusalCount, row) for row in session.execute(query)]
        return tuple(sorted(found, key=lambda count: count.rule_id))
