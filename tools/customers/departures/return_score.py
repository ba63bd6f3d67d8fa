"""The chance of each account that stopped paying to come back by itself, from our own departures.

Who left is followed in periods of 30 days until they pay again or are away for a year: a discrete
hazard, so that those still away count for as long as they have been (methods.md 3.5). The penalised
logistic of the churn score tells the periods apart by how long the account is away and by what was
known of it on its last paid day. What it tells apart is then drawn together by as much as accounts
it had not seen were told apart too much; where they were not told apart at all, there is no score
and the rate of the segment stands.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.customers.churn.calibrate import platt
from tools.customers.churn.logistic import (
    FOLDS,
    MIN_LOST,
    MOST_TRIED,
    PENALTIES,
    flagged_columns,
    ready_columns,
)
from tools.customers.churn.metrics import losses
from tools.customers.churn.solver import NoConvergence, along, minimise
from tools.customers.churn.training_data import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Names = NDArray[np.str_]

PERIOD, MOST_PERIODS = 30, 12
THIN_BELOW = 50  # returns
OWN, OWN_THIN = "departures", "departures, thin evidence"
STEPS = 50  # of Newton, for one number
FEATURES = (
    "away", "returned_before", "paid_days", "last_minor", "seat_minor", "grown", "seats",
    "interval_months", "discount", "used_late", "used_early", "used_trend", "opened", "tickets",
)  # fmt: skip


@dataclass(frozen=True)
class Departures:
    """Accounts that stopped paying on `left`, and paid again on `back` (NaN: not yet).

    `features` are as of the last paid day; `learned_from` says whose outcomes are used.
    """

    accounts: "Names"
    left: "Whole"
    back: "Floats"
    learned_from: "NDArray[np.bool_]"
    features: "Mapping[str, Floats]"

    def at(self, who: "NDArray[np.intp]", away: "Floats") -> "Floats":
        """The features of some, so many days after their last paid day."""
        return np.column_stack(
            [away if name == "away" else self.features[name][who] for name in FEATURES]
        )


@dataclass(frozen=True)
class ReturnScore:
    """A score of one period, with what it was learned from: departures and returns."""

    intercept: float
    slopes: "Floats"
    rows: Rows
    departures: int
    returns: int

    @property
    def thin(self) -> bool:
        """Whether few returns are behind it."""
        return self.returns < THIN_BELOW

    @property
    def source(self) -> str:
        """What tells the chance, as it stands beside it."""
        return OWN_THIN if self.thin else OWN

    def hazard(self, x: "Floats") -> "Floats":
        """The chance to come back within a period, of rows made by `Departures.at`."""
        odds = self.intercept + _design(self.rows, x) @ self.slopes
        chance: Floats = 1 / (1 + np.exp(-np.clip(odds, -35, 35)))
        return chance


def periods(told: Departures, known: int, grace: int) -> Rows:
    """The closed periods of those that are learned from: one row each, 1 for the last of a return.

    The first period begins `grace` days after the last paid day.
    """
    days, who, x, y = [], [], [], []
    there = np.flatnonzero(told.learned_from)
    for number in range(MOST_PERIODS):
        start = told.left[there] + grace + PERIOD * number
        keep = start + PERIOD <= known
        there, start = there[keep], start[keep]
        came = told.back[there] < start + PERIOD
        days.append(start)
        who.append(told.accounts[there])
        x.append(told.at(there, (start - told.left[there]).astype(np.float64)))
        y.append(came.astype(np.float64))
        there = there[~came]
    joined = (np.concatenate(days), np.concatenate(who), np.concatenate(x), np.concatenate(y))
    return Rows(FEATURES, *joined)


def learn_returns(rows: Rows) -> ReturnScore | None:
    """The score of the chance to come back within a period; None when nothing tells accounts apart.

    `rows` are of accounts in no order; the same rows give the same score.
    """
    if rows.lost < MIN_LOST or rows.positives == len(rows.y):
        return None
    try:
        return _learn(rows)
    except NoConvergence:
        return None


def _learn(rows: Rows) -> ReturnScore | None:
    x = _design(rows, rows.x)
    if not x.shape[1]:
        return None
    penalty, kept, odds = _unseen(rows, x)
    line = platt(rows.y[kept], 1 / (1 + np.exp(-odds)))
    if line is None:
        return None
    intercept, slopes = minimise(x, rows.y, penalty)
    slopes = slopes * min(line[0], 1.0)
    level = _level(rows.y, x @ slopes, intercept)
    return ReturnScore(level, slopes, rows, len(np.unique(rows.accounts)), rows.positives)


def _unseen(rows: Rows, x: "Floats") -> "tuple[float, NDArray[np.bool_], Floats]":
    """The penalty that told accounts best that it had not seen, and the log-odds it gave them."""
    kept, fold = rows.fold(FOLDS, MOST_TRIED)
    odds = np.zeros((len(PENALTIES), len(rows.y)))
    for k in range(FOLDS):
        seen, unseen = kept & (fold != k), kept & (fold == k)
        if not 0 < rows.y[seen].sum() < seen.sum():
            raise NoConvergence("all that came back are in one fold")
        for i, (intercept, slopes) in enumerate(along(x[seen], rows.y[seen], PENALTIES)):
            odds[i, unseen] = np.round(intercept + x[unseen] @ slopes, 6)
    lost = [losses(rows.y[kept], 1 / (1 + np.exp(-one[kept]))).sum() for one in odds]
    best = int(np.argmin(np.round(lost, 6)))
    return PENALTIES[best], kept, odds[best][kept]


def _level(y: "Floats", odds: "Floats", level: float) -> float:
    """The intercept at which as many come back as did."""
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-(level + odds)))
        level += float((y - p).sum() / (p * (1 - p)).sum())
    return round(level, 6)


def _design(rows: Rows, x: "Floats") -> "Floats":
    """Rows made ready as those learned from were: held, centred, with flags of what is missing."""
    columns = ready_columns(rows, rows.features)
    parts = []
    for c in columns:
        value = np.clip(x[:, rows.features.index(c.feature)], c.low, c.high)
        z = ((np.sqrt(value) if c.root else value) - c.mean) / c.scale
        parts.append(np.where(np.isnan(z), 0.0, z))
    flags = [
        np.isnan(x[:, rows.features.index(c.feature)]).astype(np.float64)
        for c in flagged_columns(columns)
    ]
    return np.column_stack([*parts, *flags]) if parts else np.empty((len(x), 0))


def chance_within(
    score: ReturnScore, told: Departures, who: "NDArray[np.intp]", as_of: int, days: int
) -> "Whole":
    """The chance of some that are away to come back within so many days, in millionths."""
    away = (as_of - told.left[who]).astype(np.float64)
    rest = np.ones(len(who))
    for done in range(0, days, PERIOD):
        hazard = score.hazard(told.at(who, away + done))
        rest *= (1 - hazard) ** (min(PERIOD, days - done) / PERIOD)
    found: Whole = np.clip(np.floor((1 - rest) * 1e6 + 0.5), 1, 999_999).astype(np.int64)
    return found
