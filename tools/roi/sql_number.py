"""A column as a number: operators on it write SQL, with every operand in parentheses.

sqlglot's own operators drop the parentheses of `a - (b - c)` when both sides are of one kind, so
the formulas are given this thin wrapper instead of bare trees.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class Sql:
    """A numeric SQL expression that may be added, subtracted, multiplied and divided."""

    tree: exp.Expr

    def __add__(self, other: "Sql | Decimal | int") -> "Sql":
        return Sql(_binary(exp.Add, self, other))

    def __radd__(self, other: "Decimal | int") -> "Sql":
        return Sql(_binary(exp.Add, other, self))

    def __sub__(self, other: "Sql | Decimal | int") -> "Sql":
        return Sql(_binary(exp.Sub, self, other))

    def __rsub__(self, other: "Decimal | int") -> "Sql":
        return Sql(_binary(exp.Sub, other, self))

    def __mul__(self, other: "Sql | Decimal | int") -> "Sql":
        return Sql(_binary(exp.Mul, self, other))

    def __rmul__(self, other: "Decimal | int") -> "Sql":
        return Sql(_binary(exp.Mul, other, self))

    def __truediv__(self, other: "Sql | Decimal | int") -> "Sql":
        return Sql(_ratio(self, other))

    def __rtruediv__(self, other: "Decimal | int") -> "Sql":
        return Sql(_ratio(other, self))


def column(name: str) -> Sql:
    """The column of that name as a number."""
    return Sql(exp.column(name))


def decimal(value: Sql, digits: int, scale: int) -> Sql:
    """Fix a value's type, so that no engine chooses a scale of its own."""
    return Sql(exp.cast(value.tree.copy(), f"DECIMAL({digits}, {scale})"))


def _tree(value: "Sql | Decimal | int") -> exp.Expr:
    tree = value.tree.copy() if isinstance(value, Sql) else exp.convert(value)
    return tree if isinstance(tree, exp.Column | exp.Literal | exp.Cast) else exp.paren(tree)


def _binary(
    kind: type[exp.Binary], left: "Sql | Decimal | int", right: "Sql | Decimal | int"
) -> exp.Expr:
    return kind(this=_tree(left), expression=_tree(right))


def _ratio(left: "Sql | Decimal | int", right: "Sql | Decimal | int") -> exp.Expr:
    """Division is of doubles on every engine; a divisor of zero gives NULL."""
    zero = exp.Nullif(this=_tree(right), expression=exp.convert(0))
    return exp.Div(this=exp.cast(_tree(left), "double"), expression=zero, typed=False, safe=False)
