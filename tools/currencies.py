"""Currencies by ISO 4217: which codes there are, and how many decimals an amount of each has."""

from decimal import Decimal
from types import MappingProxyType

from iso4217 import Currency

# Withdrawn since 1999 and so no longer in the table, but still in older bills.
_GONE_WHOLE = "BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL"
_GONE_CENTS = (
    "AFA AOR ANG ATS AZM BEF BGL BGN CSD CUC CYP DEM EEK FIM FRF GHC HRK IEP LTL LVL MRO MTL MZM "
    "NLG ROL RUR SDD SIT SKK SLL SRG STD SVC TMM UAK VEB VEF VED XEU YUM ZAL ZMK ZWD ZWL ZWN ZWR"
)
USUAL = 2
UNKNOWN = "XXX"  # ISO 4217 for amounts of which no currency is known
DIGITS: MappingProxyType[str, int] = MappingProxyType(
    dict.fromkeys(_GONE_CENTS.split(), USUAL)
    | dict.fromkeys(_GONE_WHOLE.split(), 0)
    | {one.code: USUAL if one.exponent is None else one.exponent for one in Currency}
)


def digits(currency: str) -> int:
    """Decimals of an amount in a currency: 2 for USD, 0 for JPY, 3 for KWD, 2 for one unknown."""
    return DIGITS.get(currency.upper(), USUAL)


def minor_units(currency: str) -> int:
    """How many minor units one main unit has: 100 for USD, 1 for JPY, 1000 for KWD."""
    return int(10 ** digits(currency))


def is_currency(code: str) -> bool:
    """Whether a code in capital letters is one of ISO 4217."""
    return code in DIGITS


def rate_of_minor(rate: Decimal, source: str, target: str) -> Decimal:
    """The rate between minor units, of one between main units: 0.0067 USD a yen is 0.67 cents."""
    return rate.scaleb(digits(target) - digits(source))
