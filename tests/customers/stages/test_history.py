"""The diff: what runs wrote day by day equals what one run tells, and nothing is written twice."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bills import put_bill
from tests.customers.stages.log import (
    END,
    RULES,
    Account,
    Deal,
    Invoice,
    Log,
    Subscription,
    rows,
    timeline,
    world,
)
from tests.customers.stages.store import Key, Store
from tests.customers.stages.test_laws import LOGS, few
from tests.effort import examples
from tools.customers.stages import (
    CHANGED,
    make_roster,
    make_timeline,
    make_touched,
    transition_diff,
    trigger_key,
)
from tools.customers.stages.history import NOT_KNOWN
from tools.customers.stages.timeline import TIMELINE
from tools.warehouse.billing import NEVER_ENDS

if TYPE_CHECKING:
    from tools.warehouse.engine import DuckEngine

pytestmark = pytest.mark.long

# Every example is up to three runs, each written and read back.
fewer = settings(few, max_examples=examples(6))
BILLS = st.just(NEVER_ENDS) | st.integers(1, END)
PLANS = st.lists(st.integers(2, END), min_size=1, max_size=3, unique=True).map(sorted)


def run(
    duck: "DuckEngine",
    log: Log,
    day: int,
    store: Store,
    last: int | None,
    *,
    partial: bool,
    bills: int = NEVER_ENDS,
    bills_before: int = NOT_KNOWN,
) -> tuple[int, int]:
    """One run as of a day, with its diff written to the store."""
    world(duck, log, day)
    put_bill(duck, bills)
    store.lend(duck)
    partial = partial and last is not None
    if partial and last is not None:
        duck.put("changed", changed(log, last, day))
        make_touched(day, duck, log.present, RULES, last, bills_before=bills_before)
    make_timeline(day, duck, log.present, RULES, touched_only=partial)
    transition_diff(day, duck, RULES, last_run=last, touched_only=partial)
    return store.apply(duck)


def changed(log: Log, last: int, day: int) -> pa.Table:
    """Who has facts that became known between the runs; new days are found without this."""
    pairs: list[tuple[int, str | None, str | None]] = [
        *((s.known_day, s.account_id, None) for s in log.subscriptions),
        *((d.known_day, d.account_id, d.contact_id) for d in log.deals),
        *((i.known_day, i.account_id, i.contact_id) for i in log.invoices),
        *((u.known_day, u.account_id, u.contact_id) for u in log.usage),
        *((m.known_day, m.account_id, m.contact_id) for m in log.moves),
    ]
    late = [(account, contact) for known, account, contact in pairs if last < known <= day]
    return pa.table([[a for a, _ in late], [c for _, c in late]], schema=CHANGED)


def keys(duck: "DuckEngine", log: Log, day: int) -> set[Key]:
    """(kind, id, from, to, effective) told by one run."""
    return {row[:5] for row in timeline(duck, log, day)}


@fewer
@given(LOGS, PLANS)
def test_runs_in_parts_write_what_one_run_tells(
    duck: "DuckEngine", log: Log, days: list[int]
) -> None:
    store, last = Store(), None
    for day in days:
        run(duck, log, day, store, last, partial=False)
        last = day
        assert run(duck, log, day, store, last, partial=False) == (0, 0), (
            "a second run adds nothing"
        )
    for day in days:
        assert store.known_on(day) == keys(duck, log, day), "the history answers as the run did"


@fewer
@given(LOGS, PLANS)
def test_a_partial_run_writes_what_a_full_run_writes(
    duck: "DuckEngine", log: Log, days: list[int]
) -> None:
    full, part, last = Store(), Store(), None
    for day in days:
        run(duck, log, day, full, last, partial=False)
        make_roster(duck, log.present, RULES)
        whole = rows(duck, "SELECT * FROM roster ORDER BY kind, id")
        run(duck, log, day, part, last, partial=True)
        part.lend(duck)
        make_roster(duck, log.present, RULES, touched_only=last is not None)
        assert rows(duck, "SELECT * FROM roster ORDER BY kind, id") == whole
        last = day
    assert part.kept == full.kept
    assert part.gone == full.gone


BILLED = st.lists(
    st.builds(
        lambda account, days, trial: Subscription("", account, days[0], days[1], trial=trial),
        st.sampled_from("AB"),
        st.lists(st.integers(1, 200), min_size=2, max_size=2).map(sorted),
        st.sampled_from((False, False, True)),
    ),
    min_size=1,
    max_size=4,
).map(
    lambda lines: Log(
        accounts=(Account("A", 0), Account("B", 0)),
        subscriptions=tuple(replace(s, subscription_id=f"s{n}") for n, s in enumerate(lines)),
    )
)


@settings(few, max_examples=examples(12))
@given(BILLED, PLANS, st.lists(BILLS, min_size=3, max_size=3), st.booleans())
def test_a_partial_run_notices_that_the_end_of_the_bills_moved(
    duck: "DuckEngine", log: Log, days: list[int], ends: list[int], remembered: bool
) -> None:
    full, part, last, before = Store(), Store(), None, NOT_KNOWN
    for day, end in zip(days, ends, strict=False):
        run(duck, log, day, full, last, partial=False, bills=end)
        run(duck, log, day, part, last, partial=True, bills=end, bills_before=before)
        last, before = day, end if remembered else NOT_KNOWN
    assert part.kept == full.kept
    assert part.gone == full.gone


@pytest.mark.parametrize("before", [60, NOT_KNOWN])
def test_who_was_kept_as_last_told_is_told_anew_by_the_next_bill(
    duck: "DuckEngine", before: int
) -> None:
    """A and B were billed to day 60, where the bills ended; then a bill of A alone arrives."""
    lines = tuple(Subscription(f"s{a}", a, 10, 60) for a in "AB")
    log = Log(accounts=(Account("A", 0), Account("B", 0)), subscriptions=lines)
    more = replace(log, subscriptions=(*lines, Subscription("s3", "A", 60, known_day=95)))
    store = Store()
    run(duck, log, 90, store, None, partial=False, bills=60)
    assert {row[1:4] for row in store.known_on(90)} >= {("A", "none", "active")}
    run(duck, more, 95, store, 90, partial=True, bills_before=before)
    told_ = {row[:5] for row in store.known_on(95) if row[1] == "B"}
    assert ("account", "B", "active", "churned") in {row[:4] for row in told_}
    if before == 60:
        make_touched(95, duck, more.present, RULES, 90, bills_before=NEVER_ENDS)
        assert ("B",) not in rows(duck, "SELECT id FROM touched")


@pytest.mark.parametrize("paid", [None, 75], ids=["never paid", "paid late"])
@pytest.mark.parametrize("due", [None, 45], ids=["without due day", "with due day"])
def test_a_partial_run_notices_a_bill_that_lapses_or_is_paid(
    duck: "DuckEngine", due: int | None, paid: int | None
) -> None:
    present = frozenset({"contacts", "accounts", "invoices", "deals"})
    bill = Invoice("i", "A", 10, due, paid, "open" if paid is None else "paid")
    log = Log(accounts=(Account("A", 0),), invoices=(bill,), present=present)
    full, part, stages, last = Store(), Store(), [], None
    for day in (30, 60, 80):
        run(duck, log, day, full, last, partial=False)
        run(duck, log, day, part, last, partial=True)
        part.lend(duck)
        make_roster(duck, log.present, RULES, touched_only=last is not None)
        stages += rows(duck, "SELECT stage FROM roster WHERE kind = 'account'")
        last = day
    assert stages == [("active",), ("none",), ("active",) if paid else ("none",)]
    assert part.kept == full.kept
    assert part.gone == full.gone


LATE = Log(
    accounts=(Account("A", 0), Account("B", 0)),
    subscriptions=(Subscription("s1", "A", 10), Subscription("s2", "B", 40, 60, known_day=0)),
    deals=(Deal("d1", "A", 5, 9, "won", known_day=90),),
)


def test_a_changed_past_is_superseded_and_marked(duck: "DuckEngine") -> None:
    """The deal of days 5 to 9 becomes known on day 90: A was in sales' hands before it paid."""
    store = Store()
    run(duck, LATE, 80, store, None, partial=False)
    assert run(duck, LATE, 91, store, 80, partial=False) == (2, 0)
    sql = "SELECT {} FROM {} ORDER BY effective_day"
    columns = "entity_id, from_stage, to_stage, effective_day, restated, fresh"
    assert rows(duck, sql.format(columns, "transition_inserts")) == [
        ("A", "none", "sql", 5, True, False),
        ("A", "sql", "none", 9, True, False),
    ]


def test_a_young_transition_is_fresh_and_an_old_one_starts_nothing(duck: "DuckEngine") -> None:
    store = Store()
    run(duck, LATE, 12, store, None, partial=False)
    found = rows(
        duck,
        "SELECT to_stage, effective_day, fresh, restated FROM transition_inserts "
        "WHERE entity_id = 'A' ORDER BY effective_day",
    )
    assert found == [("none", 0, False, False), ("active", 10, True, False)]


def test_who_is_gone_is_superseded(duck: "DuckEngine") -> None:
    store = Store()
    run(duck, LATE, 80, store, None, partial=False)
    without_b = Log(accounts=LATE.accounts[:1], subscriptions=LATE.subscriptions[:1])
    assert run(duck, without_b, 81, store, 80, partial=True) == (0, 3)


def test_trigger_keys_differ_in_every_part() -> None:
    keys_ = {
        trigger_key("c:1", None, "mql", 5, "1"),
        trigger_key("c:1", "none", "mql", 5, "1"),
        trigger_key("c:2", None, "mql", 5, "1"),
        trigger_key("c:1", None, "sql", 5, "1"),
        trigger_key("c:1", None, "mql", 6, "1"),
        trigger_key("c:1", None, "mql", 5, "2"),
    }
    assert len(keys_) == 6
    assert all(len(key) == 64 for key in keys_)


def test_the_timeline_has_the_promised_columns(duck: "DuckEngine") -> None:
    world(duck, LATE, 91)
    make_timeline(91, duck, LATE.present, RULES)
    assert duck.run("SELECT * FROM timeline").schema == TIMELINE
