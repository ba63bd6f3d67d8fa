"""Tier 1: L2-penalised logistic regression on all features, winsorised, with missing flags."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.customers.churn.metrics import losses
from tools.customers.churn.model import Scorer
from tools.customers.churn.solver import along, minimise
from tools.customers.churn.terms import LinearTerm, on_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.customers.churn.training_data import Rows

    Floats = NDArray[np.float64]

MIN_LOST = 15  # lost accounts below which there is nothing to learn from
PENALTIES = (300.0, 100.0, 30.0, 10.0, 3.0, 1.0)  # on features of width two, the strongest first
FOLDS = 5
MOST_TRIED = 10_000  # rows on which a penalty is chosen
SAME = 0.98  # above this share of equal values a feature is a few odd accounts, not a measure
MISSING_FROM = 0.01  # share of missing values that earns a flag of its own


@dataclass(frozen=True)
class ScaledFeature:
    """A feature made ready: held within its 1st and 99th percentile, centred, 0 if missing.

    `scale` is half its width: by the standard deviation a rare value would lie ten units out,
    cost no penalty and carry the odd account off.
    """

    feature: str
    low: float
    high: float
    root: bool
    mean: float
    scale: float
    z: "Floats"
    missing: "Floats"


def logistic_scorer(rows: "Rows", only: "Sequence[str]" = ()) -> Scorer | None:
    """Fit on rows; None with too few losses. `only` fixes the features (recency alone).

    Raises:
        NoConvergence: the solver did not get to a minimum.
    """
    if rows.lost < MIN_LOST or rows.positives == len(rows.y):
        return None
    names = only or rows.features
    columns = ready_columns(rows, names)
    return _fit(columns, rows) if columns else None


def ready_columns(rows: "Rows", names: "Sequence[str]") -> list[ScaledFeature]:
    """The features that tell rows apart, made ready."""
    return [c for n in names if (c := _column(n, rows.columns()[n]))]


def _column(feature: str, x: "Floats") -> ScaledFeature | None:
    known = x[~np.isnan(x)]
    if len(known) < 2:
        return None
    low, high = (float(v) for v in np.round(np.quantile(known, [0.01, 0.99]), 6))
    held = np.clip(known, low, high)
    if low == high or np.unique(held, return_counts=True)[1].max() > SAME * len(held):
        return None
    root = low >= 0 and _skew(held) > 1
    held = np.sqrt(held) if root else held
    width = np.sqrt(high) - np.sqrt(low) if root else high - low
    mean, scale = round(float(held.mean()), 9), round(float(width) / 2, 9)
    z = np.zeros(len(x))
    z[~np.isnan(x)] = (held - mean) / scale
    return ScaledFeature(feature, low, high, root, mean, scale, z, np.isnan(x).astype(np.float64))


def _skew(x: "Floats") -> float:
    sd = float(x.std())
    return float((((x - x.mean()) / sd) ** 3).mean()) if sd else 0.0


def _fit(columns: "Sequence[ScaledFeature]", rows: "Rows") -> Scorer:
    flagged = flagged_columns(columns)
    x = np.column_stack([c.z for c in columns] + [c.missing for c in flagged])
    intercept, beta = minimise(x, rows.y, _penalty(x, rows))
    flags = dict(zip([c.feature for c in flagged], beta[len(columns) :], strict=True))
    terms = tuple(
        _term(c, float(b), float(flags.get(c.feature, 0.0)))
        for c, b in zip(columns, beta[: len(columns)], strict=True)
    )
    return Scorer("logistic", on_grid(intercept), terms, (0.0, 0.0))


def flagged_columns(columns: "Sequence[ScaledFeature]") -> list[ScaledFeature]:
    """Those whose missing values are common enough to mean something."""
    return [c for c in columns if MISSING_FROM <= c.missing.mean() <= 1 - MISSING_FROM]


def _penalty(x: "Floats", rows: "Rows") -> float:
    """The penalty that told accounts best which it had not seen, the stronger of two alike."""
    tried, fold = rows.fold(FOLDS, MOST_TRIED)
    x, y, fold = x[tried], rows.y[tried], fold[tried]
    lost = np.zeros(len(PENALTIES))
    for k in range(FOLDS):
        seen = fold != k
        if 0 < y[seen].sum() < seen.sum():
            answers = along(x[seen], y[seen], PENALTIES)
            lost += [losses(y[~seen], _chance(x[~seen], *a)).sum() for a in answers]
    return PENALTIES[int(np.argmin(np.round(lost, 6)))]


def _chance(x: "Floats", intercept: float, slopes: "Floats") -> "Floats":
    p: Floats = 1 / (1 + np.exp(-np.clip(intercept + x @ slopes, -35, 35)))
    return p


def _term(column: ScaledFeature, beta: float, missing: float) -> LinearTerm:
    slope = beta / column.scale
    shift = -column.mean * slope
    held = (column.low, column.high, column.root)
    return LinearTerm(column.feature, *held, slope, shift, on_grid(missing))
