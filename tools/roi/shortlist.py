"""The ranked head: the few candidates that leave the warehouse."""

from typing import TYPE_CHECKING

from tools.actions import DO_NOTHING
from tools.roi.candidate import Candidate, candidates_sql, price_trees
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.warehouse.engine import Engine

__all__ = ["Candidate", "alternatives", "head"]


def head(engine: "Engine", size: int) -> list[Candidate]:
    """All worthwhile candidates of the accounts that lead by value, value per hour or per cost.

    `size` rows lead in each of the three orders; ties go by account and play. Best value first.
    """
    trees, sql = price_trees(told=True), read_sql(__package__, "shortlist")
    engine.create("roi_leading", sql, nothing=DO_NOTHING, size=size, cents=trees["cost_cents"])
    order = "ORDER BY nv_minor DESC, account_id, play"
    found = engine.run(f"{candidates_sql('roi_leading')} {order}", **trees)
    return [Candidate(**row) for row in found.to_pylist()]


def alternatives(engine: "Engine", accounts: "Sequence[str]") -> list[Candidate]:
    """Everything priced for some accounts, worthwhile or not, do_nothing (worth 0) among it."""
    if not accounts:
        return []
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(set(accounts)))
    sql = (
        f"SELECT * FROM candidates WHERE account_id IN ({names}) "
        "ORDER BY account_id, nv_minor DESC, play"
    )
    return [Candidate(**row) for row in engine.run(sql).to_pylist()]
