"""Plays: what may be done for an account, for whom, at what cost, with what expected effect.

The file is `policies/plays.yaml`, edited by a marketer; every error names file, play and key.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from tools.actions import Goal
    from tools.roi.effect import Effect
    from tools.rules import RuleText

Without = Literal["score", "expansion", "return", "close"]
Part = Literal["all", "share", "seats", "more", "next"]
Basis = Literal["mrr", "last_mrr", "orders", "deal"]
Scope = Literal["per_account", "per_campaign"]


@dataclass(frozen=True)
class Cost:
    """What one action costs besides hours; a cost per campaign is shared by the audience."""

    amount: "Decimal"
    scope: Scope
    audience: int
    incentive: "Decimal"
    accept_prob: "Decimal"


@dataclass(frozen=True)
class Concession:
    """A share of revenue given to all who stay and accept; `recurs` at every renewal or once."""

    share: "Decimal"
    accept_prob: "Decimal"
    recurs: bool


@dataclass(frozen=True)
class PlayWorth:
    """What success is worth: all of the account's recurring revenue, a share, or some seats.

    Or what our own bills say of `more` of the same product or of the `next` one; `size` is the
    share it is taken for until they do.
    """

    basis: tuple[Basis, ...]
    part: Part
    size: "Decimal"
    recurs: bool
    support_year: "Decimal"


@dataclass(frozen=True)
class PlayLimits:
    """How many a day, and how long an account rests after it."""

    per_day: int
    cooldown_days: int


@dataclass(frozen=True)
class Template:
    """The words used without a language model; placeholders come from a short list.

    `others` are the same words in other languages, by code.
    """

    subject: str
    body: str
    language: str = "en"
    others: "Mapping[str, Template]" = field(default_factory=dict)

    def spoken(self, language: str) -> "Template":
        """The words in a language, or those there are."""
        return self.others.get(language, self)


@dataclass(frozen=True)
class Play:
    """One kind of action."""

    id: str
    version: int
    goal: "Goal"
    segments: tuple[str, ...]
    when: "RuleText"
    channel: str
    role: str
    hours: "Decimal"
    cost: Cost
    concession: Concession | None
    window_days: int
    effect: "Effect"
    without: Without
    worth: PlayWorth
    days_sooner: int
    limits: PlayLimits
    approval: tuple[str, ...]
    template: Template
    name: str
