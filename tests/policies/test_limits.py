"""The limits are read strictly and by date."""

import re
from datetime import date, time
from decimal import Decimal

import pytest

from policies.limit_book import parse_limits
from policies.quiet import QuietWindow
from tests.policies.made import DAY, LIMITS, limits
from tools.actions import GOALS
from tools.days import day_number
from tools.errors import BadInput
from tools.roi.economics import parse_economics

TEXT = LIMITS.read_text(encoding="utf-8")
ECONOMICS = LIMITS.parents[1] / "config" / "economics.yaml"


def test_the_delivered_limits_are_read() -> None:
    assert limits().consent_unknown == "deny"
    assert limits().channel("email").consent == "email_consent"
    assert not limits().channel("task").reaches
    assert limits().quiet_hours.windows == (QuietWindow(time(19), time(8)),)
    assert limits().budget_per_day == Decimal("5000.00")


def test_a_run_uses_the_value_of_its_day() -> None:
    line = '  - {value: 14, valid_from: 2024-03-01, source: "complaints", owner: ann}\n'
    book = parse_limits(TEXT.replace("\nreviews_per_day:", "\n" + line + "reviews_per_day:", 1))

    assert [book.on(DAY - 1).rest_days, book.on(DAY).rest_days] == [7, 14]
    assert (book.dated("rest_days", DAY).owner, book.dated("rest_days", DAY).source) == (
        "ann",
        "complaints",
    )


def test_a_day_before_every_value_is_an_error_that_says_so() -> None:
    with pytest.raises(BadInput, match="no value before 1900-01-01, the run is of 1899-12-31"):
        parse_limits(TEXT).on(day_number(date(1899, 12, 31)))


@pytest.mark.parametrize("day", [date(1998, 7, 1), date(1970, 1, 1), date(1955, 3, 1)])
def test_a_company_with_an_old_history_has_limits_and_economics(day: date) -> None:
    """Those that came later too, which a file of before leaves out."""
    economics = parse_economics(ECONOMICS.read_text(encoding="utf-8"))
    names = {figure.name for figure in economics.figures}
    before = re.sub(r"(?ms)^(?:no_closes|bounces|dwell_seconds):.*?^(?=\w)", "", TEXT)

    assert "bounces:" not in before
    for text in (TEXT, before):
        assert parse_limits(text).on(day_number(day)).bounces.hard == 1
    assert all(economics.find(day_number(day), name) for name in names)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("consent_unknown:", "consent_unknow:", "unknown key 'consent_unknow'; did you mean"),
        ("version: 1\n", "", r"yaml:\d+: version: this key is required"),
        ("{value: deny,", "{value: allow,", "'allow' is not known"),
        ("value: 7, valid", "value: 7, from: 1, valid", "unknown key 'from'"),
        ("consent: phone_consent", "consent: phone", "did you mean 'phone_consent'"),
        ("address: phone, ", "", "needs address and consent"),
        ("sends: 1,", "send: 1,", "unknown key 'send'; did you mean 'sends'"),
        (
            "days: 90",
            "days: 0",
            r"yaml:\d+: frequency_caps\[0\].value\[1\].days: .* from 1, got '0'",
        ),
        ("days: 90", "days: ninety", "expected a whole number, got 'ninety'"),
        ('starts: "19:00"', 'starts: "08:00"', "start and end at 08:00"),
        ('starts: "19:00"', "starts: 19:00", "put the time in quotes"),
        ('starts: "19:00"', 'starts: "7 pm"', "expected a time"),
        ('"08:00", weekends: true', '"08:00", weekends: 1', "expected true or false"),
        ('"08:00", weekends: true', '"08:00", weekends: [fri, saturdy]', "did you mean 'saturday'"),
        (
            '"08:00", weekends: true',
            '"08:00", weekends: [mon, tue, wed, thu, fri, sat, sun]',
            "no moment left",
        ),
        ('"08:00", weekends: true', '"08:00", weekend: true', "unknown key 'weekend'"),
        (
            "unsubscribed: {email: [meeting]",
            "unsubscribe: {email: [meeting]",
            "did you mean 'unsubscribed'",
        ),
        ("hard: 1", "hard: 0", r"yaml:\d+: bounces\[0\].value.hard: .* from 1, got '0'"),
        ("hard: 1", "hard: '1'", "value.hard: expected a whole number, got '1'"),
        ("value: 0.1,", "value: yes,", r"holdout_share\[0\].value: expected a number, got 'yes'"),
        ("      task: {}", "      '': {}", "expected text, got an empty one"),
        ("tags: true", "tags: maybe", "expected true or false"),
        ("[retention, acceleration]", "[retention, accelerate]", "did you mean 'acceleration'"),
        ("value: 5000.00", "value: -1", r"yaml:\d+: budget_per_day.* from 0, got '-1'"),
        ("owner: legal", "owner: ''", "expected text"),
        ("everybody: 12", "Ann: 12", "'everybody' is required"),
        ("everybody: 12", "everybody: -1", "value.everybody: .* from 0, got '-1'"),
        ("hidden_days: 30", "hide_days: 30", "unknown key 'hide_days'; did you mean 'hidden_days'"),
        ("rest_days:", "rest_days: 7\nrest_days:", "written twice"),
        (
            "value: [retention, acceleration]",
            "value: retention",
            "value: expected a list, got 'retention'",
        ),
    ],
)
def test_a_mistake_refuses_to_start_and_says_where(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(BadInput, match=message) as caught:
        parse_limits(TEXT.replace(old, new, 1), "limits.yaml")

    assert str(caught.value).startswith("limits.yaml")


def test_two_values_of_one_day_are_refused() -> None:
    line = '  - {value: 14, valid_from: 1900-01-01, source: "x", owner: ann}\n'
    with pytest.raises(BadInput, match="same day"):
        parse_limits(TEXT.replace("\nreviews_per_day:", "\n" + line + "reviews_per_day:", 1))


def test_every_goal_and_channel_of_the_plays_is_known() -> None:
    text = (LIMITS.parent / "plays.yaml").read_text(encoding="utf-8")
    goals = {line.split(": ")[1] for line in text.splitlines() if line.startswith("    goal: ")}
    channels = {
        line.split(": ")[1] for line in text.splitlines() if line.startswith("    channel: ")
    }

    assert goals <= set(GOALS)
    assert channels <= {channel.name for channel in limits().channels}


def test_a_day_recorded_before_a_limit_came_is_read_with_the_value_it_came_with() -> None:
    text, whole = TEXT, parse_limits(TEXT)
    start = text.index("dwell_seconds:")
    older = text[:start] + text[text.index("bulk_size:") :]

    assert parse_limits(older).on(20_000) == whole.on(20_000)


def test_a_file_older_than_the_lot_draws_nobody_and_the_delivered_one_five_of_forty() -> None:
    start = TEXT.index("explore_share:")
    older = TEXT[:start] + TEXT[TEXT.index("hours_per_day:") :]

    assert parse_limits(older).on(20_000).explore_places == 0
    assert parse_limits(TEXT).on(20_000).explore_places == 5
