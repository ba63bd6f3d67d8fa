"""Alarms: do the accounts of today look like those the model learned from, and was it right?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tools.customers.churn.metrics import calibration_z, psi
from tools.customers.churn.model import TrainingDistribution
from tools.customers.churn.population import at_risk, inputs, learned_from
from tools.customers.churn.terms import bins
from tools.customers.churn.training_data import observe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tools.customers.churn.model import ChurnModel, Scorer
    from tools.customers.churn.terms import Columns
    from tools.warehouse.asof.world import World

PSI_WATCH, PSI_ACT = 0.1, 0.25  # convention, not theory
MISSING_WATCH = 0.1  # rise of the share of missing values
Z_ALARM = 3.0
SCORE = "score"


@dataclass(frozen=True)
class DriftAlarm:
    """Something moved: what, by how much, and whether to watch or to act."""

    kind: Literal["drift", "missing", "calibration"]
    name: str
    value: float
    level: Literal["watch", "act"]


def references(scorer: "Scorer", columns: "Columns") -> tuple[TrainingDistribution, ...]:
    """The distribution of every feature of a scorer, and of its score, in training."""
    found = [_reference(name, columns[name]) for name in scorer.features]
    return (*found, _reference(SCORE, scorer.raw(columns)))


def _reference(name: str, x: "NDArray[np.float64]") -> TrainingDistribution:
    known = x[~np.isnan(x)]
    deciles = np.quantile(known, np.arange(1, 10) / 10) if len(known) else np.empty(0)
    cuts = tuple(float(c) for c in np.unique(np.round(deciles, 6)))
    counts = np.bincount(bins(cuts, x), minlength=len(cuts) + 2)
    return TrainingDistribution(name, cuts, tuple(round(float(c) / len(x), 6) for c in counts))


def drift(world: "World", model: "ChurnModel") -> tuple[DriftAlarm, ...]:
    """Population stability and missing values of such accounts today as it was trained on.

    Needs the relations `features` and `scores`.
    """
    if not model.references:
        return ()
    counted = world.engine.run(_counts_sql(model)).to_pylist()[0]
    if not counted["n"]:
        return ()
    return tuple(
        alarm
        for i, reference in enumerate(model.references)
        for alarm in _alarms(reference, [counted[c] / counted["n"] for c in _names(i, reference)])
    )


def _names(i: int, reference: TrainingDistribution) -> list[str]:
    return [f"b{i}_{j}" for j in range(len(reference.shares))]


def _counts_sql(model: "ChurnModel") -> str:
    """Accounts in every bin of every feature, in one pass and one row."""
    used = [i for i in inputs() if i.name in model.scorer.features]
    columns = "".join(f", {i.sql()} AS {i.name}" for i in used)
    score = "logit" if model.tier != "rule" else "points"
    counts = ", ".join(c for i, r in enumerate(model.references) for c in _bin_counts(i, r))
    return (
        f"WITH x AS (SELECT account_id{columns} FROM features WHERE {at_risk(model.definition)} "
        f"AND ({learned_from(model.definition)})), "
        f"y AS (SELECT x.*, s.{score} AS {SCORE} FROM x "
        "INNER JOIN scores AS s ON s.account_id = x.account_id) "
        f"SELECT COUNT(*) AS n, {counts} FROM y"
    )


def _bin_counts(i: int, reference: TrainingDistribution) -> list[str]:
    name, cuts = reference.name, [f"{c!r}" for c in reference.cuts]
    edges = ["", *cuts], [*cuts, ""]
    inside = [
        " AND ".join(
            [
                f"NOT {name} IS NULL",
                *([f"{name} >= {a}"] if a else []),
                *([f"{name} < {b}"] if b else []),
            ]
        )
        for a, b in zip(*edges, strict=True)
    ]
    tests = [f"{name} IS NULL", *inside]
    return [f"COUNT(CASE WHEN {t} THEN 1 END) AS b{i}_{j}" for j, t in enumerate(tests)]


def _alarms(reference: TrainingDistribution, shares: "Sequence[float]") -> list[DriftAlarm]:
    found: list[DriftAlarm] = []
    moved = round(psi(reference.shares, shares), 6)
    if moved >= PSI_WATCH:
        found.append(
            DriftAlarm("drift", reference.name, moved, "act" if moved >= PSI_ACT else "watch")
        )
    risen = round(shares[0] - reference.shares[0], 6)
    if risen >= MISSING_WATCH:
        found.append(DriftAlarm("missing", reference.name, risen, "watch"))
    return found


def calibration_alarm(
    worlds: "Callable[[int], World]", model: "ChurnModel", as_of: int
) -> DriftAlarm | None:
    """Whether the last closed snapshot, if newer than training, lost as many as promised.

    An alarm freezes the model to rank only: no probability, no money.
    """
    day = as_of - model.definition.span_days
    if model.tier in {"none", "rule"} or day <= model.training.last_day:
        return None
    rows = observe(worlds, model.definition, [day], as_of).rows([day], as_of)
    if not len(rows.y):
        return None
    z = round(calibration_z(rows.y, model.scorer.probability(rows.columns())), 6)
    return DriftAlarm("calibration", SCORE, z, "act") if abs(z) > Z_ALARM else None
