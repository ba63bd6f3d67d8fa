"""The section about money: what it says, what it leaves out, who is behind it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.reports.relations import day
from tests.reports.sections.chapter_laws import chart, check, figures, table, text
from tests.reports.sections.worlds import given, shop
from tools.errors import BadInput
from tools.reports.internal import Internal
from tools.reports.revenue.section import make_money
from tools.reports.revenue.spec import DatedRate, MoneySpec, Projection

SHORT = MoneySpec(months=3)
RATES = (
    DatedRate("USD", day("2023-01-01"), Decimal("0.5"), "test"),
    DatedRate("USD", day("2024-06-01"), Decimal(9), "test: after the comparison starts"),
)


def paid(account: str, minor: int) -> dict[str, object]:
    return {
        "account_id": account,
        "mrr_minor": minor,
        "currency": "EUR",
        "started_day": day("2024-01-05"),
    }


def test_a_whole_section() -> None:
    world = given(shop())
    chapter = make_money(world, SHORT)
    found = check(chapter, world.engine)
    bridge = table(chapter, "money.bridge")
    assert bridge.notes[0] == "Every month adds up to the cent."
    assert len(bridge.rows) == 6
    kinds = ("start", "new", "reactivation", "expansion", "contraction", "churn")
    for month in ("2024-01", "2024-06"):
        moved = [found[f"money.EUR.{month}.{kind}"].value or 0 for kind in kinds]
        assert sum(moved) == found[f"money.EUR.{month}.end"].value
    assert found["money.EUR.week_2024-07-01.churn"].drill
    for name in ("nrr", "grr", "grr_moves", "logos"):
        kept = found[f"money.EUR.2024-06.{name}_3_months"]
        assert kept.low is not None
        assert kept.low <= (kept.value or 0) <= (kept.high or 0)
    assert text(chapter).startswith("Recurring revenue at the end of 2024-06 was money.EUR.2024-06")


def test_the_tail_is_drawn_apart_from_what_was_observed() -> None:
    chapter = make_money(given(shop()), SHORT)
    observed, projected = chart(chapter, "money.curve.EUR").series
    assert (observed.style, projected.style) == ("observed", "projected")
    both = [
        n
        for n, (a, b) in enumerate(zip(observed.y, projected.y, strict=True))
        if a is not None and b is not None
    ]
    assert len(both) == 1
    assert observed.y[both[0]] == projected.y[both[0]]
    few = make_money(given(shop()), replace(SHORT, projection=Projection(cohorts=50)))
    (alone,) = chart(few, "money.curve.EUR").series
    assert None not in alone.y
    assert "not projected, which takes 50 cohorts" in text(few)
    none = make_money(given(shop()), replace(SHORT, projection=Projection(months=0)))
    assert len(chart(none, "money.curve.EUR").series) == 1


def test_logo_net_gross_and_use_are_of_the_same_cohorts() -> None:
    chapter = make_money(given(shop()), SHORT)
    names = ("logos", "nrr", "grr", "usage")
    columns = [[row[:2] for row in table(chapter, f"money.{name}.EUR").rows] for name in names]
    assert all(column == columns[0] for column in columns)
    without = make_money(given(shop(), {"subscriptions"}), SHORT)
    assert without.section.missing == ("events",)
    assert "money.usage.EUR" not in {block.id for block in without.section.blocks}


def test_currencies_stay_apart_without_rates() -> None:
    chapter = make_money(given(shop(60, ("EUR", "USD"))), SHORT)
    kept = table(chapter, "money.retention")
    assert "Each currency stands alone" in kept.notes[0]
    assert {getattr(row[0], "text", "") for row in kept.rows} == {"EUR", "USD"}


@pytest.mark.parametrize(
    "currencies", [("EUR", "USD", "GBP"), ("AUD", "CHF", "EUR", "GBP", "JPY", "NOK", "USD")]
)
def test_the_moves_of_every_currency_are_told(currencies: tuple[str, ...]) -> None:
    """In words as far as they can be read, and how many more there are and where."""
    rows = shop()
    rows["subscriptions"] = [
        {
            "account_id": f"{c}{n}",
            "subscription_id": f"{c}{n}",
            "mrr_minor": 100,
            "currency": c,
            "trial": False,
            "started_day": day(when),
        }
        for place, c in enumerate(currencies)
        for n, when in enumerate(["2024-07-03"] + ["2024-06-03"] * (place + 1))
    ]
    chapter = make_money(given(rows), SHORT)
    *_, last, week = text(chapter).splitlines()
    order = currencies[::-1]
    told = [c for c in order if f"money.{c}.week_2024-07-01.new" in week]
    assert told == list(order[: len(told)])
    places = [week.index(f"in {c}: ") for c in told]
    assert places == sorted(places)
    assert len(told) == min(4, len(order))
    if len(order) > 4:
        assert week.endswith(" 3 more currencies are in the table of the week (EUR, CHF, AUD).")
    more = f"{len(order) - 2} more {'currency is' if len(order) == 3 else 'currencies are'} in"
    assert f"{more} the table month by month ({', '.join(order[2:])})." in last


def test_at_constant_rates_a_rate_moves_nothing() -> None:
    """The rate of the start counts for both ends; one that comes later changes no figure."""
    rows = shop(60, ("EUR", "USD"))
    spec = replace(SHORT, currency="EUR", rates=RATES)
    chapter = make_money(given(rows), spec)
    found = figures(chapter)

    def ends(name: str) -> list[int]:
        ids = [f"money.{name}.2024-06.{end}_3_months" for end in ("then", "now")]
        return [int(found[id_].value or 0) for id_ in ids]

    together = [euro + dollar / 2 for euro, dollar in zip(ends("EUR"), ends("USD"), strict=True)]
    assert ends("EUR_constant") == [round(amount) for amount in together]
    nrr = found["money.EUR_constant.2024-06.nrr_3_months"].value
    assert nrr == pytest.approx(together[1] / together[0], abs=1e-9)


def test_a_rate_that_is_missing_is_named() -> None:
    spec = replace(SHORT, currency="CHF", rates=RATES)
    chapter = make_money(given(shop(60, ("EUR", "USD"))), spec)
    assert chapter.section.missing == ("rate of EUR",)
    assert "Missing: rate of EUR" in table(chapter, "money.retention").notes[0]
    with pytest.raises(BadInput, match="give `currency` with `rates`"):
        MoneySpec(currency="EUR")


def test_a_plan_billed_by_the_year_counts_by_the_month() -> None:
    line = {
        "account_id": "a",
        "mrr_minor": 1000,
        "currency": "EUR",
        "started_day": day("2024-01-05"),
    }
    chapters = [
        make_money(given({"subscriptions": [line | {"interval_months": n}]}), SHORT)
        for n in (1, 12)
    ]
    assert chapters[0].section == chapters[1].section
    said = table(chapters[0], "money.bridge").about.definition
    assert "billed by the year counted by the month" in said


def test_an_empty_company_one_account_and_none_that_bills() -> None:
    assert "nothing to tell" in text(make_money(given(), SHORT))
    unbilled = make_money(given(present={"events"}), SHORT)
    assert unbilled.section.missing == ("subscriptions",)
    assert (unbilled.section.blocks, unbilled.members) == ((), "")
    rows = shop()
    world = given({"subscriptions": rows["subscriptions"][:1]})
    found = check(make_money(world, SHORT), world.engine)
    assert not [f for f in found.values() if f.unit == "share" and f.value is not None]
    assert "missing: 20 accounts (1)" in {f.missing for f in found.values()}


def test_young_revenue_has_no_year_behind_it() -> None:
    chapter = make_money(given(shop()), MoneySpec())
    found = {figure.missing for figure in figures(chapter).values()}
    assert "missing: revenue of 12 months ago" in found


def test_our_own_accounts_are_in_no_figure() -> None:
    rows = shop()
    own = {
        "account_id": "ours",
        "mrr_minor": 10**9,
        "currency": "EUR",
        "started_day": day("2024-01-02"),
    }
    spec = replace(SHORT, internal=Internal(accounts=("ours",)))
    with_own = given(rows | {"subscriptions": [*rows["subscriptions"], own]})
    assert [b for b in make_money(with_own, spec).section.blocks if b.id == "money.week"] == [
        b for b in make_money(given(rows), SHORT).section.blocks if b.id == "money.week"
    ]


def test_the_same_facts_make_the_same_section() -> None:
    rows = shop(20)
    turned = {name: list(reversed(each)) for name, each in rows.items()}
    assert make_money(given(turned), SHORT) == make_money(given(rows), SHORT)
