"""The ladder: a tier takes over only when it has beaten the one below on what came after."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.customers.churn.calibrate import platt, recalibrated
from tools.customers.churn.definition import choose_definition
from tools.customers.churn.drift import Z_ALARM, references
from tools.customers.churn.evaluate import base_rate, fit, walk
from tools.customers.churn.model import UNCALIBRATED, ChurnModel, Scorer, Training
from tools.customers.churn.observe import first_fact_day, observe, snapshot_days
from tools.customers.churn.results import BASE, MIN_TESTS, RUNGS, WalkForward, gain, result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.customers.churn.observe import Observed
    from tools.warehouse.asof.world import World

NOTHING = Scorer("none", 0.0, (), (0.0, 0.0))
MIN_SKILL = 0.005  # share of the base rate's log loss below which a saving is no signal
MIN_LOSSES = 20  # losses, and kept accounts, in the tests below which nothing has been shown
MIN_ROWS = 200  # test rows below which a verdict on the points rule would be noise


@dataclass(frozen=True)
class Decision:
    """The rung that may be used, or none, and why, in sentences."""

    rung: str
    reasons: tuple[str, ...]
    judged: bool = True


def train(
    worlds: "Callable[[int], World]",
    as_of: int,
    settings: "Mapping[str, Any] | None" = None,
    *,
    every: int = 28,
    most_snapshots: int = 12,
    most_accounts: int = 20_000,
    tests: int | None = None,
) -> ChurnModel:
    """Choose the definition, read the snapshots, climb the ladder and freeze the model.

    Raises:
        NotComputable: the company has neither subscriptions nor anything that shows activity.
    """
    world = worlds(as_of)
    definition = choose_definition(world, settings)
    first = first_fact_day(world, definition)
    days = snapshot_days(first, definition, as_of, every=every, most=most_snapshots)
    seen = observe(worlds, definition, days, as_of, most_accounts=most_accounts)
    return climb(seen, as_of, tests=tests)


def climb(seen: "Observed", known: int, *, tests: int | None = None) -> ChurnModel:
    """The model of the highest tier that has earned its place by what is known on a day."""
    walked = walk(seen, known, tests=tests)
    decision = decide(walked)
    days = seen.closed(known)
    rows = seen.rows(days, known)
    training = Training(*_ends(days), known, len(rows.y), rows.positives)
    metrics = tuple(r.record() for r in walked.results())
    scorer = fit(decision.rung, seen.definition, rows) if decision.rung != "none" else None
    model = ChurnModel(scorer or NOTHING, seen.definition, training, decision.reasons, metrics)
    if scorer is None:
        return model
    if decision.judged:
        model = _calibrated(model, walked, decision.rung, base_rate(rows))
    if not len(rows.y):
        return model
    return replace(model, references=references(model.scorer, rows.columns()))


def _ends(days: list[int]) -> tuple[int, int]:
    return (days[0], days[-1]) if days else (0, 0)


def decide(walked: WalkForward, *, draws: int = 1000, seed: int = 0) -> Decision:
    """Start at the base rate; each rung must beat what stands so far, or it is passed over.

    With fewer than three test snapshots, or few rows in them, nothing can be shown either way,
    and the points rule stands in.
    """
    n = sum(len(t.rows.y) for t in walked.tests)
    if len(walked.tests) < MIN_TESTS or n < MIN_ROWS:
        so_far = f"{len(walked.tests)} closed test snapshots with {n} outcomes"
        needed = f"{MIN_TESTS} with {MIN_ROWS} are needed to judge it"
        return Decision("rule", (f"{UNCALIBRATED}: {so_far}; {needed}",), judged=False)
    lost = int(sum(t.rows.y.sum() for t in walked.tests))
    if min(lost, n - lost) < MIN_LOSSES:
        return Decision("none", (f"no usable signal: {n} test outcomes, of which lost: {lost}",))
    least = MIN_SKILL * result(BASE, list(walked.tests)).log_loss
    standing, reasons = BASE, []
    for rung in RUNGS:
        saved = gain(walked, rung, standing, draws=draws, seed=seed)
        won = saved is not None and saved[1] > 0 and saved[0] > (least if standing == BASE else 0)
        reasons.append(_reason(rung, standing, saved, won=won))
        standing = rung if won else standing
    if standing == BASE:
        reasons.append("no usable signal: no tier beats the base rate")
    return Decision("none" if standing == BASE else standing, tuple(reasons))


def _reason(
    rung: str, standing: str, saved: tuple[float, float, float] | None, *, won: bool
) -> str:
    if saved is None:
        return f"{rung}: too few losses to learn from in {MIN_TESTS} test snapshots"
    mean, low, high = saved
    verdict = "taken" if won else "passed over"
    return (
        f"{rung} saves {mean:.5f} log loss an account over {standing}, "
        f"80 % interval {low:.5f} to {high:.5f}: {verdict}"
    )


def _calibrated(model: ChurnModel, walked: WalkForward, rung: str, base: float) -> ChurnModel:
    """Platt on the last closed snapshot where it helped; rank only where the level was missed."""
    improved = recalibrated(walked, rung)
    last = walked.shared(rung)[-1]
    line = platt(last.rows.y, last.predictions[rung]) if improved else None
    final = improved if improved and line else walked
    outcome = result(rung, final.shared(rung))
    scorer, metrics = model.scorer, model.metrics
    if line:
        scorer = scorer.rescaled(*line)
        metrics = (*metrics, outcome.record() | {"name": f"{rung}, recalibrated"})
    if scorer.tier != "rule":
        scorer = replace(scorer, edges=_edges(base))
    wrong = abs(outcome.z_last) > Z_ALARM
    return replace(model, scorer=scorer, platt=line, metrics=metrics, rank_only=wrong)


def _edges(base: float) -> tuple[float, float]:
    """Log-odds of the base rate and of twice it: below average, above, and far above."""
    high = min(2 * base, (1 + base) / 2)
    low, far = (round(float(np.log(p / (1 - p))), 9) for p in (base, high))
    return low, far
