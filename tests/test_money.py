"""Amounts have the decimals of their currency, in what is read, kept and shown."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.currencies import DIGITS, digits, is_currency, minor_units, rate_of_minor
from tools.money import Money

CODES = st.sampled_from(sorted(DIGITS))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (5000, "JPY", "5,000 JPY"),
        (5000, "USD", "50.00 USD"),
        (5000, "KWD", "5.000 KWD"),
        (5000, "CLF", "0.5000 CLF"),
        (-5, "JPY", "-5 JPY"),
        (0, "KRW", "0 KRW"),
        (123_456, "HRK", "1,234.56 HRK"),
    ],
)
def test_minor_units_are_those_of_the_currency(minor: int, currency: str, text: str) -> None:
    money = Money.from_minor(minor, currency)

    assert str(money) == text
    assert money.minor == minor


@given(st.integers(-(10**15), 10**15), CODES)
def test_to_money_and_back(minor: int, currency: str) -> None:
    money = Money.from_minor(minor, currency)

    assert money.minor == minor
    assert money.amount * minor_units(currency) == minor
    assert Money(Decimal(str(money).split()[0].replace(",", "")), currency).minor == minor


def test_half_a_yen_is_rounded_to_even() -> None:
    rounded = [Money(Decimal(x), "JPY").minor for x in ("0.5", "1.5", "2.5", "-0.5")]
    assert rounded == [0, 2, 2, 0]


@given(CODES, CODES)
def test_a_rate_between_minor_units_is_the_rate_between_main_units(
    source: str, target: str
) -> None:
    rate, main = Decimal("0.0067"), Decimal(12_000)
    minor = main * minor_units(source) * rate_of_minor(rate, source, target)

    assert minor / minor_units(target) == main * rate


def test_codes_are_those_of_the_standard() -> None:
    assert [digits(c) for c in ("usd", "JPY", "KWD", "ISK", "UYW", "nonsense")] == [
        2,
        0,
        3,
        0,
        4,
        2,
    ]
    assert is_currency("BGN")  # withdrawn in 2026, in bills of before
    assert not is_currency("USDT")
    assert not is_currency("usd")
