"""The shifted-beta-geometric model of contracts: each account leaves with a chance of its own.

Those chances follow a beta distribution, so that a cohort's rate of churn falls with age, since
the ones who were going to leave have left (Fader and Hardie 2007). `S(t)` is the share that is
still there after t chances to leave.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy  # loads its parts when they are asked for

from tools.errors import NotComputable

if TYPE_CHECKING:
    from collections.abc import Sequence

_START = (0.0, 0.0)  # logarithms: alpha and beta 1 is a flat distribution of chances
_WIDEST = 12.0  # beyond e^12 the model is a constant rate
_LEAST = -5.0  # below e^-5 some leave at once and the rest never: nobody is ever lost again


@dataclass(frozen=True)
class Sbg:
    """A fitted model with its log-likelihood."""

    alpha: float
    beta: float
    likelihood: float

    def survival(self, t: int) -> float:
        """Share still there after t chances to leave."""
        return float(
            np.exp(
                scipy.special.betaln(self.alpha, self.beta + t)
                - scipy.special.betaln(self.alpha, self.beta)
            )
        )

    def retention(self, t: int) -> float:
        """Of those there after t - 1 chances, the share that is there after t."""
        return (self.beta + t - 1) / (self.alpha + self.beta + t - 1)


def fit_sbg(lost: "Sequence[int]", still: "Sequence[int]") -> Sbg:
    """Fit the model to one or more cohorts by maximum likelihood.

    Args:
        lost: how many left at their 1st, 2nd, … chance, over all cohorts.
        still: how many were last seen there after their 1st, 2nd, … chance.

    Raises:
        NotComputable: when nobody left or stayed, or nobody had a second chance to leave, as any
            model would do; and when the losses fit none, as when all come at one age.
    """
    gone, left = np.asarray(lost, dtype=np.float64), np.asarray(still, dtype=np.float64)
    if not gone.sum() or not left.sum():
        raise NotComputable("accounts that left and accounts that stayed")
    if not (gone[1:].sum() + left[1:].sum()):
        raise NotComputable("accounts with a second chance to leave")
    steps = np.arange(1, len(gone) + 1)

    def cost(logs: "Sequence[float]") -> float:
        a, b = np.exp(np.clip(logs, -_WIDEST, _WIDEST))
        losses = gone * (scipy.special.betaln(a + 1, b + steps - 1) - scipy.special.betaln(a, b))
        return -float(
            (
                losses + left * (scipy.special.betaln(a, b + steps) - scipy.special.betaln(a, b))
            ).sum()
        )

    found = scipy.optimize.minimize(
        cost, _START, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-8, "maxiter": 4000}
    )
    if not found.success or min(found.x) < _LEAST:
        raise NotComputable("losses that a model of contracts fits")
    alpha, beta = np.exp(np.clip(found.x, -_WIDEST, _WIDEST))
    return Sbg(float(alpha), float(beta), -float(found.fun))
