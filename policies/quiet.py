"""Quiet hours of every shape: over midnight, in the morning, at noon, whole days, or none."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from tools.errors import BadInput, nearest

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from tools.reading import Node

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT = tuple(day[:3] for day in DAYS)
MIDNIGHT, A_DAY = time(0), timedelta(days=1)
FAR = 9  # days looked ahead: six quiet days and the windows around them


@dataclass(frozen=True)
class Window:
    """Quiet from `starts` to `ends`, local time; of the next day where it ends no later."""

    starts: time
    ends: time


@dataclass(frozen=True)
class QuietHours:
    """When nobody is reached: in the windows of every day, and on whole days of the week."""

    windows: tuple[Window, ...]
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
        whole = (Window(MIDNIGHT, MIDNIGHT),) if day.weekday() in self.weekend else ()
        return [
            (_utc(day, one.starts, zone),
             _utc(day if one.ends > one.starts else day + A_DAY, one.ends, zone))
            for one in (*self.windows, *whole)
        ]  # fmt: skip


def _utc(day: "date", moment: time, zone: "ZoneInfo") -> datetime:
    return datetime.combine(day, moment, zone).astimezone(UTC)


def parse_quiet(node: "Node") -> QuietHours:
    """Read `value`: {starts, ends, weekends}, or {windows: [...], weekends}.

    `weekends` is true (Saturday and Sunday), false, or a list such as [fri, sat].

    Raises:
        BadInput: for a time that is none, a window without length, or hours that never end.
    """
    hours = node.node("value").only(("starts", "ends", "windows", "weekends"))
    if hours.has("windows") and (hours.has("starts") or hours.has("ends")):
        raise BadInput(f"{hours.where}: give either starts and ends, or windows")
    if hours.has("windows"):
        listed = hours.nodes("windows") if hours.get("windows") != [] else ()
        windows = tuple(_window(one.only(("starts", "ends"))) for one in listed)
    else:
        windows = (_window(hours),)
    quiet = QuietHours(windows, _weekend(hours))
    if len(quiet.weekend) == len(DAYS) or _covers(windows):
        raise BadInput(f"{hours.where}: with these quiet hours there is no moment left to reach "
                       f"anybody; take out a window or a day")  # fmt: skip
    return quiet


def _window(node: "Node") -> Window:
    window = Window(_time(node, "starts"), _time(node, "ends"))
    if window.starts == window.ends:
        raise BadInput(
            f"{node.where}: quiet hours start and end at {window.starts:%H:%M}; "
            "for none at all write windows: []"
        )
    return window


def _time(node: "Node", key: str) -> time:
    if isinstance(node.get(key), int):
        raise BadInput(f'{node.at(key)}: put the time in quotes, such as "19:00"')
    text = node.text(key)
    try:
        return MIDNIGHT if text == "24:00" else _local(time.fromisoformat(text))
    except ValueError as error:
        raise BadInput(f'{node.at(key)}: expected a time such as "19:00"') from error


def _local(moment: time) -> time:
    if moment.tzinfo is not None:
        raise ValueError("quiet hours are local time")
    return moment


def _weekend(node: "Node") -> frozenset[int]:
    given = node.get("weekends")
    if not isinstance(given, list):
        return frozenset({5, 6}) if node.flag("weekends") else frozenset()
    return frozenset(_weekday(day, node.at("weekends")) for day in given)


def _weekday(day: object, place: str) -> int:
    word = str(day).strip().lower()
    if word in SHORT or word in DAYS:
        return SHORT.index(word[:3])
    raise BadInput(f"{place}: {day!r} is no day of the week; {nearest(word, (*SHORT, *DAYS))}")


def _covers(windows: tuple[Window, ...]) -> bool:
    """Whether the windows leave no moment of a day."""
    spans = sorted(part for window in windows for part in _minutes(window))
    reached = 0
    for starts, ends in spans:
        if starts > reached:
            return False
        reached = max(reached, ends)
    return reached >= 24 * 3600


def _minutes(window: Window) -> list[tuple[int, int]]:
    """A window as spans of seconds within one day."""
    starts, ends = _second(window.starts), _second(window.ends)
    return [(starts, ends)] if starts < ends else [(starts, 24 * 3600), (0, ends)]


def _second(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
