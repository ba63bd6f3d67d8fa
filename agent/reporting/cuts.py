"""Once a quarter a tree proposes new cut-points for the segments; a person accepts them, or not."""

from typing import TYPE_CHECKING

from tools.customers.segments.proposal import propose
from tools.days import from_number

if TYPE_CHECKING:
    from agent.morning import Morning
    from agent.reporting.period import Period
    from tools.customers.segments.proposal import SegmentProposal

QUARTERS = frozenset({(1, 1), (4, 1), (7, 1), (10, 1)})


def begins_quarter(period: "Period") -> bool:
    """Whether a quarter begins in the period."""
    days = map(from_number, range(period.first_day, period.as_of))
    return any((day.month, day.day) in QUARTERS for day in days)


def quarterly(morning: "Morning", period: "Period") -> "SegmentProposal | None":
    """The tree's cuts in the period in which a quarter begins, None in all others.

    Asked right after the morning was segmented, while its engine holds who was in which segment on
    the latest day whose churn window is closed.
    """
    if not begins_quarter(period):
        return None
    rules, present = morning.rulebook.segments, morning.world.present
    windows = dict(rules.windows)
    day = period.as_of - windows["churn"] - windows["grace"]
    past = morning.open(day).engine
    features = past.run("SELECT f.*, CAST($day AS INT) AS day FROM features AS f", day=day)
    morning.engine.put("past_features", features)
    contractual = "subscriptions" in present
    return propose(period.as_of, morning.engine, rules, day, contractual=contractual)
