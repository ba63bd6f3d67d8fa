"""A churn model of the size an EBM has, made by hand: what scoring costs, not what is true."""

from tools.customers.churn import ChurnDefinition, ChurnModel
from tools.customers.churn.model import Scorer, Training
from tools.customers.churn.terms import PairTerm, StepTerm, Term, on_grid

BINS = 62
PAIR_BINS = 7
# Each feature of the lean company with the step between its cuts.
STEPS = {
    "tenure_days": 8.0, "days_since_event": 2.0, "active_days_28": 0.4, "active_days_prior": 0.4,
    "events_28": 0.5, "events_prior_28": 0.5, "events_prior_84": 0.5, "usage_trend": 0.05,
    "breadth_28": 0.1, "breadth_prior_28": 0.1, "gap_ratio": 0.1, "days_to_first_value": 1.0,
    "mrr_minor": 2000.0, "seats": 1.0, "mrr_change_90": 1000.0,
}  # fmt: skip
DEFINITION = ChurnDefinition("contractual_monthly", 30, 14)


def made_model() -> ChurnModel:
    """15 features with 63 bins each, and 10 pairs of 8 by 8."""
    names = list(STEPS)
    pairs = [(names[i], names[i + 1]) for i in range(10)]
    terms: tuple[Term, ...] = (*map(_step, names), *(_pair(a, b) for a, b in pairs))
    scorer = Scorer("ebm", on_grid(-3.0), terms, (-3.5, -2.5))
    return ChurnModel(scorer, DEFINITION, Training(0, 0, 0, 1000, 100), ("made by hand",))


def _cuts(name: str, bins: int) -> tuple[float, ...]:
    wide = STEPS[name] * BINS / bins
    return tuple((i + 0.5) * wide for i in range(bins))


def _score(i: int) -> float:
    return on_grid((i * 7919 % 1009) / 2018 - 0.25)


def _step(name: str) -> StepTerm:
    scores = tuple(_score(i + len(name)) for i in range(BINS + 2))
    return StepTerm(name, _cuts(name, BINS), scores)


def _pair(first: str, second: str) -> PairTerm:
    scores = tuple(
        tuple(_score(i * 31 + j + len(first)) / 4 for j in range(PAIR_BINS + 2))
        for i in range(PAIR_BINS + 2)
    )
    return PairTerm(first, second, _cuts(first, PAIR_BINS), _cuts(second, PAIR_BINS), scores)
