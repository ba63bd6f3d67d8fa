"""The inputs of a price as fixed-point numbers, so that warehouse and Decimal cannot differ.

Probabilities and shares have 4 decimals (one is a basis point), survival multiples 8, money is in
cents. Products of these are exact in 38 digits on every engine: nothing is rounded until the cents
of the result, which are rounded half to even. What needs a root or a bell curve (survival per
cycle, an effect cut to what is possible) is worked out here once per distinct input.
"""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

from sqlglot import exp

from tools.roi import formulas
from tools.roi.symbols import Sql, decimal

if TYPE_CHECKING:
    from tools.roi.formulas import Convention

BASIS_POINTS = 10_000
MAX_REVENUE_MINOR = 5_000_000_000
PRECISE = Context(prec=40, rounding=ROUND_HALF_EVEN)
Z90 = Decimal("1.2816")
TAIL = 4


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
    """Cycles of contribution an account is worth that stays now; 8 decimals."""
    with localcontext(PRECISE):
        factor = (1 + discount_rate) ** (-Decimal(interval_months) / 12)
        renewal = cycle_renewal(share(churn_bp), days, interval_months)
        horizon = cycles_ahead(horizon_months, interval_months)
        value = formulas.multiple(convention, renewal, horizon, factor)
    return to_places(value, 8)


def within(chance: Decimal, days: int, window_days: int) -> Decimal:
    """A chance over some days as a chance over a window; 4 decimals."""
    with localcontext(PRECISE):
        rest: Decimal = (1 - chance) ** (Decimal(window_days) / days)
    return to_places(1 - rest, 4)


@cache
def effects(mean: Decimal, sd: Decimal, p0_bp: int) -> tuple[Decimal, Decimal, Decimal]:
    """Mean, q10 and q90 of Δp ~ Normal(mean, sd²) cut to [-p0, 1 - p0]; 4 decimals.

    The mean of the cut effect is below the cut mean: an average of min(Δp, what is left).
    """
    p0 = share(p0_bp)
    low, high = -p0, 1 - p0
    tails = (mean - Z90 * sd, mean + Z90 * sd)
    q10, q90 = (to_places(min(max(value, low), high), 4) for value in tails)
    if TAIL * sd < min(mean - low, high - mean):
        return to_places(mean, 4), q10, q90
    return _cut_mean(mean, sd, low, high), q10, q90


def _cut_mean(mean: Decimal, sd: Decimal, low: Decimal, high: Decimal) -> Decimal:
    if sd == 0:
        return to_places(min(max(mean, low), high), 4)
    m, s, a, b = (float(value) for value in (mean, sd, low, high))
    bell = NormalDist()
    za, zb = (a - m) / s, (b - m) / s
    inside = bell.cdf(zb) - bell.cdf(za)
    value = a * bell.cdf(za) + b * (1 - bell.cdf(zb)) + m * inside
    value += s * (bell.pdf(za) - bell.pdf(zb))
    return to_places(Decimal(value), 4)


def cut_points(mean: Decimal, sd: Decimal) -> frozenset[int]:
    """The p0, in basis points, at which the effect is cut at all; the others need no look-up."""
    low = int((TAIL * sd - mean) * BASIS_POINTS)
    high = int((1 - mean - TAIL * sd) * BASIS_POINTS)
    return frozenset(p0 for p0 in range(BASIS_POINTS + 1) if p0 <= low or p0 >= high)


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
