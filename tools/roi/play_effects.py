"""What each play does to the accounts of each segment, on one scale: a share.

A share of the losses prevented, or a share added to what comes without us. It is a share and not
points, because points from a base of 17 % say nothing about an account whose chance is 2 %; at the
account's own chance over the play's window the share becomes points again.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from tools.roi.fixed_point import PRECISE, to_places, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.roi.effect import Effect, EffectBelief
    from tools.roi.plays import Play

ONE = Decimal(1)
PLACES = 4


@dataclass(frozen=True)
class PlayEffect:
    """What one play does to accounts of one segment: a relative effect, Normal(mean, sd²).

    For a play that retains, the share of the losses it prevents; for all others, the share it adds
    to the organic rate. `n` is the effective number of our own closed outcomes behind it, 0 for a
    prior alone; `demoted` says why the play is not proposed to the segment.
    """

    play: str
    segment: str
    mean: Decimal
    sd: Decimal
    n: Decimal
    source: str
    version: str
    demoted: str | None = None


def prior_effects(
    plays: "Iterable[Play]", segments: "Sequence[str] | None" = None
) -> tuple[PlayEffect, ...]:
    """The priors of the plays' file: one for each play and each segment the play allows.

    `segments` are those that exist; without them every segment a play names is taken.
    """
    return tuple(
        _prior(play, segment)
        for play in plays
        for segment in play.segments
        if segments is None or segment in segments
    )


def _prior(play: "Play", segment: str) -> PlayEffect:
    belief = play.effect.of(segment)
    mean, sd = relative(play.effect, belief, play.window_days)
    said = f"{play.id} {segment} {mean} {sd} {play.effect.n} {belief.source}"
    version = hashlib.sha256(said.encode()).hexdigest()[:12]
    return PlayEffect(
        play=play.id,
        segment=segment,
        mean=mean,
        sd=sd,
        n=Decimal(play.effect.n),
        source=belief.source,
        version=version,
    )


def relative(effect: "Effect", belief: "EffectBelief", window_days: int) -> tuple[Decimal, Decimal]:
    """Mean and standard deviation as a share, of an effect on the scale it was measured on."""
    with localcontext(PRECISE):
        if effect.scale == "points":
            scaled = _share_of_points(effect, belief, window_days)
        elif effect.scale == "odds_ratio":
            scaled = _share_of_odds(effect, belief)
        else:
            scaled = belief.mean, belief.sd
    return to_places(scaled[0], PLACES), to_places(scaled[1], PLACES)


def _share_of_points(
    effect: "Effect", belief: "EffectBelief", window_days: int
) -> tuple[Decimal, Decimal]:
    """Points over their base; a window longer than the trial's is credited with its days only."""
    base = max(effect.base, within(effect.base, effect.base_days, window_days))
    return belief.mean / base, belief.sd / base


def _share_of_odds(effect: "Effect", belief: "EffectBelief") -> tuple[Decimal, Decimal]:
    """An odds ratio at its base as a share, to first order in its spread."""
    stays = 1 - effect.base
    scale = stays + belief.mean * effect.base
    share = belief.mean / scale - 1
    return (-share if effect.of_losses else share), belief.sd * stays / scale**2
