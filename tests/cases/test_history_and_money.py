"""Cases about bills: what was true in a month stays true, and unlike money is not added."""

from typing import Any

import pytest

from tests.cases.conftest import CaseHome

pytestmark = [pytest.mark.long, pytest.mark.data, pytest.mark.xdist_group("cases")]
of = pytest.mark.parametrize


def months(case: CaseHome, currency: str = "USD") -> dict[str, dict[str, Any]]:
    """The revenue of each month in one currency."""
    told = case.json("revenue")["months"]
    return {m["month"]: m for m in told if m["currency"] == currency}


@of("case", ["01-seat-change-in-place"], indirect=True)
def test_a_seat_change_is_expansion_in_its_month(case: CaseHome) -> None:
    case.run("2025-02-15", "jan")
    assert months(case)["2025-01"]["end"] == 15_000
    case.run("2025-03-10", "mar")
    case.run("2025-05-02", "mar")

    found = months(case)
    assert [found[m]["end"] for m in ("2025-01", "2025-02", "2025-03")] == [15_000, 15_000, 35_000]
    assert found["2025-03"]["expansion"] == 20_000
    assert found["2025-01"]["new"] == 15_000


@of("case", ["02-currency-switch"], indirect=True)
def test_another_currency_is_no_other_customer(case: CaseHome) -> None:
    case.run("2025-07-01")

    dollars, euros = months(case), months(case, "EUR")
    assert all(not m["churn"] for m in (*dollars.values(), *euros.values()))
    assert euros["2025-05"]["new"] == 0
    assert dollars["2025-03"]["new"] == 0
    assert dollars["2025-03"]["expansion"] == 10_000
    switched = case.features("account:A1")
    assert (switched["mrr_minor"], switched["currency"]) == ("9000", "EUR")
    assert case.features("account:A2")["mrr_minor"] != "20000"


@of("case", ["03-credit-line"], indirect=True)
def test_a_credit_is_part_of_the_bill(case: CaseHome) -> None:
    case.run("2025-05-02")

    found = months(case)
    assert found["2025-01"]["end"] == 13_000
    assert (found["2025-04"]["expansion"], found["2025-04"]["end"]) == (2_000, 15_000)


@of("case", ["currency_switch"], indirect=True)
def test_who_moves_to_euros_has_neither_left_nor_arrived(case: CaseHome) -> None:
    case.run("2025-09-02", "", "company.yaml")

    for currency in ("USD", "EUR"):
        july = months(case, currency)["2025-07"]
        assert (july["churn"], july["new"]) == (0, 0), july


@of("case", ["negative_lines"], indirect=True)
def test_negative_lines_count(case: CaseHome) -> None:
    case.run("2025-09-02", "", "company.yaml")

    found = months(case)
    assert (found["2025-06"]["end"], found["2025-07"]["end"]) == (55_000, 30_000)


@of("case", ["end_of_export"], indirect=True)
def test_the_end_of_an_export_is_not_the_end_of_billing(case: CaseHome) -> None:
    case.run("2025-09-02", "", "company.yaml")

    assert months(case).get("2025-08", {}).get("churn") in (None, 0)


@of("case", ["05-refunded-failed-orders"], indirect=True)
def test_only_what_was_paid_is_an_order(case: CaseHome) -> None:
    case.run("2025-06-15")

    names = ("orders_365", "revenue_365_minor", "days_since_order")
    found = {a: tuple(case.features(f"account:{a}")[n] for n in names) for a in ("A1", "A2", "A3")}
    assert found["A1"] == ("1", "10000", "134")
    assert found["A2"][:2] == ("1", "6000")
    assert found["A3"][:2] == ("0", "0")
    assert case.features("account:A4")["orders_365"] == "0"
    staged = {r["id"]: r["stage"] for r in case.lines("roster")}
    assert staged.get("account:A3", "none") == "none"


@of("case", ["16-zero-decimal-and-lower-case"], indirect=True)
def test_yen_have_no_cents_and_usd_is_usd(case: CaseHome) -> None:
    case.run("2025-03-01")

    told = case.json("revenue")["months"]
    assert {m["currency"] for m in told} == {"USD", "JPY"}
    assert {m["end"] for m in told if m["currency"] == "JPY"} == {5_000}
    assert "50.00 JPY" not in case.call("accounts")


@of("case", ["equal_lines"], indirect=True)
def test_equal_lines_are_kept_or_told(case: CaseHome) -> None:
    told = case.run("2025-09-02", "", "company.yaml")

    codes = {f["code"]: f for f in case.json("audit")["findings"]}
    assert "invoices 4" in told or any("fold" in code for code in codes), codes
