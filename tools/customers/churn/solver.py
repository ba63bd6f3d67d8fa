"""Logistic regression by scikit-learn's Newton steps: converged, or no answer at all."""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.errors import LifecycleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EXACT, ROUGH = 1e-12, 1e-6  # largest slope of the mean loss at which the steps end
CONVERGED = 1e-9  # above this slope nothing was found
APART = 1e-6  # when no outcome is further from its chance, all are told apart
MOST_STEPS = 200
DIGITS = 6  # processors differ far behind them, so that every machine has the same bytes


class NoConvergence(LifecycleError):  # noqa: N818 - named for the event
    """The steps did not end at a minimum, so there is no fit."""


def minimise(
    x: "Floats",
    y: "Floats",
    penalty: float,
    weights: "Floats | None" = None,
    steps: int = MOST_STEPS,
) -> tuple[float, "Floats"]:
    """Intercept and slopes with the least log loss + penalty / 2 · |slopes|², in six decimals.

    Raises:
        NoConvergence: when that was not reached, or there is none: without a penalty outcomes that
            are told apart have no minimum, nor have those of one kind.
    """
    (found,) = _paths(x, y, [penalty], EXACT, weights, steps)
    gap = _chance(x, found) - y
    if not penalty and np.abs(gap).max() < APART:
        raise NoConvergence("logistic regression without a penalty told all outcomes apart")
    weighed = gap if weights is None else gap * weights
    slopes = np.append(x.T @ weighed + penalty * found[1:], weighed.sum())
    slope = float(np.abs(slopes).max()) / len(y)
    if not slope <= CONVERGED:
        raise NoConvergence(f"logistic regression stopped at a slope of {slope:.1e}, not at 0")
    rounded: Floats = np.round(found, DIGITS) + 0.0  # no -0.0, which has other bytes
    return float(rounded[0]), rounded[1:]


def along(x: "Floats", y: "Floats", penalties: "Sequence[float]") -> list[tuple[float, "Floats"]]:
    """About the answers for several penalties, the strongest first, to choose among them."""
    found = _paths(x, y, penalties, ROUGH, None, MOST_STEPS)
    return [(float(b[0]), b[1:]) for b in found]


def _paths(
    x: "Floats",
    y: "Floats",
    penalties: "Sequence[float]",
    end: float,
    weights: "Floats | None",
    steps: int,
) -> "list[Floats]":
    """The solver's answers, each begun at the one before, on one thread: the sums keep an order."""
    if not 0 < y.sum() < len(y):
        raise NoConvergence("logistic regression needs outcomes of both kinds")
    # The import takes a second and only training needs it.
    machine: Any = import_module("sklearn.linear_model").LogisticRegression(
        solver="newton-cholesky", tol=end, max_iter=steps, warm_start=True
    )
    found: list[Floats] = []
    with warnings.catch_warnings(), import_module("threadpoolctl").threadpool_limits(1):
        warnings.simplefilter("ignore")  # the slope itself is looked at
        for penalty in penalties:
            machine.C = 1 / penalty if penalty else np.inf
            machine.fit(x, y, sample_weight=weights)
            found.append(np.concatenate([machine.intercept_, machine.coef_[0]]))
    return found


def _chance(x: "Floats", beta: "Floats") -> "Floats":
    with np.errstate(over="ignore"):
        p: Floats = 1 / (1 + np.exp(-(beta[0] + x @ beta[1:])))
    return p
