"""What a walk forward found: rounds, and the figures of each contender over them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.customers.churn import metrics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.customers.churn.training_data import Rows

    Floats = NDArray[np.float64]

MIN_TESTS = 3
BASE, RECENCY = "base rate", "recency alone"
RUNGS = ("rule", RECENCY, "logistic", "ebm")


@dataclass(frozen=True)
class Round:
    """One test snapshot: its rows with outcomes, and each contender's probabilities.

    `platt` holds slope and shift, per contender, learned on the last snapshot closed by then;
    `failed` says why one could not be trained although there was enough to learn from.
    """

    day: int
    rows: "Rows"
    predictions: dict[str, "Floats"]
    platt: dict[str, tuple[float, float]]
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ContenderResult:
    """How a contender did over the test snapshots; None where it is not defined."""

    name: str
    snapshots: int
    n: int
    positives: int
    auc: float | None
    log_loss: float
    brier: float
    ece: float
    lift_10: float | None
    z_last: float

    def record(self) -> dict[str, Any]:
        """JSON values, rounded to six decimals."""
        return {k: round(v, 6) if isinstance(v, float) else v for k, v in vars(self).items()}


@dataclass(frozen=True)
class WalkForward:
    """Every test snapshot, oldest first."""

    tests: tuple[Round, ...]

    def shared(self, *names: str) -> list[Round]:
        """The tests at which all these contenders could be trained."""
        return [t for t in self.tests if all(n in t.predictions for n in names)]

    def results(self) -> tuple[ContenderResult, ...]:
        """One row a contender, over the tests at which it could be trained."""
        order = (BASE, *RUNGS)
        return tuple(result(n, self.shared(n)) for n in order if self.shared(n))


def result(name: str, tests: "list[Round]") -> ContenderResult:
    """The figures of one contender over test snapshots; log loss is the mean of their means."""
    y = np.concatenate([t.rows.y for t in tests])
    p = np.concatenate([t.predictions[name] for t in tests])
    return ContenderResult(
        name=name,
        snapshots=len(tests),
        n=len(y),
        positives=int(y.sum()),
        auc=metrics.auc(y, p),
        log_loss=float(np.mean([metrics.log_loss(t.rows.y, t.predictions[name]) for t in tests])),
        brier=metrics.brier(y, p),
        ece=metrics.ece(y, p),
        lift_10=metrics.lift(y, p),
        z_last=metrics.calibration_z(tests[-1].rows.y, tests[-1].predictions[name]),
    )


def gain(
    walked: WalkForward,
    name: str,
    over: str,
    *,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.8,
) -> tuple[float, float, float] | None:
    """Log loss saved by one contender over another, with its interval by account.

    None with fewer than three shared test snapshots.
    """
    tests = walked.shared(name, over)
    if len(tests) < MIN_TESTS:
        return None
    saved = [
        metrics.losses(t.rows.y, t.predictions[over])
        - metrics.losses(t.rows.y, t.predictions[name])
        for t in tests
    ]
    accounts = np.unique(np.concatenate([t.rows.accounts for t in tests]), return_inverse=True)[1]
    snapshots = np.repeat(np.arange(len(tests)), [len(t.rows.y) for t in tests])
    return metrics.paired_interval(
        np.concatenate(saved), accounts, snapshots, draws=draws, seed=seed, level=level
    )
