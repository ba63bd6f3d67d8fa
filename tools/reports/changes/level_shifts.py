"""A level that has shifted stays named: until it is back, it is accepted, or half a year is over.

Week after week the newest one is held against the weeks before it. Once it stands out, the weeks
before it stay what is expected, so that a new level does not become its own measure.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tools.reports.changes.weekly_series import PAST, monday
from tools.stats.anomaly import surprise

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from tools.reports.changes.weekly_series import WeeklySeries
    from tools.stats.anomaly import Floats, TrendFit

HOLD = 26


@dataclass(frozen=True)
class Acceptance:
    """A level somebody has accepted: shifts of the series up to that day are no longer named."""

    series: str
    day: int
    why: str = ""

    def covers(self, track: "WeeklySeries", place: int) -> bool:
        """Whether it speaks of a shift of the track at a place of it."""
        named = self.series.casefold() in {track.id.casefold(), track.title.casefold()}
        return named and monday(track.weeks[place]) <= self.day


@dataclass(frozen=True, eq=False)
class LevelShift:
    """A level that differs since the week at `start` from what the weeks before it let expect.

    Attributes:
        fit: one row for each week since then, as if it were the first after those before.
        p: of so large a distance by chance, of the weeks since then together.
    """

    start: int
    fit: "TrendFit"
    p: float


def part(track: "WeeklySeries", begin: int, end: int) -> "WeeklySeries":
    """The weeks of a series from one place to before another."""
    return replace(
        track,
        weeks=track.weeks[begin:end],
        counts=track.counts[begin:end],
        out_of=track.out_of[begin:end],
    )


def upto(track: "WeeklySeries", place: int) -> "WeeklySeries":
    """A series as it was when the week at a place was the newest."""
    return part(track, max(0, place - PAST), place + 1)


def named_weeks(
    tracks: "Sequence[WeeklySeries]",
    unfit: "Callable[[WeeklySeries], str]",
    named: "Callable[[Sequence[float]], list[bool]]",
) -> "Mapping[str, Collection[int]]":
    """In which weeks each series stood out, judged beside the others of that week."""
    weekly: dict[int, list[tuple[str, float]]] = {}
    for track in tracks:
        first = max(0, len(track.weeks) - 1 - HOLD)
        for place in range(first, len(track.weeks)):
            seen = upto(track, place)
            if not unfit(seen):
                p = float(surprise(*arrays(seen)).p[0])
                weekly.setdefault(track.weeks[place], []).append((track.id, p))
    found: dict[str, set[int]] = {track.id: set() for track in tracks}
    for week, rows in weekly.items():
        for (name, _), is_named in zip(rows, named([p for _, p in rows]), strict=True):
            if is_named:
                found[name].add(week)
    return found


def arrays(track: "WeeklySeries") -> "tuple[Floats, Floats | None]":
    """Counts and out of how many, as one row."""
    counts = np.asarray([track.counts], dtype=np.float64)
    return counts, np.asarray([track.out_of], dtype=np.float64) if track.out_of else None


def open_shift(
    track: "WeeklySeries",
    weeks: "Collection[int]",
    most: float,
    accepted: "Sequence[Acceptance]" = (),
) -> LevelShift | None:
    """The shift a series is still in on its newest week, if it is in one.

    Args:
        track: with the weeks of half a year and those before them.
        weeks: in which it stood out.
        most: so large a distance may come by chance in at most this share of weeks.
        accepted: shifts that are no longer named.
    """
    shift: LevelShift | None = None
    for place, week in enumerate(track.weeks):
        if shift is not None:
            shift = _held(track, shift.start, place, most)
        fresh = week in weeks and not any(a.covers(track, place) for a in accepted)
        if shift is None and fresh:
            shift = _measured(track, place, place)
    return shift


def _held(track: "WeeklySeries", start: int, place: int, most: float) -> LevelShift | None:
    """The same shift one week on; None when the level is back or half a year is over."""
    if track.weeks[place] - track.weeks[start] > HOLD:
        return None
    shift = _measured(track, start, place)
    rows = place + 1 - start
    values = np.asarray(part(track, start, place + 1).values(), dtype=np.float64)
    size = np.asarray(track.out_of[start : place + 1] or np.ones(len(values)), dtype=np.float64)
    expected = shift.fit.expected[:rows, -1] / size
    level = float((values * size).sum() / size.sum())
    away = abs(values[-1] - expected[-1]) > abs(values[-1] - level)
    return shift if away and shift.p <= most else None


def _measured(track: "WeeklySeries", start: int, place: int) -> LevelShift:
    """The weeks since a shift began against those before it."""
    counts, out_of = arrays(part(track, max(0, start - PAST), start))
    since = part(track, start, place + 1)
    now, size = arrays(since)
    rows = len(since.weeks)
    mean = now.mean()
    whole = np.concatenate([now[0], [mean]])
    sizes = None if size is None else np.concatenate([size[0], [size.mean()]])
    past = np.repeat(counts, rows + 1, axis=0)
    bases = None if out_of is None else np.repeat(out_of, rows + 1, axis=0)
    fit = surprise(
        np.concatenate([past, whole[:, None]], axis=1),
        None if bases is None or sizes is None else np.concatenate([bases, sizes[:, None]], axis=1),
    )
    return LevelShift(start, fit, float(fit.p[-1]))
