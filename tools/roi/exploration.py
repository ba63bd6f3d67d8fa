"""Everything that could be drawn to learn, in an order only the holder of the key can foresee.

The order is over accounts, not over pairs: an account for which more plays are possible would
otherwise come first more often than others, and the drawn would differ from the undrawn.
"""

from typing import TYPE_CHECKING

import pyarrow as pa

from tools.roi.candidate import Candidate, candidates_sql, price_trees
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.roi.learned.evidence import Cell
    from tools.warehouse.engine import Engine


class Lottery:
    """The lot over the priced pairs of one day; reads what `price` makes."""

    def __init__(
        self,
        engine: "Engine",
        seed: str,
        cells: "Collection[Cell]",
        busy: "Collection[str]" = (),
        held: "Collection[tuple[str, str]]" = (),
    ) -> None:
        """Make the lot.

        Args:
            engine: holds the relations that `price` makes.
            seed: a keyed hash of the day.
            cells: the (play, segment) that may be drawn.
            busy: accounts that stand outside.
            held: the (play, account) that are held out.
        """
        self._engine = engine
        _put(engine, "exploration_cells", ("play", "segment"), cells)
        _put(engine, "exploration_busy", ("account_id",), [(one,) for one in busy])
        _put(engine, "exploration_held", ("play", "account_id"), held)
        engine.create("exploration_pairs", read_sql(__package__, "exploration_pairs"))
        engine.create("exploration", read_sql(__package__, "exploration"), seed=seed)

    @property
    def accounts(self) -> int:
        """How many accounts the lot is over."""
        rows = self._engine.run("SELECT COUNT(*) AS n FROM exploration").to_pylist()
        return int(rows[0]["n"])

    def next_pairs(self, start: int, size: int) -> list[list[Candidate]]:
        """The pairs of some accounts in the order of the lot, by account."""
        self._engine.create(
            "exploration_part",
            "SELECT account_id AS account_id, place AS place FROM exploration "
            f"ORDER BY place, account_id LIMIT {int(size)} OFFSET {int(start)}",
        )
        self._engine.create(
            "exploration_values",
            "SELECT v.* FROM roi_values AS v "
            "JOIN exploration_pairs AS p ON p.account_id = v.account_id AND p.play = v.play "
            "JOIN exploration_part AS x ON x.account_id = v.account_id",
        )
        rows = self._engine.run(
            f"SELECT c.* FROM ({candidates_sql('exploration_values')}) AS c "
            "JOIN exploration_part AS x ON x.account_id = c.account_id "
            "ORDER BY x.place, c.account_id, c.play",
            **price_trees(told=True),
        ).to_pylist()
        found: dict[str, list[Candidate]] = {}
        for row in rows:
            found.setdefault(row["account_id"], []).append(Candidate(**row))
        return list(found.values())


def _put(
    engine: "Engine", name: str, columns: tuple[str, ...], rows: "Collection[tuple[str, ...]]"
) -> None:
    """Put pairs of texts as a relation, in order."""
    ordered = sorted(set(rows))
    engine.put(
        name,
        pa.table(
            {
                column: pa.array([row[place] for row in ordered], pa.string())
                for place, column in enumerate(columns)
            }
        ),
    )
