"""Open deals before the sale: their chances, what a push is worth, what a concession needs."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.roi.world import AS_OF, economics, plays
from tools.errors import NotComputable
from tools.roi.open_deals import (
    NewCustomer,
    OpenDeal,
    concession_needs,
    new_customer,
    price_push,
    put_open_deals,
)
from tools.roi.play_effects import PlayEffect
from tools.roi.rates import Rate
from tools.warehouse.engine import DuckEngine

PUSH = next(play for play in plays() if play.goal == "acceleration")
CUSTOMER = NewCustomer(
    Decimal("0.65"), Decimal("0.2"), Decimal(0), Decimal(9000), Decimal("0.8"), 3, Decimal(1)
)
DEALS = {
    "deal_id": pa.string(), "account_id": pa.string(), "owner": pa.string(), "state": pa.string(),
    "amount_minor": pa.int64(), "currency": pa.string(), "opened_day": pa.int32(),
    "closed_day": pa.int32(),
}  # fmt: skip


def deal(name: str, state: str, amount: int | None, **more: Any) -> dict[str, Any]:
    closed = None if state == "open" else AS_OF - 30
    return {
        "deal_id": name,
        "account_id": f"a-{name}",
        "owner": "Ann",
        "state": state,
        "amount_minor": amount,
        "currency": "USD",
        "opened_day": AS_OF - 60,
        "closed_day": closed,
        **more,
    }


def engine_of(deals: list[dict[str, Any]], *paying: str) -> DuckEngine:
    engine = DuckEngine(threads=1)
    engine.put("deals", pa.Table.from_pylist(deals, pa.schema(list(DEALS.items()))))
    accounts = [
        {"account_id": one["account_id"], "paying": one["account_id"] in paying}
        for one in deals
        if one["account_id"]
    ]
    kinds = pa.schema([("account_id", pa.string()), ("paying", pa.bool_())])
    engine.put("features", pa.Table.from_pylist(accounts, kinds))
    return engine


HISTORY = [deal(f"h{n}", "won" if n % 3 else "lost", 100_000 * (1 + n)) for n in range(30)]


def effect(mean: str) -> PlayEffect:
    return PlayEffect(PUSH.id, "", Decimal(mean), Decimal("0.1"), Decimal(0), "a trial", "v")


def test_only_open_deals_of_accounts_that_do_not_pay_are_in_it() -> None:
    deals = [
        *HISTORY,
        deal("new", "open", 500_000),
        deal("theirs", "open", 500_000),
        deal("none", "open", None),
        deal("zero", "open", 0),
        deal("nobody", "open", 9, account_id=None),
        deal("foreign", "open", 100_000, currency="eur"),
        deal("lost", "open", 1, currency="XAU"),
    ]
    engine = engine_of(deals, "a-theirs")
    found = {one.deal_id: one for one in put_open_deals(AS_OF, engine, economics())}
    assert set(found) == {"foreign", "new", "nobody"}
    assert found["new"].amount == 5000
    assert found["foreign"].amount == Decimal("1100.00")
    assert engine.run("SELECT COUNT(*) AS n FROM open_deals")["n"][0].as_py() == 3


def test_the_chance_is_that_of_deals_of_its_size_shrunk_to_the_others() -> None:
    small = [deal(f"s{n}", "won", 100_000 + n) for n in range(10)]
    middle = [deal(f"m{n}", "won" if n < 5 else "lost", 500_000 + n) for n in range(10)]
    large = [deal(f"l{n}", "lost", 900_000 + n) for n in range(10)]
    asked = [deal("a", "open", 90_000), deal("b", "open", 500_005), deal("c", "open", 950_000)]
    found = put_open_deals(AS_OF, engine_of([*small, *middle, *large, *asked]), economics())
    chances = {one.deal_id: one.p0 for one in found}
    assert 1 > chances["a"] > chances["b"] > chances["c"] > 0
    assert found[0].evidence == "10 of 10 deals of about this size were won in a year"


def test_few_decided_deals_and_deals_decided_later_give_no_chance() -> None:
    with pytest.raises(NotComputable, match="decided deals: 19 in a year where 20 are needed"):
        put_open_deals(AS_OF, engine_of(HISTORY[:19]), economics())
    later = [{**one, "closed_day": AS_OF} for one in HISTORY]
    with pytest.raises(NotComputable, match="decided deals: 0"):
        put_open_deals(AS_OF, engine_of(later), economics())


def test_a_new_customer_is_worth_what_became_of_such_customers() -> None:
    rates = [Rate("Onboarding", "churn", 100_000, 82, "sufficient")]
    found = new_customer(AS_OF, economics(), rates, 90)
    assert found.renewal.quantize(Decimal("0.0001")) == Decimal("0.6523")
    assert found.years == 3
    with pytest.raises(NotComputable, match="what became of Onboarding"):
        new_customer(AS_OF, economics(), [], 90)


def test_figures_by_hand() -> None:
    """S1's customer: 30,000 a year, worth 23,940 when won."""
    one = OpenDeal("d", "a", "", 10, Decimal(30_000), Decimal("0.5"), "")
    found = price_push(one, PUSH, effect("0.1"), CUSTOMER, Decimal(75))
    assert found.worth == 23_940
    assert found.gain == Decimal("0.05") * 23_940
    assert found.gain_in_time == 0
    assert found.cost == Decimal("56.25")
    assert found.net == found.gain - found.cost
    needs = concession_needs(one, Decimal("0.05"), CUSTOMER)
    assert needs is not None
    after = Decimal("0.4") * 30_000 * Decimal("2.44") - 9000
    assert needs.quantize(Decimal("1e-12")) == (11_970 / after).quantize(Decimal("1e-12"))
    assert concession_needs(one, Decimal("0.4"), CUSTOMER) is None


@settings(max_examples=40, deadline=None, database=None)
@given(
    st.decimals(100, 10**6, places=2),
    st.decimals("0.0100", "0.9900", places=4),
    st.decimals(-1, 1, places=2),
    st.decimals(0, "0.3", places=2),
)
def test_laws(amount: Decimal, p0: Decimal, mean: Decimal, given_up: Decimal) -> None:
    one = OpenDeal("d", "a", "", 10, amount, p0, "")
    found = price_push(one, PUSH, effect(str(mean)), CUSTOMER, Decimal(0))
    nothing = price_push(one, PUSH, effect("0"), CUSTOMER, Decimal(0))
    assert nothing.gain == 0
    assert (found.gain >= 0) == (mean * found.worth >= 0) or found.gain == 0
    assert abs(found.gain) <= abs(found.worth)
    needs = concession_needs(one, given_up, CUSTOMER)
    if found.worth > 0 and needs is not None:
        assert p0 <= needs <= 1
