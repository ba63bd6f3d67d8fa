"""What happens without us, by segment: the outcomes that were counted, with their windows."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.warehouse.engine import Engine

CHURN, RENEWAL = "churn", "renewal"


@dataclass(frozen=True)
class Windows:
    """Days each probability is about.

    `score` None: the churn score is about one renewal, not about days. `outcomes` gives the days
    of expansion, return and churn; an outcome without days is not used.
    """

    score: int | None
    outcomes: "Mapping[str, int]"


@dataclass(frozen=True)
class Rate:
    """How often an outcome happens in a segment, in basis points, with its evidence."""

    segment: str
    outcome: str
    basis_points: int
    n: int
    label: str


def read_rates(engine: "Engine") -> list[Rate]:
    """The outcomes of all segments: a handful of rows."""
    rows = engine.run(
        "SELECT segment AS segment, outcome AS outcome, mean AS mean, n AS n, label AS label "
        "FROM outcomes WHERE NOT mean IS NULL AND NOT segment IS NULL ORDER BY segment, outcome"
    ).to_pylist()
    return [
        Rate(r["segment"], r["outcome"], to_points(r["mean"]), int(r["n"] or 0), r["label"] or "")
        for r in rows
    ]


def to_points(chance: float) -> int:
    """A chance in basis points, never quite 0 or 1."""
    points = (Decimal(chance) * 10_000).to_integral_value(ROUND_HALF_EVEN)
    return min(max(int(points), 1), 9_999)


def churn_rates(rates: "Iterable[Rate]", *, pooled: bool = False) -> list[Rate]:
    """The rate to be lost by segment, or one of everybody, each segment weighing its accounts."""
    found = [r for r in rates if r.outcome == CHURN]
    if not pooled or not found:
        return found
    weight = sum(r.n for r in found)
    if weight == 0:
        return []
    points = Decimal(sum(r.n * r.basis_points for r in found)) / weight
    return [Rate("", CHURN, int(points.to_integral_value(ROUND_HALF_EVEN)), weight, "pooled")]
