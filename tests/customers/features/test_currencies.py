"""Amounts of several currencies have no sum; of one, it is in that currency."""

from typing import Any

import pytest

from tests.customers.churn.companies import Company, accounts

AS_OF = 500
Pairs = list[tuple[int, str | None]]


def features(**facts: list[dict[str, Any]]) -> dict[str, Any]:
    world = Company({"accounts": accounts(["a"]), **facts}).open(AS_OF)
    return dict(world.engine.run("SELECT * FROM features").to_pylist()[0])


@pytest.mark.parametrize(
    ("amounts", "minor", "currency"),
    [
        ([(500, "USD"), (250, "USD")], 750, "USD"),
        ([(500, "USD"), (250, "EUR")], None, None),
        ([(500, "USD"), (250, None)], None, None),
        ([(500, None), (250, None)], 750, None),
        ([(500, "USD"), (0, "EUR")], 500, "USD"),
        ([], 0, None),
    ],
)
def test_open_deals_and_orders(amounts: Pairs, minor: int | None, currency: str | None) -> None:
    void = {"invoice_id": "v", "account_id": "b", "status": "void", "issued_day": 1}
    lost = {"deal_id": "l", "account_id": "b", "state": "lost", "opened_day": 1}
    common = [
        {
            "account_id": "a",
            "amount_minor": m,
            "currency": c,
            "opened_day": 400,
            "issued_day": 400,
            "state": "open",
            "status": "paid",
        }
        for m, c in amounts
    ]
    deals = [dict(row, deal_id=str(n)) for n, row in enumerate(common)]
    orders = [dict(row, invoice_id=str(n)) for n, row in enumerate(common)]

    found = features(
        deals=_only("deals", [lost, *deals]), invoices=_only("invoices", [void, *orders])
    )

    assert (found["open_deal_minor"], found["open_deal_currency"]) == (minor, currency)
    assert (found["revenue_365_minor"], found["currency"]) == (minor, currency)
    assert found["orders_365"] == sum(m > 0 for m, _ in amounts)


def _only(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    strange = {"deals": {"issued_day", "status"}, "invoices": {"opened_day", "state"}}[table]
    return [{k: v for k, v in row.items() if k not in strange} for row in rows]


def test_orders_in_another_currency_than_the_subscription_are_not_told_in_it() -> None:
    line = {
        "subscription_id": "s",
        "account_id": "a",
        "mrr_minor": 100,
        "currency": "USD",
        "trial": False,
        "started_day": 400,
    }
    order = {"invoice_id": "i", "account_id": "a", "amount_minor": 900, "issued_day": 450}

    same = features(subscriptions=[line], invoices=[order | {"currency": "USD"}])
    other = features(subscriptions=[line], invoices=[order | {"currency": "EUR"}])

    assert (same["revenue_365_minor"], same["currency"]) == (900, "USD")
    assert (other["revenue_365_minor"], other["currency"]) == (None, "USD")
