"""The section on segments: sizes add up, value is all the money, no claim without evidence."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.customers.segments.company import policy
from tests.customers.segments.test_proposal import accounts, proposed
from tests.reports.sections.conftest import Simulated
from tests.reports.sections.life import AS_OF, FIRST, check_laws, company, figures, put, said
from tests.spark.company import RULES
from tools.customers.segments.assign import active_segments
from tools.customers.segments.difference import GateCheck, SegmentDifference, examine
from tools.customers.segments.outcomes import OutcomeEstimate, Outcomes
from tools.customers.segments.proposal import SegmentProposal
from tools.document.model import Table
from tools.reports.context import ReportContext, SectionResult
from tools.reports.figure_ids import figure_id, span, stamp
from tools.reports.segments.measure import measure_segments
from tools.reports.segments.section import make_segments

DAY = stamp(AS_OF)
NOTHING = Outcomes(
    AS_OF, (), (), (("churn", "no account has a closed window yet"),), "Churn: left."
)
UNKNOWN = SegmentDifference(AS_OF, ())
KNOWN = Outcomes(
    AS_OF,
    (
        OutcomeEstimate("Declining", "churn", 30, 100, 0.29, 0.24, 0.35, "sufficient", 0.9),
        OutcomeEstimate("Durable core", "churn", 1, 4, 0.2, 0.05, 0.5, "insufficient", 0.0),
    ),
    (),
    (),
    "Churn: left.",
)


def made(
    given: ReportContext,
    outcomes: Outcomes = NOTHING,
    difference: SegmentDifference = UNKNOWN,
    proposal: SegmentProposal | None = None,
) -> SectionResult:
    return make_segments(given, policy().segments, outcomes, difference, proposal)


def rows_of(pairs: Sequence[tuple[str | None, str | None]]) -> dict[str, Any]:
    """Relations of accounts by segment a week ago and now; '-' is not known."""
    names = [f"a{n}" for n in range(len(pairs))]
    history = [
        {"account_id": name, "segment": before, "day": FIRST}
        for name, (before, _) in zip(names, pairs, strict=True)
        if before != "-"
    ]
    now = [
        {"account_id": name, "segment": after}
        for name, (_, after) in zip(names, pairs, strict=True)
        if after != "-"
    ]
    return {"segment_history": history, "segments": now}


def line(account: str, mrr: int, currency: str | None = "USD", **more: Any) -> dict[str, Any]:
    return {
        "account_id": account,
        "mrr_minor": mrr,
        "currency": currency,
        "trial": False,
        "started_day": AS_OF - 40,
        **more,
    }


def test_an_empty_company() -> None:
    given = company()
    chapter = made(given)
    check_laws(given, chapter)
    assert said(chapter) == "There is no account to put in a segment."


def test_one_account_without_billing() -> None:
    given = company("events", **rows_of([("Declining", "Durable core")]))
    chapter = made(given)
    check_laws(given, chapter)
    assert chapter.section.missing == ("subscriptions",)
    found = figures(chapter)
    assert not [f for f in found.values() if f.unit == "money"]
    assert found[figure_id("segments", span(given), "changed")].missing == "too few"
    assert found[f"segments.{DAY}.size.Durable_core"].value == 1
    assert found[figure_id("segments", span(given), "Declining", "Durable core")].value == 1


def test_value_is_what_the_accounts_of_a_segment_pay_in_each_currency() -> None:
    lines = [
        line("a0", 500),
        line("a0", 250),
        line("a1", 900, "EUR"),
        line("a2", 70, trial=True),
        line("a2", 80, ended_day=AS_OF - 1),
        line("a2", 90, started_day=AS_OF),
        line("a3", 11),
    ]
    pairs = [("Declining", "Declining"), ("Declining", "Declining"), (None, None), ("-", "Lapsed")]
    given = company("subscriptions", subscriptions=lines, **rows_of(pairs))
    chapter = made(given)
    check_laws(given, chapter)
    money = {f.id: (f.value, f.n) for f in figures(chapter).values() if f.unit == "money"}
    assert money[f"segments.{DAY}.value.Declining.USD"] == (750, 1)
    assert money[f"segments.{DAY}.value.Declining.EUR"] == (900, 1)
    assert money[f"segments.{DAY}.value.Lapsed.USD"] == (11, 1)
    assert money[f"segments.{DAY}.value.none.USD"] == (0, 0)
    assert sum(value or 0 for value, _ in money.values()) == 750 + 900 + 11


def test_without_an_earlier_morning_nobody_is_said_to_have_moved() -> None:
    given = company("subscriptions", segments=[{"account_id": "a", "segment": "Lapsed"}])
    chapter = made(given)
    check_laws(given, chapter)
    assert "missing: segments of 2026-10-26" in said(chapter)
    assert "segments.moves" not in {block.id for block in chapter.section.blocks}


NAMES = (None, "-", "Declining", "Durable core", "Expansion-ready", "a_b.c")


@cache
def shared() -> ReportContext:
    """One engine for every company of this file."""
    return company("subscriptions")


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=30))
def test_the_moves_add_up(pairs: list[tuple[str | None, str | None]]) -> None:
    for name, rows in rows_of(pairs).items():
        put(shared().engine, name, rows)
    found = measure_segments(AS_OF, FIRST, shared().engine, shared().present)
    check_laws(shared(), made(shared()))
    sizes, moves = dict(found.sizes), found.moves or ()
    assert sum(sizes.values()) == sum(after != "-" for _, after in pairs)
    if not moves:
        assert all(before == "-" for before, _ in pairs)
        return
    for segment in {m.before or "" for m in moves} | {m.after or "" for m in moves} - {""}:
        start = sum(before != "-" and (before or "none") == segment for before, _ in pairs)
        into = sum(m.number for m in moves if m.after == segment != m.before)
        out = sum(m.number for m in moves if m.before == segment != m.after)
        assert start + into - out == sizes.get(segment, 0) or not segment


def test_thin_evidence_is_no_claim_of_a_segment() -> None:
    given = company("subscriptions", **rows_of([("Declining", "Declining")] * 30))
    chapter = made(given, KNOWN)
    check_laws(given, chapter)
    found = figures(chapter)
    assert found[f"segments.{DAY}.churn.Declining"].value == 0.29
    assert found[f"segments.{DAY}.churn.Durable_core"].missing == "too few"
    assert "Most likely to leave within the window: Declining" in said(chapter)
    assert "evidence is sufficient" in said(chapter)


def test_says_whether_they_still_differ() -> None:
    given = company("subscriptions", **rows_of([("Declining", "Declining")]))
    yes = GateCheck("outcome", "Does churn depend on the segment?", "yes", "it does")
    no = GateCheck("pair", "Do Lapsed and Declining differ?", "no", "they do not")
    assert "still behave differently" in said(made(given, KNOWN, SegmentDifference(AS_OF, (yes,))))
    told = said(made(given, KNOWN, SegmentDifference(AS_OF, (yes, no))))
    assert "not shown to behave differently. Do Lapsed and Declining differ? No." in told
    assert "Too few outcomes are closed" in said(made(given))


def test_a_proposal_is_shown_and_says_that_nothing_changed() -> None:
    given = company("subscriptions", **rows_of([("Declining", "Declining")] * 30))
    chapter = made(given, KNOWN, UNKNOWN, proposed(accounts(1200)))
    check_laws(given, chapter)
    assert "nothing has changed by itself" in said(chapter)
    table = chapter.section.blocks[-1]
    assert isinstance(table, Table)
    assert table.id == "segments.proposal"
    assert 2 <= len(table.rows) <= 5


def test_no_proposal_is_said_with_the_reason() -> None:
    given = company("subscriptions", **rows_of([("Declining", "Declining")] * 30))
    few = made(given, KNOWN, UNKNOWN, proposed(accounts(10)))
    assert "not enough closed outcomes: 10 accounts" in said(few)
    chance = made(given, KNOWN, UNKNOWN, proposed(accounts(900, gap=0.0)))
    assert "as well as a tree would" in said(chance)
    assert all(block.id != "segments.proposal" for block in chance.section.blocks)


@pytest.mark.xdist_group("simulated sections")
def test_the_simulated_company(simulated: Simulated) -> None:
    active = active_segments(RULES.segments, simulated.company.frozen)
    differ = examine(simulated.outcomes, RULES.segments, active, simulated.assigned.counts)
    chapter = make_segments(simulated.given, active, simulated.outcomes, differ)
    check_laws(simulated.given, chapter)
    found = figures(chapter)
    sizes = {i.rpartition(".")[2]: f.value for i, f in found.items() if ".size." in i}
    for name, number in simulated.assigned.counts:
        assert sizes[figure_id(name)] == number
    mrr = simulated.given.engine.run(
        "SELECT CAST(SUM(mrr_minor) AS BIGINT) AS n FROM subscriptions "
        "WHERE NOT COALESCE(trial, FALSE) AND ended_day IS NULL AND started_day < $as_of",
        as_of=simulated.given.as_of,
    ).to_pylist()[0]["n"]
    assert sum(f.value or 0 for f in found.values() if f.unit == "money") == mrr
    assert "segments.moves" in {block.id for block in chapter.section.blocks}
