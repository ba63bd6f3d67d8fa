"""When something is due: by local date and time, by weekday, by the hour, every few minutes.

A slot is named by the tenant's local date, or by the hour or minute in UTC; so no change of the
clocks makes two slots of one or none of it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, get_args

from tools.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A slot's name and the instant from which it is due."""

    slot: str
    at: datetime


@dataclass(frozen=True)
class Daily:
    """Every local date, at a local time."""

    at: time

    def before(self, zone: "ZoneInfo", now: datetime) -> "Iterator[Due]":
        """What was due by now, newest first, without end."""
        return _days(self.at, zone, now)


@dataclass(frozen=True)
class Weekly:
    """Every local date that is this day of the week, at a local time."""

    on: Weekday
    at: time

    def __post_init__(self) -> None:
        known("weekday", self.on, Weekday)

    def before(self, zone: "ZoneInfo", now: datetime) -> "Iterator[Due]":
        """What was due by now, newest first, without end."""
        number = get_args(Weekday).index(self.on)
        days = _days(self.at, zone, now)
        return (due for due in days if date.fromisoformat(due.slot).weekday() == number)


@dataclass(frozen=True)
class Hourly:
    """Every hour in UTC, some minutes past."""

    minute: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.minute < 60:
            raise BadInput(f"{self.minute} minutes past the hour; 0 to 59")

    def before(self, zone: "ZoneInfo", now: datetime) -> "Iterator[Due]":  # noqa: ARG002 - as all
        """What was due by now, newest first, without end."""
        past = timedelta(minutes=self.minute)
        hour = (now.astimezone(UTC) - past).replace(minute=0, second=0, microsecond=0)
        while True:
            yield Due(f"{hour:%Y-%m-%dT%HZ}", hour + past)
            hour -= timedelta(hours=1)


@dataclass(frozen=True)
class Minutes:
    """Every so many minutes, counted in UTC; of these the table keeps the last row only."""

    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise BadInput(f"every {self.count} minutes; every 1 or more")

    def before(self, zone: "ZoneInfo", now: datetime) -> "Iterator[Due]":  # noqa: ARG002 - as all
        """What was due by now, newest first, without end."""
        step = timedelta(minutes=self.count)
        epoch = datetime.fromtimestamp(0, tz=UTC)
        at = epoch + (now - epoch) // step * step
        while True:
            yield Due(f"{at:%Y-%m-%dT%H:%MZ}", at)
            at -= step


def _days(at: time, zone: "ZoneInfo", now: datetime) -> "Iterator[Due]":
    """Local dates whose time has come, each once.

    A time that exists twice means the first; one that does not exist is read by the offset from
    before the change (PEP 495), so it is due as long after midnight as on any other day.
    """
    day = now.astimezone(zone).date() + DAY
    while True:
        due = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
        if due <= now:
            yield Due(day.isoformat(), due)
        day -= DAY


def known(field: str, value: str, kinds: object) -> None:
    """Refuse a word that is none of a Literal's."""
    if value not in get_args(kinds):
        raise BadInput(f"{field}: {value!r} is not one; {nearest(value, get_args(kinds))}")
