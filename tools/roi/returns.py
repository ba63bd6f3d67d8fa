"""On what terms customers who left come back, and how long they then stay: our own bills say.

Who paid by the year need not come back for a year, and who left once is no average customer. So a
win-back is priced on the billing interval on which those who came back pay, and on the chance per
cycle that they leave again; either is drawn to what holds of everybody by `WEIGHT` of them. The
chance is losses over the cycles lived, those who still pay counted. (methods.md 2.1, 2.3.)
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.warehouse.engine import Engine

GRACE_DAYS = 14
WEIGHT = 5  # events: what everybody's rate counts beside one's own, and the least that is a rate
YEAR_DAYS, YEAR_MONTHS = 365, 12
RETURNERS = "returners"


@dataclass(frozen=True)
class Stints:
    """Times of paying on one billing interval; `before_months` is that of the time before, if any.

    `lost` of the `n` are over; together they lasted `days`.
    """

    interval_months: int
    before_months: int | None
    n: int
    lost: int
    days: int


@dataclass(frozen=True)
class ReturnTerms:
    """How those come back who last paid on an interval, and their chance to be lost if known."""

    before_months: int
    interval_months: int
    churn_bp: int | None


def put_returns(as_of: int, engine: "Engine") -> None:
    """Make `roi_returns`, one row for each interval on which somebody last paid."""
    rows = engine.run(read_sql(__package__, "stints"), as_of=as_of, grace=GRACE_DAYS).to_pylist()
    last = engine.run(
        "SELECT DISTINCT interval_months AS months FROM roi_last_paid WHERE interval_months >= 1"
    )["months"].to_pylist()
    found = [return_terms(months, [Stints(**row) for row in rows]) for months in sorted(last)]
    engine.put(
        "roi_returns",
        pa.table(
            {
                name: pa.array([getattr(one, name) for one in found], pa.int64())
                for name in ("before_months", "interval_months", "churn_bp")
            }
        ),
    )


def return_terms(before_months: int, stints: "Sequence[Stints]") -> ReturnTerms:
    """What to expect of one who last paid on that interval and comes back."""
    months = _interval(before_months, [s for s in stints if s.before_months is not None])
    return ReturnTerms(before_months, months, _churn(months, stints))


def _interval(before_months: int, returned: "Sequence[Stints]") -> int:
    """The likeliest interval; as before, while too few have come back to tell."""
    own: Counter[int] = Counter()
    every: Counter[int] = Counter()
    for one in returned:
        every[one.interval_months] += one.n
        own[one.interval_months] += one.n if one.before_months == before_months else 0
    if every.total() < WEIGHT:
        return before_months
    likely: dict[int, Fraction] = defaultdict(Fraction)
    for months, n in every.items():
        likely[months] = own[months] + Fraction(WEIGHT * n, every.total())
    return max(likely, key=lambda months: (likely[months], months == before_months, -months))


def _churn(months: int, stints: "Iterable[Stints]") -> int | None:
    """The chance per cycle to be lost again, in basis points."""
    same = [s for s in stints if s.interval_months == months]
    lost, cycles = sum(s.lost for s in same), _cycles(months, same)
    if lost < WEIGHT or not cycles:
        return None
    again = [s for s in same if s.before_months is not None]
    worth = WEIGHT * cycles / lost  # the cycles in which everybody loses so many
    chance = (sum(s.lost for s in again) + WEIGHT) / (_cycles(months, again) + worth)
    return min(max(round(10_000 * chance), 1), 9_999)


def _cycles(months: int, stints: "Iterable[Stints]") -> Fraction:
    return Fraction(sum(s.days for s in stints) * YEAR_MONTHS, YEAR_DAYS * months)
