"""The statistics of the gate: dependence, pairs, many tests at once, gain in log loss."""

from math import log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import scipy  # loads its parts when they are asked for: a second that few commands need

from tools.stats.beta_binomial import differ_by_more_than, fit

if TYPE_CHECKING:
    from tools.customers.segments.counts import Count

    Counts = list[tuple[int, int]]

_Z90 = NormalDist().inv_cdf(0.95)


def cramer(counts: "Counts") -> tuple[float, float, float] | None:
    """χ², its p and Cramér's V of groups (k, n); None when there is nothing to compare."""
    table = np.asarray([[k, n - k] for k, n in counts if n])
    if len(table) < 2 or not table.sum(axis=0).all():
        return None
    chi, p = (float(value) for value in scipy.stats.chi2_contingency(table, correction=False)[:2])
    return chi, p, sqrt(chi / float(table.sum()))


def pair_difference(
    a: tuple[int, int], b: tuple[int, int], counts: "Counts", margin: float
) -> tuple[float, float]:
    """P(|θa - θb| > margin), given the counts of all groups, and Fisher's p of the two."""
    model = fit(counts)
    sure = differ_by_more_than(model.posterior(*a), model.posterior(*b), margin)
    (ka, na), (kb, nb) = a, b
    return sure, float(scipy.stats.fisher_exact([[ka, na - ka], [kb, nb - kb]])[1])


def holm(p_values: list[float]) -> list[float]:
    """Holm's step-down adjustment, in the order given."""
    order = sorted(range(len(p_values)), key=lambda i: (p_values[i], i))
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, p_values[i] * (len(p_values) - rank)))
        adjusted[i] = highest
    return adjusted


def log_loss_gain(train: "list[Count]", test: "list[Count]") -> tuple[float, float, float]:
    """Relative gain in log loss over one pooled rate, with its 90 % interval over accounts."""
    model = fit([(c.k, c.n) for c in train])
    rates = {c.segment: model.posterior(c.k, c.n).mean for c in train}
    pool = (sum(c.k for c in train) + 0.5) / (sum(c.n for c in train) + 1)
    losses = []
    for c in test:
        rate = rates.get(c.segment, model.pooled().mean)
        losses.append((c.k, -log(rate), -log(pool)))
        losses.append((c.n - c.k, -log(1 - rate), -log(1 - pool)))
    total = sum(n for n, _, _ in losses)
    base = sum(n * pooled for n, _, pooled in losses) / total
    gain = sum(n * (pooled - own) for n, own, pooled in losses) / total
    spread = sum(n * (pooled - own - gain) ** 2 for n, own, pooled in losses) / total
    half = _Z90 * sqrt(spread / total)
    return gain / base, (gain - half) / base, (gain + half) / base
