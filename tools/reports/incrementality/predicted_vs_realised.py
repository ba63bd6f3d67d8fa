"""What was promised when people approved, against what the holdout says it came to.

A price is linear in the effect that is believed: net = the rest + effect × what a success is
worth. So the measured effect in the place of the believed one gives the value in the unit of the
promise, and its interval goes with it.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from tools.stats.sequential import LEVEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.stats.stratified import Difference

FEWEST_PLAYS = 5
TRUSTED = 0.7
UNIT = 1_000_000  # millionths of one
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True)
class PredictedVsRealised:
    """The treated accounts of a play whose window is over; money in minor units.

    Attributes:
        promised: the sum of the net values people agreed to.
        realised: the same with the measured effect; None while an arm is too small.
        unsaid: accounts whose envelope does not say what a success is worth.
    """

    accounts: int
    promised: int
    realised: int | None
    low: int | None
    high: int | None
    unsaid: int

    @property
    def se(self) -> float | None:
        """The standard error of what was realised."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / (2 * Z)


@dataclass(frozen=True)
class Slope:
    """Realised over promised, through the origin, each play by how well it is known."""

    value: float
    low: float
    high: float
    plays: int


def promise_of(
    rows: "Sequence[Mapping[str, int]]", share: "Difference | None"
) -> PredictedVsRealised | None:
    """Promise and outcome of the treated accounts; None without any."""
    accounts = sum(row["accounts"] for row in rows)
    if not accounts:
        return None
    promised = sum(row["promised_minor"] or 0 for row in rows)
    unsaid = sum(row["unsaid"] for row in rows)
    if share is None or unsaid:
        return PredictedVsRealised(accounts, promised, None, None, None, unsaid)
    rest = promised - sum(row["gain_minor"] for row in rows)
    worth = _worth(rows, accounts)
    ends = [round(rest + worth * effect) for effect in (share.value, share.low, share.high)]
    return PredictedVsRealised(accounts, promised, ends[0], min(ends[1:]), max(ends[1:]), 0)


def _worth(rows: "Sequence[Mapping[str, int]]", accounts: int) -> float:
    """What it is worth if every account came to it, each weighing by how likely it was to.

    The dearest actions are those whose success is worth much or is likely, seldom both, and an
    effect is a share of what is likely: by the plain sum more would be said to have come true than
    did. Where nothing tells how likely they were, each weighs the same.
    """
    gain = sum(row["gain_minor"] for row in rows)
    moved = sum(row["moved_ppm"] for row in rows)
    if gain * moved <= 0:
        return sum(row["success_minor"] for row in rows)
    return UNIT * accounts * gain / moved


def slope_of(promises: "Sequence[PredictedVsRealised]") -> Slope | None:
    """How much of what is promised comes true; None for fewer than five plays."""
    known = [
        (p.promised, p.realised, p.se)
        for p in promises
        if p.realised is not None and p.se and p.promised
    ]
    if len(known) < FEWEST_PLAYS:
        return None
    weight = sum(x * x / (se * se) for x, _, se in known)
    value = sum(x * y / (se * se) for x, y, se in known) / weight
    half = Z / sqrt(weight)
    return Slope(value, value - half, value + half, len(known))


def applied_slope(slope: Slope | None) -> Decimal | None:
    """The part by which hopes are multiplied: below .7, and known to be below 1; never below 0.

    (methods.md 4.6. Multiplied by a slope that chance alone could have made, nothing would be
    proposed any more, and nothing learned.)
    """
    if slope is None or slope.value >= TRUSTED or slope.high >= 1:
        return None
    return Decimal(max(slope.value, 0.0)).quantize(Decimal("0.01"))
