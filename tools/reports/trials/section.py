"""The section on trials: how many of those who try have paid by day 14, 30 and 60.

Relations read: subscriptions, calendar. Relations made: trial_waits.
"""

from typing import TYPE_CHECKING

from tools.days import between, month_start
from tools.document.model import About, Chart, Figure, Section, Series, Table, words
from tools.errors import NotComputable
from tools.reports.context import SectionResult
from tools.reports.figure_ids import month, stamp
from tools.reports.trials.measure import BY_DAYS, measure_trials

if TYPE_CHECKING:
    from tools.document.model import Block, Line, Part
    from tools.reports.context import ReportContext
    from tools.reports.trials.measure import Cohort, Trials

LEAST = 20
_NOT_YET = "too young"
_FEW = "too few"
_MEMBERS = """
SELECT CONCAT('trials.', CAST(w.month_n // 12 + 1970 AS TEXT), '-', CASE WHEN w.month_n % 12 < 9
    THEN '0' ELSE '' END, CAST(w.month_n % 12 + 1 AS TEXT), '.started') AS figure,
    w.account_id AS account_id, w.account_id AS member_id
FROM trial_waits AS w
UNION ALL
SELECT 'trials.{day}.started' AS figure, w.account_id AS account_id, w.account_id AS member_id
FROM trial_waits AS w
UNION ALL
SELECT 'trials.{day}.cancelled' AS figure, w.account_id AS account_id, w.account_id AS member_id
FROM trial_waits AS w
WHERE w.cancelled_after IS NOT NULL
    AND (w.paid_after IS NULL OR w.paid_after > w.cancelled_after)
"""


def make_trials(given: "ReportContext") -> SectionResult:
    """What became of the trials of the twelve months before the report and of its own."""
    try:
        found = measure_trials(given.as_of, given.engine, given.present)
    except NotComputable as lacking:
        return SectionResult(_without(lacking))
    if not found.whole.started:
        none = words("No trial started in the year before this report.")
        return SectionResult(Section("trials", "Trials", ((none,),)))
    blocks: tuple[Block, ...] = (_table(found), *_chart(found))
    members = _MEMBERS.format(day=stamp(given.as_of))
    return SectionResult(Section("trials", "Trials", tuple(_lines(found)), blocks), members)


def _without(lacking: NotComputable) -> Section:
    said = words(f"Trials cannot be told; missing: {', '.join(lacking.missing)}.")
    return Section("trials", "Trials", ((said,),), missing=lacking.missing)


def _lines(found: "Trials") -> "list[Line]":
    name, whole = f"trials.{stamp(found.as_of)}", found.whole
    first: Line = (
        words("Of "),
        _started(name, whole, found.as_of),
        words(" trials of the last twelve months, "),
        _share(name, 30, whole, found.as_of),
        words(" pay within 30 days and "),
        _share(name, 60, whole, found.as_of),
        words(" within 60."),
    )
    given_up = Figure(f"{name}.cancelled", found.cancelled, "count", drill=True)
    how = (
        " were cancelled first, which counts as an end of its own."
        if found.competing
        else " were cancelled first, too few to count as an end of their own."
    )
    return [first, *_newest(found), (given_up, words(how))]


def _newest(found: "Trials") -> "list[Line]":
    """The newest month that can be told at 30 days, beside the whole."""
    told = [c for c in found.cohorts if c.started >= LEAST and c.curve.at(30)]
    if len(told) < 2:
        return []
    name = label(told[-1])
    share = _share(f"trials.{name}", 30, told[-1], found.as_of)
    said = f"The newest month that can be told is {name}: "
    return [(words(said), share, words(" within 30 days."))]


def label(cohort: "Cohort") -> str:
    """The month of a cohort, as 2026-03."""
    return "all months" if cohort.month is None else month(cohort.month)


def _mark(cohort: "Cohort", day: int, as_of: int) -> str:
    """`*` while some trials of the month have not been watched for so many days.

    All months together are named by their morning, at which nothing more will change.
    """
    if cohort.month is None or month_start(cohort.month + 1) + day <= as_of:
        return ""
    return "*"


def _started(name: str, cohort: "Cohort", as_of: int) -> Figure:
    mark = _mark(cohort, 0, as_of)
    return Figure(f"{name}.started", cohort.started, "count", mark=mark, drill=True)


def _share(name: str, day: int, cohort: "Cohort", as_of: int) -> Figure:
    name, point = f"{name}.paid-by-day-{day}", cohort.curve.at(day)
    if cohort.started < LEAST:
        return Figure(name, None, "share", n=cohort.started, missing=_FEW)
    if point is None:
        return Figure(name, None, "share", n=cohort.started, missing=_NOT_YET)
    return Figure(
        name,
        point.share,
        "share",
        low=point.low,
        high=point.high,
        n=cohort.started,
        mark=_mark(cohort, day, as_of),
    )


def _about(found: "Trials") -> About:
    period = f"trials started {between(found.since, found.as_of)}"
    return About(found.definition, period, found.whole.started, found.query)


def _row(name: str, shown: str, cohort: "Cohort", as_of: int) -> "tuple[Part, ...]":
    shares = (_share(name, day, cohort, as_of) for day in BY_DAYS)
    return (words(shown), _started(name, cohort, as_of), *shares)


def _table(found: "Trials") -> Table:
    rows = [
        _row(f"trials.{label(cohort)}", label(cohort), cohort, found.as_of)
        for cohort in found.cohorts
    ]
    rows.append(_row(f"trials.{stamp(found.as_of)}", label(found.whole), found.whole, found.as_of))
    heads = tuple(f"paid by day {day}" for day in BY_DAYS)
    young = f"{_NOT_YET}: no trial of the month has been watched for so many days."
    few = f"{_FEW}: under {LEAST} trials, no percentage."
    star = "*: not every trial of the month has been watched for so many days."
    return Table(
        "trials.by-month",
        "Trials that pay, by month of start",
        _about(found),
        ("month of start", "trials", *heads),
        tuple(rows),
        (star, young, few),
        cut="head",
    )


def _chart(found: "Trials") -> tuple[Chart, ...]:
    if found.whole.started < LEAST:
        return ()
    days = range(max(BY_DAYS) + 1)
    points = [found.whole.curve.at(day) for day in days]
    y, low, high = (
        tuple(None if p is None else getattr(p, name) for p in points)
        for name in ("share", "low", "high")
    )
    line = Series("paid", y, low, high)
    return (
        Chart(
            "trials.curve",
            "Trials that have paid",
            _about(found),
            "line",
            tuple(map(str, days)),
            "days since the trial started",
            "share that has paid",
            "share",
            (line,),
        ),
    )
