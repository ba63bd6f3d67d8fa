"""A churn model of every tier, written by hand: what is proved is the query, not the fit."""

from tools.customers.churn import ChurnDefinition, ChurnModel, model_from_json
from tools.customers.churn.drift import SCORE
from tools.customers.churn.model import Band, Scorer, Training, TrainingDistribution
from tools.customers.churn.model_selection import NOTHING
from tools.customers.churn.rule import EDGES, SIGNS
from tools.customers.churn.terms import LinearTerm, PairTerm, StepTerm, on_grid

PAYS = ChurnDefinition("contractual_monthly", 30, 14, term_binds=True)
USES = ChurnDefinition("non_contractual", 28, 0, "usage", 28, term_binds=False)
_BANDS = (Band("low", 2, 80, 0.03), Band("medium", 1, 9, None), Band("high", 20, 40, 0.44))
_SILENCE = StepTerm(
    "days_since_event", (2.0, 6.5, 13.0), tuple(map(on_grid, (0.7, -0.83, -0.1, 0.33, 1.2)))
)
_TERMS = (
    _SILENCE,
    StepTerm("usage_trend", (0.31, 0.7, 1.0, 1.9),
             tuple(map(on_grid, (0.05, 0.9, 0.4, 0.1, -0.2, -0.45)))),
    PairTerm("seat_use", "email_open_rate_90", (0.35, 0.8), (0.2,), (
        (0.0, on_grid(0.1), on_grid(-0.1)), (on_grid(0.03), on_grid(0.3), on_grid(0.07)),
        (on_grid(0.01), on_grid(0.17), on_grid(-0.07)), (0.0, on_grid(-0.2), on_grid(-0.3)))),
)  # fmt: skip
_LINES = (
    LinearTerm("tickets_90", 0.0, 9.0, True, 0.317, -0.21, on_grid(0.1)),
    LinearTerm("gap_ratio", 0.0, 4.0, False, 0.771, -0.6, on_grid(0.4)),
    LinearTerm("tenure_days", 10.0, 500.0, False, -0.0031, 0.5, on_grid(0.0)),
)
_REFERENCES = (
    TrainingDistribution("days_since_event", (2.0, 7.5), (0.01, 0.4, 0.3, 0.29)),
    TrainingDistribution("usage_trend", (0.5, 1.0, 1.5), (0.2, 0.2, 0.2, 0.2, 0.2)),
    TrainingDistribution(SCORE, (-1.0, 0.25), (0.0, 0.5, 0.3, 0.2)),
)


def _made(scorer: Scorer, definition: ChurnDefinition) -> ChurnModel:
    references = _REFERENCES if scorer.tier == "ebm" else ()
    model = ChurnModel(
        scorer, definition, Training(0, 0, 0, 0, 0), ("by hand",), references=references
    )
    return model_from_json(model.to_json())


EBM = _made(Scorer("ebm", on_grid(-1.3), _TERMS, (-1.5, 0.2)), PAYS)
MODELS = {
    "none": _made(NOTHING, PAYS),
    "rule": _made(Scorer("rule", 0.0, SIGNS, EDGES, _BANDS), PAYS),
    "logistic": _made(Scorer("logistic", on_grid(-0.4), _LINES, (-0.9, 0.6)), USES),
    "ebm": EBM,
}
