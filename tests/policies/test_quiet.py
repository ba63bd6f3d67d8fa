"""Quiet hours of every shape are read, held to the minute, and always end."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policies.quiet import DAYS, QuietHours, QuietWindow
from policies.quiet_file import QuietEntry
from tools.errors import BadInput
from tools.file_model import read_model

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"]


def several(*windows: tuple[str, str]) -> str:
    told = ", ".join(f'{{starts: "{starts}", ends: "{ends}"}}' for starts, ends in windows)
    return f"{{windows: [{told}], weekends: false}}"


NOON_AND_NIGHT = several(("12:00", "14:00"), ("19:00", "08:00"))
TOUCHING = several(("06:00", "08:00"), ("20:00", "06:00"))
ALL_DAY = several(("00:00", "12:00"), ("12:00", "24:00"))
OVERLAPPING = several(("20:00", "09:00"), ("08:00", "21:00"))


def quiet(value: str) -> QuietHours:
    return read_model(dict[str, QuietEntry], f"value: {value}", "limits.yaml")["value"].noun


@pytest.mark.parametrize(
    ("value", "now", "opens"),
    [
        # the form of before
        ('{starts: "19:00", ends: "08:00", weekends: true}', "2024-03-01T20:00",
         "2024-03-04T08:00"),
        # over midnight only at night
        (several(("21:00", "07:00")), "2024-03-02T03:00", "2024-03-02T07:00"),
        (several(("21:00", "07:00")), "2024-03-02T20:59", "2024-03-02T20:59"),
        # from midnight on
        (several(("00:00", "07:00")), "2024-03-02T00:00", "2024-03-02T07:00"),
        (several(("00:00", "07:00")), "2024-03-02T23:59", "2024-03-02T23:59"),
        # until midnight
        (several(("18:00", "24:00")), "2024-03-02T19:00", "2024-03-03T00:00"),
        # a pause at noon beside the night
        (NOON_AND_NIGHT, "2024-03-01T12:30", "2024-03-01T14:00"),
        # windows that touch are one
        (TOUCHING, "2024-03-01T23:00", "2024-03-02T08:00"),
        # a weekend of Friday and Saturday
        ('{starts: "19:00", ends: "08:00", weekends: [fri, sat]}', "2024-03-01T10:00",
         "2024-03-03T08:00"),
        ("{windows: [], weekends: [Friday, Saturday]}", "2024-02-29T23:59", "2024-02-29T23:59"),
        ("{windows: [], weekends: [Friday, Saturday]}", "2024-03-01T00:00", "2024-03-03T00:00"),
        # none at all
        ("{windows: [], weekends: false}", "2024-03-02T03:00", "2024-03-02T03:00"),
    ],
)  # fmt: skip
def test_when_it_opens(value: str, now: str, opens: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=BERLIN)

    found = quiet(value).opens(moment, BERLIN)

    assert found == datetime.fromisoformat(opens).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('{starts: "08:00", ends: "08:00", weekends: true}', "for none at all write windows: []"),
        ('{starts: "19:00", ends: "08:00"}', "weekends: this key is required"),
        ('{starts: "19:00", windows: [], weekends: true}', "either starts and ends, or windows"),
        ('{starts: "19:00", weekends: true}', "ends: this key is required"),
        ('{starts: "19:00", ends: "25:00", weekends: true}', "expected a time"),
        ('{starts: "19:00+01:00", ends: "08:00", weekends: true}', "expected a time"),
        (ALL_DAY, "no moment left"),
        (OVERLAPPING, "no moment left"),
        ("{windows: [], weekends: [fry]}", "is no day of the week"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_what_to_write(value: str, why: str) -> None:
    with pytest.raises(BadInput) as error:
        quiet(value)

    assert why in str(error.value)


TIMES = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
WINDOWS = st.lists(
    st.builds(QuietWindow, TIMES, TIMES).filter(lambda w: w.starts != w.ends), max_size=3
).map(tuple)


def is_quiet(hours: QuietHours, local: datetime) -> bool:
    """By the clock on the wall, minute by minute."""
    now, day = local.time().replace(tzinfo=None), local.weekday()
    inside = any(
        w.starts <= now < w.ends if w.starts < w.ends else now >= w.starts or now < w.ends
        for w in hours.windows
    )
    return inside or day in hours.weekend


@given(
    WINDOWS,
    st.frozensets(st.integers(0, 6), max_size=6),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made UTC below
    st.sampled_from(ZONES),
)
def test_what_opens_is_not_quiet_and_what_is_skipped_was(
    windows: tuple[QuietWindow, ...], weekend: frozenset[int], moment: datetime, name: str
) -> None:
    hours, zone, now = QuietHours(windows, weekend), ZoneInfo(name), moment.replace(tzinfo=UTC)
    free = [
        n
        for n in range(24 * 60)
        if not is_quiet(
            QuietHours(windows, frozenset()), datetime.combine(moment, time(n // 60, n % 60))
        )
    ]
    assume(free)

    opens = hours.opens(now, zone)
    before = opens.astimezone(UTC) - timedelta(minutes=1)

    assert now <= opens <= now + timedelta(days=9)
    changed = {(opens + timedelta(hours=h)).utcoffset() for h in (-26, 0, 26)}
    if len(changed) == 1:  # on the days the clocks change an hour comes twice or never
        assert not is_quiet(hours, opens)
        assert before < now or is_quiet(hours, before.astimezone(zone))


def test_the_days_are_those_of_the_calendar() -> None:
    assert [datetime(2024, 3, 4 + n).strftime("%A").lower() for n in range(7)] == list(DAYS)  # noqa: DTZ001 - a day
