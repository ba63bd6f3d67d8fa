"""Transitions of stages, bitemporal: rows are added and superseded, never changed.

A day's run reads what earlier runs knew (`known_before`), computes the difference in the
warehouse, and writes it here (`write_diff`). A move from one stage to the next is a new row;
only a row that turns out to be wrong is superseded.
"""

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import bindparam, delete, or_, select, update
from sqlmodel import col

from tools.errors import BadInput, Conflict
from tools.store.records import Transition
from tools.store.rows import arrow_of, insert_all, record_of, table_of
from tools.store.tables import TransitionRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from tools.store.engine import Database

KEY = pa.schema(
    [
        ("kind", pa.string()),
        ("entity_id", pa.string()),
        ("effective_day", pa.int32()),
        ("to_stage", pa.string()),
    ]
)
TRANSITIONS = pa.schema(
    [
        *KEY,
        ("from_stage", pa.string()),
        ("observed_day", pa.int32()),
        ("because", pa.string()),
        ("rule_version", pa.string()),
        ("skipped", pa.string()),
    ]
)
_ROW = table_of(TransitionRow).c


class Transitions:
    """The log of stages; `skipped` is a list of stages joined by commas in Arrow."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def write_diff(self, as_of: int, inserts: pa.Table, supersedes: pa.Table) -> None:
        """Make a day's difference the given one, in one transaction.

        `inserts` has the columns of TRANSITIONS, `supersedes` those of KEY, which name the rows
        of earlier days that held until now; other columns are left alone. What an earlier attempt
        at the same day wrote is replaced, so writing twice is writing once.

        Raises:
            BadInput: when a column is missing.
            Conflict: when a later day has been written: that day was computed from this one.
        """
        _check_columns("inserts", inserts, TRANSITIONS)
        _check_columns("supersedes", supersedes, KEY)
        with self._database.write("transitions") as session:
            _refuse_before_later(session, as_of)
            take_back(session, as_of)
            _supersede(session, as_of, supersedes)
            columns = ("as_of", *TRANSITIONS.names)
            insert_all(session.connection(), TransitionRow, columns, _tuples(inserts, as_of))

    def known_before(self, as_of: int) -> pa.Table:
        """What the run of a day starts from: the rows earlier runs wrote and still held."""
        return self._table(
            _ROW.as_of < as_of,
            or_(_ROW.superseded_as_of.is_(None), _ROW.superseded_as_of >= as_of),
        )

    def current(self, as_of: int | None = None) -> pa.Table:
        """The rows with observed ≤ T < superseded; without a day, all that hold now."""
        if as_of is None:
            return self._table(_ROW.superseded_as_of.is_(None))
        return self._table(
            _ROW.observed_day <= as_of,
            or_(_ROW.superseded_as_of.is_(None), _ROW.superseded_as_of > as_of),
        )

    def transitions_of(self, kind: str, entity_id: str) -> tuple[Transition, ...]:
        """Everything ever recorded of one entity, superseded rows too, in order of effect."""
        query = select(TransitionRow).where(
            col(TransitionRow.kind) == kind, col(TransitionRow.entity_id) == entity_id
        )
        with self._database.read() as session:
            found = [_record(row) for row in session.scalars(query)]
        return tuple(sorted(found, key=lambda t: (t.effective_day, t.as_of, t.to_stage)))

    def _table(self, *conditions: "ColumnElement[bool]") -> pa.Table:
        query = select(*(_ROW[name] for name in TRANSITIONS.names)).where(*conditions)
        with self._database.read() as session:
            return arrow_of(session.connection(), query, TRANSITIONS)


def _record(row: TransitionRow) -> Transition:
    skipped = tuple(stage for stage in row.skipped.split(",") if stage)
    return record_of(Transition, row, skipped=skipped)


def _check_columns(what: str, table: pa.Table, schema: pa.Schema) -> None:
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise BadInput(f"transitions: {what} lack the columns {', '.join(missing)}")


def _refuse_before_later(session: "Session", as_of: int) -> None:
    later = or_(_ROW.as_of > as_of, _ROW.superseded_as_of > as_of)
    if session.execute(select(_ROW.as_of).where(later).limit(1)).first() is not None:
        raise Conflict(f"transitions of day {as_of}: a later day has been written already")


def take_back(session: "Session", as_of: int) -> None:
    """Let the stages stand as if a day had written nothing."""
    connection = session.connection()
    connection.execute(delete(TransitionRow).where(_ROW.as_of == as_of))
    back = update(TransitionRow).where(_ROW.superseded_as_of == as_of)
    connection.execute(back.values(superseded_as_of=None))


def _tuples(inserts: pa.Table, as_of: int) -> "Iterator[tuple[object, ...]]":
    """The rows in the order of TRANSITIONS, without a dict for each of a million."""
    for batch in inserts.to_batches():
        columns = [batch.column(name).to_pylist() for name in TRANSITIONS.names]
        yield from zip([as_of] * batch.num_rows, *columns, strict=True)


def _supersede(session: "Session", as_of: int, supersedes: pa.Table) -> None:
    keys = [_ROW[name] == bindparam(f"of_{name}") for name in KEY.names]
    statement = update(table_of(TransitionRow)).where(*keys, _ROW.superseded_as_of.is_(None))
    rows = [{f"of_{name}": row[name] for name in KEY.names} for row in supersedes.to_pylist()]
    if rows:
        session.connection().execute(statement.values(superseded_as_of=as_of), rows)
