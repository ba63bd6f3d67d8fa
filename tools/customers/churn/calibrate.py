"""Recalibration: Platt's line through the log-odds, learned on the last closed snapshot."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tools.customers.churn import metrics
from tools.customers.churn.results import Round, WalkForward, result
from tools.customers.churn.solver import NoConvergence, minimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PLATT_FROM = 0.02  # calibration error above which recalibration is tried


def platt(y: "Floats", p: "Floats") -> tuple[float, float] | None:
    """Slope and shift of log-odds that fit the outcomes best; None when they do not help."""
    lost = float(y.sum())
    if not 0 < lost < len(y):
        return None
    # Platt's own targets, a little off 0 and 1: without them few outcomes make a cliff.
    yes, no = (lost + 1) / (lost + 2), 1 / (len(y) - lost + 2)
    target = np.where(y == 1, yes, no)
    twice, both = np.tile(log_odds(p)[:, None], (2, 1)), np.repeat([1.0, 0.0], len(y))
    try:
        shift, slope = minimise(twice, both, 0.0, np.concatenate([target, 1 - target]))
    except NoConvergence:
        return None
    return (float(slope[0]), shift) if slope[0] > 0 else None


def log_odds(p: "Floats") -> "Floats":
    """Log-odds of a probability kept off 0 and 1."""
    held = np.clip(p, metrics.SMALLEST, 1 - metrics.SMALLEST)
    odds: Floats = np.log(held) - np.log1p(-held)
    return odds


def recalibrated(walked: WalkForward, name: str) -> WalkForward | None:
    """The walk with Platt where it could be had; None unless it is needed and it helped."""
    tests = [t for t in walked.shared(name) if name in t.platt]
    if not tests or result(name, walked.shared(name)).ece <= PLATT_FROM:
        return None
    after = [_recalibrated(t, name) for t in tests]
    if result(name, after).log_loss >= result(name, tests).log_loss:
        return None
    return WalkForward(
        tuple(_recalibrated(t, name) if name in t.platt else t for t in walked.tests)
    )


def _recalibrated(test: Round, name: str) -> Round:
    slope, shift = test.platt[name]
    p = 1 / (1 + np.exp(-(slope * log_odds(test.predictions[name]) + shift)))
    return replace(test, predictions=test.predictions | {name: p})
