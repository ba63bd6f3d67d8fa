"""Trials: what the SQL makes of subscription lines, against rows walked through one by one."""

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.sections.life import AS_OF, company, put
from tests.stats.test_survival import Row, brute
from tools.errors import NotComputable
from tools.reports.trials.measure import Trials, measure_trials

if TYPE_CHECKING:
    from tools.warehouse.engine import Engine

Line = dict[str, Any]


def trial(account: str, start: int, **more: Any) -> Line:
    """A trial line that started so many days before the report; days in `more` likewise."""
    days = {name: AS_OF - ago for name, ago in more.items()}
    return {
        "account_id": account,
        "trial": True,
        "mrr_minor": 0,
        "started_day": AS_OF - start,
        **days,
    }


def paid(account: str, start: int, mrr: int = 100) -> Line:
    """A paid line that started so many days before the report."""
    return {"account_id": account, "trial": False, "mrr_minor": mrr, "started_day": AS_OF - start}


@cache
def shared() -> "Engine":
    """One engine for every company of this file: only the subscriptions differ."""
    return company("subscriptions").engine


def measured(lines: list[Line]) -> Trials:
    put(shared(), "subscriptions", lines)
    return measure_trials(AS_OF, shared(), {"subscriptions"})


def waits(lines: list[Line]) -> list[dict[str, Any]]:
    measured(lines)
    rows = shared().run("SELECT * FROM trial_waits ORDER BY account_id").to_pylist()
    return [{k: row[k] for k in ("paid_after", "cancelled_after", "watched")} for row in rows]


@pytest.mark.parametrize(
    ("about", "lines", "expected"),
    [
        ("still on trial", [trial("a", 10)], (None, None, 9)),
        ("paid on the last day of the trial",
         [trial("a", 30, term_end_day=16, ended_day=16), paid("a", 16)], (14, None, 29)),
        ("ended early because it paid",
         [trial("a", 30, term_end_day=16, ended_day=20), paid("a", 20)], (10, 10, 29)),
        ("ended early and did not pay",
         [trial("a", 30, term_end_day=16, ended_day=20)], (None, 10, 29)),
        ("gave notice", [trial("a", 30, cancelled_day=25)], (None, 5, 29)),
        ("ran out", [trial("a", 30, term_end_day=16, ended_day=16)], (None, None, 29)),
        ("was prolonged", [trial("a", 30, term_end_day=16, ended_day=20), trial("a", 20)],
         (None, None, 29)),
        ("tried twice, counts once", [trial("a", 90, ended_day=76), trial("a", 30), paid("a", 20)],
         (70, None, 89)),
        ("paid nothing", [trial("a", 30), paid("a", 20, mrr=0)], (None, None, 29)),
    ],
)  # fmt: skip
def test_one_account(about: str, lines: list[Line], expected: tuple[int | None, ...]) -> None:
    assert [tuple(wait.values()) for wait in waits(lines)] == [expected], about


@pytest.mark.parametrize(
    "lines",
    [
        [paid("a", 30)],
        [paid("a", 40), trial("a", 30)],
        [trial("a", 400), paid("a", 390)],
        [{**trial("a", 30), "account_id": None}],
    ],
)
def test_who_is_no_trial_of_the_year(lines: list[Line]) -> None:
    assert measured(lines).whole.started == 0


def test_needs_subscriptions() -> None:
    with pytest.raises(NotComputable, match="subscriptions"):
        measure_trials(AS_OF, company().engine, frozenset())


ACCOUNTS = st.lists(
    st.tuples(st.integers(1, 150), st.none() | st.integers(0, 90), st.none() | st.integers(0, 90)),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40)
@given(ACCOUNTS)
def test_every_estimate_is_the_product_over_the_rows(
    accounts: list[tuple[int, int | None, int | None]],
) -> None:
    """Start, days to paying and to notice of every account, aggregated in SQL or walked through."""
    lines: list[Line] = []
    for number, (start, pays, gives_notice) in enumerate(accounts):
        name = f"a{number:02}"
        notice = None if gives_notice is None or gives_notice >= start else start - gives_notice
        more = {} if notice is None else {"cancelled_day": notice}
        lines.append(trial(name, start, **more))
        if pays is not None and pays < start:
            lines.append(paid(name, start - pays))

    found = measured(lines)

    rows = [_ended(*account, competing=found.competing) for account in accounts]
    cancelled = [_ended(*account, competing=True)[1] for account in accounts].count("other")
    assert found.whole.started == len(accounts)
    assert found.cancelled == cancelled
    assert found.competing == (cancelled > 0.05 * len(accounts))
    for day in (0, 14, 30, 60):
        point = found.whole.curve.at(day)
        if point is not None:
            assert point.share == pytest.approx(float(brute(rows, day)), abs=1e-12)
    assert sum(cohort.started for cohort in found.cohorts) == found.whole.started


def _ended(start: int, pays: int | None, notice: int | None, *, competing: bool) -> Row:
    """What ended the wait of one account, and when; watched to the day before the report."""
    ends = [(start - 1, 2, "censored")]
    if pays is not None:
        ends.append((pays, 0, "event"))
    if notice is not None and competing:
        ends.append((notice, 1, "other"))
    day, _, how = min(ends)
    return day, how


def test_ignoring_or_competing_agree_when_nobody_pays_after_cancelling() -> None:
    """Two estimators of one number: staying in the count to the data end, or going out of it."""
    lines = [trial(f"p{n:03}", 100) for n in range(40)]
    lines += [paid(f"p{n:03}", 100 - 14) for n in range(40)]
    lines += [trial(f"n{n:03}", 100) for n in range(60)]
    few = [*lines, *(trial(f"c{n:03}", 100, cancelled_day=98) for n in range(5))]
    many = [*lines, *(trial(f"c{n:03}", 100, cancelled_day=98) for n in range(6))]
    assert not measured(few).competing
    assert measured(many).competing
    for lot, all_of_them in ((few, 105), (many, 106)):
        point = measured(lot).whole.curve.at(60)
        assert point is not None
        assert point.share == pytest.approx(40 / all_of_them)


def test_a_young_month_is_not_taken_for_a_bad_one() -> None:
    """Everybody pays on day 14 with one in five; the newest month has had 20 days at the most."""
    lines: list[Line] = []
    for number in range(300):
        start = 1 + number % 60
        lines.append(trial(f"a{number:03}", start))
        if number % 5 == 0 and start > 14:
            lines.append(paid(f"a{number:03}", start - 14))
    found = measured(lines)
    naive = sum(not line["trial"] for line in lines) / found.whole.started
    assert naive < 0.16
    point = found.whole.curve.at(14)
    assert point is not None
    assert point.low < 0.2 < point.high
    assert point.share == pytest.approx(0.2, abs=0.02)
