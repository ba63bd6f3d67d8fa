"""What became of the accounts of each segment, from windows that are closed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from tools.customers.segments.counts import Count
from tools.customers.segments.rules import OUTCOMES
from tools.customers.segments.unsteadiness import ASSUMED, unsteadiness, widened
from tools.stats.beta_binomial import GridFit, Posterior, fit
from tools.warehouse.billing import bills_end
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.customers.segments.rules import Segment, SegmentRules
    from tools.warehouse.engine import Engine

Label = Literal["sufficient", "thin", "insufficient"]
WIDEST = 0.30
SCHEMA = pa.schema(
    [
        ("segment", pa.string()), ("outcome", pa.string()), ("k", pa.int64()), ("n", pa.int64()),
        ("mean", pa.float64()), ("q10", pa.float64()), ("q90", pa.float64()),
        ("label", pa.string()), ("weight", pa.float64()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class OutcomeEstimate:
    """The probability of an outcome in a segment, and how well it is known.

    Attributes:
        mean: the shrunk rate; of the pool, and so marked, when the evidence is insufficient.
        weight: share of the mean that rests on the segment's own accounts.
    """

    segment: str
    outcome: str
    k: int
    n: int
    mean: float
    q10: float
    q90: float
    label: Label
    weight: float


@dataclass(frozen=True)
class Outcomes:
    """All estimates, the counts behind them, and why an outcome has none."""

    as_of: int
    estimates: tuple[OutcomeEstimate, ...]
    counts: tuple[Count, ...]
    missing: tuple[tuple[str, str], ...]
    definition: str


def outcomes(
    as_of: int,
    engine: "Engine",
    rules: "SegmentRules",
    segments: "tuple[Segment, ...]",
    present: "Collection[str]",
) -> Outcomes:
    """Create relation `outcomes` and explain it.

    Args:
        as_of: day number D; a window counts when it and the grace are over on D.
        engine: holds the as-of relations subscriptions, usage, invoices, and
            segment_history (account_id, segment, day): assignments as made on past days.
        rules: for the windows.
        segments: the segments in use, in order.
        present: canonical tables this company has at all.

    An account counts once in an outcome: only the latest day whose window is closed is used.
    Pooling the days would count one account many times; taking each account's last day would
    count everybody who ever left as leaving.
    """
    days = dict(rules.windows)
    contractual = "subscriptions" in present
    counts = count_outcomes(as_of, engine, days, contractual=contractual)
    latest = {o: max((c.day for c in counts if c.outcome == o), default=None) for o in OUTCOMES}
    used = [c for c in counts if c.day == latest[c.outcome]]
    moves = {o: unsteadiness([c for c in counts if c.outcome == o], days[o]) for o in OUTCOMES}
    estimates = tuple(
        estimate
        for outcome in OUTCOMES
        for estimate in estimate_rates(outcome, used, segments, moves[outcome])
    )
    engine.put("outcomes", pa.Table.from_pylist([vars(e) for e in estimates], schema=SCHEMA))
    seen = {estimate.outcome for estimate in estimates}
    missing = [(o, _why(o, present)) for o in OUTCOMES if o not in seen]
    return Outcomes(as_of, estimates, counts, tuple(missing), _words(days, contractual=contractual))


def count_outcomes(
    as_of: int, engine: "Engine", days: dict[str, int], *, contractual: bool
) -> tuple[Count, ...]:
    """Events and accounts by segment, outcome and day of assignment."""
    grace = days["grace"] if contractual else 0
    known = as_of
    if contractual:
        engine.create("outcome_cover", read_sql(__package__, "outcome_cover_paid"))
        known = min(as_of, bills_end(engine))
    else:
        cover = read_sql(__package__, "outcome_cover_activity")
        engine.create("outcome_cover", cover, as_of=as_of, activity=days["activity"])
    engine.create("outcome_spells", read_sql(__package__, "outcome_spells"), grace=grace)
    windows = {f"{name}_days": days[name] for name in OUTCOMES}
    text = read_sql(__package__, "outcome_counts")
    rows = engine.run(text, as_of=known, grace=grace, **windows).to_pylist()
    return tuple(Count(**row) for row in rows)


def estimate_rates(
    outcome: str,
    counts: "Collection[Count]",
    segments: "tuple[Segment, ...]",
    moves: float = ASSUMED,
) -> list[OutcomeEstimate]:
    """The estimates of one outcome; none when no account's window is closed.

    Their intervals are about the period to come; `moves` is how far rates move between periods.
    """
    known = {c.segment: (c.k, c.n) for c in counts if c.outcome == outcome}
    pairs = [(s.name, *known.get(s.name, (0, 0))) for s in segments if outcome in s.outcomes]
    if sum(n for _, _, n in pairs) == 0:
        return []
    model = fit([(k, n) for _, k, n in pairs])
    return [_estimate(name, outcome, k, n, model, moves) for name, k, n in pairs]


def label_of(k: int, n: int, belief: Posterior) -> Label:
    """How far a rate can be trusted: accounts, events, non-events and width of the 90 % band."""
    if n < 10:
        return "insufficient"
    low, high = belief.quantiles((0.05, 0.95))
    enough = n >= 30 and k >= 5 and n - k >= 5 and high - low <= WIDEST
    return "sufficient" if enough else "thin"


def _estimate(
    segment: str, outcome: str, k: int, n: int, model: GridFit, moves: float
) -> OutcomeEstimate:
    belief = model.posterior(k, n)
    label, weight = label_of(k, n, belief), model.own_weight(n)
    if label == "insufficient":
        belief, weight = model.pooled(), 0.0
    low, high = belief.quantiles((0.10, 0.90))
    q10, q90 = widened(belief.mean, low, high, moves)
    return OutcomeEstimate(segment, outcome, k, n, belief.mean, q10, q90, label, weight)


def _why(outcome: str, present: "Collection[str]") -> str:
    if outcome in {"renewal", "expansion"} and "subscriptions" not in present:
        return "missing: subscriptions"
    if not {"subscriptions", "events", "invoices"} & set(present):
        return "missing: subscriptions, events or invoices"
    return "no account of a segment that can come to it has a closed window yet"


def _words(days: dict[str, int], *, contractual: bool) -> str:
    churn, back, grace = days["churn"], days["return"], days["grace"]
    if not contractual:
        return (
            f"No subscriptions: an account is there for {days['activity']} days after each use "
            f"or purchase. Churn: that ends within {churn} days; return: used or bought again "
            f"within {back} days."
        )
    return (
        f"Churn: paid cover ends within {churn} days and stays away for more than {grace}. "
        f"Renewal: paid cover goes on past the first term end within {days['renewal']} days. "
        f"Expansion: pays more {days['expansion']} days later. Return: pays again within {back} "
        "days. Each account once, from the latest day whose window is closed."
    )
