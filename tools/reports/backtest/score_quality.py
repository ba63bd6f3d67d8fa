"""How good the churn score was, on accounts whose outcome is known since."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.customers.churn.metrics import auc, brier, calibration_z, ece, lift, ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GROUPS, FEWEST_LOST = 10, 5


@dataclass(frozen=True)
class ScoredAccounts:
    """Accounts with their score of a morning, and whether each was lost since (NaN: not known)."""

    accounts: tuple[str, ...]
    probability: "Floats"
    lost: "Floats"

    @property
    def known(self) -> "NDArray[np.bool_]":
        """Which outcomes are known."""
        found: NDArray[np.bool_] = ~np.isnan(self.lost)
        return found


@dataclass(frozen=True)
class CalibrationGroup:
    """Accounts of about one score: how many, the losses promised and those that came."""

    accounts: int
    promised: float
    lost: int


@dataclass(frozen=True)
class ScoreQuality:
    """The score against outcomes.

    `brier_base` is the Brier score of giving everybody the base rate; `lift_at_capacity` is the
    share lost among the `capacity` riskiest over the base rate; a None cannot be worked out.
    """

    accounts: int
    lost: int
    promised: float
    auc: float | None
    brier: float
    brier_base: float
    ece: float
    z: float
    lift_at_capacity: float | None
    lost_at_capacity: float | None
    groups: tuple[CalibrationGroup, ...]

    @property
    def thin(self) -> bool:
        """Whether there are too few losses, or too few kept, to conclude anything."""
        return min(self.lost, self.accounts - self.lost) < FEWEST_LOST


def measure_score(mornings: "Sequence[ScoredAccounts]", capacity: int) -> ScoreQuality | None:
    """Measure the scores of one or several mornings; None when no outcome is known.

    Discrimination and lift are of each morning and then averaged by its accounts, because scores
    of different mornings are never ranked against one another; calibration is of all of them.
    """
    parts = [(one.lost[one.known], one.probability[one.known]) for one in mornings]
    parts = [(y, p) for y, p in parts if len(y)]
    if not parts:
        return None
    y, p = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    tops = [_top(a, b, capacity) for a, b in parts]
    rate = float(y.mean())
    return ScoreQuality(
        accounts=len(y),
        lost=int(y.sum()),
        promised=float(p.sum()),
        auc=_mean([auc(a, b) for a, b in parts], [len(a) for a, _ in parts]),
        brier=brier(y, p),
        brier_base=rate * (1 - rate),
        ece=ece(y, p),
        z=calibration_z(y, p),
        lift_at_capacity=_mean([one[0] for one in tops], [len(a) for a, _ in parts]),
        lost_at_capacity=_mean([one[1] for one in tops], [len(a) for a, _ in parts]),
        groups=_groups(y, p),
    )


def _top(y: "Floats", p: "Floats", capacity: int) -> tuple[float | None, float | None]:
    """Lift among the riskiest, and how many of them were lost; ties count in part."""
    size = min(capacity, len(y))
    found = lift(y, p, size / len(y))
    return found, None if found is None else found * float(y.mean()) * size


def _mean(values: "Sequence[float | None]", weights: "Sequence[int]") -> float | None:
    known = [(v, w) for v, w in zip(values, weights, strict=True) if v is not None]
    return sum(v * w for v, w in known) / sum(w for _, w in known) if known else None


def _groups(y: "Floats", p: "Floats") -> tuple[CalibrationGroup, ...]:
    """Ten groups by score; equal scores stay together."""
    at = np.minimum((GROUPS * (ranks(p) - 0.5) / len(p)).astype(np.int64), GROUPS - 1)
    return tuple(
        CalibrationGroup(int((at == n).sum()), float(p[at == n].sum()), int(y[at == n].sum()))
        for n in range(GROUPS)
        if (at == n).any()
    )
