"""Recurring revenue line by line in our own currency, for what has to add accounts up."""

from typing import TYPE_CHECKING

from tools.roi.fixed_point import half_even
from tools.roi.sql_number import column
from tools.roi.tables import minor_rates
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from sqlglot import exp

    from tools.roi.economics import Economics
    from tools.warehouse.engine import Engine


def put_rates(as_of: int, engine: "Engine", economics: "Economics") -> None:
    """Make `paid_rates`: what one minor unit of each currency is worth in ours."""
    engine.put("paid_rates", minor_rates(as_of, economics))


def put_paid_lines(as_of: int, engine: "Engine", economics: "Economics") -> None:
    """Make `paid_lines`: from when to when each account paid or held how much a month, exactly.

    Add up first and round the sum: see `whole`.
    """
    put_rates(as_of, engine, economics)
    engine.view("paid_lines", read_sql(__package__, "paid_lines"), currency=economics.currency)


def whole(*names: str) -> "dict[str, exp.Expr]":
    """A parameter named like each exact column: it in whole minor units, half to even."""
    return {name: half_even(column(name)) for name in names}
