"""An interval that holds however often one looks (mSPRT)."""

from math import log, sqrt

LEVEL = 0.90


def always(variance: float, expected: float, level: float = LEVEL) -> float:
    """Half the width of the mixture sequence N(0, τ²), τ the expected effect.

    (Johari, Pekelis and Walsh: Λ reaches 1/α with chance α at most, however often one looks.)
    """
    if variance <= 0:
        return 0.0
    tau = max(expected * expected, variance * 1e-6)
    spread = variance + tau
    return sqrt(2 * variance * spread / tau * (log(1 / (1 - level)) + log(spread / variance) / 2))
