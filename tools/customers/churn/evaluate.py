"""Walk forward: at each test snapshot, train on what was known that morning, then wait and see."""

from typing import TYPE_CHECKING

import numpy as np

from tools.customers.churn.calibrate import platt
from tools.customers.churn.ebm import ebm_scorer
from tools.customers.churn.logistic import logistic_scorer
from tools.customers.churn.population import AROUND, LEADS, leads
from tools.customers.churn.results import BASE, RECENCY, RUNGS, Round, WalkForward
from tools.customers.churn.rule import rule_scorer
from tools.customers.churn.solver import NoConvergence
from tools.customers.churn.training_data import observe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from tools.customers.churn.definition import ChurnDefinition
    from tools.customers.churn.model import Scorer
    from tools.customers.churn.training_data import Observed, Rows
    from tools.warehouse.asof.world import World

    Floats = NDArray[np.float64]

TESTS = 4  # latest closed snapshots used as tests, at least


def walk_forward(
    worlds: "Callable[[int], World]",
    definition: "ChurnDefinition",
    days: "Iterable[int]",
    *,
    as_of: int | None = None,
    tests: int | None = None,
) -> WalkForward:
    """Read the snapshots of `days` and test each tier on the last closed ones.

    `as_of` is the day up to whose knowledge outcomes count; by default the first on which every
    snapshot is closed.
    """
    grid = sorted(set(days))
    known = as_of if as_of is not None else max(grid) + definition.span_days
    return walk(observe(worlds, definition, grid, known), known, tests=tests)


def walk(seen: "Observed", known: int, *, tests: int | None = None) -> WalkForward:
    """Test each rung on the last `tests` closed snapshots that have closed ones before them.

    By default four, or as many as it takes for two to have a test closed before them, so that
    recalibration can be judged.
    """
    able = [day for day in seen.closed(known) if seen.closed(day)]
    tests = tests or max(TESTS, _apart(able, seen.definition.span_days) + 2)
    done: list[Round] = []
    for day in able[-tests:]:
        test = due(seen.definition, seen.rows([day], known))
        if len(test.y):
            done.append(_test(seen, day, test, done))
    return WalkForward(tuple(done))


def _apart(days: "list[int]", span: int) -> int:
    """How many of the last days lie within one span of the very last."""
    return sum(day + span > days[-1] for day in days)


def _test(seen: "Observed", day: int, test: "Rows", earlier: list[Round]) -> Round:
    training = seen.rows(seen.closed(day), day)
    base = base_rate(due(seen.definition, training))
    columns = test.columns()
    predictions = {BASE: np.full(len(test.y), base)}
    failed: dict[str, str] = {}
    for name in RUNGS:
        try:
            scorer = fit(name, seen.definition, training)
        except NoConvergence as why:
            failed[name] = str(why)
            continue
        if scorer is not None:
            p = scorer.probability(columns)
            predictions[name] = np.where(np.isnan(p), base, p)
    return Round(day, test, predictions, _platts(seen, day, earlier), failed)


def due(definition: "ChurnDefinition", rows: "Rows") -> "Rows":
    """The rows a model is judged by: of each term the one next to its end, so that it counts once.

    Those of the days before are learned from as well.
    """
    return rows.where(~(leads(definition, rows.columns()) >= LEADS[0] + AROUND))


def fit(name: str, definition: "ChurnDefinition", training: "Rows") -> "Scorer | None":
    """A contender fitted on the rows, None where they are too few for it.

    Raises:
        NoConvergence: the rows are enough, and yet nothing was found.
    """
    if name == RECENCY:
        return logistic_scorer(training, only=(definition.recency,))
    if name == "rule":
        return rule_scorer(definition, training)
    return logistic_scorer(training) if name == "logistic" else ebm_scorer(training)


def base_rate(rows: "Rows") -> float:
    """Share lost, kept off 0 and 1 by half an account."""
    return (rows.positives + 0.5) / (len(rows.y) + 1)


def _platts(seen: "Observed", day: int, earlier: list[Round]) -> dict[str, tuple[float, float]]:
    closed = [t for t in earlier if t.day + seen.definition.span_days <= day]
    if not closed:
        return {}
    # Outcomes as known that morning.
    rows = due(seen.definition, seen.rows([closed[-1].day], day))
    return {n: found for n, p in _told(closed[-1], rows) if (found := platt(rows.y, p))}


def _told(test: Round, rows: "Rows") -> list[tuple[str, "Floats"]]:
    """The predictions of a test for the rows whose outcome was known at the time."""
    at = np.searchsorted(test.rows.accounts, rows.accounts)
    at = np.minimum(at, len(test.rows.accounts) - 1)
    if not bool(np.all(test.rows.accounts[at] == rows.accounts)):
        return []  # an account was merged between the two days: do without
    return [(n, test.predictions[n][at]) for n in RUNGS[1:] if n in test.predictions]
