"""The section on trials: how many of those who try have paid by day 14, 30 and 60.

Relations read: subscriptions, calendar. Relations made: trial_waits.
"""

from typing import TYPE_CHECKING

from tools.days import from_number, month_start
from tools.errors import NotComputable
from tools.reports.given import Chapter, between
from tools.reports.paper.model import About, Chart, Figure, Section, Series, Table, words
from tools.reports.trials import BY_DAYS, measure_trials

if TYPE_CHECKING:
    from tools.reports.given import Given
    from tools.reports.paper.model import Block, Line, Part
    from tools.reports.survival import Curve
    from tools.reports.trials import Cohort, Trials

LEAST = 20
_NOT_YET = "too young"
_FEW = "too few"
_MEMBERS = """
SELECT CONCAT('trials.', CAST(w.month_n // 12 + 1970 AS TEXT), '-', CASE WHEN w.month_n % 12 < 9
    THEN '0' ELSE '' END, CAST(w.month_n % 12 + 1 AS TEXT), '.started') AS figure,
    w.account_id AS account_id, w.account_id AS member_id
FROM trial_waits AS w
UNION ALL
SELECT 'trials.all.started' AS figure, w.account_id AS account_id, w.account_id AS member_id
FROM trial_waits AS w
UNION ALL
SELECT 'trials.all.cancelled' AS figure, w.account_id AS account_id, w.account_id AS member_id
FROM trial_waits AS w
WHERE w.cancelled_after IS NOT NULL
    AND (w.paid_after IS NULL OR w.paid_after > w.cancelled_after)
"""


def make_trials(given: "Given") -> Chapter:
    """What became of the trials of the year before the report."""
    try:
        found = measure_trials(given.as_of, given.engine, given.present)
    except NotComputable as lacking:
        return Chapter(_without(lacking))
    if not found.started:
        none = words("No trial started in the year before this report.")
        return Chapter(Section("trials", "Trials", ((none,),)))
    blocks: tuple[Block, ...] = (_table(found), *_chart(found))
    return Chapter(Section("trials", "Trials", tuple(_lines(found)), blocks), _MEMBERS)


def _without(lacking: NotComputable) -> Section:
    said = words(f"Trials cannot be told; missing: {', '.join(lacking.missing)}.")
    return Section("trials", "Trials", ((said,),), missing=lacking.missing)


def _lines(found: "Trials") -> "list[Line]":
    started, cancelled = _started("all", found.started), found.cancelled
    first: Line = (
        words("Of "), started, words(" trials of the last year, "),
        _share("all", 30, found.curve, found.started), words(" pay within 30 days and "),
        _share("all", 60, found.curve, found.started), words(" within 60."),
    )  # fmt: skip
    given_up = Figure("trials.all.cancelled", cancelled, "count", drill=True)
    how = (
        " were cancelled first, which counts as an end of its own."
        if found.competing
        else " were cancelled first, too few to count as an end of their own."
    )
    return [first, (given_up, words(how)), *_newest(found)]


def _newest(found: "Trials") -> "list[Line]":
    """The newest month that can be told at 30 days, beside the whole."""
    told = [c for c in found.cohorts if c.started >= LEAST and c.curve.at(30)]
    if len(told) < 2:
        return []
    newest = told[-1]
    share = _share(label(newest), 30, newest.curve, newest.started)
    return [(words(f"The newest month that can be told, {label(newest)}: "), share,
             words(" within 30 days."))]  # fmt: skip


def label(cohort: "Cohort") -> str:
    """The month of a cohort, as 2026-03."""
    return from_number(month_start(cohort.month)).isoformat()[:7]


def _started(which: str, number: int) -> Figure:
    return Figure(f"trials.{which}.started", number, "count", drill=True)


def _share(which: str, day: int, curve: "Curve", started: int) -> Figure:
    name, point = f"trials.{which}.paid by day {day}", curve.at(day)
    if started < LEAST:
        return Figure(name, None, "share", n=started, missing=_FEW)
    if point is None:
        return Figure(name, None, "share", n=started, missing=_NOT_YET)
    return Figure(name, point.share, "share", low=point.low, high=point.high, n=started)


def _row(which: str, started: int, curve: "Curve") -> "tuple[Part, ...]":
    shares = (_share(which, day, curve, started) for day in BY_DAYS)
    return (words("all months" if which == "all" else which), _started(which, started), *shares)


def _about(found: "Trials") -> About:
    period = f"trials started {between(found.since, found.as_of)}"
    return About(found.definition, period, found.started, found.query)


def _table(found: "Trials") -> Table:
    rows = [_row(label(cohort), cohort.started, cohort.curve) for cohort in found.cohorts]
    rows.append(_row("all", found.started, found.curve))
    heads = tuple(f"paid by day {day}" for day in BY_DAYS)
    young = f"{_NOT_YET}: no trial of the month has been watched for so many days."
    few = f"{_FEW}: under {LEAST} trials, no percentage."
    return Table(
        "trials.by-month", "Trials that pay, by month of start", _about(found),
        ("month of start", "trials", *heads), tuple(rows), (young, few), cut="head",
    )  # fmt: skip


def _chart(found: "Trials") -> tuple[Chart, ...]:
    if found.started < LEAST:
        return ()
    days = range(max(BY_DAYS) + 1)
    points = [found.curve.at(day) for day in days]
    y, low, high = (
        tuple(None if p is None else getattr(p, name) for p in points)
        for name in ("share", "low", "high")
    )
    line = Series("paid", y, low, high)
    return (
        Chart(
            "trials.curve", "Trials that have paid", _about(found), "line",
            tuple(map(str, days)), "days since the trial started", "share that has paid", "share",
            (line,),
        ),
    )  # fmt: skip
