"""The inputs of a price as fixed-point numbers, so that warehouse and Decimal cannot differ.

Chances have 6 decimals, shares 4, survival multiples 7, money is in cents. Products of these are
exact in 38 digits on every engine: nothing is rounded but the points an effect comes to, to
millionths, and the cents of the result, both half to even. What needs a root or a bell curve
(survival per cycle, how sure a price is) is worked out once per distinct input.
"""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from tools.roi import formulas
from tools.roi.sql_number import Sql, decimal

if TYPE_CHECKING:
    from tools.roi.formulas import Convention

BASIS_POINTS = 10_000
MILLION = 1_000_000
MAX_REVENUE_MINOR = 5_000_000_000
PRECISE = Context(prec=40, rounding=ROUND_HALF_EVEN)
MULTIPLE_PLACES = 7


def to_places(value: Decimal, places: int) -> Decimal:
    """Round half to even to so many decimals."""
    with localcontext(PRECISE):
        return value.quantize(Decimal(1).scaleb(-places))


def to_minor(value: Decimal) -> int:
    """Cents as an integer, half to even; `value` is in cents already."""
    return int(value.to_integral_value(rounding=ROUND_HALF_EVEN))


def share(points: int) -> Decimal:
    """Basis points as a share with 4 decimals."""
    return Decimal(points).scaleb(-4)


def chance_of(millionths: int) -> Decimal:
    """Millionths as a chance with 6 decimals."""
    return Decimal(millionths).scaleb(-6)


def cycles_ahead(horizon_months: int, interval_months: int) -> int:
    """How many cycles the horizon has, a started one counted."""
    return int((Decimal(horizon_months) / interval_months).to_integral_value(ROUND_CEILING))


def cycle_renewal(churn: Decimal, days: int | None, interval_months: int) -> Decimal:
    """Chance to stay a billing cycle, from the chance to leave within some days (S8).

    `days` None: the chance is about one renewal, and so about one cycle.
    """
    if days is None:
        return 1 - churn
    with localcontext(PRECISE):
        return (1 - churn) ** (Decimal(365) * interval_months / (12 * days))


@cache
def survival_multiple(
    convention: "Convention",
    churn_bp: int,
    days: int | None,
    interval_months: int,
    horizon_months: int,
    discount_rate: Decimal,
) -> Decimal:
    """Cycles of contribution an account is worth that stays now; 7 decimals."""
    with localcontext(PRECISE):
        factor = (1 + discount_rate) ** (-Decimal(interval_months) / 12)
        renewal = cycle_renewal(share(churn_bp), days, interval_months)
        horizon = cycles_ahead(horizon_months, interval_months)
        value = formulas.multiple(convention, renewal, horizon, factor)
    return to_places(value, MULTIPLE_PLACES)


def within(chance: Decimal, days: int, window_days: int) -> Decimal:
    """A chance over some days as a chance over a window; 6 decimals."""
    with localcontext(PRECISE):
        rest: Decimal = (1 - chance) ** (Decimal(window_days) / days)
    return to_places(1 - rest, 6)


def points_of(p0: int, part: Decimal, *, of_losses: bool) -> int:
    """What a share of the losses, or of what comes anyway, is in millionths of the chance.

    Never more than is left, nor less than what there is.
    """
    moved = (MILLION - p0 if of_losses else p0) * part
    points = int(moved.to_integral_value(rounding=ROUND_HALF_EVEN))
    return max(min(points, MILLION - p0), -p0)


def half_even(value: Sql) -> exp.Expr:
    """SQL that rounds an exact DECIMAL to a whole BIGINT, half to even, on every engine."""
    floor = decimal(Sql(exp.Floor(this=value.tree.copy())), 17, 0)
    rest = exp.paren((value - floor).tree)
    odd = exp.NEQ(
        this=exp.Mod(this=exp.cast(floor.tree.copy(), "bigint"), expression=exp.convert(2)),
        expression=exp.convert(0),
    )
    half = exp.Literal.number("0.5")
    up = exp.or_(
        exp.GT(this=rest.copy(), expression=half.copy()),
        exp.and_(exp.EQ(this=rest.copy(), expression=half.copy()), odd),
    )
    step = exp.Case(ifs=[exp.If(this=up, true=exp.convert(1))], default=exp.convert(0))
    return exp.Add(this=exp.cast(floor.tree, "bigint"), expression=exp.paren(step))
