"""The tables and curves of the section about retention."""

from typing import TYPE_CHECKING

from tools.document.model import About, Block, Chart, Figure, Part, Series, Table, words
from tools.reports.figure_ids import figure_id
from tools.reports.retention.definition import reactivation
from tools.reports.retention.exports import by_cohort, cohort_label
from tools.reports.retention.figures import (
    ALL,
    about,
    cell_figure,
    drills_mean,
    mean_figure,
    members,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.reports.retention.figures import RetentionMeasures
    from tools.reports.retention.measure import Retention, RetentionMean

MOST_PARTS = 14
_BY = {
    "segment": "segment as of birth",
    "plan": "plan as of birth",
    "acquisition": "source as of birth",
    "play_arm": "arm of the play",
}


def blocks_of(told: "RetentionMeasures") -> tuple[Block, ...]:
    """Cohorts, the curve, who came back, and each breakdown."""
    if not told.main.cells:
        return ()
    return tuple(_blocks(told))


def _blocks(told: "RetentionMeasures") -> "Iterator[Block]":
    yield _cohorts(told)
    if told.curve is not None:
        yield _curve(told, told.curve)
        if told.question.reactivations and told.spec.mode != "on_or_after":
            yield _came_back(told, told.curve)
    for report in told.split:
        yield _parts(told, report)
        if report.spec.breakdown == "play_arm" and told.question.curve:
            yield _arms(told, report)


def _cohorts(told: "RetentionMeasures") -> Table:
    report, spec = told.main, told.spec
    rows: list[tuple[Part, ...]] = [
        (
            words(cohort_label(cohort, spec.cohort)),
            _size(told, cohort, cells[0].size),
            *(cell_figure(told, cell) for cell in cells),
        )
        for cohort, cells in by_cohort(report).items()
    ]
    total = Figure(figure_id("retention", ALL, "size"), members(report), "count")
    drill = drills_mean(spec)
    means = (mean_figure(mean, (ALL,), drill=drill) for mean in report.means)
    rows.append((words(f"{spec.mean} mean"), total, *means))
    labels = tuple(window.label for window in spec.windows())
    return Table(
        "retention.cohorts",
        f"Retention of {spec.entity}s by cohort",
        about(told, report),
        ("cohort", f"{spec.entity}s", *labels),
        tuple(rows),
        notes(told, report),
        cut="head",
        shade=tuple(range(2, 2 + len(labels))),
    )


def _size(told: "RetentionMeasures", cohort: int, size: int) -> Figure:
    label = cohort_label(cohort, told.spec.cohort)
    return Figure(figure_id("retention", label, "size"), size, "count")


def notes(told: "RetentionMeasures", report: "Retention") -> tuple[str, ...]:
    """What must stand below: marks, small cohorts, who is left out, the time zone."""
    spec = report.spec
    lines = []
    if any(cell.eligible and not cell.complete for cell in report.cells):
        counted = "counted so far" if spec.incomplete == "mark" else "only those over are counted"
        lines.append(f"* not over for every member of the cohort; {counted}.")
    if any(cell.eligible and cell.rate is None for cell in report.cells):
        lines.append(f"Whole numbers: fewer than {spec.min_size} members to divide by.")
    if report.left_out:
        lines.append(f"{report.left_out:,} {spec.entity}s without a birth day are left out.")
    if report.internal:
        lines.append(f"{report.internal:,} internal or test {spec.entity}s are left out.")
    return (*lines, *([f"Days are those of {told.zone}."] if told.zone else []))


def _curve(told: "RetentionMeasures", report: "Retention") -> Chart:
    return Chart(
        "retention.curve",
        f"Retention curve of all cohorts, by {report.spec.unit} since birth",
        about(told, report),
        "line",
        _marked(report),
        f"{report.spec.unit}s since birth (* over for fewer than half)",
        "share retained",
        "share",
        (_series("all cohorts", report.means),),
    )


def _marked(report: "Retention") -> tuple[str, ...]:
    """Buckets that are over for fewer than half of all members rest on the older cohorts alone."""
    total = members(report)
    over = dict.fromkeys((window.label for window in report.spec.windows()), 0)
    for cell in report.cells:
        over[cell.bucket] += cell.eligible if cell.complete or _excludes(report) else 0
    return tuple(f"{label.split()[-1]}{'*' if 2 * n < total else ''}" for label, n in over.items())


def _excludes(report: "Retention") -> bool:
    return report.spec.incomplete == "exclude"


def _series(name: str, means: "tuple[RetentionMean, ...]") -> Series:
    low, high = tuple(m.low for m in means), tuple(m.high for m in means)
    banded = any(one is not None for one in low)
    return Series(name, tuple(m.rate for m in means), low if banded else (), high if banded else ())


def _came_back(told: "RetentionMeasures", report: "Retention") -> Table:
    """Those who were away the unit before, apart from those who stayed."""
    rows = tuple(
        (words(mean.bucket), *_back_cells(mean)) for mean in report.means[1:] if mean.eligible
    )
    base = about(told, report)
    definition = f"{reactivation(report.spec)} {base.definition}"
    return Table(
        "retention.came-back",
        "Stayed, and came back",
        About(definition, base.period, base.accounts, base.query),
        (report.spec.unit, "retained", "of them stayed", "of them back again"),
        rows,
    )


def _back_cells(mean: "RetentionMean") -> tuple[Part, ...]:
    counts = {
        "retained": mean.retained,
        "stayed": mean.retained - mean.reactivated,
        "back again": mean.reactivated,
    }
    return tuple(
        Figure(figure_id("retention", "curve", mean.bucket, name), value, "count", n=mean.eligible)
        for name, value in counts.items()
    )


def _parts(told: "RetentionMeasures", report: "Retention") -> Table:
    by = str(report.spec.breakdown)
    labels = tuple(window.label for window in told.spec.windows())
    sizes = part_sizes(report)
    shown = sorted(report.parts, key=lambda part: (-sizes[part], part))
    rows = tuple((words(part), *_part_cells(report, part, sizes[part], labels)) for part in shown)
    columns = (_BY[by], f"{told.spec.entity}s", *(w for w in labels if w in _labels(report)))
    return Table(
        f"retention.{by}",
        f"Retention by {_BY[by]}",
        about(told, report),
        columns,
        rows,
        notes(told, report),
        shade=tuple(range(2, len(columns))),
    )


def _part_cells(
    report: "Retention", part: str, size: int, labels: tuple[str, ...]
) -> "Iterator[Part]":
    by = str(report.spec.breakdown)
    yield Figure(figure_id("retention", by, part, "size"), size, "count")
    for mean in report.means:
        if mean.part == part and mean.bucket in labels:
            yield mean_figure(mean, (by, part))


def _labels(report: "Retention") -> set[str]:
    return {window.label for window in report.spec.windows()}


def part_sizes(report: "Retention") -> dict[str, int]:
    """How many members each part has."""
    first = report.spec.windows()[0].label
    sizes = dict.fromkeys(report.parts, 0)
    for cell in report.cells:
        sizes[cell.part] += cell.size if cell.bucket == first else 0
    return sizes


def _arms(told: "RetentionMeasures", report: "Retention") -> Chart:
    return Chart(
        "retention.arms",
        "Retention curve by arm of the play",
        about(told, report),
        "line",
        _marked(report),
        f"{report.spec.unit}s since birth (* over for fewer than half)",
        "share retained",
        "share",
        tuple(_series(p, tuple(m for m in report.means if m.part == p)) for p in report.parts),
    )
