"""What happens without us, by segment: the outcomes that were counted, with their windows."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from math import log
from typing import TYPE_CHECKING

from tools.roi.fixed_point import MILLION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.warehouse.engine import Engine

CHURN, RENEWAL, RETURN = "churn", "renewal", "return"
Z90 = 1.2816
WIDEST = 150


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
    """How often an outcome happens in a segment, in millionths, with its evidence.

    `spread` is how far it may be off: the standard deviation of its logarithm, in hundredths.
    """

    segment: str
    outcome: str
    millionths: int
    n: int
    label: str
    spread: int = 0

    @property
    def basis_points(self) -> int:
        """The rate in basis points, never quite 0 or 1."""
        return to_points(self.millionths / MILLION)


def read_rates(engine: "Engine") -> list[Rate]:
    """The outcomes of all segments: a handful of rows."""
    rows = engine.run(
        "SELECT segment AS segment, outcome AS outcome, mean AS mean, n AS n, label AS label, "
        "q10 AS q10, q90 AS q90 FROM outcomes "
        "WHERE NOT mean IS NULL AND NOT segment IS NULL ORDER BY segment, outcome"
    ).to_pylist()
    return [
        Rate(
            r["segment"],
            r["outcome"],
            to_millionths(r["mean"]),
            int(r["n"] or 0),
            r["label"] or "",
            spread_of(r["q10"], r["q90"]),
        )
        for r in rows
    ]


def to_millionths(chance: float) -> int:
    """A chance in millionths, never quite 0 or 1."""
    points = (Decimal(chance) * MILLION).to_integral_value(ROUND_HALF_EVEN)
    return min(max(int(points), 1), MILLION - 1)


def to_points(chance: float) -> int:
    """A chance in basis points, never quite 0 or 1."""
    points = (Decimal(chance) * 10_000).to_integral_value(ROUND_HALF_EVEN)
    return min(max(int(points), 1), 9_999)


def spread_of(q10: float | None, q90: float | None) -> int:
    """How far apart the ends of an 80 % interval are, as a spread in hundredths."""
    if not q10 or not q90 or q10 <= 0:
        return WIDEST
    return min(round(100 * log(q90 / q10) / (2 * Z90)), WIDEST)


def churn_rates(rates: "Iterable[Rate]", *, pooled: bool = False) -> list[Rate]:
    """The rate to be lost by segment, or one of everybody, each segment weighing its accounts."""
    found = [r for r in rates if r.outcome == CHURN]
    if not pooled or not found:
        return found
    weight = sum(r.n for r in found)
    if weight == 0:
        return []
    points = Decimal(sum(r.n * r.millionths for r in found)) / weight
    return [Rate("", CHURN, int(points.to_integral_value(ROUND_HALF_EVEN)), weight, "pooled")]
