"""What changed: every weekly series held against its own past, with many tests at once in mind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.reports.surprise import discoveries, surprise
from tools.reports.tracks import Track, read_tracks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tools.reports.surprise import Fit, Floats
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
    f"chance in at most {MOST_CHANCE:.0%} of weeks. Yearly seasons are not known to the test."
)


@dataclass(frozen=True)
class Verdict:
    """A series, what was expected of its newest week, and whether it stands out.

    Attributes:
        expected: with `low` and `high` for every week of the series, in what is shown of it;
            () when it cannot be told.
        p: of so large a distance by chance.
        why: why it cannot be told, '' when it can.
    """

    track: Track
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    p: float
    moved: bool
    why: str


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
    verdicts: tuple[Verdict, ...]
    alarms: FalseAlarms

    @property
    def moved(self) -> tuple[Verdict, ...]:
        """The series that stand out, worst first."""
        return tuple(v for v in self.verdicts if v.moved)

    @property
    def still(self) -> tuple[Verdict, ...]:
        """Those that were tested and do not stand out."""
        return tuple(v for v in self.verdicts if not v.moved and not v.why)

    @property
    def untold(self) -> tuple[Verdict, ...]:
        """Those that cannot be told, with the reason."""
        return tuple(v for v in self.verdicts if v.why)


def measure_changes(as_of: int, engine: "Engine", present: "Collection[str]") -> Changes:
    """Judge every series of a company in its last whole week before a day."""
    tracks = read_tracks(as_of, engine, present)
    return Changes(as_of, judge(tracks), false_alarms(tracks))


def judge(tracks: "Sequence[Track]") -> tuple[Verdict, ...]:
    """The verdicts, worst first."""
    told = [(track, _fit(track)) for track in tracks if not unfit(track)]
    named = _named([float(fit.p[0]) for _, fit in told])
    found = [_verdict(t, fit, moved) for (t, fit), moved in zip(told, named, strict=True)]
    untold = [Verdict(t, (), (), (), 1.0, moved=False, why=unfit(t)) for t in tracks if unfit(t)]
    return tuple(sorted(found, key=lambda v: (not v.moved, v.p, v.track.id))) + tuple(untold)


def _named(p_values: "Sequence[float]") -> list[bool]:
    """Which stand out: many tests at once in mind, and each rare by itself."""
    found = discoveries(p_values, FALSE_SHARE)
    return [named and p <= MOST_CHANCE for named, p in zip(found, p_values, strict=True)]


def unfit(track: Track) -> str:
    """Why a series cannot be told; '' when it can."""
    if len(track.weeks) <= LEAST_WEEKS:
        return TOO_SHORT
    past = len(track.counts) - 1
    rest = [n - k for k, n in zip(track.counts, track.out_of, strict=False)]
    if min(sum(s[:-1]) for s in (track.counts, rest) if s) < LEAST_MEAN * past:
        return TOO_FEW
    return ""


def _arrays(track: Track) -> "tuple[Floats, Floats | None]":
    counts = np.asarray([track.counts], dtype=np.float64)
    return counts, np.asarray([track.out_of], dtype=np.float64) if track.out_of else None


def _fit(track: Track) -> "Fit":
    return surprise(*_arrays(track))


def _verdict(track: Track, fit: "Fit", moved: bool) -> Verdict:
    half = fit.reach * fit.spread[0]
    size = np.asarray(track.out_of or [1.0] * len(track.weeks), dtype=np.float64)
    most = 1.0 if track.out_of else np.inf
    lines = (fit.expected[0], fit.expected[0] - half, fit.expected[0] + half)
    middle, low, high = (tuple(np.clip(line / size, 0.0, most).tolist()) for line in lines)
    return Verdict(track, middle, low, high, float(fit.p[0]), moved, "")


def false_alarms(tracks: "Sequence[Track]", rounds: int = ROUNDS, seed: int = 7) -> FalseAlarms:
    """Shuffle the past weeks of all series alike, so that nothing can have changed, and count.

    The newest week is left out: were it an alarm, it would be one wherever it fell.
    """
    fit = [t for t in tracks if len(t.weeks) > LEAST_WEEKS + 1 and not unfit(t)]
    if not fit:
        return FalseAlarms(0, 0, 0, 0)
    keys = np.random.default_rng(seed).random((rounds, max(len(t.weeks) for t in fit)))
    p_values = np.stack([_shuffled(track, keys) for track in fit], axis=1)
    named = [sum(_named(row)) for row in p_values.tolist()]
    return FalseAlarms(rounds, sum(map(bool, named)), rounds * len(fit), sum(named))


def _shuffled(track: Track, keys: "Floats") -> "Floats":
    order = np.argsort(keys[:, : len(track.weeks) - 1], axis=1, kind="stable")
    counts, out_of = _arrays(track)
    return surprise(counts[0][order], None if out_of is None else out_of[0][order]).p
