"""Trial-to-paid: how many of those who try have paid by day k, the unfinished ones counted fairly.

Dividing those who paid by all who started punishes the newest months, which have had no time yet
(simulated: .153 where the truth is .200); here a trial counts for as long as it was watched.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from tools.days import month_number, month_start
from tools.errors import NotComputable
from tools.stats.survival import Curve, SurvivalStep, cumulative, together
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.warehouse.engine import Engine

BY_DAYS = (14, 30, 60)
MONTHS = 12
MOST_CANCELLED = 0.05


@dataclass(frozen=True)
class Cohort:
    """The trials that started in one month (None: in any), their number and their curve."""

    month: int | None
    started: int
    curve: Curve


@dataclass(frozen=True)
class Trials:
    """What became of the trials of twelve months and the one that is not over.

    Attributes:
        whole: all months together.
        cancelled: trials given up before they paid.
        competing: whether cancelling was counted as an end of its own.
    """

    as_of: int
    since: int
    whole: Cohort
    cancelled: int
    competing: bool
    cohorts: tuple[Cohort, ...]
    definition: str
    query: str


def measure_trials(
    as_of: int, engine: "Engine", present: "Collection[str]", months: int = MONTHS
) -> Trials:
    """Measure trial-to-paid from relations subscriptions and calendar; makes `trial_waits`.

    Raises:
        NotComputable: without subscriptions.
    """
    if "subscriptions" not in present:
        raise NotComputable("subscriptions")
    since = month_start(month_number(as_of - 1) - months)
    waits, steps = read_sql(__package__, "waits"), read_sql(__package__, "steps")
    engine.create("trial_waits", waits, as_of=as_of, since=since)
    started, cancelled = _counts(engine)
    competing = cancelled > MOST_CANCELLED * started
    by_month: dict[int, list[SurvivalStep]] = {}
    for row in engine.run(steps, horizon=max(BY_DAYS), compete=competing).to_pylist():
        by_month.setdefault(row.pop("month_n"), []).append(SurvivalStep(**row))
    cohorts = tuple(Cohort(m, s[0].at_risk, cumulative(s)) for m, s in by_month.items())
    whole = Cohort(None, started, cumulative(together(by_month.values())))
    query = sha256(f"{waits}{steps}{months}{competing}".encode()).hexdigest()[:16]
    words = _words(competing=competing)
    return Trials(as_of, since, whole, cancelled, competing, cohorts, words, query)


def _counts(engine: "Engine") -> tuple[int, int]:
    row = engine.run(
        "SELECT COUNT(*) AS started, CAST(COALESCE(SUM(CASE WHEN cancelled_after IS NOT NULL "
        "AND (paid_after IS NULL OR paid_after > cancelled_after) THEN 1 ELSE 0 END), 0) "
        "AS BIGINT) AS cancelled FROM trial_waits"
    ).to_pylist()[0]
    return row["started"], row["cancelled"]


def _words(*, competing: bool) -> str:
    how = (
        "More than 5 % were cancelled, so a cancelled trial is an end of its own: cumulative "
        "incidence (Aalen and Johansen)"
        if competing
        else "At most 5 % were cancelled, and a cancelled trial stays in the count, since it may "
        "still pay: Kaplan and Meier"
    )
    return (
        "A trial is an account's first trial line, if it never paid before; paid is its first paid "
        "line from that day on. A trial counts for as long as it was watched, so that a young "
        f"month is not taken for a bad one. {how}; 95 % intervals on the log-log scale."
    )
