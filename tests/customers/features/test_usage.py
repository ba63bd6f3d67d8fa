"""Features of product use against a plain count, at every edge of every window."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.customers.churn.companies import SCHEMAS, use_of_accounts
from tools.warehouse.engine import DuckEngine
from tools.warehouse.sql import read_sql

AS_OF = 20_000
EDGES = (1, 2, 27, 28, 29, 41, 42, 43, 55, 56, 57, 58, 84, 111, 112, 113, 200)
KINDS = 120  # many pages of eight
Row = tuple[str, int, int, str | None, int]


@pytest.fixture(scope="module")
def duck() -> DuckEngine:
    """One database for all examples."""
    return DuckEngine(threads=1)


def rows() -> st.SearchStrategy[list[Row]]:
    """(account, days ago, kind of event, person, quantity) of a few accounts."""
    ago = st.sampled_from(EDGES) | st.integers(1, 130)
    kind = st.sampled_from((0, 1, 7, 8, 9, KINDS - 1)) | st.integers(0, KINDS - 1)
    person = st.none() | st.sampled_from(("p", "q"))
    return st.lists(
        st.tuples(st.sampled_from("ab"), ago, kind, person, st.integers(1, 9)), max_size=60
    )


def use(duck: DuckEngine, given_rows: list[Row]) -> dict[str, dict[str, object]]:
    """The features the query tells, by account."""
    every_kind = [("every", 113, kind, None, 1) for kind in range(KINDS)]
    facts = [
        {
            "account_id": a,
            "contact_id": person,
            "name": f"kind {kind:03d}",
            "day": AS_OF - ago,
            "events": 1,
            "quantity": float(events),
        }
        for a, ago, kind, person, events in (*given_rows, *every_kind)
    ]
    schema = pa.schema(list(SCHEMAS["usage"].items()))
    duck.put("usage", pa.Table.from_pylist(facts, schema=schema))
    firms = "SELECT CAST(NULL AS TEXT) AS account_id, CAST(NULL AS INT) AS created_day"
    duck.create("accounts", firms)
    use_of_accounts(AS_OF, duck)
    found = duck.run(read_sql("tools.customers.features", "usage"), as_of=AS_OF)
    return {str(row.pop("account_id")): row for row in found.to_pylist()}


def counted(mine: list[Row]) -> dict[str, object]:
    """The same of one account, counted with sets."""
    first, last = max(r[1] for r in mine), min(r[1] for r in mine)
    lately = [r for r in mine if r[1] <= 28]
    prior = [r for r in mine if 28 < r[1] <= 56]
    recent = [r for r in mine if r[1] <= 112]
    before = sum(r[4] for r in recent if r[1] > 28)
    now, past = sum(r[4] for r in lately), min(84, first - 28) if first >= 42 else None
    trend = now * past / (before * 28) if past and before else None
    return {
        "days_since_event": last,
        "first_day": AS_OF - first,
        "active_days_28": len({r[1] for r in lately}),
        "active_days_prior": len({r[1] for r in prior}),
        "events_28": now,
        "events_prior_28": sum(r[4] for r in prior),
        "events_prior_84": float(before) * 28 / past if past else None,
        "usage_trend": trend,
        "breadth_28": len({r[2] for r in lately}),
        "breadth_prior_28": len({r[2] for r in prior}),
        "active_contacts_28": len({r[3] for r in lately if r[3]}),
        "gap_ratio": last * len({r[1] for r in recent}) / 112 if recent else None,
        "prior_told": 1,
        "first_told": 1,
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(rows())
def test_use_is_what_a_plain_count_tells(duck: DuckEngine, given_rows: list[Row]) -> None:
    found = use(duck, given_rows)

    for account in {r[0] for r in given_rows}:
        assert found[account] == counted([r for r in given_rows if r[0] == account])


def test_every_day_and_every_kind_is_told_apart(duck: DuckEngine) -> None:
    daily = [("a", ago, ago % KINDS, None, 1) for ago in range(1, 113)]
    wide = [("b", ago, kind, None, 1) for kind in range(KINDS) for ago in (28, 29)]

    found = use(duck, [*daily, *wide])

    assert (found["a"]["active_days_28"], found["a"]["active_days_prior"]) == (28, 28)
    assert found["a"]["gap_ratio"] == 1.0
    assert (found["b"]["breadth_28"], found["b"]["breadth_prior_28"]) == (KINDS, KINDS)
