"""Open deals in the queue: priced beside everything else, to the cent, or with what is missing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest

from tests.roi.test_open_deals import DEALS, HISTORY, deal
from tests.roi.world import AS_OF, account, economics, engine_with, plays
from tools.reading import parse_strict
from tools.roi.economics import DatedFigure, Economics
from tools.roi.open_deals import new_customer, price_push, put_open_deals
from tools.roi.price import PriceList, price
from tools.roi.rates import Windows
from tools.roi.shortlist import alternatives, head
from tools.roi.value import reprice
from tools.warehouse.engine import DuckEngine

TEXT = (Path(__file__).parent / "deal_examples.yaml").read_text(encoding="utf-8")
EXAMPLES = parse_strict(f"examples:\n{TEXT}", "examples")["examples"]
KEYS = {
    "name", "convention", "deal", "also", "decided", "begun", "label", "without", "expect",
    "cautions", "left_alone", "missing",
}  # fmt: skip
PRESENT = frozenset({"accounts", "subscriptions", "invoices", "events", "deals"})
YEARLY = Windows(None, {"churn": 365, "expansion": 365, "return": 90})
S1 = {"gross_margin": "0.65", "support_share": "0.2", "support_per_account_year": "0",
      "acquisition_cost": "9000", "discount_rate": "0", "horizon_months": "36",
      "hourly_rate.sales": "75", "exchange_rate.EUR": "1.1"}  # fmt: skip
PROSPECT = {"active": False, "paying": False, "tier": None, "stage": "sql", "mrr_minor": None,
            "revenue_365_minor": None, "currency": None, "interval_months": None,
            "days_to_renewal": None, "open_deals": 1}  # fmt: skip


def of_s1(convention: str, without: str = "") -> Economics:
    known = economics()
    figures = tuple(
        DatedFigure(name, Decimal(value), "test", "test", date(2000, 1, 1))
        for name, value in S1.items()
        if name != without
    )
    return replace(known, figures=figures, convention=cast("Any", convention))


def engine_of(example: dict[str, Any]) -> DuckEngine:
    decided = int(example.get("decided", 30))
    closed = [
        deal(f"c{n}", "won" if n % 2 else "lost", 3_000_000, account_id=f"c{n}")
        for n in range(decided)
    ]
    one = example.get("deal", {"amount": 30_000})
    asked = [
        deal(
            "asked",
            "open",
            int(Decimal(one["amount"]) * 100),
            account_id="a",
            currency=one.get("currency", "USD"),
        )
    ]
    if "also" in example:
        asked.append(deal("also", "open", int(example["also"]) * 100, account_id="a"))
    begun = {
        "segment": "Onboarding",
        "outcome": "churn",
        "k": 20,
        "n": 100,
        "mean": 0.2,
        "q10": 0.16,
        "q90": 0.25,
        "label": example.get("label", "sufficient"),
    }
    rows = [] if example.get("begun") == "0" or example.get("begun") == 0 else [begun]
    engine = engine_with([account("a", None, None, **PROSPECT)], outcomes=rows)
    engine.put("deals", pa.Table.from_pylist([*closed, *asked], pa.schema(list(DEALS.items()))))
    return engine


def priced(example: dict[str, Any]) -> tuple[DuckEngine, PriceList]:
    known = of_s1(example["convention"], example.get("without", ""))
    engine = engine_of(example)
    return engine, price(AS_OF, engine, plays(), known, PRESENT, YEARLY)


def told(example: dict[str, Any], key: str) -> list[str]:
    return [example[key]] if key in example else []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["name"])
def test_example(example: dict[str, Any]) -> None:
    assert set(example) <= KEYS
    engine, prices = priced(example)
    found = {c.play: c for c in alternatives(engine, ["a"])}
    values = {play: reprice(one, prices) for play, one in found.items()}
    for play, net in example.get("expect", {}).items():
        assert (play, values[play].nv.amount) == (play, Decimal(net))
        assert values[play].convention == example["convention"]
        assert found[play].segment == "Onboarding"
    if "cautions" in example:
        assert [c.id for c in values["deal_call"].cautions] == example["cautions"]
    alone = engine.run("SELECT reason FROM left_alone").to_pylist()
    assert [row["reason"] for row in alone] == told(example, "left_alone")
    unpriced = engine.run("SELECT play, missing FROM unpriced ORDER BY play").to_pylist()
    assert {row["missing"] for row in unpriced} == {
        example[k] for k in ("missing",) if k in example
    }
    assert bool(found) != bool(unpriced)


def test_the_queue_prices_a_push_as_the_calculation_of_one_deal_does() -> None:
    """Both conventions of the queue and `price_push` rest on the same customer."""
    engine, prices = priced({"convention": "survival"})
    (one,) = put_open_deals(AS_OF, engine, prices.economics)
    call = prices.play("deal_call")
    effect = prices.effect("deal_call", "Onboarding")
    assert effect is not None
    customer = new_customer(AS_OF, prices.economics, prices.rates, 365)
    alone = price_push(one, call, effect, customer, Decimal(75))
    found = next(c for c in head(engine, 5) if c.play == "deal_call")
    assert abs(Decimal(found.nv_minor) / 100 - alone.net) < Decimal("0.02")
    assert found.p0_source == "sufficient"


def test_who_pays_already_is_no_new_customer_and_plays_of_before_price_no_deal() -> None:
    paying = account("a", "Durable core", 0.02, open_deals=1)
    engine = engine_with([paying])
    engine.put(
        "deals",
        pa.Table.from_pylist(
            [*HISTORY, deal("d", "open", 100, account_id="a")], pa.schema(list(DEALS.items()))
        ),
    )
    price(AS_OF, engine, plays(), economics(), PRESENT, YEARLY)
    assert not {c.play for c in alternatives(engine, ["a"])} & {"deal_call", "deal_concession"}
    before = tuple(play for play in plays() if play.without != "close")
    engine = engine_of({})
    price(AS_OF, engine, before, economics(), PRESENT, YEARLY)
    assert engine.run("SELECT * FROM candidates").num_rows == 0
