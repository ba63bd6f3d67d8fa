"""Days as integers: the grain of `as_of` is the tenant's local day.

A day number counts days since 1970-01-01. Integers keep every query free of
time-zone functions, so the same SQL gives the same cells on every engine.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1)
DAY_US = 86_400_000_000


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def from_number(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=number)


def local_day(instant_us: int, zone: ZoneInfo) -> int:
    """The day number, in `zone`, of an instant in microseconds since the epoch."""
    moment = datetime.fromtimestamp(0, tz=UTC) + timedelta(microseconds=instant_us)
    return day_number(moment.astimezone(zone).date())


def start_of(day: int, zone: ZoneInfo) -> int:
    """The instant, in microseconds since the epoch, at which a local day starts."""
    midnight = datetime.combine(from_number(day), time(0), tzinfo=zone)
    return round(midnight.timestamp()) * 1_000_000


def month_number(day: int) -> int:
    """Calendar months since 1970-01, of a day number."""
    date_ = from_number(day)
    return (date_.year - 1970) * 12 + date_.month - 1


def month_start(month: int) -> int:
    """The day number of the first day of a month number."""
    return day_number(date(1970 + month // 12, month % 12 + 1, 1))


def between(first_day: int, end_day: int) -> str:
    """The days from the first to the day before the end, as `2026-10-26 to 2026-11-01`."""
    return f"{from_number(first_day).isoformat()} to {from_number(end_day - 1).isoformat()}"
