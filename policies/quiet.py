"""Quiet hours of every shape: over midnight, in the morning, at noon, whole days, or none."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT = tuple(day[:3] for day in DAYS)
MIDNIGHT, A_DAY = time(0), timedelta(days=1)
FAR = 9  # days looked ahead: six quiet days and the windows around them


@dataclass(frozen=True)
class QuietWindow:
    """Quiet from `starts` to `ends`, local time; of the next day where it ends no later."""

    starts: time
    ends: time


@dataclass(frozen=True)
class QuietHours:
    """When nobody is reached: in the windows of every day, and on whole days of the week."""

    windows: tuple[QuietWindow, ...]
    weekend: frozenset[int]

    def opens(self, now: datetime, zone: "ZoneInfo") -> datetime:
        """The first moment from `now` on that is not quiet, in local time."""
        moment = now.astimezone(UTC)
        first = now.astimezone(zone).date() - A_DAY
        spans = [s for n in range(FAR + 2) for s in self._spans(first + n * A_DAY, zone)]
        for starts, ends in sorted(spans):
            if starts <= moment < ends:
                moment = ends
        return moment.astimezone(zone)

    def _spans(self, day: "date", zone: "ZoneInfo") -> list[tuple[datetime, datetime]]:
        """The quiet spans that begin on a day, in UTC."""
        whole = (QuietWindow(MIDNIGHT, MIDNIGHT),) if day.weekday() in self.weekend else ()
        return [
            (
                _utc(day, one.starts, zone),
                _utc(day if one.ends > one.starts else day + A_DAY, one.ends, zone),
            )
            for one in (*self.windows, *whole)
        ]


def _utc(day: "date", moment: time, zone: "ZoneInfo") -> datetime:
    return datetime.combine(day, moment, zone).astimezone(UTC)


def covers(windows: tuple[QuietWindow, ...]) -> bool:
    """Whether the windows leave no moment of a day."""
    spans = sorted(part for window in windows for part in _minutes(window))
    reached = 0
    for starts, ends in spans:
        if starts > reached:
            return False
        reached = max(reached, ends)
    return reached >= 24 * 3600


def _minutes(window: QuietWindow) -> list[tuple[int, int]]:
    """A window as spans of seconds within one day."""
    starts, ends = _second(window.starts), _second(window.ends)
    return [(starts, ends)] if starts < ends else [(starts, 24 * 3600), (0, ends)]


def _second(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
