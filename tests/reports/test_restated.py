"""What a report says about the last one: which closed figures changed, and what came since."""

from dataclasses import replace
from pathlib import Path

from tests.facts import fact, world_of
from tools.document.format import shown
from tools.document.model import About, Figure, Report, Section, Table, words
from tools.reports.context import ReportContext
from tools.reports.restatement.section import Late, make_restated, read_late

D = 20_759
ABOUT = About("d", "p")


def given(folder: Path, *events: dict[str, object]) -> ReportContext:
    world = world_of(D, {"events": list(events)} if events else {}, folder)
    return ReportContext(D, D - 7, world.engine, world.present)


def event(key: str, day: int, known: int) -> dict[str, object]:
    return fact("events", day, known, event_key=key, account_ref="a:1", name="use")


def section(week_1: float, *, closed: bool = True, n: int = 40) -> Section:
    cell = Figure("retention.2026-03.week 1", week_1, "share", n=n, closed=closed)
    table = Table("t", "Cohorts", ABOUT, ("cohort", "week 1"), ((words("2026-03"), cell),))
    return Section("retention", "Retention", ((words("Back: "), cell),), (table,))


def last(*sections: Section) -> Report:
    return Report("weekly", D - 7, D - 14, "", sections)


def said(found: Section) -> list[str]:
    return [
        "".join(shown(p) if isinstance(p, Figure) else p.text for p in line) for line in found.lines
    ]


def test_the_first_report_compares_with_nothing(tmp_path: Path) -> None:
    found = make_restated(given(tmp_path), (section(0.5),), None)

    assert said(found)[0].startswith("This is the first report")
    assert found.blocks == ()


def test_a_closed_figure_that_changed_is_listed_with_both_values(tmp_path: Path) -> None:
    late = event("late", D - 10, D - 3)
    found = make_restated(given(tmp_path, late), (section(0.525, n=41),), last(section(0.5)))

    assert said(found) == [
        "Of 1 closed figures that the report until 2026-10-25 gave as well, 1 are different now.",
        (
            "Since then became known about the days before it: 1 rows of events "
            "(late, corrected or closed since)."
        ),
    ]
    (table,) = found.blocks
    assert isinstance(table, Table)
    (row,) = table.rows
    assert [shown(c) if isinstance(c, Figure) else c.text for c in row] == [
        "Cohorts, 2026-03, week 1",
        "50.0%",
        "52.5%",
        "1.00",
    ]


def test_what_did_not_change_or_is_about_today_restates_nothing(tmp_path: Path) -> None:
    open_then, open_now = section(0.5, closed=False), section(0.9, closed=False)

    same = make_restated(given(tmp_path), (section(0.5),), last(section(0.5)))
    today = make_restated(given(tmp_path), (open_now,), last(open_then))
    new = make_restated(given(tmp_path), (section(0.5),), last())

    assert said(same)[0].endswith("gave as well, 0 are different now.")
    assert said(today)[0].startswith("Of 0 closed figures")
    assert said(new)[0].startswith("Of 0 closed figures")
    assert not same.blocks + today.blocks + new.blocks


def test_a_restatement_is_no_figure_to_be_restated(tmp_path: Path) -> None:
    first = make_restated(given(tmp_path), (section(0.6),), last(section(0.5)))
    again = make_restated(given(tmp_path), (first,), last(first))

    assert said(again)[0].startswith("Of 0 closed figures")


def test_only_what_became_known_since_about_earlier_days_is_late(tmp_path: Path) -> None:
    rows = [
        event("old", D - 20, D - 19),
        event("late", D - 10, D - 3),
        event("new", D - 5, D - 4),
        event("at once", D - 8, D - 7),
    ]

    assert read_late(given(tmp_path, *rows), D - 7) == (Late("events", 1),)
    assert read_late(replace(given(tmp_path, *rows), present=frozenset()), D - 7) == ()


def test_a_day_of_the_bill_that_became_known_late_is_the_reason(tmp_path: Path) -> None:
    line = {
        "subscription_ref": "s:1",
        "account_ref": "a:1",
        "mrr_minor": 100,
        "started_day": D - 90,
    }
    rows = [
        fact("subscriptions", D - 90, D - 89, **line),
        fact("subscriptions", D - 90, D - 3, **line, ended_day=D - 30),
    ]
    world = world_of(D, {"subscriptions": rows}, tmp_path)
    now = ReportContext(D, D - 7, world.engine, world.present)
    found = make_restated(now, (section(0.5),), last(section(0.5)))

    reason = "Of subscriptions: an end dated 2026-10-03 became known on 2026-10-30."
    assert said(found)[-1] == reason
    before = ReportContext(D - 7, D - 14, world.engine, world.present)
    assert not any("dated" in line for line in said(make_restated(before, (), last())))
