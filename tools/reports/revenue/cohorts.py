"""Logo, net and gross retention and use on the same cohorts: accounts by their first paid month."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.days import from_number, month_start
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tools.reports.revenue.movements import Boundary
    from tools.warehouse.engine import Engine

    Rows = dict[int, dict[str, int]]


@dataclass(frozen=True)
class CohortMonth:
    """One cohort at the end of one month, in one currency.

    Attributes:
        cohort: month number of the first paid day.
        age: months since; 0 is the end of the cohort's own month.
        size: accounts, those that left within their first month included.
        base: their revenue on their first paid day.
        at_risk: that had paid at every month's end before.
        unbroken: that still do or are paused: `at_risk` less those lost in this month.
        paying: that pay now in any currency, those that came back included.
        minor: what they pay now.
        capped: the same, of each at most what it paid first.
        before: what they paid a month ago.
        kept: of that, what they still pay; who pays in another currency or is paused lost nothing.
        users: that used the product in this month, None without usage.
    """

    currency: str
    cohort: int
    age: int
    size: int
    base: int
    at_risk: int
    unbroken: int
    paying: int
    minor: int
    capped: int
    before: int
    kept: int
    users: int | None

    @property
    def label(self) -> str:
        """The cohort as 2023-06."""
        return from_number(month_start(self.cohort)).isoformat()[:7]

    @property
    def lost(self) -> int:
        """Accounts that stopped paying in this month for the first time."""
        return self.at_risk - self.unbroken


@dataclass(frozen=True)
class Hazard:
    """All cohorts together at one age: h_k, and S_k, the product of 1 - h_j until then."""

    age: int
    cohorts: int
    at_risk: int
    lost: int
    survival: float
    before: int
    kept: int
    revenue_survival: float

    @property
    def churn(self) -> float:
        """Share of the accounts at risk that were lost."""
        return self.lost / self.at_risk

    @property
    def revenue_churn(self) -> float:
        """Share of the revenue of a month ago that was lost or shrank."""
        return 1 - self.kept / self.before if self.before else 0.0


def measure_cohorts(
    engine: "Engine", present: "Collection[str]", last: int | None, boundary: "Boundary"
) -> tuple[CohortMonth, ...]:
    """Every cohort at every closed month, from the relations of the movements.

    Args:
        engine: holds revenue_lines, revenue_first, revenue_mrr, usage and calendar.
        present: canonical tables this company has at all.
        last: the last closed month.
        boundary: how a month is closed.
    """
    if last is None:
        return ()
    shift = 1 if boundary == "opening" else 0
    groups = _groups(engine, "cohort_money", shift)
    users = _groups(engine, "cohort_usage", shift) if "events" in present else None
    return tuple(
        month
        for key, rows in groups.items()
        for month in _months(*key, rows, last, None if users is None else users.get(key, {}))
    )


def hazards(cohorts: tuple[CohortMonth, ...]) -> tuple[Hazard, ...]:
    """Churn by age over all cohorts that have reached it, for as long as anybody is at risk."""
    found: list[Hazard] = []
    accounts = revenue = 1.0
    for age in sorted({month.age for month in cohorts}):
        here = [month for month in cohorts if month.age == age]
        at_risk, before = sum(m.at_risk for m in here), sum(m.before for m in here)
        if not at_risk:
            break
        kept = sum(m.kept for m in here)
        lost = sum(m.lost for m in here)
        accounts *= 1 - lost / at_risk
        revenue *= kept / before if before else 1.0
        found.append(Hazard(age, len(here), at_risk, lost, accounts, before, kept, revenue))
    return tuple(found)


def _groups(engine: "Engine", name: str, shift: int) -> "dict[tuple[str, int], Rows]":
    groups: dict[tuple[str, int], Rows] = {}
    for row in engine.run(read_sql(__package__, name), shift=shift).to_pylist():
        groups.setdefault((row["currency"], row["cohort"]), {})[row["age"]] = row
    return groups


def _months(
    currency: str, cohort: int, rows: "Rows", last: int, used: "Rows | None"
) -> "Iterator[CohortMonth]":
    """From the first day (age -1) on, every month's end that is closed, empty ones included."""
    empty = dict.fromkeys(("paying", "unbroken", "minor", "capped", "kept"), 0)
    start = before = rows[-1]
    for age in range(last - cohort + 1):
        now = rows.get(age, empty)
        yield CohortMonth(
            currency=currency,
            cohort=cohort,
            age=age,
            size=start["paying"],
            base=start["minor"],
            at_risk=before["unbroken"],
            unbroken=now["unbroken"],
            paying=now["paying"],
            minor=now["minor"],
            capped=now["capped"],
            before=before["minor"],
            kept=now["kept"],
            users=None if used is None else used.get(age, {"users": 0})["users"],
        )
        before = now
