"""The ladder: a tier takes over only when it has beaten the one below on what came after."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.customers.churn.calibrate import platt, recalibrated
from tools.customers.churn.definition import choose_definition
from tools.customers.churn.drift import Z_ALARM, references
from tools.customers.churn.evaluate import base_rate, due, fit, walk
from tools.customers.churn.model import ChurnModel, Scorer, Training
from tools.customers.churn.results import BASE, MIN_TESTS, RUNGS, WalkForward, gain, result
from tools.customers.churn.solver import NoConvergence
from tools.customers.churn.training_data import first_fact_day, observe, snapshot_days

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.customers.churn.training_data import Observed, Rows
    from tools.warehouse.asof.world import World

NOTHING = Scorer("none", 0.0, (), (0.0, 0.0))
MIN_SKILL = 0.02  # share of the base rate's log loss below which a saving is no signal
MIN_LOSSES = 15  # losses, and kept accounts, in the tests below which a verdict would be noise
HANDFUL = 5  # losses in enough tests below which there is nothing to tell apart
MIN_ROWS = 200  # test rows below which it would be as well
# How sure the first rung must be that it saves anything: outcomes at random must not pass for a
# signal, tried as they are by four rungs. Which rung is the better one matters less.
FIRST, LATER = 0.98, 0.8
PROOF = 50  # losses in the tests from which no proof of skill is proof of none


@dataclass(frozen=True)
class ModelChoice:
    """The rung that may be used, or none, and why, in sentences.

    `thin`: it has not shown that it beats the base rate, nor could it have been asked to.
    """

    rung: str
    reasons: tuple[str, ...]
    thin: bool = False


def train(
    worlds: "Callable[[int], World]",
    as_of: int,
    settings: "Mapping[str, Any] | None" = None,
    *,
    every: int = 28,
    most_snapshots: int = 12,
    most_accounts: int = 20_000,
    tests: int | None = None,
    since: int | None = None,
) -> ChurnModel:
    """Choose the definition, read the snapshots, climb the ladder and freeze the model.

    Worlds before `since`, the first day on which any account may be known, are not opened.

    Raises:
        NotComputable: the company has neither subscriptions nor anything that shows activity.
    """
    world = worlds(as_of)
    definition = choose_definition(world, settings)
    first = first_fact_day(world, definition)
    days = snapshot_days(first, definition, as_of, every=every, most=most_snapshots)
    seen = observe(worlds, definition, days, as_of, most_accounts=most_accounts, since=since)
    return climb(seen, as_of, tests=tests)


def climb(seen: "Observed", known: int, *, tests: int | None = None) -> ChurnModel:
    """The model of the highest tier that has earned its place by what is known on a day."""
    walked = walk(seen, known, tests=tests)
    decision = decide(walked)
    days = seen.closed(known)
    rows = seen.rows(days, known)
    training = Training(*_ends(days), known, len(rows.y), rows.positives)
    metrics = tuple(r.record() for r in walked.results())
    try:
        scorer = fit(decision.rung, seen.definition, rows) if decision.rung != "none" else None
    except NoConvergence as why:
        decision = replace(decision, reasons=(*decision.reasons, f"no model: {why}"))
        scorer = None
    model = ChurnModel(scorer or NOTHING, seen.definition, training, decision.reasons, metrics)
    if scorer is None:
        return model
    return _finished(replace(model, thin=decision.thin), walked, decision, rows)


def _finished(
    model: ChurnModel, walked: WalkForward, decision: ModelChoice, rows: "Rows"
) -> ChurnModel:
    """The model with its bands, recalibrated where that helped, and what it learned on."""
    if model.tier != "rule":
        model = replace(
            model,
            scorer=replace(model.scorer, edges=_edges(base_rate(due(model.definition, rows)))),
        )
    if not decision.thin:
        model = _calibrated(model, walked, decision.rung)
    if not len(rows.y):
        return model
    return replace(model, references=references(model.scorer, rows.columns()))


def _ends(days: list[int]) -> tuple[int, int]:
    return (days[0], days[-1]) if days else (0, 0)


def decide(walked: WalkForward, *, draws: int = 1000, seed: int = 0) -> ModelChoice:
    """Start at the base rate; each rung must beat what stands so far, or it is passed over.

    Until the tests hold enough losses to show anything, the best guess stands in, labelled thin:
    the points rule, or what did better than it.
    """
    n = sum(len(t.rows.y) for t in walked.tests)
    lost = int(sum(t.rows.y.sum() for t in walked.tests))
    enough = len(walked.tests) >= MIN_TESTS and n >= MIN_ROWS
    if enough and min(lost, n - lost) < HANDFUL:
        return ModelChoice("none", (f"no usable signal: {n} test outcomes, of which lost: {lost}",))
    if not enough or min(lost, n - lost) < MIN_LOSSES:
        return ModelChoice("rule", (_too_few(len(walked.tests), n, lost),), thin=True)
    least = MIN_SKILL * result(BASE, list(walked.tests)).log_loss
    standing, reasons = BASE, []
    for rung in RUNGS:
        level, worth = (FIRST, least) if standing == BASE else (LATER, 0.0)
        saved = gain(walked, rung, standing, draws=draws, seed=seed, level=level)
        failed = _failed(walked, rung)
        won = saved is not None and saved[1] > 0 and saved[0] > worth and not failed
        verdict = f"{level:.0%} interval".replace("%", " %"), "taken" if won else "passed over"
        reasons.append(failed or _reason(rung, standing, saved, verdict))
        standing = rung if won else standing
    if standing != BASE:
        return ModelChoice(standing, tuple(reasons))
    if lost >= PROOF:
        return ModelChoice("none", (*reasons, "no usable signal: no tier beats the base rate"))
    best = _best_guess(walked)
    return ModelChoice(best, (*reasons, f"{best}, thin evidence: {lost} losses show no more"), True)


def _too_few(tests: int, n: int, lost: int) -> str:
    return (
        f"rule, thin evidence: {tests} closed test snapshots with {n} outcomes, of which lost: "
        f"{lost}; {MIN_TESTS} with {MIN_ROWS}, and {MIN_LOSSES} of either kind, are needed to judge"
    )


def _best_guess(walked: WalkForward) -> str:
    """The rung with the least log loss of those that could be tried in every test."""
    tests = list(walked.tests)
    able = [n for n in RUNGS if len(walked.shared(n)) == len(tests) and not _failed(walked, n)]
    return min(able, key=lambda name: round(result(name, tests).log_loss, 9), default="rule")


def _failed(walked: WalkForward, rung: str) -> str:
    """Why a rung could not be fitted although there was enough to learn from; '' if it could."""
    found = [t.failed[rung] for t in walked.tests if rung in t.failed]
    return f"{rung}: {found[-1]}: no model, passed over" if found else ""


def _reason(
    rung: str,
    standing: str,
    saved: tuple[float, float, float] | None,
    verdict: tuple[str, str],
) -> str:
    if saved is None:
        return f"{rung}: too few losses to learn from in {MIN_TESTS} test snapshots"
    mean, low, high = saved
    return (
        f"{rung} saves {mean:.5f} log loss an account over {standing}, "
        f"{verdict[0]} {low:.5f} to {high:.5f}: {verdict[1]}"
    )


def _calibrated(model: ChurnModel, walked: WalkForward, rung: str) -> ChurnModel:
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
    wrong = abs(outcome.z_last) > Z_ALARM
    return replace(model, scorer=scorer, platt=line, metrics=metrics, rank_only=wrong)


def _edges(base: float) -> tuple[float, float]:
    """Log-odds of the base rate and of twice it: below average, above, and far above."""
    high = min(2 * base, (1 + base) / 2)
    low, far = (round(float(np.log(p / (1 - p))), 9) for p in (base, high))
    return low, far
