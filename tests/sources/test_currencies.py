"""Currencies as files write them: small letters, other decimals, and words that are none."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.folders import column, read
from tools.currencies import DIGITS
from tools.errors import BadInput
from tools.money import Money
from tools.sources.parse import parse_mapping

MAPPING = """
company: Acme
zone: UTC
currency: {own}
inputs:
  - table: deals
    file: a.csv
    occurred: unknown
    columns:
      deal_ref: n
      state: {{value: open}}
      amount_minor: {{from: x, unit: {unit}}}
      currency: {currency}
"""
AMOUNTS = st.decimals(-1_000_000, 1_000_000, allow_nan=False, places=4)
CODES = st.sampled_from(sorted(DIGITS))


def mapping(unit: str = "main", own: str = "EUR", currency: str = "c") -> str:
    return MAPPING.format(unit=unit, own=own, currency=currency)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(AMOUNTS, st.none() | CODES, st.booleans()), min_size=1, max_size=8), CODES
)
def test_an_amount_has_the_minor_units_of_its_row(
    tmp_path: Path, rows: list[tuple[Decimal, str | None, bool]], own: str
) -> None:
    lines = [
        f"{n:02},{amount},{(code or '').lower() if small else code or ''}"
        for n, (amount, code, small) in enumerate(rows)
    ]
    batch = read(tmp_path, mapping(own=own), a_csv="n,x,c\n" + "\n".join(lines) + "\n")

    deals = batch.tables["deals"]
    expected = [Money(amount, code or own).minor for amount, code, _ in rows]
    assert column(deals, "amount_minor") == expected
    assert column(deals, "currency") == [code for _, code, _ in rows]
    assert batch.rejected == ()


def test_minor_units_stay_what_they_are(tmp_path: Path) -> None:
    batch = read(tmp_path, mapping("minor"), a_csv="n,x,c\n1,5000,jpy\n2,5000,KWD\n3,5000,Usd\n")

    assert column(batch.tables["deals"], "amount_minor") == [5000] * 3
    assert column(batch.tables["deals"], "currency") == ["JPY", "KWD", "USD"]


def test_an_amount_in_no_currency_is_left_out_and_told(tmp_path: Path) -> None:
    """Kept without its currency it would become money of our own."""
    batch = read(tmp_path, mapping(), a_csv="n,x,c\n1,10,EUR\n2,10,US$\n3,10,Euro\n4,10,\n")

    assert column(batch.tables["deals"], "deal_ref") == ["acme:1", "acme:4"]
    assert {(r.line, r.column, r.value) for r in batch.rejected} == {
        (3, "currency", "US$"),
        (4, "currency", "Euro"),
    }
    assert {r.reason for r in batch.rejected} == {
        "no currency of ISO 4217; give it values, such as {US$: USD}; the row is left out"
    }


def test_words_can_be_given_their_code(tmp_path: Path) -> None:
    words = "{from: c, values: {Yen: jpy, Dollar: USD}}"
    batch = read(tmp_path, mapping(currency=words), a_csv="n,x,c\n1,12,Yen\n2,12,Dollar\n")

    assert column(batch.tables["deals"], "amount_minor") == [12, 1200]
    assert column(batch.tables["deals"], "currency") == ["JPY", "USD"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (mapping(own="euro"), "'euro' is not a code like EUR"),
        (mapping(currency="{value: bucks}"), "'bucks' is not a currency code"),
        (mapping(currency="{from: c, values: {a: USD}, else: bucks}"), "'bucks' is not a currency"),
        (mapping(currency="{from: c, values: {a: XQX}}"), "'XQX' is not a currency code"),
    ],
)
def test_a_mapping_names_only_currencies(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        parse_mapping(text, "acme.yaml")


def test_the_currency_of_a_company_may_be_in_small_letters() -> None:
    assert parse_mapping(mapping(own="jpy"), "acme.yaml").currency == "JPY"


OTHER = "an amount in another currency than its row; map the currency of each row, or correct it"
AGAINST = (
    ("EUR 5", "USD"), ("USD 5", "EUR"), ("5.00 usd", "EUR"), ("€5", "USD"), ("$5", "EUR"),
    ("5 £", "EUR"), ("¥500", "USD"), ("5 kr", "EUR"), ("5 zł", "CZK"), ("US$5", "CAD"),
    ("CA$5", "USD"), ("USD$5", "AUD"), ("-€5", "GBP"), ("(USD 5)", "EUR"), ("USD 5 EUR", "USD"),
    ("€1.2K", "USD"),
)  # fmt: skip
FITTING = (
    ("EUR 5", "EUR"), ("eur 5", "EUR"), ("€5", "EUR"), ("$5", "USD"), ("$5", "CAD"), ("$5", "MXN"),
    ("A$5", "AUD"), ("5 kr.", "SEK"), ("5 kr", "NOK"), ("£5", "GBP"), ("£5", "EGP"), ("£5", "IEP"),
    ("¥500", "JPY"), ("¥5", "CNY"), ("$5", "XXX"), ("EUR 5", "XXX"), ("1.5K", "EUR"),
    ("5.00", "EUR"), ("Fr. 5", "CHF"), ("GBP 5", ""),
)  # fmt: skip


def test_an_amount_that_names_another_currency_than_its_row_is_set_aside(tmp_path: Path) -> None:
    """Both ways; what names none, or one of several that share a sign, is taken as before."""
    rows = [*AGAINST, *FITTING]
    lines = [f'{n:02},"{amount}",{row}' for n, (amount, row) in enumerate(rows)]
    batch = read(tmp_path, mapping(own="GBP"), a_csv="n,x,c\n" + "\n".join(lines) + "\n")

    amounts = column(batch.tables["deals"], "amount_minor")
    assert [one is None for one in amounts] == [True] * len(AGAINST) + [False] * len(FITTING)
    assert {(r.line, r.column, r.value, r.reason) for r in batch.rejected} == {
        (n + 2, "amount_minor", amount, f"{OTHER}; the row is kept without it")
        for n, (amount, _) in enumerate(AGAINST)
    }


@pytest.mark.parametrize(
    ("amount", "own", "fits"),
    [("€5", "USD", False), ("$5", "EUR", False), ("€5", "EUR", True), ("$5", "XXX", True)],
)
def test_an_amount_that_names_another_currency_than_its_mapping_is_set_aside(
    tmp_path: Path, amount: str, own: str, *, fits: bool
) -> None:
    """Where no row says its currency, as in most exports."""
    text = mapping(own=own).replace("      currency: c\n", "")
    batch = read(tmp_path, text, a_csv=f'n,x,c\n1,"{amount}",\n')

    assert (column(batch.tables["deals"], "amount_minor") == [500]) is fits
    assert [r.value for r in batch.rejected] == ([] if fits else [amount])
