"""What `policies/plays.yaml` may hold, key by key."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from tools.actions import DO_NOTHING, Goal
from tools.file_mistakes import mistake
from tools.file_model import (
    FileModel,
    Number,
    Share,
    SomeItems,
    Text,
    Version,
    Whole,
    known,
    places,
)
from tools.roi.effect_file import EffectEntry, wrong_scale
from tools.roi.plays import Basis, Part, Scope, Without
from tools.roi.template_text import check_places

SHARED = ("share", "more", "next")  # parts whose size is a share
_OF_DEALS = (
    "what is worth an open deal has without: close and value: {basis: [deal], part: all}, "
    "and nothing else has"
)


def _no_name_of_ours(name: str) -> str:
    if name == DO_NOTHING:
        raise mistake(f"{DO_NOTHING} is always there and worth 0; use another name")
    return name


FewShare = Annotated[Share, places(4)]
Money = Annotated[Number, Field(ge=0, le=10_000_000), places(2)]
Gift = Annotated[Number, Field(ge=0, le=1_000_000), places(2)]
Words = Annotated[Text, AfterValidator(check_places)]
Window = Annotated[Whole, Field(ge=1, le=730)]


class CostEntry(FileModel):
    """What one action costs besides hours, or a whole campaign."""

    amount: Money
    scope: Scope
    audience: Annotated[Whole, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _shared_by_somebody(self) -> "CostEntry":
        if self.scope == "per_campaign" and self.audience is None:
            raise mistake("this key is required with scope: per_campaign; add it", "audience")
        return self


class IncentiveEntry(FileModel):
    """What is given to those who accept."""

    amount: Gift
    accept_prob: FewShare


class ConcessionEntry(FileModel):
    """A share of revenue given to all who stay and accept."""

    share: FewShare
    accept_prob: FewShare
    recurs: bool


class ValueEntry(FileModel):
    """What success is worth."""

    basis: SomeItems[Basis]
    part: Part
    size: Number | None = None
    recurs: bool | None = None
    support_year: Annotated[Number, Field(ge=0, le=1_000_000)] | None = None

    @model_validator(mode="after")
    def _of_a_size(self) -> "ValueEntry":
        if self.part == "all":
            return self
        if self.size is None:
            raise mistake(f"this key is required with part: {self.part}; add it", "size")
        if self.part == "seats":
            if not 1 <= self.size <= 10_000 or self.size != self.size.to_integral_value():
                raise mistake(
                    f"expected a whole number of seats up to 10000, got {self.size}", "size"
                )
        elif not 0 <= self.size <= 5 or self.size != round(self.size, 4):
            raise mistake(f"expected 0 to 5 with at most 4 decimals, got {self.size}", "size")
        return self


class PlayLimitsEntry(FileModel):
    """How many a day, and how long an account rests after it."""

    per_day: Annotated[Whole, Field(ge=0, le=1_000_000)]
    cooldown_days: Annotated[Whole, Field(ge=0, le=3650)]


class WordsEntry(FileModel):
    """The words in another language."""

    subject: Words
    body: Words


class TemplateEntry(FileModel):
    """The words used without a language model."""

    subject: Words
    body: Words
    language: Text | None = None
    others: dict[Text, WordsEntry] | None = None


class PlayEntry(FileModel):
    """One kind of action."""

    id: Annotated[Text, AfterValidator(_no_name_of_ours)]
    name: Text | None = None
    version: Version
    goal: Goal
    segments: SomeItems[Annotated[str, known("segment")]]
    when: Text
    channel: Annotated[Text, known("channel")]
    role: Text
    hours: Annotated[Number, Field(ge=0, le=40), places(2)]
    cost: CostEntry
    incentive: IncentiveEntry | None = None
    concession: ConcessionEntry | None = None
    window_days: Window
    effect: EffectEntry
    without: Without
    value: ValueEntry
    days_sooner: Annotated[Whole, Field(ge=0, le=730)] | None = None
    limits: PlayLimitsEntry
    approval: SomeItems[Text]
    template: TemplateEntry

    @model_validator(mode="after")
    def _in_itself(self) -> "PlayEntry":
        if wrong := wrong_scale(self.effect, of_losses=self.without == "score"):
            raise mistake(wrong, "effect", "scale")
        of_deals, basis = self.without == "close", self.value.basis
        plain = basis == ("deal",) and self.value.part == "all"
        if of_deals != ("deal" in basis) or (of_deals and not plain):
            raise mistake(_OF_DEALS, "value")
        return self


def _names_apart(plays: tuple[PlayEntry, ...]) -> tuple[PlayEntry, ...]:
    seen: set[str] = set()
    for n, play in enumerate(plays):
        if play.id in seen:
            raise mistake(f"two plays are called {play.id!r}", n, "id")
        seen.add(play.id)
    return plays


class PlaysFile(FileModel):
    """The whole file."""

    version: Version | None = None
    plays: Annotated[SomeItems[PlayEntry], AfterValidator(_names_apart)]
