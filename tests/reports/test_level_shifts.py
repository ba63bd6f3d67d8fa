"""A level that has shifted stays named until it is back, accepted, or half a year old."""

import pytest

from tools.reports.changes.level_shifts import HOLD, Acceptance
from tools.reports.changes.measure import judge
from tools.reports.changes.weekly_series import PAST, WeeklySeries, monday
from tools.reports.policy import parse_report_policy

CALM = (48, 47, 53, 47, 50, 51, 54, 49, 51, 57, 54, 53, 60, 56)
LOW = (27, 26, 28, 25, 27, 29)


def rate(*clicked: int) -> WeeklySeries:
    """Clicks of 450 mails a week."""
    weeks = tuple(range(1000, 1000 + len(clicked)))
    return WeeklySeries(
        "clicked.digest", "click rate of digest", weeks, clicked, (450,) * len(clicked)
    )


@pytest.mark.parametrize("weeks", range(1, len(LOW) + 1))
def test_a_level_at_its_half_is_named_every_week(weeks: int) -> None:
    (verdict,) = judge([rate(*CALM, *LOW[:weeks])])

    assert verdict.moved
    assert verdict.since == (None if weeks == 1 else 1000 + len(CALM))
    assert verdict.expected[-1] > 0.1, "what is expected is the level before"
    assert len(verdict.expected) == len(verdict.track.weeks) <= PAST + 1


@pytest.mark.parametrize("back", [1, 4])
def test_a_level_that_is_back_is_not_named_any_more(back: int) -> None:
    (verdict,) = judge([rate(*CALM, *LOW[:2], *CALM[:back])])
    assert not verdict.moved


def test_a_single_bad_week_is_named_once() -> None:
    assert judge([rate(*CALM, 27)])[0].moved
    assert not judge([rate(*CALM, 27, 52)])[0].moved


def test_after_half_a_year_the_level_is_the_level() -> None:
    long = LOW * 6
    assert judge([rate(*CALM, *long[: HOLD + 1])])[0].moved
    assert not judge([rate(*CALM, *long[: HOLD + 2])])[0].moved


@pytest.mark.parametrize("name", ["click rate of digest", "clicked.digest"])
def test_what_is_accepted_is_not_named_and_what_shifts_later_is(name: str) -> None:
    day = monday(1000 + len(CALM)) + 3
    text = f"version: 1\naccepted:\n  - {{series: {name}, day: 1989-05-12, why: fewer links}}\n"
    (read,) = parse_report_policy(text, "reports.yaml").accepted
    assert read.series == name

    accepted = [Acceptance(name, day, "fewer links")]
    assert not judge([rate(*CALM, *LOW)], accepted)[0].moved
    later = [Acceptance(name, monday(1000 + len(CALM)) - 1)]
    assert judge([rate(*CALM, *LOW)], later)[0].moved
