"""Relation `return_chances`: the chance of each account that is away to come back by itself."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tools.customers.churn.logistic import MIN_LOST
from tools.customers.churn.training_data import cut_for
from tools.customers.departures.return_score import (
    FEATURES,
    Departures,
    ReturnScore,
    chance_within,
    learn_returns,
    periods,
)
from tools.warehouse.billing import bills_end
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tools.warehouse.engine import Engine

GRACE_DAYS = 14
MOST_ACCOUNTS = 20_000  # of more than so many a share is learned from, chosen by its hash
CHANCES = pa.schema(
    [
        ("account_id", pa.string()), ("days", pa.int64()), ("p0_ppm", pa.int64()),
        ("source", pa.string()),
    ]
)  # fmt: skip


def put_return_chances(
    as_of: int, engine: "Engine", windows: "Iterable[int]"
) -> ReturnScore | None:
    """Make `return_chances`: account_id, days, p0_ppm, source, one row for each window of days.

    It is empty, and None is returned, when too few have come back or nothing tells them apart.
    """
    engine.put("return_chances", CHANCES.empty_table())
    if _put_departed(as_of, engine) < MIN_LOST:  # most companies are spared to read all their use
        return None
    told = read_departures(engine)
    score = learn_returns(periods(told, min(as_of, bills_end(engine)), GRACE_DAYS))
    if score is not None:
        parts = [_chances(score, told, as_of, days) for days in sorted(windows)]
        engine.put("return_chances", pa.concat_tables(parts))
    return score


def _put_departed(as_of: int, engine: "Engine") -> int:
    """Make `departed`; how many accounts that are learned from came back."""
    n = engine.run("SELECT COUNT(*) AS n FROM accounts")["n"][0].as_py()
    cut = cut_for(MOST_ACCOUNTS / max(n, 1))
    sql = read_sql(__package__, "departed")
    engine.create("departed", sql, as_of=as_of, grace=GRACE_DAYS, cut=cut)
    back = engine.run("SELECT COUNT(back_day) AS n FROM departed WHERE learned_from = 1")
    return int(back["n"][0].as_py())


def _chances(score: ReturnScore, told: Departures, as_of: int, days: int) -> pa.Table:
    away = np.flatnonzero(np.isnan(told.back))
    chances = chance_within(score, told, away, as_of, days)
    names, n = told.accounts[away].tolist(), len(away)
    columns = (names, np.full(n, days), chances, [score.source] * n)
    return pa.table(dict(zip(CHANCES.names, columns, strict=True)), schema=CHANCES)


def read_departures(engine: "Engine") -> Departures:
    """Everybody in `departed`, with what was known of them on their last paid day."""
    table = engine.run(read_sql(__package__, "departures"))

    def floats(name: str) -> "NDArray[np.float64]":
        return np.array(table[name].to_numpy(zero_copy_only=False), dtype=np.float64)

    return Departures(
        accounts=np.array(table["account_id"].to_pylist(), dtype=np.str_),
        left=table["left_day"].to_numpy(zero_copy_only=False).astype(np.int64),
        back=floats("back_day"),
        learned_from=floats("learned_from") == 1,
        features={name: floats(name) for name in FEATURES if name != "away"},
    )
