"""How good probabilities are: discrimination, calibration, drift, and a paired comparison."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SMALLEST = 1e-6  # probabilities are stored with six decimals


def losses(y: "Floats", p: "Floats") -> "Floats":
    """Log loss of each row."""
    held = np.clip(p, SMALLEST, 1 - SMALLEST)
    return -(y * np.log(held) + (1 - y) * np.log1p(-held))


def log_loss(y: "Floats", p: "Floats") -> float:
    """Mean log loss."""
    return float(losses(y, p).mean())


def brier(y: "Floats", p: "Floats") -> float:
    """Mean squared error of the probability."""
    return float(((p - y) ** 2).mean())


def ranks(x: "Floats") -> "Floats":
    """Ranks from 1, ties averaged."""
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    averaged: Floats = (last - (counts - 1) / 2)[inverse]
    return averaged


def auc(y: "Floats", p: "Floats") -> float | None:
    """Chance that a lost account is ranked above a kept one; None when one kind is absent."""
    positives = float(y.sum())
    negatives = len(y) - positives
    if not positives or not negatives:
        return None
    above = ranks(p)[y == 1].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def ece(y: "Floats", p: "Floats", bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass; equal probabilities stay together."""
    at = np.minimum((bins * (ranks(p) - 0.5) / len(p)).astype(np.int64), bins - 1)
    gap = np.abs(np.bincount(at, y - p, minlength=bins))
    return float(gap.sum() / len(p))


def lift(y: "Floats", p: "Floats", share: float = 0.1) -> float | None:
    """Positives among the riskiest `share` over what chance would find; ties count in part."""
    if not y.sum():
        return None
    size = max(1.0, share * len(p))
    order = np.unique(-p, return_inverse=True)[1]
    counts = np.bincount(order)
    taken = np.clip(size - np.concatenate([[0], np.cumsum(counts)[:-1]]), 0, counts)
    found = (np.bincount(order, y) * taken / counts).sum()
    return float(found / size / y.mean())


def calibration_z(y: "Floats", p: "Floats") -> float:
    """(Σy − Σp) / √Σp(1−p): how far the number of losses is from the promised one."""
    spread = float(np.sqrt((p * (1 - p)).sum()))
    return float((y.sum() - p.sum()) / spread) if spread else 0.0


def psi(expected: "Sequence[float]", actual: "Sequence[float]") -> float:
    """Population stability index of two lists of shares; an empty bin counts as 1 in 10,000."""
    e = np.maximum(np.asarray(expected, dtype=np.float64), 1e-4)
    a = np.maximum(np.asarray(actual, dtype=np.float64), 1e-4)
    return float(((a - e) * np.log(a / e)).sum())


def paired_interval(
    gain: "Floats",
    account: "NDArray[np.intp]",
    snapshot: "NDArray[np.intp]",
    *,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.8,
) -> tuple[float, float, float]:
    """Mean over snapshots of the mean of `gain`, with a bootstrap interval by account.

    An account is drawn with all its snapshots, so that its repeated rows are no false evidence.
    `account` and `snapshot` are codes from 0; the result is (mean, low, high).
    """
    shape = (int(account.max()) + 1, int(snapshot.max()) + 1)
    cell = account * shape[1] + snapshot
    cells = shape[0] * shape[1]
    total = np.bincount(cell, gain, minlength=cells).reshape(shape).astype(np.float64)
    count = np.bincount(cell, minlength=cells).reshape(shape).astype(np.float64)
    rng = np.random.default_rng(seed)
    means = [_redrawn(rng, total, count) for _ in range(draws)]
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float((total.sum(0) / count.sum(0)).mean()), float(low), float(high)


def _redrawn(rng: np.random.Generator, total: "Floats", count: "Floats") -> float:
    n = len(total)
    weight = np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64)
    rows = weight @ count
    return float(((weight @ total)[rows > 0] / rows[rows > 0]).mean())
