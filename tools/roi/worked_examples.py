"""The nine worked calculations S1 … S9 by name: figures where inputs allow, else what is missing.

An input that is not given is never invented: the answer then names it, and gives the break-even
that can be worked out without it.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.errors import BadInput, NotComputable, nearest
from tools.roi import formulas
from tools.roi.cautions import Caution, cautions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.roi.formulas import Convention

ONE, YEAR = Decimal(1), Decimal(12)


@dataclass(frozen=True)
class ExampleAnswer:
    """Figures by name; `missing` inputs with the break-even that is known without them."""

    figures: "Mapping[str, Decimal]"
    missing: tuple[str, ...] = ()
    breakeven: "Mapping[str, Decimal]" = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()

    def figure(self, name: str) -> Decimal:
        """One figure.

        Raises:
            NotComputable: when inputs are missing for it.
        """
        if name in self.figures:
            return self.figures[name]
        raise NotComputable(*(self.missing or (name,)))


@dataclass(frozen=True)
class Inputs:
    """What was given, the convention, and the names a calculation asked for in vain."""

    given: "Mapping[str, Decimal]"
    convention: "Convention"

    def has(self, *names: str) -> bool:
        """Whether all of these are given."""
        return all(name in self.given for name in names)

    def missing(self, *names: str) -> tuple[str, ...]:
        """Those of the names that are not given, in order."""
        return tuple(name for name in names if name not in self.given)

    def __getitem__(self, name: str) -> Decimal:
        return self.given[name]

    def get(self, name: str, otherwise: Decimal) -> Decimal:
        """A value whose absence has a meaning of its own."""
        return self.given.get(name, otherwise)

    def cycles(self) -> Decimal:
        """Years' worth of contribution, by the convention, for renewal, years and discount rate.

        Raises:
            BadInput: when survival is asked for and the years are no whole number of cycles.
        """
        if self.has("expected_lifetime"):
            return self["expected_lifetime"]
        if "renewal" not in self.given:
            return self["years"]
        if self.convention == "seed":
            return self["years"] * self["renewal"]
        months = self.get("interval_months", YEAR)
        part, cycles = months / YEAR, self["years"] * YEAR / months
        if cycles != cycles.to_integral_value():
            raise BadInput(_uneven(self["years"], months))
        factor = _root(1 / (1 + self.get("discount_rate", Decimal(0))), part)
        renewal = _root(self["renewal"], part)
        return formulas.multiple("survival", renewal, int(cycles), factor) * part


def _root(yearly: Decimal, part: Decimal) -> Decimal:
    """A yearly factor over a part of a year; a whole year stays exact."""
    return yearly if part == 1 else yearly**part


def _uneven(years: Decimal, months: Decimal) -> str:
    """What to say of years that end in the middle of a billing cycle."""
    fits = next((m for m in (6, 3, 1) if years * YEAR % m == 0), None)
    also = "" if fits is None else f", or interval_months={fits} if they renew every {fits} months"
    return (
        f"years: {years} is not a whole number of renewals of {months} months; write whole "
        f"renewals{also}"
    )


def lifetime(i: Inputs) -> ExampleAnswer:
    """S1: is a customer worth the cost of winning it."""
    lacking = i.missing("revenue", "margin", "support", "years", "acquisition")
    if lacking:
        return ExampleAnswer({}, lacking)
    a = formulas.contribution(i["revenue"], i["margin"], i["support"])
    cycles = i.cycles()
    figures = {
        "contribution": a,
        "multiple": cycles,
        "lifetime_value": formulas.present_value(a, cycles),
        "net": formulas.lifetime_value(a, cycles, i["acquisition"]),
    }
    return ExampleAnswer(figures, cautions=cautions("lifetime-convention"))


def acceleration(i: Inputs) -> ExampleAnswer:
    """S2: is a push worth its cost; `p0` is the chance without it."""
    lacking = i.missing("probability", "value", "margin", "cost")
    if set(lacking) - {"probability"}:
        return ExampleAnswer({}, lacking)
    worth = formulas.gross_gain(ONE, i["value"], i["margin"])
    spent = i["cost"] + i.get("support", Decimal(0))
    if lacking:
        return ExampleAnswer({}, lacking, _needed("effect", spent, worth))
    gain = formulas.incremental_gain(i["probability"], i.get("p0", Decimal(0)), worth)
    warned = ("mixed-cost", "one-off") if i.has("p0") else ("gross", "mixed-cost", "one-off")
    figures = {"gain": gain}
    if i.has("p0", "months_sooner", "discount_rate"):
        factor = _root(1 / (1 + i["discount_rate"]), i["months_sooner"] / YEAR)
        figures["gain_in_time"] = formulas.sooner(i["p0"], 1 - factor, worth)
    figures["net"] = sum(figures.values()) - spent
    return ExampleAnswer(figures, (), _needed("effect", spent, worth), cautions(*warned))


def _needed(name: str, spent: Decimal, value: Decimal) -> dict[str, Decimal]:
    """The break-even of an input that is multiplied by a value; none where the value is not > 0."""
    return {name: formulas.needed(spent, value)} if value > 0 else {}


def concession(i: Inputs) -> ExampleAnswer:
    """S3: what a lower margin loses; with `support` also the gain in closing that would pay it."""
    lacking = i.missing("revenue", "margin", "margin_after", "years")
    if lacking:
        return ExampleAnswer({}, lacking)
    before, after = i["margin"], i["margin_after"]
    support = i.get("support", Decimal(0))
    at = [formulas.contribution(i["revenue"], margin, support) for margin in (before, after)]
    figures = {
        "loss_a_year": formulas.concession(i["revenue"], before, after, ONE),
        "loss": formulas.concession(i["revenue"], before, after, i.cycles()),
    }
    breakeven = {"relative_gain": formulas.concession_breakeven(at[0], at[1])} if at[1] > 0 else {}
    lacking = i.missing("probability", "p0", "support")
    if not lacking:
        kept, let = at[1] * i["probability"], at[0] * i["p0"]
        figures["net"] = formulas.present_value(kept - let, i.cycles())
        return ExampleAnswer(figures, (), breakeven, cautions("concession-horizon"))
    asked = lacking if i.has("probability") or i.has("p0") else ()
    return ExampleAnswer(figures, asked, breakeven, cautions("concession-horizon", "no-gain-side"))


def upsell(i: Inputs) -> ExampleAnswer:
    """S4: is an upsell worth its cost; without the support it brings only its bound is known."""
    lacking = i.missing("probability", "value", "cost")
    if lacking:
        return ExampleAnswer({}, lacking)
    worth = i["value"] * i.get("margin", ONE)
    gain = formulas.incremental_gain(i["probability"], i.get("p0", Decimal(0)), worth)
    left = gain - i["cost"]
    warned = [name for key, name in _UPSELL_WARNED.items() if not i.has(key)]
    if i.get("support_high", Decimal(0)) and not i.has("support"):
        bound = _needed("support", left, i["probability"]) | {"support_once": left}
        figures = {"gain": gain, "before_support": left}
        return ExampleAnswer(figures, ("support",), bound, cautions(*warned, "support-missing"))
    net = left - i["probability"] * i.get("support", Decimal(0))
    return ExampleAnswer({"gain": gain, "net": net}, (), {}, cautions(*warned))


_UPSELL_WARNED = {"margin": "no-margin", "p0": "gross", "scope": "cost-scope"}


def retain(i: Inputs) -> ExampleAnswer:
    """S5, S7: is keeping a customer worth trying; bounds from the chance to stay without us."""
    if i.missing("renewal"):
        return ExampleAnswer({}, ("renewal",))
    share = 1 - i["renewal"]
    needs = i.missing("revenue", "margin", "support", "years")
    if needs:
        return ExampleAnswer({}, (*needs, *i.missing("cost", "effect")), {"headroom_share": share})
    a = formulas.contribution(i["revenue"], i["margin"], i["support"])
    value = formulas.present_value(a, i.cycles())
    figures = {"value": value, "headroom": formulas.headroom(i["renewal"], value)}
    breakeven = _needed("effect", i["cost"], value) if i.has("cost") else {}
    if i.has("effect"):
        figures["gain"] = i["effect"] * value
    if i.has("effect", "cost"):
        figures["net"] = figures["gain"] - i["cost"]
    return ExampleAnswer(
        figures, i.missing("cost", "effect"), breakeven, cautions("sunk-acquisition")
    )


def push(i: Inputs) -> ExampleAnswer:
    """S6: push an expansion that is likely anyway; the cost is not given, so its bound is."""
    lacking = i.missing("probability", "value")
    if lacking:
        return ExampleAnswer({}, lacking)
    gross = formulas.gross_gain(i["probability"], i["value"], i.get("margin", ONE))
    figures = {"gross": gross}
    if i.has("cost", "p0"):
        worth = i["value"] * i.get("margin", ONE)
        gain = formulas.incremental_gain(i["probability"], i["p0"], worth)
        figures["net"] = gain - i["cost"]
    warned = cautions("gross", "no-margin", "one-off")
    return ExampleAnswer(figures, i.missing("cost", "p0"), {"cost": gross}, warned)


def churn(i: Inputs) -> ExampleAnswer:
    """S8: the chance per cycle behind a chance within some cycles."""
    lacking = i.missing("probability", "cycles")
    if lacking:
        return ExampleAnswer({}, lacking)
    hazard = 1 - (1 - i["probability"]) ** (ONE / i["cycles"])
    figures = {"hazard": hazard, "renewal": 1 - hazard}
    figures["within"] = formulas.churn_within(hazard, int(i["cycles"]))
    return ExampleAnswer(figures, cautions=cautions("cycles-not-years"))


def campaigns(i: Inputs) -> ExampleAnswer:
    """S9: a dearer campaign whose customers expand more often; the expansion's value decides."""
    lacking = i.missing("cost_a", "cost_b", "expansion_a", "expansion_b")
    if lacking:
        return ExampleAnswer({}, lacking)
    margin = i.get("margin", ONE)
    dearer, more = i["cost_b"] - i["cost_a"], (i["expansion_b"] - i["expansion_a"]) * margin
    crossing = {} if more == 0 else {"expansion_value": formulas.needed(dearer, more)}
    breakeven = {name: value for name, value in crossing.items() if value > 0}
    warned = cautions() if i.has("margin") else cautions("no-margin")
    if not i.has("expansion_value"):
        return ExampleAnswer({}, ("expansion_value",), breakeven, warned)
    net = more * i["expansion_value"] - dearer
    return ExampleAnswer({"b_over_a": net}, (), breakeven, warned)


SEEDS: "Mapping[str, Callable[[Inputs], ExampleAnswer]]" = {
    "S1": lifetime, "S2": acceleration, "S3": concession, "S4": upsell, "S5": retain, "S6": push,
    "S7": retain, "S8": churn, "S9": campaigns,
}  # fmt: skip


def answer(
    name: str, given: "Mapping[str, Decimal]", convention: "Convention" = "survival"
) -> ExampleAnswer:
    """Work out one of the calculations by its name."""
    if name not in SEEDS:
        raise BadInput(f"no calculation is called {name!r}; {nearest(name, SEEDS)}")
    return SEEDS[name](Inputs(given, convention))


def conventions(renewal: Decimal, years: int, discount: Decimal) -> dict[str, Decimal]:
    """The same inputs under every convention in use: how far the multiple depends on it."""
    one = ONE
    return {
        "renewal-first": formulas.renewal_first(renewal, years, one),
        "survival, discounted": formulas.annuity(renewal, years, one / (1 + discount)),
        "seed": formulas.multiple("seed", renewal, years, one),
        "survival": formulas.multiple("survival", renewal, years, one),
        "Gupta-Lehmann": formulas.gupta_lehmann(renewal, discount),
        "lifetime already expected": Decimal(years),
        "immediate": formulas.immediate(renewal, discount),
        "infinite": formulas.immediate(renewal, Decimal(0)),
    }


def time_value(net: Decimal, discount: Decimal, years: int) -> Decimal:
    """What having a value some years sooner is worth."""
    return formulas.sooner(ONE, 1 - 1 / formulas.power(1 + discount, years), net)


def payback(increments: "list[Decimal]", discount: Decimal) -> int | None:
    """The first cycle in which the discounted increments add up to 0 or more; None if never."""
    total, factor = Decimal(0), ONE
    for cycle, increment in enumerate(increments):
        total += increment * factor
        if total >= 0:
            return cycle
        factor /= 1 + discount
    return None
