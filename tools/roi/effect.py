"""What is believed of a play's effect, read on the scale it was measured on."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, cast

from tools.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tools.reading import Node

Scale = Literal["share_of_losses", "share_of_organic", "odds_ratio", "points"]

KEYS = ("scale", "mean", "sd", "n", "source", "base", "base_days", "by_segment")
BASED = ("points", "odds_ratio")
MOST = 20
# An effect without a scale, as versions before wrote it, is points from the base of the trial that
# their priors rest on: Godinho de Matos et al. 2018, half a year.
OLD_BASE, OLD_DAYS = Decimal("0.172"), 180
OLD = "read as points from 17.2 %; say scale, base and base_days"


@dataclass(frozen=True)
class Belief:
    """An effect as it was measured or is assumed: Normal(mean, sd²) on the scale of its play."""

    mean: Decimal
    sd: Decimal
    source: str


@dataclass(frozen=True)
class Effect:
    """What is believed of a play's effect, on the scale it was measured on.

    `n` counts our own closed outcomes behind it; 0 is a published or assumed prior. `base` is the
    rate without the play, counted over `base_days`, of points and of an odds ratio. `of_losses`:
    what happens or not is a loss. `by_segment` are beliefs about some segments that differ.
    """

    scale: Scale
    belief: Belief
    n: int = 0
    base: Decimal = Decimal(0)
    base_days: int = 0
    of_losses: bool = True
    by_segment: "Mapping[str, Belief]" = field(default_factory=dict)

    def of(self, segment: str) -> Belief:
        """What is believed of accounts of a segment."""
        return self.by_segment.get(segment, self.belief)


def read_effect(play: "Node", segments: "Collection[str]" = ()) -> Effect:
    """The effect of a play.

    Raises:
        BadInput: a scale that is unknown or is not for the play, or points without their base.
    """
    node = play.node("effect").only(KEYS)
    losses = play.text("without") == "score"
    if not node.has("scale"):
        return _old_effect(node, of_losses=losses)
    scale = _scale(node, of_losses=losses)
    based = scale in BASED
    return Effect(
        scale=scale,
        belief=_belief(node, scale),
        n=node.whole("n"),
        base=_base(node) if based else Decimal(0),
        base_days=node.whole("base_days", 1, 3650) if scale == "points" else 0,
        of_losses=losses,
        by_segment=_by_segment(node, scale, segments),
    )


def _scale(node: "Node", *, of_losses: bool) -> Scale:
    own, other = "share_of_losses", "share_of_organic"
    if not of_losses:
        own, other = other, own
    if node.values["scale"] == other:
        raise BadInput(
            f"{node.at('scale')}: {other} is not for a play whose chance without us is "
            f"{'the churn score' if of_losses else 'a gain'}; write {own}"
        )
    return cast("Scale", node.choice("scale", (own, *BASED)))


def _base(node: "Node") -> Decimal:
    base = node.number("base", 0, 1)
    if base in {0, 1}:
        raise BadInput(f"{node.at('base')}: a rate of {base} has no effect to speak of")
    return base


def _belief(node: "Node", scale: Scale) -> Belief:
    low, high = {"points": (-1, 1), "odds_ratio": (0, MOST)}.get(scale, (-MOST, MOST))
    mean = read_places(node, "mean", node.number("mean", low, high), 4)
    sd = read_places(node, "sd", node.number("sd", 0, MOST), 4)
    return Belief(mean, sd, node.text("source"))


def _by_segment(node: "Node", scale: Scale, known: "Collection[str]") -> "Mapping[str, Belief]":
    if not node.has("by_segment"):
        return {}
    some = node.node("by_segment")
    for name in some.values:
        if known and name not in known:
            raise BadInput(f"{some.where}: {name!r} is not known; {nearest(name, known)}")
    return {
        name: _belief(some.node(name).only(("mean", "sd", "source")), scale) for name in some.values
    }


def _old_effect(node: "Node", *, of_losses: bool) -> Effect:
    node.only(("mean", "sd", "n", "source"))
    found = _belief(node, "points")
    return Effect(
        scale="points",
        belief=Belief(found.mean, found.sd, f"{found.source} ({OLD})"),
        n=node.whole("n"),
        base=OLD_BASE,
        base_days=OLD_DAYS,
        of_losses=of_losses,
    )


def read_share(node: "Node", key: str) -> Decimal:
    """A required share with at most 4 decimals."""
    return read_places(node, key, node.number(key, 0, 1), 4)


def read_places(node: "Node", key: str, value: Decimal, places: int) -> Decimal:
    """A number that may have so many decimals."""
    if value != round(value, places):
        raise BadInput(f"{node.at(key)}: {value} has more than {places} decimals")
    return value
