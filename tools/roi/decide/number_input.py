"""Read a number as a person writes it, and refuse with one clear line what cannot be meant."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.currencies import is_currency
from tools.errors import BadInput, nearest
from tools.figures import fixed
from tools.roi.decide.inputs import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.roi.decide.inputs import InputSpec

UNKNOWN = frozenset({"?", "unknown", "high", "low", "not known"})
LONGEST, MOST_DIGITS = 60, 30
MONEY_PLACES, SHARE_PLACES = 6, 12
SHARES = frozenset({"share", "portion", "change"})
SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_NUMBER = re.compile(r"([+-]?)((?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?)")
_PARTS = re.compile(r"([A-Za-z]{3}|[€$£¥])?\s*([^A-Za-z€$£¥%]*?)\s*(k|K|%|[A-Za-z]{3}|[€$£¥])?")
_EXPONENT = re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+")


def read_input(
    spec: "InputSpec", text: str, currency: str, rates: "Mapping[str, Decimal]"
) -> Decimal | None:
    """The value of an input, None when a person says that it is not known.

    Raises:
        BadInput: it is not a number, out of bounds, or in another currency than ours.
    """
    shown = text.strip()
    if shown.lower() in UNKNOWN:
        return None
    if spec.kind == "choice":
        return _choice(spec, shown)
    if len(shown) > LONGEST:
        raise BadInput(f"{spec.name}: {shown[:20]}… is too long for a number")
    number, unit = _parts(spec, shown)
    value = _scaled(spec, number, unit, currency, rates)
    _check(spec, value, shown)
    return value


def _choice(spec: "InputSpec", text: str) -> Decimal:
    if text not in spec.choices:
        raise BadInput(f"{spec.name}: {text[:40]!r} is none; {nearest(text, spec.choices)}")
    return Decimal(spec.choices.index(text))


def _parts(spec: "InputSpec", text: str) -> tuple[Decimal, str]:
    """The number, and the unit before or behind it."""
    if _EXPONENT.fullmatch(text):
        raise BadInput(f"{spec.name}: write {text} out, without an exponent")
    split = _PARTS.fullmatch(text)
    plain = None if split is None else _NUMBER.fullmatch(split[2])
    if split is None or plain is None or not plain[2] or (split[1] and split[3]):
        raise BadInput(f"{spec.name}: {text!r} is not a number{_hint(spec, text)}")
    digits = plain[2].replace(",", "")
    if len(digits) > MOST_DIGITS:
        raise BadInput(f"{spec.name}: {text[:20]}… has more than {MOST_DIGITS} digits")
    places = len(digits.partition(".")[2])
    if places > (most := MONEY_PLACES if spec.kind == "money" else SHARE_PLACES):
        raise BadInput(f"{spec.name}: {text} has more than {most} decimals")
    return Decimal(f"{plain[1]}{digits}") + 0, split[1] or split[3] or ""


def _hint(spec: "InputSpec", text: str) -> str:
    if re.fullmatch(r"[0-9]+,[0-9]+", text):
        return f"; write a decimal point: {text.replace(',', '.')}"
    return (
        "; ? says that it is not known" if not text else f"; write it like {_EXAMPLES[spec.kind]}"
    )


_EXAMPLES = {
    "money": "30000 or 30,000.50", "share": "0.65 or 65%", "portion": "0.11 or 11%",
    "change": "0.019 or 1.9%",
    "years": "3", "months": "12", "count": "2", "choice": "",
}  # fmt: skip


def _scaled(
    spec: "InputSpec", number: Decimal, unit: str, currency: str, rates: "Mapping[str, Decimal]"
) -> Decimal:
    """The number in the input's own unit."""
    if not unit:
        return number
    if unit == "%" and spec.kind in SHARES:
        return number / 100
    if spec.kind != "money" or unit == "%":
        raise BadInput(
            f"{spec.name}: {number} {unit} is not a number; write it like {_EXAMPLES[spec.kind]}"
        )
    if unit in {"k", "K"}:
        return number * 1000
    named = SYMBOLS.get(unit, unit.upper())
    if not is_currency(named):
        raise BadInput(f"{spec.name}: {unit!r} is no currency; write {currency or 'EUR'}")
    if currency and named != currency:
        rate = f" (1 {named} is {rates[named]} {currency})" if named in rates else ""
        raise BadInput(
            f"{spec.name}: {number} {named} is not in {currency}, the currency of your economics; "
            f"write it in {currency}{rate}"
        )
    return number


def _check(spec: "InputSpec", value: Decimal, shown: str) -> None:
    """Refuse a value out of the bounds of its kind."""
    kind = KINDS[spec.kind]
    if kind.whole and value != value.to_integral_value():
        raise BadInput(f"{spec.name}: {shown} is not a whole number")
    if spec.kind == "years" and value == 0:
        raise BadInput(f"{spec.name}: it must be more than 0")
    if spec.kind in SHARES and 1 < abs(value) <= 100:
        meant = f"{(value / 100).normalize():f} ({fixed(value, 1).normalize():f}%)"
        raise BadInput(f"{spec.name}: {shown} is more than 1; did you mean {meant}?")
    if not kind.low <= value <= kind.high:
        raise BadInput(f"{spec.name}: {shown} is not between {kind.low:,} and {kind.high:,}")


def currency_named(texts: "Iterable[str]") -> str:
    """The first currency that amounts name, '' when none does: the others must be in it."""
    for text in texts:
        split = _PARTS.fullmatch(text.strip())
        unit = "" if split is None else split[1] or split[3] or ""
        named = SYMBOLS.get(unit, unit.upper())
        if is_currency(named):
            return named
    return ""
