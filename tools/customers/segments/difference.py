"""Do the segments really behave differently? A gate over closed outcomes, in plain sentences."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from tools.customers.segments.statistics import cramer, holm, log_loss_gain, pair_difference
from tools.figures import change_percent, percent

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tools.customers.segments.counts import Count
    from tools.customers.segments.outcomes import Outcomes
    from tools.customers.segments.rules import Segment, SegmentRules

Answer = Literal["yes", "no", "not yet known"]
STRONG, EFFECT, MARGIN, SURE, HOLM = 0.01, 0.15, 0.03, 0.90, 0.05
LEAST_SHARE, LEAST_CLOSED, LEAST_GAIN = 0.05, 30, 0.02


@dataclass(frozen=True)
class GateCheck:
    """One question, its answer and the figures in a sentence."""

    kind: Literal["outcome", "pair", "prediction", "size"]
    question: str
    answer: Answer
    because: str


@dataclass(frozen=True)
class SegmentDifference:
    """The report of the gate: no check says no, and some outcome does depend on the segment."""

    as_of: int
    checks: tuple[GateCheck, ...]

    @property
    def passes(self) -> bool:
        """Whether the segments may be acted upon as different."""
        shown = any(c.kind == "outcome" and c.answer == "yes" for c in self.checks)
        return shown and all(c.answer != "no" for c in self.checks)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The report as lines of text."""
        verdict = "behave differently" if self.passes else "are not shown to behave differently"
        lines = [f"{c.question} {c.answer}: {c.because}" for c in self.checks]
        return (f"The segments {verdict}.", *lines)


def examine(
    measured: "Outcomes",
    rules: "SegmentRules",
    segments: "tuple[Segment, ...]",
    sizes: "Sequence[tuple[str, int]]",
) -> SegmentDifference:
    """Ask of every outcome and every pair of neighbours whether they differ.

    Args:
        measured: outcomes of the same day.
        rules: for the windows.
        segments: the segments in use, in order; neighbours in it are adjacent.
        sizes: accounts by segment today.
    """
    latest = _latest(measured)
    omnibus = [_omnibus(outcome, group) for outcome, group in latest.items()]
    gains = [_gain(outcome, measured, rules, group) for outcome, group in latest.items()]
    closed = [_size(segment, sizes, latest) for segment in segments]
    checks = (*omnibus, *_neighbours(segments, latest), *gains, *closed)
    return SegmentDifference(measured.as_of, checks)


def _latest(measured: "Outcomes") -> "dict[str, list[Count]]":
    """The counts of the latest closed day, by outcome, of segments that can come to it."""
    used = {(e.outcome, e.segment) for e in measured.estimates}
    days: dict[str, int] = {}
    for count in measured.counts:
        days[count.outcome] = max(days.get(count.outcome, count.day), count.day)
    groups: dict[str, list[Count]] = {}
    for count in measured.counts:
        if count.day == days[count.outcome] and (count.outcome, count.segment) in used:
            groups.setdefault(count.outcome, []).append(count)
    return groups


def _omnibus(outcome: str, group: "Collection[Count]") -> GateCheck:
    question = f"Does {outcome} depend on the segment?"
    found = cramer([(c.k, c.n) for c in group])
    if found is None:
        return GateCheck(
            "outcome", question, "not yet known", "needs two segments and both results"
        )
    chi, p, effect = found
    answer: Answer = "yes" if p < STRONG and effect >= EFFECT else "no"
    because = f"χ² {chi:.1f}, p {p:.2g}, Cramér's V {effect:.3f} (at least {EFFECT} wanted)"
    return GateCheck("outcome", question, answer, because)


@dataclass(frozen=True)
class _Test:
    """Two neighbours compared on one outcome."""

    a: str
    b: str
    outcome: str
    sure: float
    p: float


def _neighbours(
    segments: "tuple[Segment, ...]", latest: "dict[str, list[Count]]"
) -> "list[GateCheck]":
    """Each segment and the next, on the outcome that tells them apart best; p-values by Holm."""
    found = [
        test
        for a, b in pairwise(segments)
        for outcome, group in latest.items()
        if (test := _compare(a.name, b.name, outcome, group)) is not None
    ]
    adjusted = holm([test.p for test in found])
    tests = [replace(test, p=p) for test, p in zip(found, adjusted, strict=True)]
    return [
        _neighbour_check(a.name, b.name, [t for t in tests if (t.a, t.b) == (a.name, b.name)])
        for a, b in pairwise(segments)
    ]


def _compare(a: str, b: str, outcome: str, group: "Collection[Count]") -> _Test | None:
    counts = {c.segment: (c.k, c.n) for c in group if c.n}
    if a not in counts or b not in counts:
        return None
    return _Test(
        a, b, outcome, *pair_difference(counts[a], counts[b], list(counts.values()), MARGIN)
    )


def _neighbour_check(a: str, b: str, own: list[_Test]) -> GateCheck:
    question = f"Do {a} and {b} differ?"
    if not own:
        return GateCheck(
            "pair", question, "not yet known", "they share no outcome that has been seen"
        )
    best = max(own, key=lambda test: (test.sure, -test.p, test.outcome))
    answer: Answer = "yes" if any(t.sure >= SURE or t.p < HOLM for t in own) else "no"
    apart = f"P(more than {100 * MARGIN:.0f} points apart) {best.sure:.2f}"
    because = f"by {best.outcome}, {apart}, Holm-adjusted p {best.p:.2g}"
    return GateCheck("pair", question, answer, because)


def _gain(
    outcome: str, measured: "Outcomes", rules: "SegmentRules", test: "list[Count]"
) -> GateCheck:
    """Log loss of the segments' earlier rates on later accounts, against one pooled rate."""
    question = f"Do earlier rates by segment predict later {outcome}?"
    days = dict(rules.windows)
    closed = test[0].day - days[outcome] - days["grace"]
    earlier = [c for c in measured.counts if c.outcome == outcome and c.day <= closed]
    known = {c.segment for c in test}
    train = [c for c in earlier if c.day == max(e.day for e in earlier) and c.segment in known]
    if not train:
        return GateCheck(
            "prediction", question, "not yet known", "needs two days whose windows do not overlap"
        )
    if not all(0 < sum(c.k for c in part) < sum(c.n for c in part) for part in (train, test)):
        return GateCheck("prediction", question, "not yet known", "needs both results on both days")
    gain, low, high = log_loss_gain(train, test)
    answer: Answer = "yes" if gain >= LEAST_GAIN and low > 0 else "no"
    return GateCheck(
        "prediction",
        question,
        answer,
        f"log loss {change_percent(gain)} better than one rate (90% likely between "
        f"{change_percent(low)} and {change_percent(high)})",
    )


def _size(
    segment: "Segment", sizes: "Sequence[tuple[str, int]]", latest: "dict[str, list[Count]]"
) -> GateCheck:
    question = f"Is {segment.name} large enough?"
    number, everyone = dict(sizes).get(segment.name, 0), sum(n for _, n in sizes)
    share = number / everyone if everyone else 0.0
    closed = max((c.n for g in latest.values() for c in g if c.segment == segment.name), default=0)
    answer: Answer = "yes" if share >= LEAST_SHARE and closed >= LEAST_CLOSED else "no"
    because = f"{number:,} accounts ({percent(share)}), {closed:,} with a closed outcome"
    return GateCheck(
        "size", question, answer, because if answer == "yes" else f"{because}; merge or wait"
    )
