"""Recurring revenue line by line in our own currency, for what has to add accounts up."""

from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.roi.fixed import half_even, to_places
from tools.roi.symbols import column
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.roi.economics import Economics
    from tools.warehouse.engine import Engine


def put_rates(as_of: int, engine: "Engine", economics: "Economics") -> None:
    """Make `paid_rates`: what one unit of each currency is worth in ours on the day."""
    rates = economics.in_group(as_of, "exchange_rate") | {economics.currency: Decimal(1)}
    engine.put("paid_rates", pa.table({
        "currency": pa.array(list(rates), pa.string()),
        "rate": pa.array([to_places(r, 6) for r in rates.values()], pa.decimal128(12, 6)),
    }))  # fmt: skip


def put_paid_lines(as_of: int, engine: "Engine", economics: "Economics") -> None:
    """Make `paid_lines`: from when to when each account paid how much a month."""
    put_rates(as_of, engine, economics)
    engine.view(
        "paid_lines", read_sql(__package__, "paid_lines"), currency=economics.currency,
        cents=half_even(column("exact")),
    )  # fmt: skip
