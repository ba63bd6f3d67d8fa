"""The section on stages: every move is in the table, and the table adds up."""

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.sections.conftest import Simulated
from tests.reports.sections.life import AS_OF, FIRST, check_laws, company, figures, put, said
from tools.document.model import Figure
from tools.reports.figure_ids import span, stamp
from tools.reports.stages.measure import Stages, measure_stages
from tools.reports.stages.section import make_stages

if TYPE_CHECKING:
    from tools.reports.context import ReportContext

STAGES = ("none", "mql", "sql", "trial", "active", "at_risk", "churned")
PERSON = st.lists(st.tuples(st.integers(0, 60), st.sampled_from(STAGES)), min_size=0, max_size=5)


def intervals(person: str, changes: list[tuple[int, str]]) -> list[dict[str, Any]]:
    """The timeline of one person from (days ago, stage) in any order; equal days lose."""
    days = dict(sorted(changes, reverse=True))
    starts = sorted(((AS_OF - 1 - ago, stage) for ago, stage in days.items()))
    rows: list[dict[str, Any]] = []
    for day, stage in starts:
        if rows and rows[-1]["stage"] == stage:
            continue
        if rows:
            rows[-1]["to_day"] = day
        rows.append(
            {
                "kind": "contact",
                "id": person,
                "account_id": "a",
                "stage": stage,
                "from_day": day,
                "to_day": None,
            }
        )
    return rows


def rows_of(people: list[list[tuple[int, str]]]) -> dict[str, Any]:
    """Relations timeline and roster of people."""
    timeline, roster = [], []
    for number, changes in enumerate(people):
        name = f"p{number}"
        mine = intervals(name, changes)
        timeline += mine
        roster.append(
            {
                "kind": "contact",
                "id": name,
                "account_id": "a",
                "stage": mine[-1]["stage"] if mine else None,
                "unstaged_reason": None if mine else "no dated fact",
            }
        )
    return {"timeline": timeline, "roster": roster}


def stage_on(mine: list[dict[str, Any]], day: int) -> str | None:
    """Where somebody was on a day, read off the rows."""
    return next(
        (
            row["stage"]
            for row in mine
            if row["from_day"] <= day and (row["to_day"] is None or row["to_day"] > day)
        ),
        None,
    )


def closes(found: Stages) -> bool:
    """Start + in − out = end, for every stage, and the end is the roster's."""
    stages = {stage for stage, _ in found.sizes} | {m.before for m in found.moves if m.before}
    return all(
        found.at_start(stage)
        + sum(m.number for m in found.moves if m.after == stage and m.before != stage)
        - sum(m.number for m in found.moves if m.before == stage and m.after != stage)
        == dict(found.sizes).get(stage, 0)
        for stage in stages
    )


@cache
def shared() -> "ReportContext":
    """One engine for every company of this file."""
    return company("contacts")


@settings(max_examples=20)
@given(st.lists(PERSON, max_size=12))
def test_the_table_adds_up_and_is_what_people_did(people: list[list[tuple[int, str]]]) -> None:
    rows = rows_of(people)
    for name, those in rows.items():
        put(shared().engine, name, those)

    found = measure_stages(AS_OF, FIRST, shared().engine)
    chapter = make_stages(shared())

    assert closes(found)
    check_laws(shared(), chapter)
    walked: dict[tuple[str | None, str | None], int] = {}
    for number, _ in enumerate(people):
        mine = [row for row in rows["timeline"] if row["id"] == f"p{number}"]
        pair = stage_on(mine, FIRST - 1), stage_on(mine, AS_OF - 1)
        if pair != (None, None):
            walked[pair] = walked.get(pair, 0) + 1
    assert {(m.before, m.after): m.number for m in found.moves} == walked


def test_nobody_is_a_sentence() -> None:
    given = company()
    chapter = make_stages(given)
    check_laws(given, chapter)
    assert said(chapter) == "There is nobody to stage."


def test_who_cannot_be_staged_is_listed_with_the_reason() -> None:
    missing = "missing: subscriptions, events, invoices or deals"
    roster = [{"kind": "contact", "id": "p", "account_id": "a", "unstaged_reason": missing}]
    given = company("contacts", roster=roster)
    chapter = make_stages(given)
    check_laws(given, chapter)
    assert chapter.section.missing == (missing,)
    assert missing in said(chapter)
    assert [f.value for f in figures(chapter).values()] == [1]


def test_one_person_has_no_median() -> None:
    given = company("contacts", **rows_of([[(40, "trial"), (3, "active")]]))
    chapter = make_stages(given)
    check_laws(given, chapter)
    found = figures(chapter)
    assert found[f"stages.{span(given)}.trial.active"].value == 1
    assert found[f"stages.{stamp(AS_OF)}.median-days.trial"].missing == "too few"


def test_without_people_accounts_are_followed() -> None:
    rows = rows_of([[(40, "active"), (2, "churned")]])
    for row in rows["timeline"] + rows["roster"]:
        row["kind"] = "account"
    given = company("accounts", **rows)
    chapter = make_stages(given)
    check_laws(given, chapter)
    assert "<stages.2026-10-26_2026-11-01.into.churned> came to be churned" in said(chapter)
    assert chapter.section.blocks[0].about.definition.startswith("Accounts")


@pytest.mark.parametrize("share", [0.25, 0.75])
def test_half_is_told_when_half_have_left(share: float) -> None:
    """Visits of 10 days of which so many ended; the others have lasted 30 days already."""
    people = [
        [(30, "trial"), (20, "active")] if n < share * 40 else [(30, "trial")] for n in range(40)
    ]
    given = company("contacts", **rows_of(people))
    median = figures(make_stages(given))[f"stages.{stamp(AS_OF)}.median-days.trial"]
    assert median.n == 40
    if share > 0.5:
        assert median.value == 10
    else:
        assert median.missing == "not yet half"


@pytest.mark.xdist_group("simulated sections")
def test_the_simulated_company(simulated: Simulated) -> None:
    chapter = make_stages(simulated.given)
    check_laws(simulated.given, chapter)
    found = measure_stages(simulated.given.as_of, simulated.given.first_day, simulated.given.engine)
    assert closes(found)
    assert found.staged + sum(n for _, n in found.unstaged) == _people(simulated)
    assert len(chapter.section.blocks) == 3
    medians = [f for f in figures(chapter).values() if ".median-days." in f.id]
    assert any(isinstance(f, Figure) and f.value is not None for f in medians)


def _people(simulated: Simulated) -> int:
    found = simulated.given.engine.run("SELECT COUNT(*) AS n FROM contacts")
    number: int = found.to_pylist()[0]["n"]
    return number
