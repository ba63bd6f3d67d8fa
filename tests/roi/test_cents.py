"""The law that warehouse cents are Decimal cents, for random economics, plays and accounts."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.roi.world import AS_OF, BILLING, account, economics, engine_with, plays
from tools.roi.economics import DatedFigure, Economics
from tools.roi.effect import Effect, EffectBelief, Scale
from tools.roi.fixed_point import share
from tools.roi.plays import Concession, Play
from tools.roi.price import price
from tools.roi.rates import Windows
from tools.roi.shortlist import alternatives
from tools.roi.value import Disagreement, reprice

INTERVALS = (1, 3, 6, 12, 24)


def random_economics(draw: random.Random) -> Economics:
    figures = {
        "gross_margin": share(draw.randint(0, 10_000)),
        "support_share": share(draw.randint(0, 5_000)),
        "support_per_account_year": Decimal(draw.randint(0, 1_000_000)) / 100,
        "discount_rate": share(draw.randint(0, 10_000)),
        "horizon_months": Decimal(draw.randint(1, 120)),
        "interval_months": Decimal(1),
        **{
            f"exchange_rate.{currency}": Decimal(draw.randint(1, 10**9)).scaleb(-6)
            for currency in ("EUR", "JPY", "KWD", "USD")
        },
        **{
            f"hourly_rate.{role}": Decimal(draw.randint(0, 99_999)) / 100
            for role in ("csm", "sales", "marketing")
        },
    }
    dated = tuple(DatedFigure(n, v, "test", "test", date(2000, 1, 1)) for n, v in figures.items())
    return Economics(
        draw.choice(("USD", "USD", "JPY", "KWD")), draw.choice(("seed", "survival")), dated
    )


def random_play(draw: random.Random, play: Play) -> Play:
    """Any numbers; one in three shaped so that halves of a cent come up."""
    mean, sd = share(draw.randint(-20_000, 20_000)), share(draw.randint(0, 10_000))
    if draw.random() < 0.3:
        mean, sd = Decimal("0.5"), Decimal(0)
    scale: Scale = "share_of_losses" if play.without == "score" else "share_of_organic"
    given_up = Concession(
        share(draw.randint(0, 10_000)), share(draw.randint(0, 10_000)), draw.random() < 0.5
    )
    return replace(
        play,
        effect=Effect(scale, EffectBelief(mean, sd, "test")),
        hours=Decimal(draw.randint(0, 400)) / 100,
        concession=draw.choice((None, given_up)),
        days_sooner=draw.choice((0, 45)),
        worth=replace(play.worth, recurs=draw.random() < 0.7),
    )


def random_accounts(draw: random.Random, count: int) -> list[dict[str, Any]]:
    segments = ("Declining", "Durable core", "Expansion-ready", "Onboarding")
    chances = [(draw.random(), draw.randint(0, 100) / 100)[i % 2] for i in range(count)]
    return [
        account(
            f"a{i}",
            draw.choice(segments),
            chances[i],
            mrr_minor=draw.choice((draw.randint(1, 200), draw.randint(1, 10**8))),
            interval_months=draw.choice(INTERVALS),
            currency=draw.choice(("USD", "EUR", "JPY", "KWD")),
            seats=draw.randint(1, 500),
            open_deals=draw.randint(0, 1),
        )
        for i in range(count)
    ]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([None, 30, 90]))
def test_warehouse_cents_are_decimal_cents(seed: int, days: int | None) -> None:
    draw = random.Random(seed)
    known = random_economics(draw)
    some = tuple(random_play(draw, play) for play in plays())
    accounts = random_accounts(draw, 60)
    engine = engine_with(accounts)
    windows = Windows(days, {"expansion": 365, "return": 90, "churn": 30})
    prices = price(AS_OF, engine, some, known, BILLING, windows)
    found = alternatives(engine, [a["account_id"] for a in accounts])
    assert len(found) > 60
    for candidate in found:
        assert reprice(candidate, prices).nv.minor == candidate.nv_minor


def test_halves_of_a_cent_go_to_the_even_one() -> None:
    """0.5 of 0.01, 0.03, 0.05 … of a one-off: half a cent each, down and up in turn."""
    one_off = [
        replace(
            p,
            effect=Effect("share_of_organic", EffectBelief(Decimal(1), Decimal(0), "t")),
            hours=Decimal(0),
            worth=replace(p.worth, recurs=False, part="all"),
        )
        for p in plays()
        if p.id == "upsell_plan"
    ]
    whole = {"gross_margin": Decimal(1), "support_share": Decimal(0)}
    figures = tuple(
        replace(f, value=whole.get(f.name, Decimal(0) if "support" in f.name else f.value))
        for f in economics().figures
    )
    known = replace(economics(), figures=figures)
    accounts = [account(f"a{i}", "Expansion-ready", 0.1, mrr_minor=i) for i in (1, 3, 5, 7)]
    even = {
        "segment": "Expansion-ready",
        "outcome": "expansion",
        "n": 100,
        "mean": 0.5,
        "q10": 0.5,
        "q90": 0.5,
    }
    engine = engine_with(accounts, outcomes=[even])
    prices = price(AS_OF, engine, one_off, known, BILLING, Windows(30, {"expansion": 90}))
    names = [a["account_id"] for a in accounts]
    found = [c for c in alternatives(engine, names) if c.play == "upsell_plan"]
    assert [c.nv_minor for c in found] == [0, 2, 2, 4]
    assert all(reprice(c, prices).nv.minor == c.nv_minor for c in found)


@pytest.mark.parametrize(
    "name", ["nv_minor", "q10_minor", "cost_minor", "raw_minor", "p0_ppm", "churn_bp"]
)
def test_a_cent_of_difference_stops_the_proposal(name: str) -> None:
    engine = engine_with([account("a", "Declining", 0.3, mrr_minor=2_000_000)])
    windows = Windows(30, {})
    prices = price(AS_OF, engine, plays(), economics(), BILLING, windows)
    good = next(c for c in alternatives(engine, ["a"]) if c.play == "retention_call")
    wrong = replace(good, **{name: getattr(good, name) + 1})
    with pytest.raises(Disagreement, match="retention_call for a: the warehouse has"):
        reprice(wrong, prices)
