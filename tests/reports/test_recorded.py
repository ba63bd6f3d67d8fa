"""Nothing is counted before it was recorded: not told, and not nought."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.facts import Rows, fact, rows_of, world_of
from tests.reports.relations import day, engine
from tools.customers.features import make_features
from tools.reports.retention.measure import measure_retention
from tools.reports.retention.spec import Clock, RetentionSpec, Unit

pytestmark = pytest.mark.long

FIRST = day("2025-07-03")
AS_OF = day("2025-09-01")
UNITS: st.SearchStrategy[Unit] = st.sampled_from(("week", "month"))
CLOCKS: st.SearchStrategy[Clock] = st.sampled_from(("rolling", "calendar"))
SPEC = RetentionSpec(entity="account", unit="week", buckets=(1, 4), min_size=1)


def company(born: dict[str, int], used: dict[str, list[int]]) -> dict[str, Rows]:
    """Accounts with their first days and their days of use."""
    return {
        "accounts": [fact("accounts", d, account_ref=f"a:{name}") for name, d in born.items()],
        "events": [
            fact("events", d, event_key=f"{name}{d}", account_ref=f"a:{name}", name="login")
            for name, days in used.items()
            for d in days
        ],
    }


def test_a_bucket_before_the_first_event_is_not_told(tmp_path: Path) -> None:
    born = {"old": day("2025-02-10"), "new": FIRST - 1}
    facts = company(born, {"old": [FIRST, FIRST + 7], "new": [FIRST + 7, FIRST + 28]})
    world = world_of(AS_OF, facts, tmp_path)

    cells = measure_retention(AS_OF, world.engine, world.present, SPEC).cells

    assert [(c.eligible, c.retained) for c in cells] == [(0, 0), (0, 0), (1, 1), (1, 1)]


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(FIRST - 90, FIRST + 30), min_size=1),
    UNITS,
    CLOCKS,
)
def test_only_members_whose_bucket_was_recorded_whole_are_counted(
    born: dict[str, int], unit: Unit, clock: Clock
) -> None:
    spec = RetentionSpec(
        entity="account", unit=unit, clock=clock, buckets=(0, 1, 2), min_size=1, incomplete="mark"
    )
    made = engine(
        accounts=[{"account_id": a, "created_day": d} for a, d in born.items()],
        coverage=[{"tbl": "events", "first_day": FIRST, "last_day": AS_OF - 1}],
    )
    report = measure_retention(AS_OF, made, {"accounts", "events"}, spec)
    never = engine(accounts=[{"account_id": a, "created_day": d} for a, d in born.items()])
    whole = measure_retention(AS_OF, never, {"accounts", "events"}, spec)

    young = [d for d in born.values() if d >= FIRST]
    for cell, before in zip(report.cells, whole.cells, strict=True):
        assert cell.eligible <= before.eligible
        assert cell.size == before.size
        if cell.cohort > FIRST:
            assert cell.eligible == before.eligible, "a young account has all its past on record"
    assert sum(c.eligible for c in report.cells if c.bucket.endswith(" 0")) >= len(young)
    if clock == "rolling":
        length = 7 if unit == "week" else 30
        told = sum(d >= FIRST or d + n * length >= FIRST for d in born.values() for n in range(3))
        begun = sum(d + n * length <= AS_OF - 1 for d in born.values() for n in range(3))
        assert sum(c.eligible for c in report.cells) == told - (3 * len(born) - begun)


def test_a_trend_that_reaches_before_the_record_is_not_told(tmp_path: Path) -> None:
    """Of an account that was there before; a young one has all its past on record."""
    days = list(range(FIRST, AS_OF, 3))
    facts = company({"old": FIRST - 200, "young": FIRST}, {"old": days, "young": days})
    world = world_of(AS_OF, facts, tmp_path)
    make_features(world)

    old, young = rows_of(world, "features")
    assert [old["account_id"], young["account_id"]] == ["a:old", "a:young"]
    for name in ("usage_trend", "gap_ratio", "events_prior_84", "days_to_first_value"):
        assert old[name] is None, name
        assert young[name] is not None, name
    assert old["events_prior_28"] == young["events_prior_28"] == 9, "eight weeks are on record"


def test_half_a_window_is_not_counted_as_a_whole_one(tmp_path: Path) -> None:
    days = list(range(FIRST, FIRST + 40, 2))
    world = world_of(FIRST + 40, company({"old": FIRST - 200}, {"old": days}), tmp_path)
    make_features(world)

    (old,) = rows_of(world, "features")
    assert old["events_prior_28"] is old["active_days_prior"] is old["breadth_prior_28"] is None
    assert old["events_28"] == 14
