"""What the installation already knows of the customer, deal or segment a question is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from tools.roi.formulas import Convention

TYPED = "you typed it"


@dataclass(frozen=True)
class KnownInput:
    """A value of an input with where it comes from, who answers for it, and its likely range."""

    value: "Decimal"
    source: str
    owner: str = "the agent"
    low: "Decimal | None" = None
    high: "Decimal | None" = None


@dataclass(frozen=True)
class DecisionSubject:
    """What a question is about, and every input known of it; without a name it is about nothing."""

    currency: str = ""
    convention: "Convention" = "survival"
    name: str = ""
    known: Mapping[str, KnownInput] = field(default_factory=lambda: MappingProxyType({}))
    rates: Mapping[str, "Decimal"] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
