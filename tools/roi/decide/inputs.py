"""The inputs of the questions: what each means, what it is measured in, and its bounds."""

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Kind = Literal["money", "share", "portion", "change", "years", "months", "count", "choice"]


@dataclass(frozen=True)
class InputKind:
    """Bounds of a kind of input, and how far one is varied when no range is known."""

    low: Decimal
    high: Decimal
    whole: bool
    spread: Decimal  # a share of the value for money, else an amount


KINDS: MappingProxyType[Kind, InputKind] = MappingProxyType({
    "money": InputKind(Decimal(0), Decimal(1_000_000_000_000), whole=False, spread=Decimal("0.2")),
    "share": InputKind(Decimal(0), Decimal(1), whole=False, spread=Decimal("0.1")),
    "portion": InputKind(Decimal(-1), Decimal(1), whole=False, spread=Decimal("0.1")),
    "change": InputKind(Decimal(-1), Decimal(1), whole=False, spread=Decimal("0.02")),
    "years": InputKind(Decimal(0), Decimal(50), whole=False, spread=Decimal(1)),
    "months": InputKind(Decimal(1), Decimal(120), whole=True, spread=Decimal(0)),
    "count": InputKind(Decimal(1), Decimal(1_000_000), whole=True, spread=Decimal(0)),
    "choice": InputKind(Decimal(0), Decimal(1), whole=True, spread=Decimal(0)),
})  # fmt: skip


@dataclass(frozen=True)
class InputSpec:
    """One input of a question."""

    name: str
    kind: Kind
    label: str
    help: str = ""
    choices: tuple[str, ...] = ()


def _specs(*specs: InputSpec) -> MappingProxyType[str, InputSpec]:
    return MappingProxyType({spec.name: spec for spec in specs})


INPUTS = _specs(
    InputSpec("revenue", "money", "revenue a year"),
    InputSpec("margin", "share", "gross margin", "share of revenue left after delivering it"),
    InputSpec("margin_after", "share", "gross margin with the concession"),
    InputSpec(
        "support",
        "money",
        "support",
        "a year; of an expansion: per customer who expands; ? when it is not known",
    ),
    InputSpec("years", "years", "years counted", "how far ahead value is counted"),
    InputSpec(
        "expected_lifetime",
        "years",
        "expected lifetime in years",
        "instead of years and renewal, when it is an expectation already",
    ),
    InputSpec("renewal", "share", "chance to renew, a year"),
    InputSpec(
        "lost",
        "share",
        "chance to leave within some billing cycles",
        "instead of the chance to renew; needs cycles and interval_months",
    ),
    InputSpec("cycles", "count", "billing cycles of that chance"),
    InputSpec("interval_months", "months", "months between renewals", "12 when left out"),
    InputSpec("discount_rate", "share", "discount rate, a year", "0 when left out"),
    InputSpec("acquisition", "money", "cost of winning the customer"),
    InputSpec("probability", "share", "chance with the action"),
    InputSpec("p0", "share", "chance without the action"),
    InputSpec("value", "money", "value of success"),
    InputSpec("cost", "money", "cost of the action"),
    InputSpec(
        "cost_scope",
        "choice",
        "the cost is",
        "what one payment covers",
        ("per_account", "per_campaign"),
    ),
    InputSpec("audience", "count", "accounts the campaign is planned for"),
    InputSpec("effect", "change", "change of the chance to stay", "0.019 is 1.9 points"),
    InputSpec(
        "losses_prevented",
        "portion",
        "share of the losses it prevents",
        "instead of effect: 0.11 of those who would leave stay",
    ),
    InputSpec("window_days", "count", "days in which it prevents them", "a year when left out"),
    InputSpec("months_sooner", "count", "months sooner", "needs p0 and discount_rate"),
    InputSpec("cost_a", "money", "cost per customer, campaign A"),
    InputSpec("cost_b", "money", "cost per customer, campaign B"),
    InputSpec("expansion_a", "share", "chance to expand after campaign A"),
    InputSpec("expansion_b", "share", "chance to expand after campaign B"),
    InputSpec("expansion_value", "money", "value of an expansion"),
)
