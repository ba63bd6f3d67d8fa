"""What growing is worth, as our own bills say."""

from decimal import Decimal
from typing import Any

import pytest

from tests.roi.world import AS_OF, ROOT, account, economics, engine_with, plays
from tools.errors import BadInput
from tools.roi.growth import ANY, WEIGHT, Growth, Rises, growths_of
from tools.roi.plays import Play
from tools.roi.price import PriceList, price
from tools.roi.rates import Windows
from tools.roi.shortlist import Candidate, alternatives
from tools.roi.value import reprice

WINDOWS = Windows(30, {"expansion": 365, "return": 90, "churn": 30})


def play(name: str) -> Play:
    return next(p for p in plays() if p.id == name)


def by_product(name: str, counted: list[Rises]) -> dict[str, Growth]:
    return {g.product: g for g in growths_of(play(name), counted)}


def test_without_bills_a_play_is_taken_at_its_word() -> None:
    assert growths_of(play("upsell_plan"), []) == (
        Growth("upsell_plan", ANY, Decimal("1.0000"), Decimal("0.3000"), 0),
    )


def test_nobody_rises_from_the_highest_product() -> None:
    counted = [
        Rises("Small", "next", 100, 1_000_000),
        Rises("Small", "more", 100, 200_000),
        Rises("Large", "more", 200, 400_000),
    ]
    found = by_product("upsell_plan", counted)
    assert found["Large"].share < Decimal("0.01") < Decimal("0.4") < found["Small"].share
    assert found["Small"].size == pytest.approx(Decimal("0.98"), abs=Decimal("0.03"))
    more = by_product("upsell_seats", counted)
    assert more["Large"].share + found["Large"].share == pytest.approx(1, abs=0.02)


def test_much_evidence_is_believed_and_little_is_drawn_to_all() -> None:
    counted = [Rises("A", "more", 10_000, 5_000 * 10_000), Rises("B", "more", 1, 50_000)]
    found = by_product("upsell_seats", counted)
    assert found["A"].size == pytest.approx(Decimal("0.5"), abs=Decimal("0.001"))
    one = (Decimal(5) + WEIGHT * found[ANY].size) / (1 + WEIGHT)
    assert found["B"].size == pytest.approx(one, abs=Decimal("0.001"))


def line(name: str, minor: int, product: str, start: int, end: int | None) -> dict[str, Any]:
    return {
        "account_id": name,
        "mrr_minor": minor,
        "product": product,
        "currency": "USD",
        "interval_months": 1,
        "trial": False,
        "started_day": start,
        "ended_day": end,
    }


def priced(lines: list[dict[str, Any]], *names: str) -> tuple[PriceList, dict[str, Candidate]]:
    ready = [account(name, "Expansion-ready", 0.03) for name in names]
    engine = engine_with(ready, subscriptions=lines)
    found = price(AS_OF, engine, plays(), economics(), frozenset({"subscriptions"}), WINDOWS)
    told = [c for c in alternatives(engine, names) if c.play.startswith("upsell")]
    return found, {f"{c.account_id} {c.play}": c for c in told}


def test_the_rises_are_read_from_bills_and_both_prices_agree() -> None:
    start, step = AS_OF - 500, AS_OF - 300
    lines = [line("small", 10_000, "S", start, None), line("large", 10_000, "L", start, None)]
    for n in range(20):
        lines += [line(f"u{n}", 10_000, "S", start, step), line(f"u{n}", 30_000, "L", step, None)]
        lines += [line(f"m{n}", 10_000, "L", start, step), line(f"m{n}", 11_000, "L", step, None)]
    lines += [line("gap", 10_000, "S", start, step - 1), line("gap", 90_000, "S", step, None)]
    lines += [line("odd", 1, "", start, step), line("odd", 10**18, "", step, None)]
    prices, found = priced(lines, "small", "large")
    assert {g.n for g in prices.growths if g.product == ANY} == {40}
    small, large = (found[f"{name} upsell_plan"] for name in ("small", "large"))
    assert small.product == "S"
    assert small.p0_ppm > 5 * large.p0_ppm
    assert found["large upsell_seats"].value_minor < found["small upsell_plan"].value_minor
    for candidate in found.values():
        assert reprice(candidate, prices).nv.minor == candidate.nv_minor


def test_who_came_back_after_a_gap_did_not_grow() -> None:
    """Paying in another currency all the while, so that there was a product at every time."""
    start, step = AS_OF - 500, AS_OF - 300
    lines = [
        {**line("abroad", 5_000, "S", start, None), "currency": "EUR"},
        line("abroad", 10_000, "S", start, step - 100),
        line("abroad", 30_000, "L", step, None),
    ]
    prices, _ = priced(lines, "abroad")
    assert {(g.play, g.n) for g in prices.growths if g.play.startswith("upsell")} == {
        ("upsell_plan", 0),
        ("upsell_seats", 0),
    }


def test_a_bill_beyond_all_reason_counts_as_the_most_and_breaks_nothing() -> None:
    start, step = AS_OF - 500, AS_OF - 300
    lines = [line("odd", 1, "S", start, step), line("odd", 9 * 10**18, "S", step, None)]
    prices, _ = priced(lines, "odd")
    assert {g.size for g in prices.growths if g.play == "upsell_seats" and g.product == "S"} == {
        Decimal("1.6667")  # (5 + 5 · (5 + 5 · 0.2) / 6) / 6
    }


def test_an_unknown_part_is_refused_with_the_words_that_are_known() -> None:
    text = (ROOT / "policies/plays.yaml").read_text(encoding="utf-8")
    with pytest.raises(BadInput, match=r"moer.*more"):
        plays(text.replace("part: more", "part: moer"))
