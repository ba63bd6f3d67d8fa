"""What earlier runs kept, as relations for the sections: who was in which segment and which arm."""

from typing import TYPE_CHECKING

import pyarrow as pa

from agent.report_facts import put_report_facts
from agent.snapshots import SEGMENTS
from tools.reports.incrementality.measure import BY_HAND, TO_LEARN

if TYPE_CHECKING:
    from agent.morning import Morning
    from agent.reporting.period import Period
    from agent.wiring import Deps

HISTORY = "segment_history"
ARMS = "arms"
WEEK, STEP, STEPS = 7, 28, 14
_HISTORY = pa.schema([("account_id", pa.string()), ("segment", pa.string()), ("day", pa.int32())])
_KEPT = pa.schema([("account_id", pa.string()), ("segment", pa.string())])


def put_history(deps: "Deps", morning: "Morning", period: "Period") -> frozenset[str]:
    """Put the relations into the morning's engine; returns the names of those that hold a row."""
    _ = morning.learned  # which may put the work of other days under the same names
    put_report_facts(morning.engine, deps.store, deps.zone, period.as_of, period.first_day)
    kept = _segments(morning, period.as_of)
    morning.engine.create(
        ARMS,
        "SELECT d.account_id AS account_id, d.play || CASE WHEN NOT h.account_id IS NULL OR "
        "d.stratum = $outside THEN ', reached by hand' WHEN d.stratum = $to_learn THEN "
        "', drawn to learn' WHEN d.held THEN ', left out' ELSE ', treated' END AS arm, "
        "d.drawn_day AS day FROM work_draws AS d "
        "LEFT JOIN (SELECT DISTINCT r.play AS play, r.account_id AS account_id "
        "FROM work_draws AS r JOIN work_contacts AS c ON c.account_id = r.account_id "
        "AND c.day >= r.drawn_day AND (r.held OR c.play <> r.play)) AS h "
        "ON h.account_id = d.account_id AND h.play = d.play",
        outside=BY_HAND,
        to_learn=TO_LEARN,
    )
    drawn = morning.engine.run(f"SELECT 1 AS one FROM {ARMS} LIMIT 1").num_rows
    return frozenset([HISTORY] * bool(kept) + [ARMS] * bool(drawn))


def _segments(morning: "Morning", as_of: int) -> int:
    """Who was in which segment a week before, and every four weeks of the last year.

    Every day of every run would be a scan of the whole history; four weeks are close enough for
    what a customer was when it came. Today's own assignment is the relation `segments`.
    """
    files = [f for f in morning.snapshots.files(SEGMENTS) if f.max_known < as_of]
    wanted = [as_of - WEEK, *(as_of - STEP * n for n in range(1, STEPS + 1))]
    newest = [
        max((f for f in files if f.max_known <= day), key=lambda f: f.max_known, default=None)
        for day in wanted
    ]
    chosen = {f.max_known: f for f in newest if f is not None}
    if not chosen:
        morning.engine.put(HISTORY, _HISTORY.empty_table())
        return 0
    parts = []
    for day, file in sorted(chosen.items()):
        name = f"kept_segments_{day}"
        morning.engine.scan(name, morning.dataset.paths([file]), _KEPT)
        parts.append(
            f"SELECT account_id AS account_id, segment AS segment, CAST({day} AS INT) AS day "
            f"FROM {name}"
        )
    morning.engine.create(HISTORY, " UNION ALL ".join(parts))
    return len(parts)
