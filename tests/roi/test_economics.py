"""Economics: dated, with source and owner, refused when in doubt."""

from datetime import date
from decimal import Decimal

import pytest

from tests.roi.world import economics
from tools.days import day_number
from tools.errors import BadInput, NotComputable
from tools.roi.economics import check_role, parse_economics

GOOD = """
currency: EUR
convention: seed
gross_margin:
  - {value: 0.6, valid_from: 2025-01-01, source: books, owner: Ann}
  - {value: 0.7, valid_from: 2026-01-01, source: books, owner: Ann}
hourly_rate:
  csm:
    - {value: 55, valid_from: 2025-01-01, source: payroll, owner: Ann}
"""
TWICE = """exchange_rate:
  USD:
    - {value: 1, valid_from: 2025-01-01, source: books, owner: Ann}
  usd:"""


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def test_the_value_in_force_on_the_day() -> None:
    found = parse_economics(GOOD)
    assert found.value(day("2025-12-31"), "gross_margin") == Decimal("0.6")
    assert found.value(day("2026-01-01"), "gross_margin") == Decimal("0.7")
    assert found.in_group(day("2026-01-01"), "hourly_rate") == {"csm": Decimal(55)}
    figure = found.find(day("2026-06-01"), "gross_margin")
    assert figure is not None
    assert (figure.assumption.source, figure.assumption.owner) == ("books", "Ann")


@pytest.mark.parametrize(
    ("as_of", "name"), [("2024-01-01", "gross_margin"), ("2026-01-01", "discount_rate")]
)
def test_a_figure_that_is_not_given_is_not_computable(as_of: str, name: str) -> None:
    with pytest.raises(NotComputable, match=f"missing economics {name}"):
        parse_economics(GOOD).value(day(as_of), name)


@pytest.mark.parametrize(("change", "message"), [
    (("gross_margin:", "gross_margn:"), "yaml:4: unknown key 'gross_margn'; .*mean 'gross_margin'"),
    (("convention: seed", "convention: sead"), "'sead' is not known; did you mean 'seed'"),
    (("value: 0.6,", "value: 1.6,"), r"yaml:5: gross_margin\[0\].value: .* up to 1, got '1.6'"),
    (("value: 0.6,", "value: 0.12345,"), "more than 4 decimals"),
    (("value: 0.6,", "value: yes,"), "yaml:5: .*value: expected a number, got 'yes'"),
    (("value: 0.6,", "value: '0.6',"), "expected a number, got '0.6'"),
    (("value: 0.6,", "value: .inf,"), "not a plain number|is not a number"),
    (("value: 0.6,", "value: 0.6, vale: 1,"), "unknown key 'vale'"),
    (("valid_from: 2026-01-01", "valid_from: 2025-01-01"), r"yaml:6: .*same day, 2025-01-01; give"),
    (("valid_from: 2026-01-01", "valid_from: soon"), "expected a date such as"),
    (("source: payroll, ", ""), r"yaml:9: hourly_rate.csm\[0\].source: this key is required"),
    (("owner: Ann}\n", "owner: ''}\n"), "expected text"),
    (("currency: EUR", "currency: EUR\ncurrency: USD"), "'currency' is written twice"),
    (("currency: EUR", "currency: ["), "not readable as YAML"),
    (("currency: EUR", "currency: EURO"), "yaml:2: currency: 'EURO' is not a currency code like"),
    (("hourly_rate:\n  csm:", TWICE), "yaml:11: .*the currency USD is written twice"),
])  # fmt: skip
def test_anything_doubtful_is_refused(change: tuple[str, str], message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        parse_economics(GOOD.replace(*change), "economics.yaml")
    assert str(caught.value).startswith("economics.yaml")


def test_the_file_of_the_project_is_all_assumptions() -> None:
    found = economics()
    assert found.convention == "survival"
    assert {f.source for f in found.figures} == {"assumption: replace with yours"}
    assert all(f.owner for f in found.figures)


def test_a_role_without_a_rate_is_refused() -> None:
    check_role(economics(), "csm", "plays.yaml")
    with pytest.raises(BadInput, match="'cms' has no hourly rate; did you mean 'csm'"):
        check_role(economics(), "cms", "plays.yaml")
