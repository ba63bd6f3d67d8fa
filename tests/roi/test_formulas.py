"""The kernel's laws: one definition for Decimal, NumPy and SQL, and value monotone in chance."""

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tools.roi import formulas
from tools.roi.fixed_point import (
    BASIS_POINTS,
    cycle_renewal,
    cycles_ahead,
    half_even,
    points_of,
    share,
    survival_multiple,
    to_minor,
    within,
)
from tools.roi.spread import below, shares
from tools.roi.sql_number import Sql, column, decimal
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINE = DuckEngine(threads=1)
MONEY = st.decimals(min_value=1, max_value=100_000, places=2)
EXACT = st.decimals(-(10**11), 10**11, places=20)
HALVES = st.integers(-(10**6), 10**6).map(lambda n: Decimal(n) / 2)
CHANCE = st.integers(1, BASIS_POINTS - 1).map(share)
FORMULAS: "dict[str, Callable[..., object]]" = {
    "contribution": formulas.contribution,
    "lifetime_value": formulas.lifetime_value,
    "gross_gain": formulas.gross_gain,
    "incremental_gain": formulas.incremental_gain,
    "concession": formulas.concession,
    "concession_breakeven": formulas.concession_breakeven,
    "given_away": formulas.given_away,
    "leakage": formulas.leakage,
    "sooner": formulas.sooner,
    "cost": formulas.cost,
    "net_value": formulas.net_value,
    "headroom": formulas.headroom,
    "breakeven": formulas.breakeven,
    "gupta_lehmann": formulas.gupta_lehmann,
    "immediate": formulas.immediate,
    "annuity": lambda r, f: formulas.annuity(r, 4, f),
    "renewal_first": lambda r, f: formulas.renewal_first(r, 3, f),
    "seed": lambda r, f: formulas.multiple("seed", r, 3, f),
    "churn_within": lambda h: formulas.churn_within(h, 3),
    "power": lambda b: formulas.power(b, 5),
}
ARGUMENTS = {
    "annuity": 2, "renewal_first": 2, "seed": 2, "churn_within": 1, "power": 1, "contribution": 3,
    "lifetime_value": 3, "gross_gain": 3, "incremental_gain": 3, "concession": 4,
    "concession_breakeven": 2, "given_away": 3, "leakage": 3, "sooner": 3, "cost": 6,
    "net_value": 4, "headroom": 2, "breakeven": 2, "gupta_lehmann": 2, "immediate": 2,
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_one_definition_for_decimal_numpy_and_sql(name: str, data: st.DataObject) -> None:
    count = ARGUMENTS[name]
    values = data.draw(st.lists(CHANCE, min_size=count, max_size=count, unique=True))
    exact = FORMULAS[name](*values)
    assert isinstance(exact, Decimal)
    arrays = FORMULAS[name](*(np.array([float(v)]) for v in values))
    assert np.allclose(np.asarray(arrays), float(exact), rtol=1e-9, atol=1e-12)
    tree = FORMULAS[name](*(Sql(exp.cast(exp.convert(v), "double")) for v in values))
    assert isinstance(tree, Sql)
    answer = ENGINE.run(f"SELECT {tree.tree.sql('duckdb')} AS x")["x"][0].as_py()
    assert answer == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


def test_parentheses_survive() -> None:
    a, b, c = (column(name) for name in "abc")
    assert (a - (b - c)).tree.sql() == "a - (b - c)"
    assert (a * (b + c) - 1).tree.sql() == "(a * (b + c)) - 1"
    assert (1 - a).tree.sql() == "1 - a"


@given(CHANCE, CHANCE, MONEY, MONEY)
def test_value_is_monotone_in_the_chance(
    p: Decimal, q: Decimal, worth: Decimal, spent: Decimal
) -> None:
    low, high = sorted((p, q))
    zero, base = Decimal(0), Decimal("0.1")

    def net(chance: Decimal) -> Decimal:
        return formulas.net_value(formulas.incremental_gain(chance, base, worth), zero, zero, spent)

    assert net(low) <= net(high)


@given(CHANCE, MONEY)
def test_doing_nothing_is_worth_exactly_nothing(p0: Decimal, value: Decimal) -> None:
    zero = Decimal(0)
    gain = formulas.incremental_gain(p0 + zero, p0, value)
    assert formulas.net_value(gain, zero, zero, zero) == 0


@given(CHANCE, CHANCE, MONEY, MONEY)
def test_no_action_beats_the_headroom(
    p0: Decimal, p1: Decimal, value: Decimal, spent: Decimal
) -> None:
    gain = formulas.incremental_gain(p1, p0, value)
    zero = Decimal(0)
    assert formulas.net_value(gain, zero, zero, spent) <= formulas.headroom(p0, value) - spent


@given(st.decimals(-1000, 1000, places=4), st.decimals(-1000, 1000, places=4))
def test_the_breakeven_is_where_the_line_crosses(at_zero: Decimal, at_one: Decimal) -> None:
    if at_zero == at_one:
        return
    x = formulas.breakeven(at_zero, at_one)
    assert abs(at_zero + (at_one - at_zero) * x) < Decimal("1e-15")


def test_a_campaign_is_shared_by_its_audience() -> None:
    assert formulas.campaign_share(Decimal(200), Decimal(500)) == Decimal("0.4")


@given(st.integers(1, 9_998), st.integers(1, 36), st.sampled_from([1, 3, 12]))
def test_a_likelier_loss_is_never_worth_more(churn: int, days: int, interval: int) -> None:
    for convention in ("seed", "survival"):
        args = (days * 10, interval, 36, Decimal("0.1"))
        less = survival_multiple(convention, churn + 1, *args)
        assert less <= survival_multiple(convention, churn, *args)


def test_a_cycle_is_not_a_year() -> None:
    """70 % lost within two years of yearly billing is .5477 renewal a cycle (S8)."""
    found = cycle_renewal(Decimal("0.70"), 730, 12)
    assert found.quantize(Decimal("0.0001")) == Decimal("0.5477")
    assert cycle_renewal(Decimal("0.08"), None, 12) == Decimal("0.92")
    assert [cycles_ahead(36, months) for months in (1, 12, 24, 60)] == [36, 3, 2, 1]


def test_windows_convert_both_ways() -> None:
    assert within(Decimal("0.19"), 180, 90) == Decimal("0.1000")
    assert within(Decimal("0.10"), 90, 180) == Decimal("0.1900")


def test_a_share_is_points_of_what_there_is_and_never_more() -> None:
    assert points_of(980_000, Decimal("0.11"), of_losses=True) == 2_200
    assert points_of(980_000, Decimal("0.11"), of_losses=False) == 20_000
    assert points_of(980_000, Decimal(3), of_losses=True) == 20_000
    assert points_of(20_000, Decimal(-3), of_losses=True) == -20_000
    assert points_of(20_000, Decimal(-3), of_losses=False) == -20_000
    assert [points_of(999_995, Decimal(p) / 10, of_losses=True) for p in (1, 3, 5)] == [0, 2, 2]


@pytest.mark.parametrize(
    ("mean", "sd", "spread"),
    [("0.11", "0.11", 40), ("-0.28", "0.41", 70), ("0.9", "0.5", 0), ("0.2", "0", 60)],
)
def test_how_sure_a_price_is_agrees_with_simulation(mean: str, sd: str, spread: int) -> None:
    draw = np.random.default_rng(1)
    effect = draw.normal(float(mean), float(sd), 400_000)
    off = np.exp(draw.normal(0, spread / 100, 400_000) - (spread / 100) ** 2 / 2)
    m, s = Decimal(mean), Decimal(sd)
    found, low, high = shares(m, s, spread, of_losses=True)
    assert float(found) == pytest.approx(float(np.minimum(effect, 1).mean()), abs=2e-3)
    tails = np.quantile(effect * off, [0.1, 0.9])
    assert [float(low), float(high)] == pytest.approx(tails.tolist(), abs=0.02)
    under = float(below(m, s, spread, Decimal("0.1")))
    near = 0.05 if sd == "0" else 0.01
    assert under == pytest.approx(float((effect * off <= 0.1).mean()), abs=near)
    gained, _, _ = shares(-m, s, spread, of_losses=False)
    assert gained == -found


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(EXACT, HALVES), min_size=1, max_size=20))
def test_the_engine_rounds_half_to_even(values: list[Decimal]) -> None:
    rows = ", ".join(f"(CAST('{v:.20f}' AS DECIMAL(37, 20)))" for v in values)
    query = f"SELECT $cents AS y FROM (VALUES {rows}) AS t(x)"
    answers = ENGINE.run(query, cents=half_even(column("x")))["y"].to_pylist()
    assert answers == [to_minor(v) for v in values]


def test_a_type_is_fixed() -> None:
    assert decimal(column("x"), 20, 4).tree.sql("duckdb") == "CAST(x AS DECIMAL(20, 4))"
