"""How figures, break-evens and inputs are called and written, wherever they are shown."""

from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from tools.currencies import digits
from tools.figures import fixed, percent

FINE = Decimal("0.001")  # below a tenth of a point two decimals say nothing
Unit = Literal["money", "share", "points", "years", "number"]

FIGURES: MappingProxyType[str, tuple[str, Unit]] = MappingProxyType(
    {
        "contribution": ("contribution a year", "money"),
        "multiple": ("years' worth of it", "years"),
        "lifetime_value": ("lifetime value", "money"),
        "value": ("value of keeping it", "money"),
        "headroom": ("most that can be gained", "money"),
        "gain": ("gain", "money"),
        "gain_in_time": ("gain in time", "money"),
        "before_support": ("net before support", "money"),
        "gross": ("gross gain", "money"),
        "loss_a_year": ("loss a year", "money"),
        "loss": ("loss", "money"),
        "b_over_a": ("B over A", "money"),
        "net": ("net", "money"),
    }
)
THRESHOLDS: MappingProxyType[str, tuple[str, Unit]] = MappingProxyType(
    {
        "effect": ("it must change the chance by", "points"),
        "relative_gain": ("it must raise the chance to close, of itself, by", "share"),
        "support": ("support per customer who expands must stay below", "money"),
        "support_once": ("support in all must stay below", "money"),
        "headroom_share": ("at most this share of the customer's value can be gained", "share"),
        "cost": ("it must cost less than", "money"),
        "expansion_value": ("an expansion must be worth", "money"),
    }
)
UNITS: MappingProxyType[str, Unit] = MappingProxyType({
    "money": "money", "share": "share", "portion": "share", "change": "points", "years": "years",
    "months": "number",
    "count": "number", "choice": "number",
})  # fmt: skip


def written(value: Decimal, unit: Unit, currency: str) -> str:
    """A value with its unit: money with the decimals of its currency, shares in per cent."""
    if unit == "money":
        places = digits(currency) if currency else 2
        return f"{fixed(value, places):,}{f' {currency}' if currency else ''}"
    if unit == "share":
        return percent(value)
    if unit == "points":
        return f"{fixed(value * 100, 2 if abs(value) >= FINE else 4):+} pp"
    return f"{fixed(value, 4).normalize():f}"


def rounded(value: Decimal, unit: Unit, currency: str) -> str:
    """A value as the API gives it: money with its decimals, everything else with 4."""
    places = (digits(currency) if currency else 2) if unit == "money" else 4
    return f"{fixed(value, places):f}"


def whole(value: Decimal, currency: str) -> str:
    """Money in a sentence: without cents where there are none to speak of."""
    places = 0 if abs(value) >= 1000 and value == value.to_integral_value() else 2
    return f"{fixed(value, places):,}{f' {currency}' if currency else ''}"
