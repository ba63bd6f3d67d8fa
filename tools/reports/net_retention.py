"""Net and gross revenue retention, point to point, on the accounts that paid at the start."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.days import from_number, month_start
from tools.reports.intervals import Interval, ratio_interval, wilson
from tools.reports.revenue import Boundary, prepare_revenue
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.warehouse.engine import Engine

    Pairs = list[dict[str, int]]


@dataclass(frozen=True)
class NetRetention:
    """What became of the revenue of `months` ago, in one currency.

    Attributes:
        accounts: that paid at the start; accounts won since are not in any figure.
        nrr: revenue now over revenue then; above 1 when expansion outweighs losses.
        grr: the same with every account capped at what it paid then; never above 1.
        logos: share of accounts that still pay, with its Wilson interval.
        nrr_without_largest: without the account that paid most then.
    """

    month: int
    months: int
    currency: str
    accounts: int
    start: int
    end: int
    nrr: float
    nrr_interval: Interval | None
    nrr_without_largest: float | None
    grr: float
    grr_interval: Interval | None
    logos: float
    logos_low: float
    logos_high: float
    definition: str


def measure_net_retention(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    months: int = 12,
    boundary: Boundary = "opening",
) -> tuple[NetRetention, ...]:
    """NRR, GRR and logo retention of the last closed month, one for each currency.

    Empty when the company has no revenue that old. Raises NotComputable without subscriptions.
    """
    prepare_revenue(as_of, engine, present, boundary)
    last = engine.run("SELECT MAX(month_n) AS month_n FROM revenue_points").to_pylist()
    month = last[0]["month_n"]
    if month is None:
        return ()
    sql = read_sql(__package__, "revenue_pairs")
    groups: dict[str, Pairs] = {}
    for row in engine.run(sql, month_n=month, months=months).to_pylist():
        groups.setdefault(row["currency"], []).append(row)
    return tuple(_retention(month, months, *group) for group in groups.items())


def _retention(month: int, months: int, currency: str, pairs: "Pairs") -> NetRetention:
    number = [row["accounts"] for row in pairs]
    before, after = [row["before"] for row in pairs], [row["after"] for row in pairs]
    kept = [min(row["before"], row["after"]) for row in pairs]
    paying = sum(row["accounts"] for row in pairs if row["after"] > 0)
    start, low_high = _total(before, number), wilson(paying, sum(number))
    return NetRetention(
        month=month,
        months=months,
        currency=currency,
        accounts=sum(number),
        start=start,
        end=_total(after, number),
        nrr=_total(after, number) / start,
        nrr_interval=ratio_interval(after, before, number),
        nrr_without_largest=_without_largest(pairs),
        grr=_total(kept, number) / start,
        grr_interval=ratio_interval(kept, before, number),
        logos=paying / sum(number),
        logos_low=low_high[0],
        logos_high=low_high[1],
        definition=_words(month, months),
    )


def _total(values: list[int], number: list[int]) -> int:
    return sum(value * n for value, n in zip(values, number, strict=True))


def _without_largest(pairs: "Pairs") -> float | None:
    """The pairs come largest first; of equals the one that pays most now is taken."""
    first, *rest = pairs
    rest = [{**first, "accounts": first["accounts"] - 1}, *rest]
    start = sum(row["before"] * row["accounts"] for row in rest)
    return sum(row["after"] * row["accounts"] for row in rest) / start if start else None


def _words(month: int, months: int) -> str:
    end = from_number(month_start(month)).isoformat()[:7]
    then = from_number(month_start(month - months)).isoformat()[:7]
    return (
        f"Point to point: revenue at the end of {end} over revenue at the end of {then}, of the "
        "accounts that paid then; new accounts excluded; an account that left and came back "
        "in between counts as kept. Not annualised. Currencies are never added."
    )
