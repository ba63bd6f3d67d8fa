"""How a share is written: every page, mail, list and command rounds the exact number once, here."""

from decimal import ROUND_HALF_EVEN, Decimal


def fixed(number: float | Decimal, places: int) -> Decimal:
    """Rounded half to even in decimal, so that no engine's binary tail shows; never minus zero."""
    exact = number if isinstance(number, Decimal) else Decimal(repr(round(float(number), 12)))
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return abs(rounded) if rounded.is_zero() else rounded


def percent(share: float | Decimal) -> str:
    """A share in per cent with one decimal: 12.3%."""
    return f"{fixed(share * 100, 1):,}%"


def change_percent(share: float | Decimal) -> str:
    """A relative change in per cent with its sign: -41.6%."""
    return f"{fixed(share * 100, 1):+,}%"


def points(share: float | Decimal) -> str:
    """A difference of two shares in percentage points: +1.2 pp."""
    return f"{fixed(share * 100, 1):+,} pp"
