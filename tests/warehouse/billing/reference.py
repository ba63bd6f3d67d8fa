"""The bill once more in plain Python: one line, one day and one version at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONG_AGO, NEVER = -1_000_000, 1_000_000


@dataclass(frozen=True)
class Version:
    """One state of a line, as the source gave it."""

    line: str
    account: str
    minor: int
    started_day: int
    known_day: int
    day: int
    currency: str = "USD"
    trial: bool = False
    changed_day: int | None = None
    cancelled_day: int | None = None
    paused_day: int | None = None
    resumed_day: int | None = None
    ended_day: int | None = None
    seats: int | None = None


@dataclass(frozen=True)
class State:
    """What a line says on a day on which it covers something."""

    version: Version
    paused: bool
    notice: bool


def visible(versions: Iterable[Version], as_of: int) -> list[Version]:
    """What is known, oldest first; of several of one morning and date the last."""
    known = sorted(
        (v for v in versions if v.day < as_of and v.known_day <= as_of),
        key=lambda v: (v.known_day, v.day, v.minor),
    )
    return [
        v
        for n, v in enumerate(known)
        for later in (known[n + 1] if n + 1 < len(known) else None,)
        if later is None
        or (v.known_day, v.day, v.changed_day) != (later.known_day, later.day, later.changed_day)
    ]


def begins(versions: list[Version], as_of: int) -> list[tuple[int, bool]]:
    """From which day each version holds, and whether only the day it became known says so."""
    found = []
    for place, version in enumerate(versions):
        latest = max((v.day for v in versions[:place]), default=None)
        if latest is None and (version.changed_day is None or version.changed_day >= as_of):
            found.append((LONG_AGO, False))
        elif version.changed_day is not None:
            found.append((version.changed_day, False))
        elif latest is not None and version.day > latest:
            found.append((version.day, False))
        else:
            found.append((version.known_day, True))
    return found


def state(line: list[Version], as_of: int, day: int) -> State | None:
    """What a line says on a day; None when it covers nothing."""
    known = visible(line, as_of)
    starts = begins(known, as_of)
    ready = [n for n, (b, undated) in enumerate(starts) if b < as_of or (undated and b == as_of)]
    by_date = sorted(ready, key=lambda n: (starts[n][0], n))
    holds = [n for n in by_date if starts[n][0] <= day or n == by_date[0]]
    if not holds:
        return None
    if day == as_of and starts[holds[-1]][0] != as_of:
        return state(line, as_of, day - 1)  # what a date says of today is known tomorrow
    version = known[holds[-1]]
    if day < version.started_day or _stopped(known, starts, as_of, day, "ended_day"):
        return None
    paused = _stopped(known, starts, as_of, day, "paused_day")
    notice = _stopped(known, starts, as_of, day, "cancelled_day")
    return State(version, paused, notice)


def _stopped(
    known: list[Version], starts: list[tuple[int, bool]], as_of: int, day: int, name: str
) -> bool:
    """Whether a stated day lies on or before this one and has not been taken back."""
    said = [_masked(getattr(v, name), as_of) for v in known]
    for place, first in enumerate(said):
        if first is None or first > day:
            continue
        if place + 1 < len(said) and said[place + 1] == first:
            continue
        last = starts[place + 1][0] if place + 1 < len(known) else NEVER
        if name == "paused_day":
            resumed = _masked(known[place].resumed_day, as_of)
            last = last if resumed is None or resumed < first else resumed
        if name == "ended_day" and place + 1 < len(known):
            undated = starts[place + 1][1]
            last = first if undated and known[place + 1].known_day <= first + 1 else last
        if day < last:
            return True
    return False


def _masked(day: int | None, as_of: int) -> int | None:
    return day if day is not None and day < as_of else None


def pays(
    versions: Iterable[Version], as_of: int, day: int
) -> Mapping[tuple[str, str], tuple[int, int]]:
    """By account and currency: what is paid a month, and what pauses keep from being paid."""
    lines: dict[str, list[Version]] = defaultdict(list)
    for version in versions:
        lines[version.line].append(version)
    running: dict[tuple[str, str], int] = defaultdict(int)
    held: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines.values():
        found = state(line, as_of, day)
        if found is not None and not found.version.trial:
            key = (found.version.account, found.version.currency)
            held[key] += found.version.minor
            running[key] += 0 if found.paused else found.version.minor
    sums = {
        k: (max(running[k], 0), max(held[k], 0) - min(max(held[k], 0), max(running[k], 0)))
        for k in held
    }
    return {key: both for key, both in sums.items() if any(both)}


def fact(version: Version) -> dict[str, Any]:
    """The version as a row of fact_subscriptions."""
    return {
        "subscription_ref": version.line,
        "account_ref": version.account,
        "mrr_minor": version.minor,
        "currency": version.currency,
        "trial": version.trial,
        "seats": version.seats,
        "started_day": version.started_day,
        "changed_day": version.changed_day,
        "cancelled_day": version.cancelled_day,
        "paused_day": version.paused_day,
        "resumed_day": version.resumed_day,
        "ended_day": version.ended_day,
        "source": "c",
        "occurred_at": version.day,
        "observed_at": version.known_day,
        "day": version.day,
        "known_day": version.known_day,
        "row_hash": version.minor,
    }
