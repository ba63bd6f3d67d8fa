"""Tier 0: points for warning signs, for companies without enough closed outcomes to learn from."""

from typing import TYPE_CHECKING

import numpy as np

from tools.customers.churn.model import BAND_OUTCOMES, BANDS, Band, Scorer
from tools.customers.churn.terms import StepTerm

if TYPE_CHECKING:
    from tools.customers.churn.definition import ChurnDefinition
    from tools.customers.churn.observe import Rows

EDGES = (2.0, 4.0)  # points from which the risk is medium, high
PRIOR_WEIGHT = 10  # a band's rate leans on the base rate like that many accounts

# Points by bin; the first is for a missing value, which is no sign of anything.
SIGNS = (
    StepTerm("usage_trend", (0.5, 0.8), (0.0, 2.0, 1.0, 0.0)),
    StepTerm("gap_ratio", (2.0, 4.0), (0.0, 0.0, 1.0, 2.0)),
    StepTerm("seat_use", (0.3, 0.6), (0.0, 2.0, 1.0, 0.0)),
    StepTerm("tickets_open_high", (1.0,), (0.0, 0.0, 1.0)),
    StepTerm("failed_invoices_90", (1.0,), (0.0, 0.0, 2.0)),
    StepTerm("overdue_invoices", (1.0,), (0.0, 0.0, 1.0)),
    StepTerm("mrr_change_90", (0.0,), (0.0, 1.0, 0.0)),
    StepTerm("days_to_renewal", (91.0,), (0.0, 1.0, 0.0)),
)
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
    """The points rule with the rate of loss that each band had in `rows`."""
    extra = {"invoices": ORDER_SIGNS, "messages": MAIL_SIGNS}.get(definition.activity or "", ())
    scorer = Scorer("rule", 0.0, (*SIGNS, *extra), EDGES)
    at = np.searchsorted(EDGES, scorer.raw(rows.columns()), side="right")
    counts = np.bincount(at, minlength=3)
    lost = np.bincount(at, rows.y, minlength=3)
    base = float(rows.y.mean()) if len(rows.y) else 0.0
    bands = tuple(_band(*each, base) for each in zip(BANDS, lost, counts, strict=True))
    return Scorer("rule", 0.0, scorer.terms, EDGES, bands)


def _band(name: str, lost: float, count: int, base: float) -> Band:
    rate = (float(lost) + PRIOR_WEIGHT * base) / (int(count) + PRIOR_WEIGHT)
    known = int(count) >= BAND_OUTCOMES
    return Band(name, int(lost), int(count), round(rate, 6) if known else None)
