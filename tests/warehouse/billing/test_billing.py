"""The bill against a plain reading of it, day by day, and its laws."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.warehouse.billing.reference import Version, fact, pays
from tools.warehouse.billing import NEVER_ENDS, bills_end, make_billing
from tools.warehouse.engine import DuckEngine
from tools.warehouse.schema import BY_NAME
from tools.warehouse.sql import read_sql

pytestmark = pytest.mark.long

START, END = 100, 160
DUCK = DuckEngine(threads=1)
MANY = settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
Paid = dict[tuple[str, str], tuple[int, int]]


def put(versions: "list[Version]") -> None:
    rows = [fact(version) for version in versions]
    table = pa.Table.from_pylist(rows, schema=BY_NAME["subscriptions"].arrow)
    DUCK.put("fact_subscriptions", table)
    alias = pa.schema([("ref", pa.string()), ("account_id", pa.string())])
    DUCK.put("account_alias", alias.empty_table())


def bill(versions: "list[Version]", as_of: int, bills: int = NEVER_ENDS) -> list[dict[str, Any]]:
    """The rows of `recurring_revenue`, the end of the bills as given."""
    put(versions)
    spans = read_sql("tools.warehouse.billing", "subscription_spans")
    DUCK.create("subscription_spans", spans, as_of=as_of, bills_end=bills)
    DUCK.create("recurring_revenue", read_sql("tools.warehouse.billing", "recurring_revenue"))
    rows: list[dict[str, Any]] = DUCK.run("SELECT * FROM recurring_revenue").to_pylist()
    return rows


def on(rows: list[dict[str, Any]], day: int) -> Paid:
    found = [r for r in rows if r["from_day"] <= day < r["to_day"]]
    keys = [(r["account_id"], r["currency"]) for r in found]
    assert len(keys) == len(set(keys)), "two rows of one account, currency and day"
    return {k: (r["minor"], r["paused_minor"]) for k, r in zip(keys, found, strict=True)}


DAYS = st.integers(START, END)
MAYBE = st.none() | DAYS
VERSIONS = st.builds(
    Version,
    line=st.sampled_from(("s1", "s2", "s3", "s4")),
    account=st.sampled_from("ab"),
    minor=st.sampled_from((-300, -50, 0, 100, 100, 200, 300)),
    started_day=DAYS,
    known_day=DAYS,
    day=DAYS,
    currency=st.sampled_from(("USD", "USD", "EUR")),
    trial=st.sampled_from((False, False, False, True)),
    changed_day=MAYBE,
    cancelled_day=MAYBE,
    paused_day=MAYBE,
    resumed_day=MAYBE,
    ended_day=MAYBE,
)


def distinct(versions: list[Version]) -> list[Version]:
    """Without two states that nothing puts in order."""
    keys = {(v.line, v.known_day, v.day, v.minor): v for v in versions}
    return list(keys.values())


LOGS = st.lists(VERSIONS, max_size=9).map(distinct)


@MANY
@given(LOGS, st.integers(START - 1, END + 5))
def test_every_day_is_what_a_plain_reading_tells(log: list[Version], as_of: int) -> None:
    rows = bill(log, as_of)
    for day in range(START - 2, as_of + 1):
        assert on(rows, day) == pays(log, as_of, day), day


@MANY
@given(LOGS, VERSIONS, st.integers(START, END + 5))
def test_a_later_version_changes_no_day_before_it_was_known(
    log: list[Version], late: Version, as_of: int
) -> None:
    """A version without a date of its own leaves every day alone that was told before it."""
    line = [v for v in log if v.line == late.line]
    newest = max((v.known_day for v in line), default=START)
    late = replace(
        late,
        known_day=max(late.known_day, newest + 1),
        day=min((v.day for v in line), default=0),
        changed_day=None,
        cancelled_day=None,
        paused_day=None,
        resumed_day=None,
        ended_day=None,
        started_day=START,
    )
    if not line:
        return
    before, after = bill(log, as_of), bill([*log, late], as_of)
    told = range(START - 2, min(as_of, late.known_day))
    assert [on(after, day) for day in told] == [on(before, day) for day in told]


@MANY
@given(LOGS, st.integers(START, END))
def test_what_a_dated_version_changes_begins_at_its_dates(log: list[Version], as_of: int) -> None:
    """A year built at once equals the year rebuilt load by load, as far as versions carry dates."""
    dated = {
        (v.line, v.changed_day or v.started_day): replace(
            v,
            day=START,
            changed_day=v.changed_day or v.started_day,
            started_day=START,
            cancelled_day=None,
            paused_day=None,
            ended_day=None,
        )
        for v in log
        if (v.changed_day or v.started_day) < as_of
    }
    once = [replace(v, known_day=as_of) for v in dated.values()]
    loads = [replace(v, known_day=(v.changed_day or 0) + 1) for v in dated.values()]
    days = range(START - 2, as_of)
    whole, rebuilt = bill(once, as_of), bill(loads, as_of)
    assert [on(whole, day) for day in days] == [on(rebuilt, day) for day in days]


@MANY
@given(LOGS, st.randoms(use_true_random=False))
def test_order_changes_nothing(log: list[Version], rng: Any) -> None:
    shuffled = list(log)
    rng.shuffle(shuffled)
    key = repr
    assert sorted(bill(shuffled, END), key=key) == sorted(bill(log, END), key=key)


LINE = Version("s1", "a", 100, 100, 101, 100)


@pytest.mark.parametrize(
    ("about", "versions", "expected"),
    [
        ("more seats in place, no date", [LINE, replace(LINE, minor=300, known_day=120)],
         {119: 100, 120: 300}),
        ("a change that states its day",
         [LINE, replace(LINE, minor=300, known_day=130, changed_day=110)], {109: 100, 110: 300}),
        ("a row that occurred later", [LINE, replace(LINE, minor=300, known_day=130, day=115)],
         {114: 100, 115: 300}),
        ("an end learned late", [LINE, replace(LINE, ended_day=110, known_day=130)],
         {109: 100, 110: 0}),
        ("an end taken back",
         [LINE, replace(LINE, ended_day=110, known_day=111), replace(LINE, known_day=130)],
         {109: 100, 110: 0, 129: 0, 130: 100}),
        ("an end put off before anyone was told",
         [replace(LINE, ended_day=110), replace(LINE, ended_day=120, known_day=111),
          replace(LINE, ended_day=130, known_day=120)],
         {109: 100, 110: 100, 119: 100, 120: 100, 129: 100, 130: 0}),
        ("a trial that is paid in place",
         [replace(LINE, trial=True), replace(LINE, known_day=115)], {114: 0, 115: 100}),
        ("start is end", [replace(LINE, ended_day=100)], {99: 0, 100: 0, 101: 0}),
        ("a start to come", [replace(LINE, started_day=150, day=100)], {100: 0, 140: 0}),
        ("a start put off before it came",
         [replace(LINE, started_day=120, day=100), replace(LINE, started_day=130, known_day=110)],
         {120: 0, 129: 0, 130: 100}),
        ("a pause", [replace(LINE, paused_day=110, resumed_day=120)],
         {109: 100, 110: 0, 119: 0, 120: 100}),
        ("a pause learned late, and taken back",
         [LINE, replace(LINE, paused_day=110, known_day=112), replace(LINE, known_day=120)],
         {109: 100, 110: 0, 119: 0, 120: 100}),
        ("two states of one morning", [LINE, replace(LINE, minor=200)], {100: 200, 120: 200}),
        ("a credit line", [LINE, replace(LINE, line="s2", minor=-20, ended_day=110)],
         {109: 80, 110: 100}),
        ("a credit of everything", [LINE, replace(LINE, line="s2", minor=-100, ended_day=110)],
         {109: 0, 110: 100}),
        ("a credit of more than everything", [LINE, replace(LINE, line="s2", minor=-150)],
         {105: 0}),
    ],
)  # fmt: skip
def test_one_line(about: str, versions: list[Version], expected: dict[int, int]) -> None:
    rows = bill(versions, 145)
    found = {day: on(rows, day).get(("a", "USD"), (0, 0))[0] for day in expected}
    assert found == expected, about


def test_a_line_may_move_to_another_account_and_currency() -> None:
    moved = replace(LINE, account="b", currency="EUR", minor=90, known_day=120)
    rows = bill([LINE, moved], 145)
    assert on(rows, 119) == {("a", "USD"): (100, 0)}
    assert on(rows, 120) == {("b", "EUR"): (90, 0)}


def test_a_pause_is_no_end() -> None:
    rows = bill([replace(LINE, paused_day=110, resumed_day=120)], 145)
    assert [on(rows, day)["a", "USD"] for day in (109, 110, 120)] == [(100, 0), (0, 100), (100, 0)]


@pytest.mark.parametrize("bills", [NEVER_ENDS, 110, 100])
def test_a_line_that_ends_where_it_starts_pays_nothing_after_the_end_of_the_bills(
    bills: int,
) -> None:
    assert bill([replace(LINE, started_day=120, ended_day=120)], 145, bills) == []


def monthly(account: str, bills: int, first: int = 100, length: int = 30) -> list[Version]:
    """A company's bills: every line ends, and the next begins where it ended."""
    return [
        Version(
            f"{account}{n}",
            account,
            100,
            first + n * length,
            first + n * length + 1,
            first + n * length,
            ended_day=first + (n + 1) * length,
        )
        for n in range(bills)
    ]


def end_of(versions: list[Version], as_of: int) -> int:
    put(versions)
    make_billing(as_of, DUCK)
    return bills_end(DUCK)


@pytest.mark.parametrize(
    ("about", "versions", "as_of", "expected"),
    [
        ("every line ends with the export", [*monthly("a", 4), *monthly("b", 4)], 225, 220),
        ("the same long after", [*monthly("a", 4), *monthly("b", 4)], 400, 220),
        ("the next bill is there", [*monthly("a", 5), *monthly("b", 4)], 225, NEVER_ENDS),
        ("billed on different days", [*monthly("a", 4), *monthly("b", 4, 115)], 230, 220),
        ("nothing has ended yet", [*monthly("a", 4), *monthly("b", 4)], 220, NEVER_ENDS),
        ("one who left before", [*monthly("a", 4), *monthly("b", 4), *monthly("c", 2)], 225, 220),
        ("lines without an end", [LINE, replace(LINE, line="s2", account="b", ended_day=120)], 145,
         NEVER_ENDS),
        ("the only customer left", [replace(LINE, ended_day=120)], 145, NEVER_ENDS),
        ("one bill each, all to the same day", [*monthly("a", 1), *monthly("b", 1)], 145, 130),
        ("notice was given",
         [*monthly("a", 3), replace(monthly("a", 4)[-1], cancelled_day=200)], 225, NEVER_ENDS),
    ],
)  # fmt: skip
def test_where_the_bills_end(
    about: str, versions: list[Version], as_of: int, expected: int
) -> None:
    assert end_of(versions, as_of) == expected, about


def test_after_the_end_of_the_bills_everybody_is_as_last_told() -> None:
    versions = [*monthly("a", 4), *monthly("b", 4), *monthly("c", 2)]
    put(versions)
    make_billing(300, DUCK)
    rows = DUCK.run("SELECT * FROM recurring_revenue").to_pylist()
    assert on(rows, 219).keys() == on(rows, 299).keys() == {("a", "USD"), ("b", "USD")}
    assert ("c", "USD") not in on(rows, 160)
