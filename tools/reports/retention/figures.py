"""What the section about retention is written from, and how its figures are named and made."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.days import between
from tools.document.model import About, Figure, Part, words
from tools.reports.figure_ids import figure_id
from tools.reports.retention.exports import cohort_label

if TYPE_CHECKING:
    from tools.reports.context import ReportContext
    from tools.reports.retention.measure import Retention, RetentionCell, RetentionMean
    from tools.reports.retention.spec import RetentionQuestion, RetentionSpec

ALL = "all"


@dataclass(frozen=True)
class RetentionMeasures:
    """Everything that was measured for the section.

    Attributes:
        main: cohorts by bucket.
        curve: the same in every unit from birth on, None where none is asked for.
        split: by breakdown; those that lack a history are named in `missing`.
    """

    given: "ReportContext"
    question: "RetentionQuestion"
    main: "Retention"
    curve: "Retention | None"
    split: "tuple[Retention, ...]"
    missing: tuple[str, ...]
    zone: str

    @property
    def spec(self) -> "RetentionSpec":
        """The definition told."""
        return self.question.spec


def cell_figure(told: RetentionMeasures, cell: "RetentionCell") -> Part:
    """A cohort in a bucket: a share, a count when small, nothing before it is over."""
    if not cell.eligible:
        return words("")
    return Figure(
        cell_id(told.spec, cell),
        cell.retained if cell.rate is None else cell.rate,
        "count" if cell.rate is None else "share",
        low=cell.low,
        high=cell.high,
        n=cell.eligible,
        mark="" if cell.complete else "*",
        drill=drills(told.spec),
    )


def mean_figure(mean: "RetentionMean", name: tuple[str, ...], *, drill: bool = False) -> Part:
    """All cohorts in a bucket; `name` is the middle of the id."""
    if not mean.eligible:
        return words("")
    return Figure(
        figure_id("retention", *name, mean.bucket),
        mean.retained if mean.rate is None else mean.rate,
        "count" if mean.rate is None else "share",
        low=mean.low,
        high=mean.high,
        n=mean.eligible,
        drill=drill,
    )


def cell_id(spec: "RetentionSpec", cell: "RetentionCell") -> str:
    """The id of a cohort's cell: a closed bucket keeps it for ever."""
    return figure_id("retention", cohort_label(cell.cohort, spec.cohort), cell.bucket)


def drills(spec: "RetentionSpec") -> bool:
    """Whether who counts in a cell follows from the birth alone."""
    return spec.base == "period_0"


def drills_mean(spec: "RetentionSpec") -> bool:
    """Whether the mean counts every member once, and all of them."""
    return drills(spec) and spec.incomplete == "exclude" and not spec.recurring


def about(told: RetentionMeasures, report: "Retention") -> About:
    """What stands beside a table or chart of a report."""
    first = min((cell.cohort for cell in report.cells), default=told.given.as_of)
    return About(
        report.definition[0].upper() + report.definition[1:] + ".",
        between(first, told.given.as_of),
        members(report),
        report.query,
    )


def members(report: "Retention") -> int:
    """How many births are in a report."""
    label = report.spec.windows()[0].label
    return sum(cell.size for cell in report.cells if cell.bucket == label)
