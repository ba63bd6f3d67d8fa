"""What the effect of a play in `policies/plays.yaml` may hold."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from tools.file_mistakes import mistake
from tools.file_model import FileModel, Number, Share, Text, Whole, known, places
from tools.roi.effect import OLD, OLD_BASE, OLD_DAYS, Effect, EffectBelief, Scale

BASED = ("points", "odds_ratio")
MOST = 20
_BOUNDS = {"points": (-1, 1), "odds_ratio": (0, MOST)}
_OLD_KEYS = ("mean", "sd", "n", "source")
Mean = Annotated[Number, Field(ge=-MOST, le=MOST), places(4)]
Spread = Annotated[Number, Field(ge=0, le=MOST), places(4)]
Base = Share


class BeliefEntry(FileModel):
    """What is believed of accounts of one segment."""

    mean: Mean
    sd: Spread
    source: Text

    @property
    def noun(self) -> EffectBelief:
        """The belief."""
        return EffectBelief(self.mean, self.sd, self.source)


class EffectEntry(FileModel):
    """What is believed of a play; without `scale` it is an effect as versions before wrote it."""

    scale: Scale | None = None
    mean: Mean
    sd: Spread
    n: Annotated[Whole, Field(ge=0)]
    source: Text
    base: Base | None = None
    base_days: Annotated[Whole, Field(ge=1, le=3650)] | None = None
    by_segment: dict[Annotated[Text, known("segment")], BeliefEntry] | None = None

    @model_validator(mode="after")
    def _of_its_scale(self) -> "EffectEntry":
        if self.scale is None:
            self._as_before()
        elif self.scale in BASED:
            self._based()
        low, high = _BOUNDS.get(self.scale or "points", (-MOST, MOST))
        means = {("mean",): self.mean} | {
            ("by_segment", name, "mean"): one.mean for name, one in (self.by_segment or {}).items()
        }
        for at, mean in means.items():
            if not low <= mean <= high:
                raise mistake(f"{mean} is outside {low} … {high}", *at)
        return self

    def _as_before(self) -> None:
        for key in type(self).model_fields:
            if key not in _OLD_KEYS and getattr(self, key) is not None:
                raise mistake(f"{key!r} is for an effect with a scale; add scale", key)

    def _based(self) -> None:
        if self.base is None:
            raise mistake(f"this key is required with scale: {self.scale}; add it", "base")
        if self.base in {0, 1}:
            raise mistake(f"a rate of {self.base} has no effect to speak of", "base")
        if self.scale == "points" and self.base_days is None:
            raise mistake("this key is required with scale: points; add it", "base_days")

    def noun(self, *, of_losses: bool) -> Effect:
        """The effect of a play for which what happens or not is a loss, or is none."""
        if self.scale is None:
            source = f"{self.source} ({OLD})"
            return Effect(
                scale="points",
                belief=EffectBelief(self.mean, self.sd, source),
                n=self.n,
                base=OLD_BASE,
                base_days=OLD_DAYS,
                of_losses=of_losses,
            )
        based, some = self.scale in BASED, self.by_segment or {}
        return Effect(
            scale=self.scale,
            belief=EffectBelief(self.mean, self.sd, self.source),
            n=self.n,
            base=(self.base if based else None) or Decimal(0),
            base_days=(self.base_days if self.scale == "points" else None) or 0,
            of_losses=of_losses,
            by_segment={name: one.noun for name, one in some.items()},
        )


def wrong_scale(entry: EffectEntry, *, of_losses: bool) -> str:
    """What is wrong about the scale for such a play; '' when nothing is."""
    own, other = "share_of_losses", "share_of_organic"
    if not of_losses:
        own, other = other, own
    if entry.scale != other:
        return ""
    chance = "the churn score" if of_losses else "a gain"
    return f"{other} is not for a play whose chance without us is {chance}; write {own}"
