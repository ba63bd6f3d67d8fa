"""The next allowed window, by the clock on the recipient's wall."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.quiet import QuietHours, QuietWindow
from policies.rules.clock import known_zone, next_window
from tests.policies.made import verdict, words

EVENING, WEEKEND = (QuietWindow(time(19), time(8)),), frozenset({5, 6})
QUIET = QuietHours(EVENING, WEEKEND)
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"]


@pytest.mark.parametrize(
    ("now", "zone", "opens"),
    [
        ("2024-03-01T09:00+00:00", "Europe/Berlin", "2024-03-01T10:00+01:00"),  # in office hours
        ("2024-03-01T05:00+00:00", "Europe/Berlin", "2024-03-01T08:00+01:00"),  # too early
        ("2024-03-01T18:00+00:00", "Europe/Berlin", "2024-03-04T08:00+01:00"),  # Friday evening
        ("2024-03-02T12:00+00:00", "Europe/Berlin", "2024-03-04T08:00+01:00"),  # Saturday
        ("2024-03-03T23:30+00:00", "Asia/Kolkata", "2024-03-04T08:00+05:30"),  # Monday there
        ("2024-03-29T20:00+00:00", "Europe/Berlin", "2024-04-01T08:00+02:00"),  # clocks went on
    ],
)
def test_when_the_window_opens(now: str, zone: str, opens: str) -> None:
    found = next_window(datetime.fromisoformat(now), ZoneInfo(zone), QUIET)

    assert found == datetime.fromisoformat(opens)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - made UTC below
    st.sampled_from(ZONES),
    st.booleans(),
)
def test_the_window_is_never_quiet_never_past_and_never_far(
    moment: datetime, zone: str, weekends: bool
) -> None:
    now = moment.replace(tzinfo=UTC)
    found = next_window(
        now, ZoneInfo(zone), QuietHours(EVENING, WEEKEND if weekends else frozenset())
    )

    assert now <= found <= now + timedelta(days=4)
    assert time(8) <= found.time() < time(19)
    assert not weekends or found.weekday() < 5


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        next_window(datetime(2024, 3, 1), ZoneInfo("UTC"), QUIET)  # noqa: DTZ001 - the point


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "x" * 300])
def test_a_name_that_is_no_zone_is_no_zone(name: str) -> None:
    assert known_zone(name) is None


def test_the_first_known_zone_of_the_chain_is_told() -> None:
    chains = {
        (None, "America/New_York", "Europe/Berlin"): "time zone of the account",
        (None, None, "Europe/Berlin"): "time zone of the tenant",
        ("Mars/Olympus", "America/New_York", None): "the contact's time zone 'Mars/Olympus'",
    }
    for chain, expected in chains.items():
        judged = verdict(words(timezones=list(chain)), "email")
        told = {f.rule_id: f.reason for f in judged.findings}["quiet_hours"]
        assert expected in told
