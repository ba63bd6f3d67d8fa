"""The movement form of churn: what a month's moves took, over the revenue it started with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.stats.intervals import Interval, ratio_interval
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.engine import Engine


@dataclass(frozen=True)
class MonthChurn:
    """One month in one currency; new accounts are neither above nor below the line.

    Attributes:
        accounts: that paid at the start.
        gross: (churn + contraction) over start; pauses and changes of currency are neither.
        net: (churn + contraction - expansion - reactivation) over start; below 0 it grew.
    """

    month: int
    currency: str
    accounts: int
    gross: float
    gross_interval: Interval | None
    gross_without_largest: float | None
    net: float
    net_interval: Interval | None
    net_without_largest: float | None


def month_churn(engine: "Engine", month: int) -> tuple[MonthChurn, ...]:
    """Gross and net churn of a closed month, from the relations of the movements."""
    groups: dict[str, list[dict[str, int]]] = {}
    for row in engine.run(read_sql(__package__, "month_churn"), month_n=month).to_pylist():
        groups.setdefault(row["currency"], []).append(row)
    found = (_churn(month, currency, rows) for currency, rows in groups.items())
    return tuple(one for one in found if one is not None)


def _churn(month: int, currency: str, rows: list[dict[str, int]]) -> MonthChurn | None:
    before, number = [r["before"] for r in rows], [r["accounts"] for r in rows]
    net = [r["lost"] for r in rows]
    lost = [max(amount, 0) for amount in net]
    if not any(before):
        return None
    return MonthChurn(
        month=month,
        currency=currency,
        accounts=sum(r["accounts"] for r in rows if r["before"]),
        gross=_ratio(lost, before, number) or 0.0,
        gross_interval=ratio_interval(lost, before, number),
        gross_without_largest=_ratio(lost, before, [number[0] - 1, *number[1:]]),
        net=_ratio(net, before, number) or 0.0,
        net_interval=ratio_interval(net, before, number),
        net_without_largest=_ratio(net, before, [number[0] - 1, *number[1:]]),
    )


def _ratio(top: list[int], bottom: list[int], number: list[int]) -> float | None:
    start = sum(b * n for b, n in zip(bottom, number, strict=True))
    moved = sum(t * n for t, n in zip(top, number, strict=True))
    return moved / start if start else None
