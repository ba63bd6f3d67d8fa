"""The last state of each machine's clock, so that a new process knows what the last one saw."""

from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlmodel import col

from tools.clock_watch import ClockReading, ClockState
from tools.store.tables.gate import ClockRow

if TYPE_CHECKING:
    from sqlmodel import Session

    from tools.store.engine import Database


class Clocks:
    """The ledger of clocks, one row for each start of a machine."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def last(self, boot: str) -> ClockState | None:
        """The state of a machine that was kept last."""
        with self._database.read() as session:
            row = session.get(ClockRow, boot)
            return None if row is None else _state(row)

    def keep(self, state: ClockState) -> None:
        """Keep a state in the place of the last one of the machine."""
        with self._database.write() as session:
            session.execute(delete(ClockRow).where(col(ClockRow.boot) == state.boot))
            session.add(_row(state))

    def doubted(self) -> tuple[ClockState, ...]:
        """The machines whose clock has jumped and is not believed yet."""
        with self._database.read() as session:
            return doubted(session)


def doubted(session: "Session") -> tuple[ClockState, ...]:
    """The same inside a transaction."""
    query = select(ClockRow).where(col(ClockRow.doubt_wall).is_not(None)).order_by(ClockRow.boot)
    return tuple(_state(row) for row in session.scalars(query))


def _state(row: ClockRow) -> ClockState:
    doubt = None
    if row.doubt_wall is not None and row.doubt_uptime is not None:
        doubt = ClockReading(row.doubt_wall, row.doubt_uptime)
    return ClockState(row.boot, ClockReading(row.wall, row.uptime), row.since, doubt)


def _row(state: ClockState) -> ClockRow:
    doubt = state.doubt
    return ClockRow(
        boot=state.boot,
        wall=state.believed.wall,
        uptime=state.believed.uptime,
        since=state.since,
        doubt_wall=doubt.wall if doubt else None,
        doubt_uptime=doubt.uptime if doubt else None,
    )
