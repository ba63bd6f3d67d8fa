"""A year of quarter hours in eight zones, for jobs at every half hour of the day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.due import Daily
from agent.schedule import Job, latest_due
from tests.agent.schedule_made import Ran, job

ZONES = (
    "America/New_York", "America/Los_Angeles", "Europe/Berlin", "Australia/Sydney",
    "America/Santiago", "Africa/Cairo", "Asia/Beirut", "Asia/Kathmandu",
)  # fmt: skip
TIMES = tuple(time(half // 2, half % 2 * 30) for half in range(48))
YEAR = tuple((date(2027, 1, 1) + timedelta(days=n)).isoformat() for n in range(365))
QUARTER = timedelta(minutes=15)


@dataclass
class Walk:
    """What ticking through the year claimed: how often each date, for each time of day."""

    ticks: int = 0
    claimed: dict[time, Counter[str]] = field(default_factory=dict)
    changes: int = 0


def walk(zone: ZoneInfo) -> Walk:
    """Move a clock by quarter hours and claim what is due.

    A job is ticked where something could happen: a quarter hour before its time, by the clock on
    the wall, at it and after it, and at every quarter hour a day before and after a change of the
    clocks. Elsewhere, where nothing may happen, a tick comes every six hours.
    """
    done = Walk(claimed={at: Counter() for at in TIMES})
    jobs = [(at, job(Ran(), Daily(at))) for at in TIMES]
    newest: dict[time, str] = {}
    now, end = datetime(2026, 12, 31, tzinfo=UTC), datetime(2028, 1, 2, tzinfo=UTC)
    while now < end:
        wall = now.astimezone(zone)
        changing = _changes(now, zone)
        done.changes += changing
        minute = wall.hour * 60 + wall.minute
        for at, one in jobs if changing or minute % 360 == 0 else _near(minute, jobs):
            done.ticks += 1
            slot = latest_due(one, zone, now).slot
            if newest.get(at) != slot:
                newest[at] = slot
                done.claimed[at][slot] += 1
        now += QUARTER
    return done


def _changes(now: datetime, zone: ZoneInfo) -> bool:
    day = timedelta(days=1)
    return (now - day).astimezone(zone).utcoffset() != (now + day).astimezone(zone).utcoffset()


def _near(minute: int, jobs: list[tuple[time, Job]]) -> list[tuple[time, Job]]:
    """The jobs whose time is now, or a quarter hour ahead or past."""
    at, past = divmod(minute, 30)
    return [jobs[at]] if past == 0 else [jobs[at], jobs[(at + 1) % 48]]
