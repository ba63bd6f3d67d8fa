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

ONE = Decimal(1)


@dataclass(frozen=True)
class Answer:
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
        """The multiple of the convention for renewal, years and discount rate."""
        factor = 1 / (1 + self.get("discount_rate", Decimal(0)))
        if "renewal" not in self.given:
            return self["years"]
        return formulas.multiple(self.convention, self["renewal"], int(self["years"]), factor)


def lifetime(i: Inputs) -> Answer:
    """S1: is a customer worth the cost of winning it."""
    lacking = i.missing("revenue", "margin", "support", "years", "acquisition")
    if lacking:
        return Answer({}, lacking)
    a = formulas.contribution(i["revenue"], i["margin"], i["support"])
    cycles = i.cycles()
    figures = {
        "contribution": a,
        "multiple": cycles,
        "lifetime_value": formulas.present_value(a, cycles),
        "net": formulas.lifetime_value(a, cycles, i["acquisition"]),
    }
    return Answer(figures, cautions=cautions("lifetime-convention"))


def acceleration(i: Inputs) -> Answer:
    """S2: is a push worth its cost; `p0` is the chance without it."""
    lacking = i.missing("probability", "value", "margin", "cost")
    if lacking:
        return Answer({}, lacking)
    worth = formulas.gross_gain(ONE, i["value"], i["margin"])
    spent = i["cost"] + i.get("support", Decimal(0))
    gain = formulas.incremental_gain(i["probability"], i.get("p0", Decimal(0)), worth)
    warned = ("mixed-cost", "one-off") if i.has("p0") else ("gross", "mixed-cost", "one-off")
    figures = {"gain": gain, "net": gain - spent}
    return Answer(figures, (), {"effect": formulas.needed(spent, worth)}, cautions(*warned))


def concession(i: Inputs) -> Answer:
    """S3: what a lower margin loses; with `support` also the gain in closing that would pay it."""
    lacking = i.missing("revenue", "margin", "margin_after", "years")
    if lacking:
        return Answer({}, lacking)
    before, after = i["margin"], i["margin_after"]
    support = i.get("support", Decimal(0))
    at = [formulas.contribution(i["revenue"], margin, support) for margin in (before, after)]
    figures = {
        "loss_a_year": formulas.concession(i["revenue"], before, after, ONE),
        "loss": formulas.concession(i["revenue"], before, after, i.cycles()),
    }
    breakeven = {"relative_gain": formulas.concession_breakeven(at[0], at[1])} if at[1] > 0 else {}
    return Answer(figures, (), breakeven, cautions("concession-horizon", "no-gain-side"))


def upsell(i: Inputs) -> Answer:
    """S4: is an upsell worth its cost; without the support it brings only its bound is known."""
    lacking = i.missing("probability", "value", "cost")
    if lacking:
        return Answer({}, lacking)
    worth = i["value"] * i.get("margin", ONE)
    gain = formulas.incremental_gain(i["probability"], i.get("p0", Decimal(0)), worth)
    left = gain - i["cost"]
    warned = [name for key, name in _UPSELL_WARNED.items() if not i.has(key)]
    if i.get("support_high", Decimal(0)) and not i.has("support"):
        bound = {"support": left / i["probability"], "support_once": left}
        figures = {"gain": gain, "before_support": left}
        return Answer(figures, ("support",), bound, cautions(*warned, "support-missing"))
    net = left - i["probability"] * i.get("support", Decimal(0))
    return Answer({"gain": gain, "net": net}, (), {}, cautions(*warned))


_UPSELL_WARNED = {"margin": "no-margin", "p0": "gross", "scope": "cost-scope"}


def retain(i: Inputs) -> Answer:
    """S5, S7: is keeping a customer worth trying; bounds from the chance to stay without us."""
    if i.missing("renewal"):
        return Answer({}, ("renewal",))
    share = 1 - i["renewal"]
    needs = i.missing("revenue", "margin", "support", "years")
    if needs:
        return Answer({}, (*needs, *i.missing("cost", "effect")), {"headroom_share": share})
    a = formulas.contribution(i["revenue"], i["margin"], i["support"])
    value = formulas.present_value(a, i.cycles())
    figures = {"value": value, "headroom": formulas.headroom(i["renewal"], value)}
    breakeven = {"effect": formulas.needed(i["cost"], value)} if i.has("cost") else {}
    if i.has("effect"):
        figures["gain"] = i["effect"] * value
    if i.has("effect", "cost"):
        figures["net"] = figures["gain"] - i["cost"]
    return Answer(figures, i.missing("cost", "effect"), breakeven, cautions("sunk-acquisition"))


def push(i: Inputs) -> Answer:
    """S6: push an expansion that is likely anyway; the cost is not given, so its bound is."""
    lacking = i.missing("probability", "value")
    if lacking:
        return Answer({}, lacking)
    gross = formulas.gross_gain(i["probability"], i["value"], i.get("margin", ONE))
    figures = {"gross": gross}
    if i.has("cost", "p0"):
        worth = i["value"] * i.get("margin", ONE)
        gain = formulas.incremental_gain(i["probability"], i["p0"], worth)
        figures["net"] = gain - i["cost"]
    warned = cautions("gross", "no-margin", "one-off")
    return Answer(figures, i.missing("cost", "p0"), {"cost": gross}, warned)


def churn(i: Inputs) -> Answer:
    """S8: the chance per cycle behind a chance within some cycles."""
    lacking = i.missing("probability", "cycles")
    if lacking:
        return Answer({}, lacking)
    hazard = 1 - (1 - i["probability"]) ** (ONE / i["cycles"])
    figures = {"hazard": hazard, "renewal": 1 - hazard}
    figures["within"] = formulas.churn_within(hazard, int(i["cycles"]))
    return Answer(figures, cautions=cautions("cycles-not-years"))


def campaigns(i: Inputs) -> Answer:
    """S9: a dearer campaign whose customers expand more often; the expansion's value decides."""
    lacking = i.missing("cost_a", "cost_b", "expansion_a", "expansion_b")
    if lacking:
        return Answer({}, lacking)
    dearer, oftener = i["cost_b"] - i["cost_a"], i["expansion_b"] - i["expansion_a"]
    breakeven = {"expansion_value": formulas.needed(dearer, oftener)}
    if not i.has("expansion_value"):
        return Answer({}, ("expansion_value",), breakeven)
    return Answer({"b_over_a": oftener * i["expansion_value"] - dearer}, (), breakeven)


SEEDS: "Mapping[str, Callable[[Inputs], Answer]]" = {
    "S1": lifetime, "S2": acceleration, "S3": concession, "S4": upsell, "S5": retain, "S6": push,
    "S7": retain, "S8": churn, "S9": campaigns,
}  # fmt: skip


def answer(
    name: str, given: "Mapping[str, Decimal]", convention: "Convention" = "survival"
) -> Answer:
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
