"""Prices in the warehouse: what is priced, what is not and why, what is left alone."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.roi.world import (
    AS_OF,
    BILLING,
    ROOT,
    WINDOWS,
    account,
    economics,
    engine_with,
    plays,
)
from tools.roi.candidate import price_trees
from tools.roi.economics import DatedFigure, Economics, parse_economics
from tools.roi.fixed_point import half_even
from tools.roi.play_effects import prior_effects
from tools.roi.price import PriceList, price, unpriced_counts
from tools.roi.rates import Windows
from tools.roi.shortlist import alternatives, head
from tools.roi.sql_number import column
from tools.roi.value import reprice
from tools.warehouse.engine import DuckEngine
from tools.warehouse.sql import Parameter, compile_sql, read_sql

RICH = account("rich", "Declining", 0.30, mrr_minor=2_000_000)
LAPSED = account(
    "gone",
    "Lapsed",
    None,
    tier=None,
    active=False,
    paying=False,
    mrr_minor=0,
    days_since_paid_end=60,
    interval_months=None,
    revenue_365_minor=50_000,
)
ENDED = {
    "account_id": "gone", "mrr_minor": 300_000, "interval_months": 12, "currency": "USD",
    "trial": False, "ended_day": AS_OF - 60,
}  # fmt: skip


def priced(
    accounts: list[dict[str, Any]],
    *,
    present: frozenset[str] = BILLING,
    known: Economics | None = None,
    windows: Windows = WINDOWS,
    **more: Any,
) -> tuple[DuckEngine, PriceList]:
    engine = engine_with(accounts, **more)
    return engine, price(AS_OF, engine, plays(), known or economics(), present, windows)


def rows(engine: DuckEngine, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engine.run(sql).to_pylist()
    return found


def test_a_rich_declining_account_is_worth_a_call() -> None:
    engine, prices = priced([RICH])
    best = head(engine, 5)[0]
    value = reprice(best, prices)
    assert (best.account_id, best.play) == ("rich", "success_review")
    assert value.nv.minor == best.nv_minor > 0
    assert value.steps[-1].amount.minor == best.nv_minor
    gain, time, given, cost = (step.amount.amount for step in value.steps[4:8])
    assert gain + time + given + cost == value.steps[-1].amount.amount
    assert value.q10 < value.nv < value.q90
    assert 0 < value.p_positive < 1
    assert (value.convention, value.formula_version) == ("survival", "roi-2")
    named = {a.name for a in value.assumptions}
    assert named >= {
        "gross_margin",
        "hourly_rate.csm",
        "effect, as a share of the losses prevented",
    }


def test_the_price_by_hand() -> None:
    """A call for an account of 1,000.00 a year, contract by contract, at 50 % to stay.

    Contribution 1000·(0.70 - 0.10) - 120 = 480; three years at 50 % and 10 % discount are
    1 + .5/1.1 + .25/1.21 = 1.6611570; 11 % of the losses are .055, and .055 of 797.36 less half
    an hour of 60 is 13.85.
    """
    one = account("one", "Declining", 0.5, mrr_minor=100_000, interval_months=12)
    engine, _ = priced([one | {"mrr_minor": 8_333}], windows=Windows(None, {}))
    call = next(c for c in alternatives(engine, ["one"]) if c.play == "retention_call")
    revenue = Decimal(8_333 * 12)
    kept = (revenue * Decimal("0.6") - 12_000) * Decimal("1.6611570")
    assert call.kept_minor == int(kept.to_integral_value())
    assert call.nv_minor == int((kept * Decimal("0.055") - 3_000).to_integral_value())


def test_points_from_a_large_base_are_never_points_of_a_small_chance() -> None:
    """1.9 of 17.2 points are 11 % of 2.75 %, and so 0.3 points; the effect of before took 1.9."""
    engine, prices = priced([account("a", "Declining", 0.0275, mrr_minor=3_000_000)])
    call = next(c for c in alternatives(engine, ["a"]) if c.play == "retention_call")
    value = reprice(call, prices)
    assert (value.p0, value.p1) == (Decimal("0.9725"), Decimal("0.975525"))
    assert "capped-effect" not in {c.id for c in value.cautions}


def test_a_chance_is_over_the_window_of_the_play() -> None:
    engine, _ = priced([account("a", "Declining", 0.1)])
    found = {c.play: c.p0_ppm for c in alternatives(engine, ["a"])}
    assert found["retention_call"] == found["do_nothing"] == 900_000  # 30 days
    assert found["success_review"] == round(1_000_000 * 0.9**4)  # 120 days


def test_an_account_leaves_at_the_end_of_the_term_that_binds_it_or_not_at_all() -> None:
    term = {
        "interval_months": 12,
        "renewal_day": AS_OF + 100,
        "renewal_probability": 0.2,
        "days_to_renewal": 100,
        "unscored_reason": "not up for renewal",
    }
    engine, prices = priced([account("a", "Declining", None, **term)])
    found = {c.play: c for c in alternatives(engine, ["a"])}
    review = found["success_review"]
    assert (review.p0_ppm, review.churn_bp, review.churn_source) == (800_000, 2_000, "renewal")
    kept = Decimal(review.kept_minor) / (review.revenue_minor * Decimal("0.6") - 12_000)
    cycles = 1 + Decimal("0.8") / Decimal("1.1") + Decimal("0.64") / Decimal("1.21")
    assert round(kept, 4) == round(cycles, 4)
    counts = {play: missing for play, missing, _ in unpriced_counts(engine)}
    assert counts["retention_call"] == "a term binds them beyond the window"
    assert reprice(review, prices).nv.minor == review.nv_minor


def test_a_demoted_pair_is_not_priced_and_says_why() -> None:
    effects = [
        replace(effect, demoted="it drove customers away")
        if (effect.play, effect.segment) == ("retention_call", "Declining")
        else effect
        for effect in prior_effects(plays())
    ]
    engine = engine_with([RICH, account("b", "Onboarding", 0.3)])
    price(AS_OF, engine, plays(), economics(), BILLING, WINDOWS, effects)
    found = {(c.account_id, c.play) for c in alternatives(engine, ["rich", "b"])}
    assert ("rich", "retention_call") not in found
    assert ("b", "retention_call") in found
    assert ("retention_call", "demoted: it drove customers away", 1) in unpriced_counts(engine)


def test_how_sure_a_price_is_differs_from_account_to_account() -> None:
    accounts = [account(f"a{i}", "Declining", 0.05 * i, mrr_minor=20_000 * i) for i in range(1, 9)]
    thin = account("thin", "Declining", 0.2, mrr_minor=80_000, label="logistic, thin evidence")
    engine, prices = priced([*accounts, thin])
    calls = {c.account_id: c for c in head(engine, 50) if c.play == "retention_call"}
    sure = {name: reprice(call, prices).p_positive for name, call in calls.items()}
    assert len(set(sure.values())) == len(sure)
    assert all(Decimal("0.4") < p < Decimal("0.9") for p in sure.values())
    assert calls["thin"].q90_minor > calls["a4"].q90_minor
    assert calls["thin"].nv_minor == calls["a4"].nv_minor


def test_do_nothing_is_always_there_and_worth_nothing() -> None:
    engine, prices = priced([RICH, account("b", "Durable core", 0.01)])
    nothing = [c for c in alternatives(engine, ["rich", "b"]) if c.play == "do_nothing"]
    assert [(c.account_id, c.nv_minor, c.cost_minor) for c in nothing] == [
        ("b", 0, 0),
        ("rich", 0, 0),
    ]
    assert all(reprice(c, prices).nv.minor == 0 for c in nothing)
    assert "do_nothing" not in {c.play for c in head(engine, 10)}


def test_without_billing_there_is_no_money_at_all() -> None:
    silent = {"mrr_minor": None, "paying": None, "revenue_365_minor": None, "currency": None}
    engine, _ = priced(
        [account("a", "Declining", 0.3) | silent], present=frozenset({"accounts", "events"})
    )
    assert rows(engine, "SELECT * FROM candidates") == []
    counts = unpriced_counts(engine)
    assert {missing for _, missing, _ in counts} == {"missing: subscriptions"}
    assert "concession_discount" in {play for play, _, _ in counts}


def test_orders_stand_in_for_billing_where_there_is_only_orders() -> None:
    shop = account("a", "Declining", 0.3, mrr_minor=None, paying=None, interval_months=None)
    engine, prices = priced(
        [shop | {"revenue_365_minor": 5_000_000}], present=frozenset({"invoices"})
    )
    found = {c.play: c for c in alternatives(engine, ["a"])}
    assert (found["retention_call"].basis, found["retention_call"].interval_months) == (
        "orders",
        12,
    )
    assert "observed-revenue" in {c.id for c in reprice(found["retention_call"], prices).cautions}
    assert ("concession_discount", "missing: subscriptions", 1) in unpriced_counts(engine)


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 804), ("KWD", 39_000), ("USD", 120_000)])
def test_foreign_minor_units_are_those_of_their_currency(currency: str, minor: int) -> None:
    """1,200 yen a year at 0.0067 are 8.04 dollars; 120.000 dinars at 3.25 are 390.00."""
    known, raw = economics(), {"JPY": 100, "KWD": 10_000, "USD": 10_000}[currency]
    rates = tuple(
        DatedFigure(f"exchange_rate.{code}", Decimal(rate), "test", "test", date(2000, 1, 1))
        for code, rate in (("JPY", "0.0067"), ("KWD", "3.25"))
    )
    known = replace(known, figures=known.figures + rates)
    one = account("a", "Declining", 0.3, mrr_minor=raw, currency=currency, interval_months=12)

    engine, prices = priced([one], known=known)

    found = [c for c in alternatives(engine, ["a"]) if c.play == "retention_call"]
    assert [c.revenue_minor for c in found] == [minor]
    assert reprice(found[0], prices).nv.minor == found[0].nv_minor


def test_orders_in_several_currencies_say_so() -> None:
    shop = account("a", "Declining", 0.3, mrr_minor=None, paying=None, interval_months=None)
    engine, _ = priced([shop | {"revenue_365_minor": None}], present=frozenset({"invoices"}))

    told = {missing for _, missing, _ in unpriced_counts(engine)}

    assert "missing: orders in one currency" in told


def test_no_usable_signal_shows_no_money_that_rests_on_it() -> None:
    blind = account("a", "Expansion-ready", None, tier="none", days_to_renewal=10)
    engine, _ = priced([blind | {"probability": 0.3}])
    assert {c.play for c in alternatives(engine, ["a"])} == {"upsell_plan", "upsell_seats"}
    upsell = alternatives(engine, ["a"])[0]
    assert (upsell.churn_source, upsell.churn_bp) == ("segment", 300)
    assert {m for p, m, _ in unpriced_counts(engine) if p.startswith("ret")} == {
        "missing: usable churn signal"
    }


def test_a_missing_input_is_named() -> None:
    accounts = [
        account("seats", "Expansion-ready", 0.03, seats=None),
        account("euro", "Declining", 0.3, currency="NOK"),
        account("huge", "Declining", 0.3, mrr_minor=10**11),
        account("free", "Declining", 0.3, mrr_minor=0),
        account("onboarding", "Onboarding", 0.3, open_deals=1),
    ]
    engine, _ = priced(accounts, outcomes=[])
    missing = {
        (r["account_id"], r["play"]): r["missing"] for r in rows(engine, "SELECT * FROM unpriced")
    }
    assert missing["seats", "upsell_seats"] == "missing: chance of expansion without us"
    assert missing["euro", "retention_call"] == "missing: exchange rate NOK"
    assert missing["huge", "retention_call"] == "missing: plausible revenue"
    assert missing["free", "retention_call"] == "missing: recurring revenue"
    assert missing["onboarding", "acceleration_call"] == "missing: chance of expansion without us"
    text = (ROOT / "policies/plays.yaml").read_text(encoding="utf-8")
    seats = plays(text.replace("part: more, size: 0.2", "part: seats, size: 5"))
    engine = engine_with(accounts)
    price(AS_OF, engine, seats, economics(), BILLING, WINDOWS)
    missing = {
        (r["account_id"], r["play"]): r["missing"] for r in rows(engine, "SELECT * FROM unpriced")
    }
    assert missing["seats", "upsell_seats"] == "missing: seats"
    assert ("onboarding", "acceleration_call") not in missing


def test_a_figure_the_economics_lack_blocks_what_needs_it() -> None:
    bare = "currency: USD\nconvention: survival\n"
    engine, _ = priced([RICH], known=parse_economics(bare))
    assert rows(engine, "SELECT * FROM candidates") == []
    assert ("retention_call", "missing: economics gross_margin", 1) in unpriced_counts(engine)
    assert rows(engine, "SELECT * FROM left_alone") == []


def test_a_lapsed_account_is_worth_what_it_last_paid() -> None:
    earlier = ENDED | {"mrr_minor": 900_000, "ended_day": AS_OF - 400}
    trial = ENDED | {"trial": True, "mrr_minor": 500_000}
    engine, prices = priced([LAPSED], subscriptions=[ENDED, earlier, trial])
    mail = next(c for c in alternatives(engine, ["gone"]) if c.play == "winback_email")
    assert (mail.basis, mail.revenue_minor, mail.churn_source) == (
        "last_mrr",
        3_600_000,
        "everybody",
    )
    assert mail.p0_ppm == 40_000
    assert mail.cost_minor == 290  # 200.00 over 500 accounts, and 0.05 hours of 50.00
    assert "base-rate" in {c.id for c in reprice(mail, prices).cautions}


def test_a_last_price_in_two_currencies_names_the_rate_it_lacks() -> None:
    engine, _ = priced([LAPSED], subscriptions=[ENDED, ENDED | {"currency": "CHF"}])
    assert ("winback_email", "missing: exchange rate CHF", 1) in unpriced_counts(engine)


def test_other_currencies_are_converted_at_the_rate_of_the_day() -> None:
    engine, prices = priced([account("e", "Declining", 0.3, currency="EUR", mrr_minor=33_333)])
    call = next(c for c in alternatives(engine, ["e"]) if c.play == "retention_call")
    assert (call.raw_minor, call.revenue_minor, call.currency) == (33_333, 36_666, "EUR")
    assert "exchange_rate.EUR" in {a.name for a in reprice(call, prices).assumptions}


@pytest.mark.parametrize(("given", "outcome", "reason"), [
    ({"mrr_minor": 1_000}, "accept_churn", "worth nothing"),
    ({"probability": 0.8, "mrr_minor": 1_800}, "accept_churn", "likely lost"),
    ({"probability": 0.001}, "let_progress", "likely to stay"),
    ({"probability": 0.3}, "let_progress", "no play is expected to gain"),
    ({"segment": "unheard of"}, "let_progress", "no play is for this account"),
])  # fmt: skip
def test_leaving_alone_has_a_computed_reason(
    given: dict[str, Any], outcome: str, reason: str
) -> None:
    engine, _ = priced([account("a", "Declining", 0.3) | given])
    (row,) = rows(engine, "SELECT * FROM left_alone")
    assert row["outcome"] == outcome
    assert reason in row["reason"]
    assert row["saved_minor"] is None if "no play is for" in reason else row["saved_minor"] > 0


def test_who_leaves_when_called_is_left_alone_and_the_harm_is_what_it_saves() -> None:
    quiet = account("a", "Quiet", 0.1, mrr_minor=1_000_000)
    engine, _ = priced([quiet])
    (row,) = rows(engine, "SELECT * FROM left_alone")
    assert row["outcome"] == "let_progress"
    assert row["reason"] == "accounts like it leave more often when somebody contacts them"
    found = {c.play: c.nv_minor for c in alternatives(engine, ["a"]) if c.play != "do_nothing"}
    assert set(found) == {"retention_call", "retention_email", "retention_task", "success_review"}
    assert row["saved_minor"] == -max(found.values()) > 0
    assert head(engine, 10) == []


def test_a_worthwhile_account_is_not_left_alone() -> None:
    engine, _ = priced([RICH])
    assert rows(engine, "SELECT * FROM left_alone") == []


def test_the_head_leads_by_value_by_hour_and_by_cost_and_ties_have_an_order() -> None:
    accounts = [account(f"a{i}", "Declining", 0.3, mrr_minor=500_000) for i in range(9)]
    engine, _ = priced([*reversed(accounts), RICH])
    found = head(engine, 1)
    assert {c.account_id for c in found} == {"rich"}
    names = list(dict.fromkeys(c.account_id for c in head(engine, 6)))
    assert names[0] == "rich"
    assert names[1:] == sorted(names[1:])
    assert head(engine, 10**6) == head(engine, 10**5)


def test_the_order_of_the_rows_changes_nothing() -> None:
    accounts = [account(f"a{i}", "Declining", i / 40, mrr_minor=10_000 * i) for i in range(1, 30)]
    query = "SELECT * FROM candidates ORDER BY account_id, play"
    first, _ = priced(accounts)
    second, _ = priced(accounts[::-1])
    assert rows(first, query) == rows(second, query)


@pytest.mark.parametrize("dialect", ["duckdb", "spark", "postgres"])
@pytest.mark.parametrize(
    "name", ["last_paid", "inputs", "cycles", "prices", "shortlist", "left_alone"]
)
def test_the_queries_compile_for_every_engine(name: str, dialect: str) -> None:
    given: dict[str, Parameter] = {
        "interval": 1,
        "currency": "USD",
        "most": 10,
        "least_cost": 5,
        "cents": half_even(column("exact")),
        "on_mrr": True,
        "on_last_mrr": True,
        "on_orders": False,
        "on_deal": True,
        "new": "Onboarding",
        "size": 5,
        "nothing": "do_nothing",
        "as_of": 1,
        "days": 30,
    }
    text = compile_sql(read_sql("tools.roi", name), dialect, **(given | price_trees(told=True)))
    assert "$" not in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
