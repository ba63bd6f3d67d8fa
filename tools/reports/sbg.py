"""The shifted-beta-geometric model of contracts: each account leaves with a chance of its own.

Those chances follow a beta distribution, so that a cohort's rate of churn falls with age, since
the ones who were going to leave have left (Fader and Hardie 2007). `S(t)` is the share that is
still there after t chances to leave.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

from tools.errors import NotComputable

if TYPE_CHECKING:
    from collections.abc import Sequence

_START = (0.0, 0.0)  # logarithms: alpha and beta 1 is a flat distribution of chances
_WIDEST = 12.0  # beyond e^12 the model is a constant rate


@dataclass(frozen=True)
class Sbg:
    """A fitted model with its log-likelihood."""

    alpha: float
    beta: float
    likelihood: float

    def survival(self, t: int) -> float:
        """Share still there after t chances to leave."""
        return float(np.exp(betaln(self.alpha, self.beta + t) - betaln(self.alpha, self.beta)))

    def retention(self, t: int) -> float:
        """Of those there after t - 1 chances, the share that is there after t."""
        return (self.beta + t - 1) / (self.alpha + self.beta + t - 1)


def fit_sbg(lost: "Sequence[int]", still: "Sequence[int]") -> Sbg:
    """Fit the model to one or more cohorts by maximum likelihood.

    Args:
        lost: how many left at their 1st, 2nd, … chance, over all cohorts.
        still: how many were last seen there after their 1st, 2nd, … chance.

    Raises:
        NotComputable: when nobody left, or nobody stayed: any model would do.
    """
    gone, left = np.asarray(lost, dtype=np.float64), np.asarray(still, dtype=np.float64)
    if not gone.sum() or not left.sum():
        raise NotComputable("accounts that left and accounts that stayed")
    steps = np.arange(1, len(gone) + 1)

    def cost(logs: "Sequence[float]") -> float:
        a, b = np.exp(np.clip(logs, -_WIDEST, _WIDEST))
        losses = gone * (betaln(a + 1, b + steps - 1) - betaln(a, b))
        return -float((losses + left * (betaln(a, b + steps) - betaln(a, b))).sum())

    found = minimize(
        cost, _START, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-8, "maxiter": 4000}
    )
    alpha, beta = np.exp(np.clip(found.x, -_WIDEST, _WIDEST))
    return Sbg(float(alpha), float(beta), -float(found.fun))
