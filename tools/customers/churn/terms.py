"""Terms of an additive score: a number for each value, in NumPy and in SQL, bit for bit the same.

Every value is a multiple of 2^-45, so sums below 2^7 are exact in any order, and contributions
add up exactly. `missing` is the value of an account whose feature is NULL.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[np.float64]]

GRID = 2.0**45


def on_grid(value: float) -> float:
    """The nearest multiple of 2^-45."""
    return float(np.floor(value * GRID + 0.5) / GRID)


def number(value: float) -> exp.Expression:
    """A DOUBLE literal: without an exponent DuckDB would read a DECIMAL and round twice."""
    text = repr(abs(float(value)))
    literal = exp.Literal.number(text if "e" in text else f"{text}e0")
    return exp.Neg(this=literal) if value < 0 else literal


def _choose(test: exp.Expression, yes: exp.Expression, no: exp.Expression) -> exp.Expression:
    """CASE WHEN test THEN yes ELSE no END, made of the very nodes: the builder copies them."""
    return exp.Case(ifs=[exp.If(this=test, true=yes)], default=no)


def _tree(
    column: str, cuts: "Sequence[float]", leaves: "Sequence[exp.Expression]"
) -> exp.Expression:
    if not cuts:
        return leaves[0]
    middle = len(cuts) // 2
    below = _tree(column, cuts[:middle], leaves[: middle + 1])
    above = _tree(column, cuts[middle + 1 :], leaves[middle + 1 :])
    return _choose(exp.LT(this=exp.column(column), expression=number(cuts[middle])), below, above)


def _look_up(
    column: str, cuts: "Sequence[float]", leaves: "Sequence[exp.Expression]"
) -> exp.Expression:
    """A balanced tree of comparisons over bins; `leaves` starts with the one for NULL."""
    unknown = exp.Is(this=exp.column(column), expression=exp.null())
    return _choose(unknown, leaves[0], _tree(column, cuts, leaves[1:]))


def bins(cuts: "Sequence[float]", x: "NDArray[np.float64]") -> "NDArray[np.intp]":
    """0 for missing, else 1 + the number of cuts at or below the value."""
    found = np.searchsorted(np.asarray(cuts, dtype=np.float64), x, side="right") + 1
    return np.where(np.isnan(x), 0, found)


@dataclass(frozen=True)
class StepTerm:
    """A value for each bin of one feature; `scores` starts with the one for missing."""

    feature: str
    cuts: tuple[float, ...]
    scores: tuple[float, ...]

    def shares(self) -> tuple[tuple[str, float], ...]:
        """Whose contribution the term is, and which part of it."""
        return ((self.feature, 1.0),)

    def values(self, columns: "Columns") -> "NDArray[np.float64]":
        """The term of each row."""
        return np.asarray(self.scores)[bins(self.cuts, columns[self.feature])]

    def expression(self) -> exp.Expression:
        """The term as a tree over the feature's column."""
        return _look_up(self.feature, self.cuts, [number(s) for s in self.scores])

    def scaled(self, by: float) -> "StepTerm":
        """The term times a factor."""
        return StepTerm(self.feature, self.cuts, tuple(on_grid(s * by) for s in self.scores))

    def record(self) -> dict[str, Any]:
        """The term as JSON values."""
        return {"feature": self.feature, "cuts": [*self.cuts], "scores": [*self.scores]}


@dataclass(frozen=True)
class PairTerm:
    """A value for each pair of bins of two features, half of it the contribution of either."""

    first: str
    second: str
    first_cuts: tuple[float, ...]
    second_cuts: tuple[float, ...]
    scores: tuple[tuple[float, ...], ...]

    def shares(self) -> tuple[tuple[str, float], ...]:
        """Whose contribution the term is, and which part of it."""
        return ((self.first, 0.5), (self.second, 0.5))

    def values(self, columns: "Columns") -> "NDArray[np.float64]":
        """The term of each row."""
        at = bins(self.first_cuts, columns[self.first])
        return np.asarray(self.scores)[at, bins(self.second_cuts, columns[self.second])]

    def expression(self) -> exp.Expression:
        """The term as a tree of trees."""
        rows = [
            _look_up(self.second, self.second_cuts, [number(s) for s in row]) for row in self.scores
        ]
        return _look_up(self.first, self.first_cuts, rows)

    def scaled(self, by: float) -> "PairTerm":
        """The term times a factor."""
        scores = tuple(tuple(on_grid(s * by) for s in row) for row in self.scores)
        return PairTerm(self.first, self.second, self.first_cuts, self.second_cuts, scores)

    def record(self) -> dict[str, Any]:
        """The term as JSON values."""
        cuts = {"first_cuts": [*self.first_cuts], "second_cuts": [*self.second_cuts]}
        scores = [[*row] for row in self.scores]
        return {"first": self.first, "second": self.second, **cuts, "scores": scores}


@dataclass(frozen=True)
class LinearTerm:
    """slope · x + shift, x held within [low, high] and under a square root where `root`.

    A square root tames counts and, unlike a logarithm, is the same double on every engine.
    """

    feature: str
    low: float
    high: float
    root: bool
    slope: float
    shift: float
    missing: float

    def shares(self) -> tuple[tuple[str, float], ...]:
        """Whose contribution the term is, and which part of it."""
        return ((self.feature, 1.0),)

    def values(self, columns: "Columns") -> "NDArray[np.float64]":
        """The term of each row."""
        x = columns[self.feature]
        held = np.minimum(np.maximum(x, self.low), self.high)
        held = np.sqrt(held) if self.root else held
        known = np.floor((held * self.slope + self.shift) * GRID + 0.5) / GRID
        return np.where(np.isnan(x), self.missing, known)

    def expression(self) -> exp.Expression:
        """The term as a tree over the feature's column."""
        held = f"LEAST(GREATEST({self.feature}, $low), $high)"
        held = f"SQRT({held})" if self.root else held
        text = (
            f"CASE WHEN {self.feature} IS NULL THEN $missing "
            f"ELSE FLOOR(({held} * $slope + $shift) * $grid + 5e-1) / $grid END"
        )
        tree = exp.paren(sqlglot.parse_one(text, read="duckdb"))
        given = {
            "low": self.low,
            "high": self.high,
            "slope": self.slope,
            "shift": self.shift,
            "missing": self.missing,
            "grid": GRID,
        }
        for node in list(tree.find_all(exp.Placeholder, exp.Parameter)):
            node.replace(exp.paren(number(given[node.name])))
        return tree

    def scaled(self, by: float) -> "LinearTerm":
        """The term times a factor."""
        return LinearTerm(
            self.feature,
            self.low,
            self.high,
            self.root,
            self.slope * by,
            self.shift * by,
            on_grid(self.missing * by),
        )

    def record(self) -> dict[str, Any]:
        """The term as JSON values."""
        return dict(vars(self))


Term = StepTerm | PairTerm | LinearTerm


def term_from(record: "Mapping[str, Any]") -> Term:
    """The term a record was made from."""
    if "slope" in record:
        return LinearTerm(**record)
    if "first" in record:
        scores = tuple(tuple(row) for row in record["scores"])
        cuts = {k: tuple(record[k]) for k in ("first_cuts", "second_cuts")}
        return PairTerm(record["first"], record["second"], **cuts, scores=scores)
    return StepTerm(record["feature"], tuple(record["cuts"]), tuple(record["scores"]))
