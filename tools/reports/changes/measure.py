"""What changed: every weekly series held against its own past, with many tests at once in mind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.reports.changes.level_shifts import (
    HOLD,
    LevelShift,
    arrays,
    named_weeks,
    open_shift,
    part,
    upto,
)
from tools.reports.changes.weekly_series import PAST, WeeklySeries, read_tracks
from tools.stats.anomaly import discoveries, surprise

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from tools.reports.changes.level_shifts import Acceptance
    from tools.stats.anomaly import Floats, TrendFit
    from tools.warehouse.engine import Engine

LEAST_WEEKS = 8
LEAST_MEAN = 5
FALSE_SHARE = 0.10
MOST_CHANCE = 0.01
ROUNDS = 400
TOO_SHORT, TOO_FEW = "too short to tell", "too few to tell"
DEFINITION = (
    "Each series' last whole week (Monday to Sunday) against its own past of at least "
    f"{LEAST_WEEKS} weeks: a trend by quasi-Poisson (counts) or quasi-binomial (shares) "
    "regression, the 95 % prediction interval by Student's t with the scatter of the past in it. "
    "A series is named by Benjamini and Hochberg's rule over all series: of those named, at most "
    f"{FALSE_SHARE:.0%} are false alarms on average; and only when so large a distance comes by "
    f"chance in at most {MOST_CHANCE:.0%} of weeks. A level that has shifted stays named, against "
    "the weeks before it, until it is back, is accepted in `reports.yaml`, or is "
    f"{HOLD} weeks old. "
    "Yearly seasons are not known to the test."
)


@dataclass(frozen=True)
class SeriesVerdict:
    """A series, what was expected of its newest week, and whether it stands out.

    Attributes:
        expected: with `low` and `high` for every week of the series, in what is shown of it;
            () when it cannot be told.
        p: of so large a distance by chance.
        why: why it cannot be told, '' when it can.
        since: the week from which on its level has been another one; None when it is not.
    """

    track: WeeklySeries
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    p: float
    moved: bool
    why: str
    since: int | None = None


@dataclass(frozen=True)
class FalseAlarms:
    """What the test says of the same series with their past weeks in random order.

    Attributes:
        tests: series in all rounds together.
        named: of them, named.
        rounds_with: rounds in which anything was named.
    """

    rounds: int
    rounds_with: int
    tests: int
    named: int


@dataclass(frozen=True)
class Changes:
    """All series: those that moved, worst first, then those that did not, then the untold."""

    as_of: int
    verdicts: tuple[SeriesVerdict, ...]
    alarms: FalseAlarms

    @property
    def moved(self) -> tuple[SeriesVerdict, ...]:
        """The series that stand out, worst first."""
        return tuple(v for v in self.verdicts if v.moved)

    @property
    def still(self) -> tuple[SeriesVerdict, ...]:
        """Those that were tested and do not stand out."""
        return tuple(v for v in self.verdicts if not v.moved and not v.why)

    @property
    def untold(self) -> tuple[SeriesVerdict, ...]:
        """Those that cannot be told, with the reason."""
        return tuple(v for v in self.verdicts if v.why)


def measure_changes(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    accepted: "Sequence[Acceptance]" = (),
) -> Changes:
    """Judge every series of a company in its last whole week before a day."""
    tracks = read_tracks(as_of, engine, present, PAST + HOLD)
    verdicts = judge(tracks, accepted)
    since = {v.track.id: v.since for v in verdicts}
    return Changes(as_of, verdicts, false_alarms([_before(t, since[t.id]) for t in tracks]))


def _before(track: WeeklySeries, since: int | None) -> WeeklySeries:
    """A series up to the first week of its shift: what came after is no ordinary past."""
    return part(track, 0, len([w for w in track.weeks if since is None or w <= since]))


def judge(
    tracks: "Sequence[WeeklySeries]", accepted: "Sequence[Acceptance]" = ()
) -> tuple[SeriesVerdict, ...]:
    """The verdicts, worst first, of the newest week and the weeks it is held against."""
    weeks = named_weeks(tracks, unfit, _named)
    found, untold = [], []
    for track in tracks:
        shift = open_shift(track, weeks[track.id], MOST_CHANCE, accepted)
        newest = upto(track, len(track.weeks) - 1)
        if shift is not None and shift.start < len(track.weeks) - 1:
            found.append(_shifted(track, shift))
        elif why := unfit(newest):
            untold.append(SeriesVerdict(newest, (), (), (), 1.0, moved=False, why=why))
        else:
            found.append(_verdict(newest, _fit(newest), shift is not None))
    return tuple(sorted(found, key=lambda v: (not v.moved, v.p, v.track.id))) + tuple(untold)


def _shifted(track: WeeklySeries, shift: LevelShift) -> SeriesVerdict:
    """A series whose level has been another one for some weeks; expected is what was before."""
    newest, rows = upto(track, len(track.weeks) - 1), len(track.weeks) - shift.start
    middle = shift.fit.expected[:rows, -1]
    half = shift.fit.reach * shift.fit.spread[:rows, -1]
    before = len(newest.weeks) - rows
    past = max(before, 0)
    first, spread = shift.fit.expected[0, :-1], shift.fit.reach * shift.fit.spread[0, :-1]
    middle = np.concatenate([first[len(first) - past :], middle])
    half = np.concatenate([spread[len(spread) - past :], half])
    shown = slice(len(middle) - len(newest.weeks), None)
    fit = (middle[shown], middle[shown] - half[shown], middle[shown] + half[shown])
    lines = _bounded(newest, fit)
    return SeriesVerdict(
        newest, *lines, shift.p, moved=True, why="", since=track.weeks[shift.start]
    )


def shifted_part(verdict: SeriesVerdict) -> WeeklySeries:
    """The weeks of a verdict's series since its level is another one."""
    weeks = [w for w in verdict.track.weeks if verdict.since is not None and w >= verdict.since]
    return part(verdict.track, len(verdict.track.weeks) - len(weeks), len(verdict.track.weeks))


def _named(p_values: "Sequence[float]") -> list[bool]:
    """Which stand out: many tests at once in mind, and each rare by itself."""
    found = discoveries(p_values, FALSE_SHARE)
    return [named and p <= MOST_CHANCE for named, p in zip(found, p_values, strict=True)]


def unfit(track: WeeklySeries) -> str:
    """Why a series cannot be told; '' when it can."""
    if len(track.weeks) <= LEAST_WEEKS:
        return TOO_SHORT
    past = len(track.counts) - 1
    rest = [n - k for k, n in zip(track.counts, track.out_of, strict=False)]
    if min(sum(s[:-1]) for s in (track.counts, rest) if s) < LEAST_MEAN * past:
        return TOO_FEW
    return ""


def _fit(track: WeeklySeries) -> "TrendFit":
    return surprise(*arrays(track))


def _verdict(track: WeeklySeries, fit: "TrendFit", moved: bool) -> SeriesVerdict:
    half = fit.reach * fit.spread[0]
    lines = (fit.expected[0], fit.expected[0] - half, fit.expected[0] + half)
    return SeriesVerdict(track, *_bounded(track, lines), float(fit.p[0]), moved, "")


def _bounded(
    track: WeeklySeries, lines: "tuple[Floats, Floats, Floats]"
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Expected counts and their interval in what is shown of a series."""
    size = np.asarray(track.out_of or [1.0] * len(track.weeks), dtype=np.float64)
    most = 1.0 if track.out_of else np.inf
    middle, low, high = (tuple(np.clip(line / size, 0.0, most).tolist()) for line in lines)
    return middle, low, high


def false_alarms(
    tracks: "Sequence[WeeklySeries]", rounds: int = ROUNDS, seed: int = 7
) -> FalseAlarms:
    """Shuffle the past weeks of all series alike, so that nothing can have changed, and count.

    The newest week is left out: were it an alarm, it would be one wherever it fell. What was named
    a week before and is still held counts as well.
    """
    past = [part(t, max(0, len(t.weeks) - PAST - 1), len(t.weeks) - 1) for t in tracks]
    whole = [t for t in past if len(t.weeks) > LEAST_WEEKS and not unfit(t)]
    if not whole:
        return FalseAlarms(0, 0, 0, 0)
    keys = np.random.default_rng(seed).random((rounds, max(len(t.weeks) for t in whole)))
    orders = [np.argsort(keys[:, : len(t.weeks)], axis=1, kind="stable") for t in whole]
    last = _named_rounds(whole, orders, 0)
    before = _named_rounds(whole, orders, 1)
    held = np.zeros_like(last)
    for n, k in zip(*np.nonzero(before & ~last), strict=True):
        held[n, k] = _still(whole[k], orders[k][n])
    named = last | held
    total = int(named.sum())
    return FalseAlarms(rounds, int(named.any(axis=1).sum()), rounds * len(whole), total)


def _named_rounds(
    tracks: "Sequence[WeeklySeries]", orders: "Sequence[NDArray[np.intp]]", back: int
) -> "NDArray[np.bool_]":
    """By round and series, whether the week so many before the last is named."""
    p_values = np.stack(
        [_shuffled(t, order, back) for t, order in zip(tracks, orders, strict=True)], axis=1
    )
    return np.asarray([_named(row) for row in p_values.tolist()])


def _shuffled(track: WeeklySeries, order: "NDArray[np.intp]", back: int) -> "Floats":
    """The chance of the week so many before the last, in each order of the weeks."""
    if order.shape[1] - back <= LEAST_WEEKS:
        return np.ones(len(order))
    counts, out_of = arrays(track)
    chosen = order[:, : order.shape[1] - back]
    return surprise(counts[0][chosen], None if out_of is None else out_of[0][chosen]).p


def _still(track: WeeklySeries, order: "NDArray[np.intp]") -> bool:
    """Whether what was named in the last week but one is held in the last."""
    counts = tuple(track.counts[k] for k in order)
    out_of = tuple(track.out_of[k] for k in order) if track.out_of else ()
    stirred = WeeklySeries(track.id, track.title, track.weeks, counts, out_of)
    shift = open_shift(stirred, {track.weeks[-2]}, MOST_CHANCE)
    return shift is not None
