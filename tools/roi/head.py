"""The ranked head: the few candidates that leave the warehouse."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.roi.offers import DO_NOTHING
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.warehouse.engine import Engine


@dataclass(frozen=True)
class Candidate:
    """One action for one account as the warehouse priced it, with every input of the price.

    Money is integer cents of our currency; chances are basis points.
    """

    account_id: str
    play: str
    version: int
    goal: str
    segment: str | None
    nv_minor: int
    q10_minor: int
    q90_minor: int
    cost_minor: int
    hours: Decimal
    basis: str
    currency: str
    interval_months: int
    raw_minor: int
    revenue_minor: int
    value_minor: int
    seats: int | None
    churn_bp: int | None
    churn_source: str | None
    p0_bp: int
    p0_source: str | None
    kept_minor: int
    headroom_minor: int


_COLUMNS = ", ".join(f"c.{field.name} AS {field.name}" for field in fields(Candidate))


def head(engine: "Engine", size: int) -> list[Candidate]:
    """All worthwhile candidates of the accounts that lead by value, value per hour or per cost.

    `size` rows lead in each of the three orders; ties go by account and play. Best value first.
    """
    sql = read_sql(__package__, "head").replace("$columns", _COLUMNS)
    return _read(engine, sql, size)


def alternatives(engine: "Engine", accounts: "Sequence[str]") -> list[Candidate]:
    """Everything priced for some accounts, worthwhile or not, do_nothing (worth 0) among it."""
    if not accounts:
        return []
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(set(accounts)))
    sql = (
        f"SELECT {_COLUMNS} FROM candidates AS c WHERE c.account_id IN ({names}) "
        "ORDER BY c.account_id, c.nv_minor DESC, c.play"
    )
    return _read(engine, sql, None)


def _read(engine: "Engine", sql: str, size: int | None) -> list[Candidate]:
    parameters: dict[str, int | str] = {"nothing": DO_NOTHING, "size": size} if size else {}
    return [Candidate(**row) for row in engine.run(sql, **parameters).to_pylist()]
