"""Laws of the chance to come back: what tells accounts apart, by how much, and what it may know."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tools.customers.departures.departures import GRACE_DAYS, put_return_chances, read_departures
from tools.customers.departures.return_score import (
    FEATURES,
    OWN,
    OWN_THIN,
    Departures,
    chance_within,
    learn_returns,
    periods,
)
from tools.warehouse.engine import DuckEngine

DAY = 20_000


def left(n: int, seed: int = 1, *, low: float = 0.01, high: float = 0.05) -> Departures:
    """Accounts that left within a year; those with a discount come back more often a month."""
    rng = np.random.default_rng(seed)
    days = DAY - rng.integers(20, 365, n)
    discount = (rng.random(n) < 0.5).astype(float)
    wait = rng.geometric(np.where(discount == 1, high, low)) * 30 + GRACE_DAYS - 15
    back = np.where(days + wait < DAY, days + wait, np.nan)
    features = {name: rng.random(n) for name in FEATURES if name != "away"}
    names = np.array([f"crm:{i}" for i in range(n)])
    return Departures(
        names, days.astype(np.int64), back, np.ones(n, bool), features | {"discount": discount}
    )


def chances(told: Departures) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]] | None":
    score = learn_returns(periods(told, DAY, GRACE_DAYS))
    return None if score is None else chance_within(score, told, np.arange(len(told.left)), DAY, 90)


def test_who_comes_back_more_often_has_the_higher_chance_and_all_add_up() -> None:
    told = left(1_500)
    rows = periods(told, DAY, GRACE_DAYS)
    score = learn_returns(rows)
    assert score is not None
    found = chances(told)
    assert found is not None
    often = told.features["discount"] == 1

    assert found[often].mean() > 1.7 * found[~often].mean()
    assert score.hazard(rows.x).sum() == pytest.approx(rows.positives, rel=1e-3)
    assert (score.thin, score.source) == (False, OWN)


def test_what_tells_nobody_apart_hardly_moves_a_chance() -> None:
    """Drawn together by what accounts that it had not seen were told apart too much."""
    spread = []
    for seed in range(8):
        found = chances(left(300, seed, low=0.03, high=0.03))
        spread.append(0.0 if found is None else float(np.log(found).std()))

    assert sum(spread) / len(spread) < 0.25


def test_with_few_returns_there_is_no_score_and_with_not_many_it_is_thin() -> None:
    few, some = left(60), left(400, low=0.005, high=0.03)
    score = learn_returns(periods(some, DAY, GRACE_DAYS))

    assert chances(few) is None
    assert score is None or (score.returns < 50) == (score.source == OWN_THIN)


def test_only_what_was_known_and_over_counts_and_in_any_order() -> None:
    told = left(600)
    earlier = DAY - 100
    later = np.where(told.back >= earlier, DAY + 1.0, told.back)
    order = np.random.default_rng(3).permutation(len(told.left))
    shuffled = Departures(
        told.accounts[order],
        told.left[order],
        told.back[order],
        told.learned_from[order],
        {name: values[order] for name, values in told.features.items()},
    )
    one, two = chances(told), chances(shuffled)

    then, now = (periods(t, earlier, GRACE_DAYS) for t in (told, replace(told, back=later)))
    assert then.positives == now.positives
    assert one is not None
    assert two is not None
    assert np.abs(one[order] - two).max() <= 1


def test_features_are_of_the_time_before_the_last_paid_day() -> None:
    """Use, mails and tickets after it, and a second time of paying, change nothing of the first."""
    engine = DuckEngine(threads=1)
    line = {"account_id": "a", "trial": 0, "minor": 1_000, "seats": 2, "interval_months": 1}
    lines = [
        {**line, "from_day": 100, "to_day": 200, "discount": 0.2},
        {**line, "from_day": 300, "to_day": 400, "discount": None},
    ]
    used = [{"account_id": "a", "day": d, "quantity": 4.0} for d in (150, 190, 250, 420)]
    mails = ((150, "sent"), (151, "opened"), (152, "sent"), (250, "opened"))
    sent = [{"account_id": "a", "day": d, "kind": k, "machine": False} for d, k in mails]
    asked = [{"account_id": "a", "opened_day": d} for d in (199, 201)]
    engine.put("subscription_spans", pa.Table.from_pylist(lines))
    engine.put("usage", pa.Table.from_pylist(used))
    engine.put("messages", pa.Table.from_pylist(sent))
    engine.put("tickets", pa.Table.from_pylist(asked))
    engine.put("accounts", pa.Table.from_pylist([{"account_id": "a"}]))
    engine.put("bills_end", pa.table({"day": [1_000_000]}))

    assert put_return_chances(500, engine, (90,)) is None
    assert engine.run("SELECT * FROM return_chances").num_rows == 0
    told = read_departures(engine)

    assert told.left.tolist() == [200, 400]
    assert told.back[0] == 300
    first = {name: values[0] for name, values in told.features.items()}
    assert (first["used_late"], first["used_early"]) == (2.0, 2 / 3)
    assert (first["opened"], first["tickets"], first["discount"]) == (0.5, 0.5, 0.2)
    assert told.features["returned_before"].tolist() == [0, 1]
