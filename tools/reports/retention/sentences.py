"""The sentences of the section about retention."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.document.model import Figure, Line, Part, words
from tools.reports.figure_ids import figure_id
from tools.reports.retention.exports import cohort_label
from tools.reports.retention.figures import ALL, cell_figure, drills_mean, mean_figure
from tools.stats.intervals import difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.reports.retention.figures import RetentionMeasures
    from tools.reports.retention.measure import Retention, RetentionCell, RetentionMean

MOST_LINES = 5
_DONE = {
    "usage": "used the product",
    "purchases": "bought",
    "invoices": "were billed",
    "paid": "paid",
}
_BY = {"segment": "segment", "plan": "plan", "acquisition": "source", "play_arm": "arm"}


@dataclass(frozen=True)
class _Newest:
    """The newest cohort whose bucket is over, and the cohorts before it together."""

    cell: "RetentionCell"
    retained: int
    eligible: int


def lines_of(told: "RetentionMeasures") -> tuple[Line, ...]:
    """What a leader should know, the most important first."""
    if not told.main.cells:
        return ((words(f"No {told.spec.entity} has been born yet: there is nothing to tell."),),)
    return tuple(_lines(told))[:MOST_LINES]


def _lines(told: "RetentionMeasures") -> "Iterator[Line]":
    yield _overall(told)
    yield from _newest_lines(told)
    for report in told.split:
        yield from _spread(told, report)
    if told.curve is not None and told.question.reactivations:
        yield from _back(told.curve)
    if told.missing:
        yield (words(f"Not told, for want of history: {', '.join(told.missing)}."),)


def _overall(told: "RetentionMeasures") -> Line:
    """All cohorts in every bucket that is over for somebody."""
    done = f"did {told.spec.event}" if told.spec.event else _DONE[told.spec.returns]
    drill = drills_mean(told.spec)
    line: list[Part] = []
    for mean in told.main.means:
        figure = mean_figure(mean, (ALL,), drill=drill)
        if isinstance(figure, Figure):
            line += [words(f"; in {mean.bucket} " if line else f"In {mean.bucket} "), figure]
    if not line:
        return (words("No bucket is over yet: the first figures come with time."),)
    ending = f" of the {told.spec.entity}s born long enough ago {done}."
    return (*line, words(ending))


def _newest_lines(told: "RetentionMeasures") -> "Iterator[Line]":
    middle = told.spec.windows()[len(told.spec.windows()) // 2].label
    found = _newest(told.main, middle)
    if found is None or told.spec.base == "previous":
        return
    cell, earlier = found.cell, (found.retained, found.eligible)
    low, high = difference((cell.retained, cell.eligible), earlier)
    change = cell.retained / cell.eligible - found.retained / found.eligible
    label = cohort_label(cell.cohort, told.spec.cohort)
    name = figure_id("retention", label, middle, "against earlier")
    yield (
        words(f"The newest cohort whose {middle} is over, {label}, kept "),
        cell_figure(told, cell),
        words(", which is "),
        Figure(name, change, "points", low=low, high=high, n=cell.eligible),
        words(f" against the cohorts before it: {_verdict(low, high)}."),
    )


def _newest(report: "Retention", bucket: str) -> _Newest | None:
    cells = [c for c in report.cells if c.bucket == bucket and c.complete and c.eligible]
    if len(cells) < 2 or cells[-1].rate is None:
        return None
    before = cells[:-1]
    eligible = sum(c.eligible for c in before)
    if eligible < report.spec.min_size:
        return None
    return _Newest(cells[-1], sum(c.retained for c in before), eligible)


def _verdict(low: float, high: float) -> str:
    if low > 0:
        return "more of them stay"
    if high < 0:
        return "fewer of them stay"
    return "no difference that this many can show"


def _spread(told: "RetentionMeasures", report: "Retention") -> "Iterator[Line]":
    """The best and the worst part, where their intervals lie apart."""
    label = told.spec.windows()[len(told.spec.windows()) // 2].label
    means = [m for m in report.means if m.bucket == label and m.low is not None]
    by = str(report.spec.breakdown)
    if len(means) < 2:
        return
    best = max(means, key=lambda m: (m.rate or 0, m.part))
    worst = min(means, key=lambda m: (m.rate or 0, m.part))
    if not _apart(best, worst):
        return
    yield (
        words(f"By {_BY[by]} as of birth, {label} is highest for {best.part}, "),
        mean_figure(best, (by, best.part)),
        words(f", and lowest for {worst.part}, "),
        mean_figure(worst, (by, worst.part)),
        words("; of many parts some differ by chance."),
    )


def _apart(best: "RetentionMean", worst: "RetentionMean") -> bool:
    return best.low is not None and worst.high is not None and best.low > worst.high


def _back(curve: "Retention") -> "Iterator[Line]":
    """Who had been away, in the last bucket that is over."""
    over = [mean for mean in curve.means[1:] if mean.retained and mean.reactivated]
    if not over or curve.spec.mode == "on_or_after":
        return
    last = over[-1]
    names = [figure_id("retention", "curve", last.bucket, n) for n in ("retained", "back again")]
    yield (
        words("Of the "),
        Figure(names[0], last.retained, "count", n=last.eligible),
        words(f" retained in {last.bucket}, "),
        Figure(names[1], last.reactivated, "count", n=last.eligible),
        words(f" had been away the {curve.spec.unit} before: they came back, they did not stay."),
    )
