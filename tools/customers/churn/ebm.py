"""Tier 2: an explainable boosting machine, read out as look-ups and then forgotten."""

import warnings
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.customers.churn.model import Scorer
from tools.customers.churn.terms import PairTerm, StepTerm, Term, on_grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tools.customers.churn.training_data import Rows

MIN_LOST = 50  # lost accounts below which a line is as good as a table
PAIRS_FROM = 500  # lost accounts below which pairs of features are noise
MOST_ROWS = 20_000
INTERACTIONS = 10
MOST_ROUNDS = 3000  # outcomes without noise would be boosted for ever
SEED = 20_240_229


def ebm_scorer(rows: "Rows", *, interactions: int | None = None) -> Scorer | None:
    """Fit on rows; None with too few losses. One job and a fixed seed: same rows, same bytes."""
    lost = rows.lost
    if lost < MIN_LOST or rows.positives == len(rows.y):
        return None
    pairs = (INTERACTIONS if lost >= PAIRS_FROM else 0) if interactions is None else interactions
    rows = rows.thinned(MOST_ROWS)
    telling = [i for i in range(len(rows.features)) if _tells(rows.x[:, i])]
    if not telling:
        return None
    names = [rows.features[i] for i in telling]
    return read_out(fitted(names, rows.x[:, telling], rows.y, pairs))


def _tells(x: "NDArray[np.float64]") -> bool:
    known = x[~np.isnan(x)]
    return len(known) > 0 and bool(known.min() < known.max() or len(known) < len(x))


def fitted(
    names: list[str], x: "NDArray[np.float64]", y: "NDArray[np.float64]", interactions: int
) -> Any:
    """The library's own model. 64 bins and a faster rate cost no accuracy on Telco (AUC .850)."""
    # The import takes seconds and only training needs it.
    machine = import_module("interpret.glassbox").ExplainableBoostingClassifier(
        feature_names=names,
        feature_types=["continuous"] * len(names),
        max_bins=64,
        max_interaction_bins=8,
        interactions=min(interactions, len(names) * (len(names) - 1) // 2),
        outer_bags=4,
        learning_rate=0.04,
        # Rounds of random cuts are not stopped early: among few losses they only learn noise.
        smoothing_rounds=0,
        interaction_smoothing_rounds=0,
        max_rounds=MOST_ROUNDS,
        n_jobs=1,
        random_state=SEED,
    )
    with warnings.catch_warnings(), _plain_arithmetic():
        # Missing values have a bin of their own, which we read and show.
        warnings.filterwarnings("ignore", message="Missing values detected")
        return machine.fit(x, y.astype(np.int64))


@contextmanager
def _plain_arithmetic() -> "Iterator[None]":
    """Without wide registers: they add in another order, and every processor has its own width.

    The same rows then give the same model on every machine, and a replay there the same bytes.
    """
    options = import_module("interpret.develop")
    before = options.get_option("acceleration")
    options.set_option("acceleration", 0)
    try:
        yield
    finally:
        options.set_option("acceleration", before)


def read_out(machine: Any) -> Scorer:
    """The fitted machine as a scorer: every term a table of numbers."""
    names = list(machine.feature_names_in_)
    terms = tuple(
        _term(names, tuple(int(f) for f in features), machine.bins_, np.asarray(scores))
        for features, scores in zip(machine.term_features_, machine.term_scores_, strict=True)
    )
    return Scorer("ebm", on_grid(float(machine.intercept_[0])), terms, (0.0, 0.0))


def _term(
    names: list[str], features: tuple[int, ...], bins: Any, scores: "NDArray[np.float64]"
) -> Term:
    # The first score is for missing; the last, for unseen categories, is never used here.
    if len(features) == 1:
        cuts = [float(c) for c in bins[features[0]][0]]
        return _merged(names[features[0]], cuts, [on_grid(float(s)) for s in scores[:-1]])
    first, second = features
    cuts_of = [tuple(float(c) for c in _pair_cuts(bins[f])) for f in features]
    table = tuple(tuple(on_grid(float(s)) for s in row[:-1]) for row in scores[:-1])
    return PairTerm(names[first], names[second], cuts_of[0], cuts_of[1], table)


def _pair_cuts(levels: Any) -> Any:
    """Pairs use the coarser level of bins where a feature has one."""
    return levels[min(1, len(levels) - 1)]


def _merged(feature: str, cuts: list[float], scores: list[float]) -> StepTerm:
    """Neighbouring bins of equal score are one bin."""
    keep = [i for i in range(len(cuts)) if scores[i + 1] != scores[i + 2]]
    kept = [scores[0], scores[1], *(scores[i + 2] for i in keep)]
    return StepTerm(feature, tuple(cuts[i] for i in keep), tuple(kept))
