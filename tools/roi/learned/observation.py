"""One account that was in a comparison with a known chance, and what became of it."""

import pyarrow as pa

# Relation `observations`, one row for each account of a comparison and day it began.
#
# source: `holdout` (approved, then left out or not) or `lot` (drawn to learn, or not drawn).
# treated: as the lot assigned it; done: it really was carried out within the window.
# event: 1 when what the chance is about happened (lost; for the other goals: bought, came back).
# base_ppm: the chance of it without us, as it stood on start_day, in millionths.
# propensity: the chance to be assigned to treatment among those compared, in millionths.
# known_day: the first morning on which the outcome is known; of a window that is still open, today:
#   event and base_ppm are then of the days lived through so far.
OBSERVATIONS = pa.schema(
    [
        ("source", pa.string()), ("play", pa.string()), ("segment", pa.string()),
        ("account_id", pa.string()), ("treated", pa.bool_()), ("done", pa.bool_()),
        ("event", pa.int32()), ("base_ppm", pa.int64()), ("propensity", pa.int64()),
        ("start_day", pa.int32()), ("known_day", pa.int32()),
    ]
)  # fmt: skip
