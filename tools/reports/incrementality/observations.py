"""Who was compared with whom by a known chance, and what became of each: what is learned from."""

from typing import TYPE_CHECKING

import pyarrow as pa

from tools.reports.incrementality.measure import OutcomeWindows, measure_incrementality
from tools.warehouse.billing import bills_end
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tools.reports.incrementality.measure import Incrementality
    from tools.roi.economics import Economics
    from tools.roi.plays import Play
    from tools.warehouse.engine import Engine

LEAST_DAYS = 21  # of an open window: by then what was approved has been carried out
LOSSES = "score"  # what a play prevents is what the score foresees
# Relation `kept_places`: who was asked about by which chance on which day, and whom the lot left
# out beside them. `agent/exploration.py` writes it day by day.
KEPT_PLACES = pa.schema(
    [
        ("account_id", pa.string()), ("play", pa.string()), ("segment", pa.string()),
        ("base_ppm", pa.int64()), ("by_lot", pa.bool_()), ("drawn", pa.bool_()),
        ("chance", pa.int64()), ("propensity", pa.int64()), ("day", pa.int32()),
    ]
)  # fmt: skip


def make_observations(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    plays: "Sequence[Play]",
    economics: "Economics",
    windows: OutcomeWindows,
) -> "Incrementality":
    """Make the relation `observations` of all windows, as far as they are over by `as_of`.

    Args:
        as_of: day number D.
        engine: holds the as-of relations that `measure_incrementality` reads, and `kept_places`.
        present: canonical tables this company has at all.
        plays: of the rulebook.
        economics: for the exchange rates of the day.
        windows: grace and activity, as the segments have them.

    Returns:
        What the holdout alone says of each play, with what was promised.
    """
    measured = measure_incrementality(as_of, engine, present, plays, economics, windows)
    billed = "subscriptions" in present
    engine.put(
        "observed_plays",
        pa.table(
            {
                "play": pa.array([play.id for play in plays], pa.string()),
                "losses": pa.array([play.without == LOSSES for play in plays], pa.bool_()),
            }
        ),
    )
    engine.create("observed_active", read_sql(__package__, "observed_active"), needed=not billed)
    engine.create(
        "observations",
        read_sql(__package__, "observations"),
        as_of=min(as_of, bills_end(engine)),
        grace=windows.grace if billed else 0,
        activity=windows.activity,
        least=LEAST_DAYS,
    )
    return measured
