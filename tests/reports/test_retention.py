"""Retention against an independent count, for any definition."""

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.reports.reference import Counts, count
from tests.reports.relations import day, engine, table
from tools.errors import BadInput, NotComputable
from tools.reports.retention.measure import Retention, measure_retention
from tools.reports.retention.spec import Mode, RetentionSpec

FIRST = day("2020-01-01")
EVERYTHING = frozenset({"contacts", "accounts", "events", "invoices"})
ENGINE = engine("2019-06-01", "2021-06-01")


def counts(report: Retention) -> Counts:
    return {
        (c.cohort, c.bucket): (c.size, c.eligible, c.retained, c.complete, c.reactivated)
        for c in report.cells
    }


def measure(
    as_of: int, births: dict[str, int], events: list[tuple[str, int]], spec: RetentionSpec
) -> Retention:
    people = [{"contact_id": who, "created_day": born} for who, born in births.items()]
    used = [{"contact_id": who, "name": "login", "day": when} for who, when in events]
    ENGINE.put("contacts", table("contacts", people))
    ENGINE.put("usage", table("usage", used))
    return measure_retention(as_of, ENGINE, EVERYTHING, spec)


@st.composite
def specs(draw: st.DrawFn) -> RetentionSpec:
    mode: Mode = draw(st.sampled_from(("on", "on_or_after", "bracket")))
    edges = draw(st.lists(st.integers(0, 9), min_size=2, max_size=4, unique=True).map(sorted))
    return RetentionSpec(
        mode=mode,
        clock=draw(st.sampled_from(("rolling", "calendar"))),
        unit=draw(st.sampled_from(("day", "week", "month"))),
        cohort=draw(st.sampled_from(("day", "week", "month"))),
        week_start=draw(st.sampled_from(("monday", "sunday"))),
        incomplete=draw(st.sampled_from(("exclude", "mark"))),
        base=draw(st.sampled_from(("period_0", "previous"))),
        buckets=tuple(edges),
        brackets=tuple(pairwise(edges)) if mode == "bracket" else (),
        min_size=1,
    )


MEMBERS = st.dictionaries(
    st.sampled_from([f"p{n}" for n in range(12)]), st.integers(FIRST, FIRST + 90), min_size=1
)
EVENTS = st.lists(
    st.tuples(st.sampled_from([f"p{n}" for n in range(14)]), st.integers(FIRST - 5, FIRST + 130)),
    max_size=60,
)


@settings(max_examples=examples(60), deadline=None)
@given(specs(), MEMBERS, EVENTS, st.integers(FIRST + 91, FIRST + 131))
def test_agrees_with_the_slow_count(
    spec: RetentionSpec, births: dict[str, int], events: list[tuple[str, int]], as_of: int
) -> None:
    report = measure(as_of, births, events, spec)
    assert counts(report) == count(as_of, births, events, spec)


@settings(max_examples=examples(12), deadline=None)
@given(specs(), MEMBERS, EVENTS, st.randoms(use_true_random=False))
def test_order_duplicates_and_the_future_change_nothing(
    spec: RetentionSpec, births: dict[str, int], events: list[tuple[str, int]], rng: st.DataObject
) -> None:
    as_of = FIRST + 100
    known = [(who, when) for who, when in events if when < as_of]
    shuffled = [*events, *events]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # st.randoms gives random.Random
    assert measure(as_of, births, shuffled, spec) == measure(as_of, births, known, spec)


def test_a_young_cohort_does_not_fake_a_decline() -> None:
    born = {f"old{n}": FIRST for n in range(30)} | {f"young{n}": FIRST + 60 for n in range(30)}
    back = [(f"old{n}", FIRST + 29) for n in range(15)]
    spec = RetentionSpec(buckets=(4,))
    exact = measure(FIRST + 70, born, back, spec).means[0]
    assert (exact.eligible, exact.rate) == (30, 0.5)


def test_small_cohorts_show_counts_only() -> None:
    born = {f"p{n}": FIRST for n in range(19)}
    report = measure(FIRST + 40, born, [("p1", FIRST + 8)], RetentionSpec(buckets=(1,)))
    (cell,) = report.cells
    assert (cell.retained, cell.eligible, cell.rate, cell.low) == (1, 19, None, None)


def test_simple_mean_weighs_cohorts_alike() -> None:
    born = {f"a{n}": FIRST for n in range(20)} | {f"b{n}": FIRST + 31 for n in range(60)}
    back = [(f"a{n}", FIRST + 8) for n in range(20)]
    spec = RetentionSpec(buckets=(1,))
    weighted = measure(FIRST + 90, born, back, spec).means[0]
    simple = measure(FIRST + 90, born, back, dataclasses.replace(spec, mean="simple")).means[0]
    assert (weighted.rate, simple.rate) == (0.25, 0.5)
    assert simple.low is None


def test_named_event_first_activity_and_accounts() -> None:
    rows = [
        {"account_id": "a", "contact_id": "x", "name": "open", "day": FIRST},
        {"account_id": "a", "contact_id": "y", "name": "export", "day": FIRST + 7},
        {"account_id": "b", "contact_id": None, "name": "open", "day": FIRST + 1},
        {"account_id": None, "contact_id": "z", "name": "export", "day": FIRST + 8},
    ]
    made = engine("2019-12-01", "2020-12-31", usage=rows)
    spec = RetentionSpec(
        entity="account",
        birth="first_activity",
        returns="named",
        event="export",
        buckets=(1,),
        min_size=1,
    )
    (cell,) = measure_retention(FIRST + 30, made, {"events"}, spec).cells
    assert (cell.size, cell.retained) == (2, 1)


def test_members_without_a_birth_day_are_counted() -> None:
    made = engine("2019-12-01", "2020-12-31", contacts=[{"contact_id": "p"}])
    report = measure_retention(FIRST, made, EVERYTHING, RetentionSpec())
    assert (report.cells, report.left_out) == ((), 1)


def test_says_what_is_missing() -> None:
    with pytest.raises(NotComputable, match="missing events"):
        measure_retention(FIRST, ENGINE, {"contacts", "invoices"}, RetentionSpec())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"returns": "named"}, "event"),
        ({"event": "login"}, "event"),
        ({"mode": "bracket"}, "brackets"),
        ({"brackets": ((1, 2),)}, "brackets"),
        ({"buckets": (4, 1)}, "rising"),
        ({"buckets": ()}, "rising"),
        ({"buckets": (-1,)}, "rising"),
        ({"mode": "bracket", "brackets": ((3, 3),)}, "hi above lo"),
        ({"recurring": True}, "happens once"),
        ({"returns": "paid"}, "contacts are not"),
        ({"entity": "subscription"}, "only birth=first_paid"),
    ],
)
def test_refuses_a_definition_that_cannot_be_measured(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        RetentionSpec(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_what_was_done_before_the_birth_is_no_return() -> None:
    """Born late in a month and seen early in it: the month of birth has no return."""
    spec = RetentionSpec(clock="calendar", unit="month", buckets=(0, 1), min_size=1)
    report = measure(FIRST + 70, {"p": FIRST + 20}, [("p", FIRST + 3)], spec)
    assert [c.retained for c in report.cells] == [0, 0]
