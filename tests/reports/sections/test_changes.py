"""The section on what changed: worst first, what did not move, and how often it is wrong."""

from typing import Any

import pytest

from tests.reports.sections.conftest import Simulated
from tests.reports.sections.life import AS_OF, check_laws, company, figures, said
from tools.document.model import Chart, Table
from tools.reports.changes.section import make_changes, week_label
from tools.reports.changes.weekly_series import monday, week_of

WEEK = week_label(week_of(AS_OF) - 1)
SCATTER = (0, 3, 1, 4, 2, 5, 3, 1, 0, 4, 2, 3, 5, 1, 2, 4, 3)


def mails(clicks_now: int, weeks: int = 14) -> list[dict[str, Any]]:
    """60 mails a week of two types, of which about 30 are clicked, and in the newest week these."""
    rows: list[dict[str, Any]] = []
    for week in range(weeks):
        start = AS_OF - 7 * (week + 1)
        for name in ("offer", "digest"):
            for who in range(60):
                mail = {"contact_id": f"c{who}", "channel": "email", "name": name}
                rows.append({**mail, "kind": "sent", "day": start})
                often = clicks_now if week == 0 and name == "offer" else 28 + SCATTER[week]
                if who < often:
                    rows.append({**mail, "kind": "clicked", "day": start + 1})
    return rows


def made(count: int = 400) -> list[dict[str, Any]]:
    """Accounts, about 21 a week."""
    return [{"account_id": f"a{n:03}", "created_day": AS_OF - 1 - n // 3} for n in range(count)]


def test_nothing_to_look_at() -> None:
    given = company()
    chapter = make_changes(given)
    check_laws(given, chapter)
    assert not figures(chapter)


def test_one_account_is_too_little_to_tell() -> None:
    given = company("accounts", accounts=[{"account_id": "a", "created_day": AS_OF - 90}])
    chapter = make_changes(given)
    check_laws(given, chapter)
    assert not [f for f in figures(chapter).values() if f.unit in {"share", "points", "chance"}]
    assert [b.id for b in chapter.section.blocks] == ["changes.untold"]


def test_a_drop_is_named_first_with_its_size() -> None:
    given = company("messages", "accounts", messages=mails(12), accounts=made())
    chapter = make_changes(given)
    check_laws(given, chapter)
    assert said(chapter).startswith("Click rate of offer fell to <changes.")
    found = figures(chapter)
    difference = found[f"changes.{WEEK}.clicked.offer.difference"]
    assert difference.value is not None
    assert difference.low is not None
    assert difference.high is not None
    assert -0.45 < difference.value < -0.2
    assert difference.low < difference.value < difference.high < 0
    moved, still, *_ = chapter.section.blocks
    assert isinstance(moved, Table)
    assert isinstance(still, Table)
    assert len(moved.rows) == 1
    assert "Did not move where it matters: new accounts <" in said(chapter)
    assert "; click rate of digest <" in said(chapter)
    chart = chapter.section.blocks[-1]
    assert isinstance(chart, Chart)
    assert chart.series[0].y[-1] == 12 / 60


def test_a_calm_week_says_so_and_how_often_it_would_be_wrong() -> None:
    given = company("messages", "accounts", messages=mails(30), accounts=made())
    chapter = make_changes(given)
    check_laws(given, chapter)
    assert said(chapter).startswith("Nothing stands out from its own past")
    rate = figures(chapter)[f"changes.{WEEK}.false-alarm-rate"]
    assert rate.value is not None
    assert rate.value <= 0.05
    assert figures(chapter)[f"changes.{WEEK}.new-accounts"].drill


def test_without_billing_or_use_the_series_are_those_there_are() -> None:
    given = company("messages", messages=mails(30))
    chapter = make_changes(given)
    check_laws(given, chapter)
    assert not any("active-accounts" in name for name in figures(chapter))


def test_the_same_week_told_later_is_the_same() -> None:
    """On any day until the next week is over, the newest whole week is the same one."""
    rows = mails(12)
    now = make_changes(company("messages", messages=rows))
    later = make_changes(company("messages", messages=rows, as_of=AS_OF + 5))
    assert figures(now) == figures(later)


@pytest.mark.xdist_group("simulated sections")
def test_the_simulated_company(simulated: Simulated) -> None:
    chapter = make_changes(simulated.given)
    check_laws(simulated.given, chapter)
    found = figures(chapter)
    week = week_label(week_of(simulated.given.as_of) - 1)
    assert found[f"changes.{week}.active-accounts"].drill
    active = simulated.given.engine.run(
        "SELECT COUNT(DISTINCT account_id) AS n FROM usage WHERE day >= $first AND day < $end",
        first=monday(week_of(simulated.given.as_of) - 1),
        end=monday(week_of(simulated.given.as_of)),
    ).to_pylist()[0]["n"]
    assert found[f"changes.{week}.active-accounts"].value == active
