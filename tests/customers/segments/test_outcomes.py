"""Outcomes count closed windows only, each account once, and say what is missing."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.customers.segments.company import policy
from tests.reports.relations import engine
from tools.customers.segments.outcomes import Outcomes, count_outcomes, outcomes
from tools.warehouse.engine import DuckEngine

D = 20_000
DAYS = dict(policy().windows)
PRESENT = frozenset({"subscriptions", "events", "invoices"})
HISTORY = pa.schema([("account_id", pa.string()), ("segment", pa.string()), ("day", pa.int32())])


def line(
    account: str, start: int, end: int | None = None, mrr: int = 100, **more: Any
) -> dict[str, Any]:
    return {
        "account_id": account,
        "started_day": D + start,
        "mrr_minor": mrr,
        "ended_day": None if end is None else D + end,
        "trial": False,
        **more,
    }


def company(history: Sequence[tuple[str, str | None, int]], **rows: Any) -> DuckEngine:
    made = engine("2024-01-01", "2024-01-02", **rows)
    past = [{"account_id": a, "segment": s, "day": D + day} for a, s, day in history]
    made.put("segment_history", pa.Table.from_pylist(past, schema=HISTORY))
    return made


def measure(made: DuckEngine, present: frozenset[str] = PRESENT) -> Outcomes:
    return outcomes(D, made, policy(), policy().segments, present)


def counted(
    made: DuckEngine, *, contractual: bool = True
) -> dict[tuple[str, str, int], tuple[int, int]]:
    found = count_outcomes(D, made, DAYS, contractual=contractual)
    return {(c.segment, c.outcome, c.day - D): (c.k, c.n) for c in found}


@pytest.mark.parametrize(
    ("about", "lines", "churn"),
    [
        ("pays on", [line("a", -500)], (0, 1)),
        ("ends on the first day", [line("a", -500, -200)], (1, 1)),
        ("ends on the last day of the window", [line("a", -500, -111)], (1, 1)),
        ("ends on the day after the window", [line("a", -500, -110)], (0, 1)),
        ("returns within the grace", [line("a", -500, -180), line("a", -166)], (0, 1)),
        ("returns after the grace", [line("a", -500, -180), line("a", -165)], (1, 1)),
        ("changes plan without a gap", [line("a", -500, -180), line("a", -180)], (0, 1)),
        ("one of two lines ends", [line("a", -500, -180), line("a", -400)], (0, 1)),
        ("had left the day before", [line("a", -500, -201)], None),
        ("only a trial", [line("a", -500, trial=True)], None),
    ],
)
def test_churn(about: str, lines: list[dict[str, Any]], churn: tuple[int, int] | None) -> None:
    made = company([("a", "Durable core", -200)], subscriptions=lines)
    assert counted(made).get(("Durable core", "churn", -200)) == churn, about


@pytest.mark.parametrize(
    ("lines", "returned"),
    [
        ([line("a", -500, -260)], (0, 1)),
        ([line("a", -500, -260), line("a", -200)], (1, 1)),
        ([line("a", -500, -260), line("a", -111)], (1, 1)),
        ([line("a", -500, -260), line("a", -110)], (0, 1)),
        ([line("a", -100)], None),
    ],
)
def test_return(lines: list[dict[str, Any]], returned: tuple[int, int] | None) -> None:
    made = company([("a", "Lapsed", -200)], subscriptions=lines)
    assert counted(made).get(("Lapsed", "return", -200)) == returned


@pytest.mark.parametrize(
    ("lines", "renewed"),
    [
        ([line("a", -500, -135, term_end_day=D - 135)], (0, 1)),
        ([line("a", -500, -135, term_end_day=D - 135), line("a", -135)], (1, 1)),
        ([line("a", -500, None, term_end_day=D - 135)], (1, 1)),
        ([line("a", -500, None, term_end_day=D - 100)], None),
        ([line("a", -500)], None),
    ],
)
def test_renewal(lines: list[dict[str, Any]], renewed: tuple[int, int] | None) -> None:
    made = company([("a", "Durable core", -200)], subscriptions=lines)
    assert counted(made).get(("Durable core", "renewal", -200)) == renewed


@pytest.mark.parametrize(
    ("lines", "expanded"),
    [
        ([line("a", -900)], (0, 1)),
        ([line("a", -900), line("a", -100, None, 1)], (1, 1)),
        ([line("a", -900), line("a", -100, -80, 1)], (0, 1)),
        ([line("a", -900, -300), line("a", -300, None, 101)], (1, 1)),
    ],
)
def test_expansion(lines: list[dict[str, Any]], expanded: tuple[int, int]) -> None:
    made = company([("a", "Durable core", -400)], subscriptions=lines)
    assert counted(made)["Durable core", "expansion", -400] == expanded


def test_a_window_counts_when_it_and_the_grace_are_over() -> None:
    made = company(
        [("a", "Declining", -104), ("b", "Declining", -103)],
        subscriptions=[line("a", -500), line("b", -500)],
    )
    assert counted(made) == {("Declining", "churn", -104): (0, 1)}


def test_without_subscriptions_silence_is_churn() -> None:
    days = {"a": [-205], "b": [-205, -120], "c": [-400, -150]}
    used = [{"account_id": who, "day": D + day} for who, those in days.items() for day in those]
    history = [(who, "Durable core", -200) for who in "abc"]
    found = counted(company(history, usage=used), contractual=False)
    assert found == {
        ("Durable core", "churn", -200): (1, 2),
        ("Durable core", "return", -200): (1, 1),
    }


def test_an_account_counts_once_from_the_latest_closed_day() -> None:
    history = [("a", "Declining", day) for day in (-230, -200, -110, -50)]
    made = company(history, subscriptions=[line("a", -500, -100)])
    (churn,) = [e for e in measure(made).estimates if e.outcome == "churn" and e.n]
    assert (churn.segment, churn.k, churn.n) == ("Declining", 1, 1)


def test_thin_evidence_is_not_a_claim() -> None:
    history, lines = [], []
    for n in range(63):
        segment = "Declining" if n < 3 else "Durable core"
        history.append((f"a{n}", segment, -200))
        lines.append(line(f"a{n}", -500, -150 if 3 <= n < 13 else None))
    measured = measure(company(history, subscriptions=lines))
    churn = {e.segment: e for e in measured.estimates if e.outcome == "churn"}
    assert (churn["Declining"].k, churn["Declining"].n) == (0, 3)
    assert churn["Declining"].label == "insufficient"
    assert churn["Declining"].mean > 0.05
    assert churn["Declining"].weight == 0
    assert churn["Durable core"].label == "sufficient"
    assert churn["Durable core"].q10 < 10 / 60 < churn["Durable core"].q90
    assert churn["Onboarding"].n == 0
    assert "Lapsed" not in churn


def test_the_relation_is_the_estimates() -> None:
    made = company([("a", "Declining", -200)], subscriptions=[line("a", -500)])
    measured = measure(made)
    rows = made.run(
        "SELECT segment, outcome, k, n, mean, q10, q90, label FROM outcomes"
    ).to_pylist()
    assert len(rows) == len(measured.estimates) == 5
    assert {row["label"] for row in rows} == {"insufficient"}


def test_says_what_is_missing() -> None:
    assert dict(measure(company([]), frozenset({"events"})).missing) == {
        "renewal": "missing: subscriptions",
        "churn": "no account of a segment that can come to it has a closed window yet",
        "expansion": "missing: subscriptions",
        "return": "no account of a segment that can come to it has a closed window yet",
    }


LINES = st.lists(
    st.builds(
        lambda who, start, length, mrr: line(who, start, start + length if length else None, mrr),
        st.sampled_from("abcd"),
        st.integers(-600, -1),
        st.integers(0, 300),
        st.integers(1, 5),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(LINES, st.randoms(use_true_random=False))
def test_order_and_duplicates_of_history_change_nothing(
    lines: list[dict[str, Any]], rng: Any
) -> None:
    history = [(who, "Declining", day) for who in "abcd" for day in (-450, -300, -150)]
    twice = [*history, *history]
    rng.shuffle(twice)
    once = counted(company(history, subscriptions=lines))
    assert counted(company(twice, subscriptions=lines[::-1])) == once
    for (_, outcome, _), (k, n) in once.items():
        assert 0 <= k <= n <= 4, outcome
