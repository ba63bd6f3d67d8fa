"""The section about retention: what it says, what it leaves out, who is behind it."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.reports.sections.chapter_laws import chart, check, table, text
from tests.reports.sections.worlds import TABLES, given, shop
from tools.document.model import Figure
from tools.reports.figure_ids import figure_id
from tools.reports.policy import parse_report_policy
from tools.reports.retention.section import make_retention
from tools.reports.retention.spec import RetentionQuestion, RetentionSpec

SHIPPED = (Path(__file__).parents[3] / "policies" / "reports.yaml").read_text(encoding="utf-8")
QUESTIONS = parse_report_policy(SHIPPED, "reports.yaml").retention
ACCOUNT = RetentionQuestion(
    RetentionSpec(entity="account"), breakdowns=("segment", "play_arm", "plan")
)


def test_a_whole_section() -> None:
    world = given(shop())
    chapter = make_retention(world, (ACCOUNT,), "Europe/Berlin")
    figures = check(chapter, world.engine)
    cell = figures["retention.2024-01.week_4"]
    assert (cell.n, cell.unit, cell.drill) == (40, "share", True)
    rows = table(chapter, "retention.cohorts").rows
    assert [str(getattr(row[0], "text", "")) for row in rows] == [
        "2024-01",
        "2024-02",
        "2024-03",
        "2024-04",
        "2024-05",
        "weighted mean",
    ]
    assert "Days are those of Europe/Berlin." in table(chapter, "retention.cohorts").notes
    curve = chart(chapter, "retention.curve")
    assert (len(curve.x), len(curve.series[0].low)) == (13, 13)
    assert [s.name for s in chart(chapter, "retention.arms").series] == ["holdout", "treated"]
    assert chapter.section.missing == ("plan at birth",)
    assert text(chapter).startswith("In week 1 retention.all.week_1; in week 4 ")


def test_by_segment_of_birth_the_members_are_all_told() -> None:
    world = given(shop())
    chapter = make_retention(world, (ACCOUNT,))
    rows = table(chapter, "retention.segment").rows
    sizes = [row[1].value for row in rows if isinstance(row[1], Figure)]
    assert sizes == [100, 100]
    assert "By segment as of birth, week 4 is highest for a" in text(chapter)


def test_the_same_facts_make_the_same_section() -> None:
    rows = shop(20)
    turned = {name: list(reversed(each)) for name, each in rows.items()}
    first = make_retention(given(rows), (ACCOUNT,))
    assert make_retention(given(turned), (ACCOUNT,)) == first


@pytest.mark.parametrize(
    ("spec", "reactivations"),
    [
        (RetentionSpec(entity="account", mode="on_or_after", incomplete="mark"), True),
        (RetentionSpec(entity="account", mode="bracket", brackets=((1, 3), (3, 9))), True),
        (RetentionSpec(entity="account", base="previous", mean="simple"), False),
        (RetentionSpec(entity="account", birth="first_activity", recurring=True), True),
        (RetentionSpec(entity="account", birth="first_paid", returns="paid", unit="month"), True),
        (RetentionSpec(entity="subscription", birth="first_paid", returns="paid"), True),
        (RetentionSpec(entity="account", birth="assigned", min_size=5000), True),
    ],
    ids=["on or after", "bracket", "previous", "recurring", "paid", "subscription", "small"],
)
def test_every_definition_makes_a_section(spec: RetentionSpec, *, reactivations: bool) -> None:
    world = given(shop(8))
    question = RetentionQuestion(spec, curve=3, reactivations=reactivations)
    assert check(make_retention(world, (question,)), world.engine)


def test_the_first_question_that_can_be_answered_is_told() -> None:
    """Without use, billing answers; without either, what is missing is said."""
    bought = [{"account_id": "a000", "amount_minor": 100, "issued_day": 19_750}]
    rows = {"accounts": shop()["accounts"], "invoices": bought}
    world = given(rows, {"accounts", "invoices"})
    chapter = make_retention(world, QUESTIONS)
    check(chapter, world.engine)
    assert table(chapter, "retention.cohorts").columns[2] == "month 1"
    nothing = make_retention(given(present=()), QUESTIONS)
    assert nothing.section.missing == ("accounts", "events")
    assert "Missing: accounts, events." in text(nothing)


def test_an_empty_company_and_one_account() -> None:
    empty = make_retention(given(), QUESTIONS)
    assert "nothing to tell" in text(empty)
    assert empty.section.blocks == ()
    rows = shop()
    used = [row for row in rows["usage"] if row["account_id"] == "a000"]
    one = given({"accounts": rows["accounts"][:1], "usage": used})
    figures = check(make_retention(one, QUESTIONS), one.engine)
    assert figures
    assert {f.unit for f in figures.values()} == {"count"}


def test_without_histories_what_is_missing_is_named() -> None:
    world = given(shop(), TABLES - {"segment_history", "arms"})
    chapter = make_retention(world, (replace(ACCOUNT, breakdowns=("segment", "play_arm")),))
    assert chapter.section.missing == ("arms", "segment_history")
    assert "for want of history: arms, segment_history" in text(chapter)


def test_names_stay_apart() -> None:
    names = ["a b", "a_b", "a.b", "a-b", "", "ä", "a%20b"]
    ids = {figure_id("x", name) for name in names}
    assert len(ids) == len(names)
    assert not any(" " in one for one in ids)
