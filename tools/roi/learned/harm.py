"""Harm is noticed: a play that makes it worse for a segment is not proposed to it any more.

Judged on the estimate of our own outcomes alone, by the sequence that holds however often one
looks: a prior never demotes. As nobody is drawn to a demoted pair, its evidence grows old, counts
half after a year, and the pair comes back when that is not enough any more.
"""

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Protocol

from tools.figures import percent
from tools.stats.sequential import always

if TYPE_CHECKING:
    from tools.roi.learned.evidence import Evidence
    from tools.roi.play_effects import PlayEffect

LEVEL = 0.95


class OwnOutcomes(Protocol):
    """What is known of our own outcomes of a play in a segment."""

    @property
    def effective(self) -> float:
        """Outcomes of equal weight behind it."""

    @property
    def estimates(self) -> tuple[tuple[float, float], ...]:
        """Effects with their variances."""


@dataclass(frozen=True)
class Harm:
    """A play that was shown to make it worse, in words."""

    words: str


def harm_of(
    prior: "PlayEffect",
    lifted: "int | None",
    evidence: "Evidence",
    found: OwnOutcomes,
    since: OwnOutcomes,
) -> Harm | None:
    """Why a play is not to be proposed to a segment; None when nothing speaks against it.

    `lifted` is the day on which a person lifted it: only what became known after that counts.
    """
    if lifted is not None and lifted >= evidence.as_of:
        return None
    own = found if lifted is None else since
    if not own.estimates:
        return None
    precision = fsum(1 / variance for _, variance in own.estimates)
    value = fsum(value / variance for value, variance in own.estimates) / precision
    expected = max(abs(float(prior.mean)), float(prior.sd))
    high = value + always(1 / precision, expected, LEVEL)
    if high >= 0:
        return None
    return Harm(
        f"{int(own.effective)} of your own outcomes show that it does harm here: likely "
        f"{percent(value)}, and at best {percent(high)}; a person may lift this"
    )
