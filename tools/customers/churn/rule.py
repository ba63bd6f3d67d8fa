"""Tier 0: points for warning signs, for companies without enough closed outcomes to learn from."""

from typing import TYPE_CHECKING

import numpy as np

from tools.customers.churn.model import BAND_OUTCOMES, BANDS, Band, ScoreLink, Scorer
from tools.customers.churn.population import leads
from tools.customers.churn.solver import minimise
from tools.customers.churn.terms import StepTerm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.customers.churn.definition import ChurnDefinition
    from tools.customers.churn.training_data import Rows

    Floats = NDArray[np.float64]

EDGES = (2.0, 4.0)  # points from which the risk is medium, high
WIDTH = EDGES[1]  # points that count as one unit before the penalty

# Points by bin; the first is for a missing value, which is no sign of anything.
SIGNS = (
    StepTerm("usage_trend", (0.5, 0.8), (0.0, 2.0, 1.0, 0.0)),
    StepTerm("gap_ratio", (2.0, 4.0), (0.0, 0.0, 1.0, 2.0)),
    StepTerm("seat_use", (0.3, 0.6), (0.0, 2.0, 1.0, 0.0)),
    StepTerm("tickets_open_high", (1.0,), (0.0, 0.0, 1.0)),
    StepTerm("failed_invoices_90", (1.0,), (0.0, 0.0, 2.0)),
    StepTerm("overdue_invoices", (1.0,), (0.0, 0.0, 1.0)),
    StepTerm("mrr_change_90", (0.0,), (0.0, 1.0, 0.0)),
)
# Where a term binds, that it ends soon is what makes a row, and no sign.
SOON = StepTerm("days_to_renewal", (91.0,), (0.0, 1.0, 0.0))
# Without product events silence itself is the sign.
ORDER_SIGNS = (
    StepTerm("days_since_order", (30.0, 60.0), (0.0, 0.0, 1.0, 2.0)),
    StepTerm("orders_365", (2.0, 4.0), (0.0, 2.0, 1.0, 0.0)),
)
MAIL_SIGNS = (
    StepTerm("days_since_open", (14.0, 45.0), (0.0, 0.0, 1.0, 2.0)),
    StepTerm("email_open_rate_90", (0.1, 0.3), (0.0, 2.0, 1.0, 0.0)),
)


def rule_scorer(definition: "ChurnDefinition", rows: "Rows") -> Scorer:
    """The points rule with the chance that each number of points had in `rows`.

    Without `BAND_OUTCOMES` closed outcomes it counts points and tells no chance.
    """
    extra = {"invoices": ORDER_SIGNS, "messages": MAIL_SIGNS}.get(definition.activity or "", ())
    signs = SIGNS if definition.terms_bind else (*SIGNS, SOON)
    scorer = Scorer("rule", 0.0, (*signs, *extra), EDGES)
    points = scorer.raw(rows.columns())
    at = np.searchsorted(EDGES, points, side="right")
    counts = np.bincount(at, minlength=3)
    lost = np.bincount(at, rows.y, minlength=3)
    bands = tuple(
        Band(name, int(k), int(n), None) for name, k, n in zip(BANDS, lost, counts, strict=True)
    )
    binds = ~np.isnan(leads(definition, rows.columns()))
    link = _link(points, binds, rows) if len(rows.y) >= BAND_OUTCOMES else None
    return Scorer("rule", 0.0, scorer.terms, EDGES, bands, link)


def _link(points: "Floats", binds: "NDArray[np.bool_]", rows: "Rows") -> ScoreLink:
    """Points to log-odds, shrunken: few losses leave the base rate; no point lowers the risk."""
    if not 0 < rows.positives < len(rows.y):
        average = (rows.positives + 0.5) / (len(rows.y) + 1)
        return ScoreLink(round(float(np.log(average / (1 - average))), 9), 0.0, 0.0)
    x = np.column_stack([points / WIDTH, binds])
    intercept, (slope, term) = minimise(x, rows.y, 1.0)
    if slope < 0:
        intercept, (term,) = minimise(x[:, 1:], rows.y, 1.0)
        slope = 0.0
    return ScoreLink(intercept, round(float(slope) / WIDTH, 9), float(term))
