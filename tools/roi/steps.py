"""The order in which a price is worked out, once for the warehouse and once for Decimal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from tools.roi import formulas
from tools.roi.fixed_point import half_even
from tools.roi.formulas import Number
from tools.roi.sql_number import Sql, column, decimal

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from sqlglot import exp


@dataclass(frozen=True)
class SuccessWorth(Generic[Number]):
    """What success brings: a cycle's contribution, its present value, and what is given away."""

    contribution: Number
    kept: Number
    given: Number


@dataclass(frozen=True)
class Parts(Generic[Number]):
    """The parts of one net value, in cents."""

    gain: Number
    time: Number
    lost: Number
    spent: Number
    net: Number


@dataclass(frozen=True)
class Terms(Generic[Number]):
    """The constants and inputs of a price, all fixed-point; money in cents."""

    revenue: Number
    value: Number
    margin: Number
    support_share: Number
    support: Number
    cycles: Number
    acquisition: Number
    conceded: Number
    conceded_cycles: Number
    p0: Number
    accepted: Number
    saved: Number
    cost: Number


def contribution_of(t: "Terms[Number]") -> Number:
    """A cycle's contribution of what success brings."""
    return formulas.contribution(t.value, t.margin, t.value * t.support_share + t.support)


def kept_of(t: "Terms[Number]", contribution: Number) -> Number:
    """What success is worth, less the cost of winning whom it wins."""
    return formulas.lifetime_value(contribution, t.cycles, t.acquisition)


def given_of(t: "Terms[Number]") -> Number:
    """What a concession gives away over the cycles it lasts, to one who stays and accepts."""
    return formulas.given_away(t.revenue, t.conceded, t.conceded_cycles)


def gain_of(p0: Number, effect: Number, kept: Number) -> Number:
    """What the effect brings that would not have come anyway."""
    return formulas.incremental_gain(p0 + effect, p0, kept)


def lost_of(p0: Number, effect: Number, accepted: Number, given: Number) -> Number:
    """What a concession gives to everyone who stays with it."""
    return formulas.leakage(p0 + effect, accepted, given)


def worth(t: "Terms[Decimal]") -> "SuccessWorth[Decimal]":
    """The worth of success in Decimal."""
    contribution = contribution_of(t)
    return SuccessWorth(contribution, kept_of(t, contribution), given_of(t))


def parts(t: "Terms[Decimal]", w: "SuccessWorth[Decimal]", effect: "Decimal") -> "Parts[Decimal]":
    """The net value at one effect in Decimal, part by part."""
    gain = gain_of(t.p0, effect, w.kept)
    time = formulas.sooner(t.p0, t.saved, w.kept)
    lost = lost_of(t.p0, effect, t.accepted, w.given)
    return Parts(gain, time, lost, t.cost, formulas.net_value(gain, time, lost, t.cost))


COLUMNS: "Terms[Sql]" = Terms(
    **{name: column(name) for name in Terms.__dataclass_fields__}  # each input is a column
)
EFFECTS = {"": "effect", "_low": "effect_low", "_high": "effect_high", "_safe": "effect_safe"}
MOVED = {
    "points": "moved", "points_low": "moved_low", "points_high": "moved_high",
    "points_safe": "moved_safe",
}  # fmt: skip
CENTS = {
    "net_cents": "net",
    "low_cents": "net_low",
    "high_cents": "net_high",
    "cost_cents": "cost",
    "kept_cents": "kept",
    "headroom_cents": "headroom",
    "safe_cents": "brought_safe",
}


def trees() -> "dict[str, exp.Expr]":
    """Every `$expression` of prices.sql, built from the same functions."""
    t = COLUMNS
    kept = kept_of(t, column("contribution"))
    found = {
        "contribution": decimal(contribution_of(t), 20, 4),
        "given": decimal(given_of(t), 23, 11),
        "kept": decimal(kept, 23, 11),
        "headroom": _wide(formulas.headroom(t.p0, column("kept"))),
        "time": _wide(formulas.sooner(t.p0, t.saved, column("kept"))),
        "spent": _wide(t.cost),
    }
    for suffix, name in EFFECTS.items():
        found |= _at_effect(suffix, column(name))
    rounded = {key: half_even(column(name)) for key, name in (CENTS | MOVED).items()}
    return {key: value.tree for key, value in found.items()} | rounded


def _at_effect(suffix: str, effect: Sql) -> dict[str, Sql]:
    p0 = COLUMNS.p0
    net: Callable[..., Sql] = formulas.net_value
    return {
        f"gain{suffix}": _wide(gain_of(p0, effect, column("kept"))),
        f"lost{suffix}": _wide(lost_of(p0, effect, COLUMNS.accepted, column("given"))),
        f"net{suffix}": net(
            column(f"gain{suffix}"), column("time"), column(f"lost{suffix}"), column("spent")
        ),
        f"brought{suffix}": net(
            column(f"gain{suffix}"), column("time"), column(f"lost{suffix}"), column("nought")
        ),
    }


def _wide(value: Sql) -> Sql:
    return decimal(value, 35, 21)
