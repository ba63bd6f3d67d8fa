"""Constant currency: a comparison at the rates of its first day, so that rates move nothing."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.currencies import rate_of_minor
from tools.errors import NotComputable
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.reports.revenue.spec import DatedRate
    from tools.warehouse.engine import Engine

PARTS = 10**8  # of a minor unit: a rate keeps eight decimals
_RATES = pa.schema([("currency", pa.string()), ("rate", pa.int64())])


def convert(
    engine: "Engine", month: int, months: int, currency: str, rates: "tuple[DatedRate, ...]"
) -> None:
    """Create revenue_paid in one currency, at the rates of the point the comparison starts from.

    Raises:
        NotComputable: when a currency that is paid in has no rate by that day.
    """
    sql = "SELECT p.day AS day FROM revenue_points AS p WHERE p.month_n = $month_n"
    (start,) = engine.run(sql, month_n=month - months).to_pylist()
    used = {currency: PARTS} | {
        rate.currency: _parts(rate, currency)
        for rate in sorted(rates, key=lambda rate: rate.day)
        if rate.day <= start["day"]
    }
    lacking = sorted(_paid_in(engine, month, months) - used.keys())
    if lacking:
        raise NotComputable(*(f"rate of {name or 'no currency'}" for name in lacking))
    rows = [{"currency": name, "rate": rate} for name, rate in sorted(used.items())]
    engine.put("revenue_rates", pa.Table.from_pylist(rows, schema=_RATES))
    engine.create("revenue_paid", read_sql(__package__, "constant_currency"), currency=currency)


def _parts(rate: "DatedRate", currency: str) -> int:
    """What one minor unit of its currency is worth in the other, in parts."""
    exact = rate_of_minor(rate.rate, rate.currency, currency) * PARTS
    return int(exact.to_integral_value(ROUND_HALF_EVEN))


def minor(parts: int) -> int:
    """Parts as whole minor units, half to even: the border."""
    return int((Decimal(parts) / PARTS).to_integral_value(ROUND_HALF_EVEN))


def _paid_in(engine: "Engine", month: int, months: int) -> set[str]:
    sql = (
        "SELECT DISTINCT m.currency AS currency FROM revenue_mrr AS m "
        "WHERE m.month_n BETWEEN $first AND $last"
    )
    rows = engine.run(sql, first=month - months, last=month).to_pylist()
    return {row["currency"] for row in rows}
