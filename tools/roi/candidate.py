"""A priced pair of account and play, and the query that prices the pairs of a relation."""

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from tools.roi.steps import trees
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class Candidate:
    """One action for one account as the warehouse priced it, with every input of the price.

    Money is integer cents of our currency; the chance without us is in millionths, that to be lost
    in basis points; `safe_minor` is what it brings at worst, its cost aside, but for the chance of
    harm that the limits allow; `spread` is how far chance and value may be off together, in
    hundredths, and `likeness` how much the account is like those best not called, in percent.
    """

    account_id: str
    play: str
    version: int
    goal: str
    segment: str | None
    nv_minor: int
    q10_minor: int
    q90_minor: int
    safe_minor: int
    cost_minor: int
    hours: "Decimal"
    basis: str
    currency: str
    interval_months: int
    raw_minor: int
    revenue_minor: int
    value_minor: int
    seats: int | None
    product: str | None
    likeness: int
    churn_bp: int | None
    churn_source: str | None
    p0_ppm: int
    p0_source: str | None
    spread: int
    kept_minor: int
    headroom_minor: int


def prices_sql(pairs: str) -> str:
    """The query that prices the pairs of a relation; what cannot be priced has no value."""
    return read_sql(__package__, "prices").replace("roi_inputs", pairs)


def candidates_sql(pairs: str) -> str:
    """The query of the candidates among the pairs of a relation."""
    told = ", ".join(f"{field.name} AS {field.name}" for field in fields(Candidate))
    return f"SELECT {told} FROM ({prices_sql(pairs)}) AS priced WHERE missing IS NULL"


@cache
def price_trees(*, told: bool) -> dict[str, exp.Expr]:
    """The expressions of a price; the net value is worked out, or `told` by the pairs already."""
    found = trees()
    if not told:
        return found | {"told": exp.cast(exp.null(), "bigint"), "nv": found["net_cents"]}
    return found | {"told": exp.column("nv_minor", "i"), "nv": exp.column("told_minor")}
