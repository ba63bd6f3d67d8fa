"""The measures of a backtest on made-up mornings: known figures, and what is said of them."""

from decimal import Decimal

import numpy as np
import pytest

from tools.reports.backtest import (
    Backtest,
    BacktestWeek,
    QueuedPlay,
    RankingResult,
    ScoredAccounts,
    measure_score,
)
from tools.reports.backtest.format import limits_of, notes_of
from tools.reports.backtest.rankings import AGENT, DO_NOTHING, ORDERS
from tools.reports.backtest.record import record
from tools.reports.backtest.tables import headline, tables_of

NAN = float("nan")


def scored(p: list[float], y: list[float]) -> ScoredAccounts:
    names = tuple(f"a{n}" for n in range(len(p)))
    return ScoredAccounts(names, np.array(p), np.array(y))


def week(as_of: int, scores: ScoredAccounts, *, closed: bool = True) -> BacktestWeek:
    rules = tuple(RankingResult(name, 2, 500, 2, 1 if closed else None) for name in ORDERS)
    return BacktestWeek(
        as_of,
        closed,
        "logistic",
        scores,
        measure_score([scores], 2),
        (QueuedPlay("retention_call", "csm", 2, 1500, Decimal("1.0")),),
        (
            RankingResult(AGENT, 2, 1500, 2, 1 if closed else None),
            *rules,
            RankingResult(DO_NOTHING, 0, 0, 0, None),
        ),
        3,
    )


def whole(*weeks: BacktestWeek) -> Backtest:
    quality = measure_score([one.scored for one in weeks], 2)
    return Backtest(
        20_100,
        "EUR",
        2,
        2,
        "pays today; lost when …",
        weeks,
        quality,
        {"csm": Decimal(12)},
        notes_of(weeks, quality, {"contacts"}),
        limits_of(weeks),
    )


def test_figures_by_hand() -> None:
    found = measure_score([scored([0.9, 0.8, 0.1, 0.2], [1, 0, 0, NAN])], 2)
    assert found is not None
    assert (found.accounts, found.lost) == (3, 1)
    assert found.auc == 1.0
    assert found.brier == pytest.approx((0.01 + 0.64 + 0.01) / 3)
    assert found.brier_base == pytest.approx(2 / 9)
    assert found.lift_at_capacity == pytest.approx(1.5)  # one of the two riskiest, one of three
    assert found.lost_at_capacity == pytest.approx(1)
    assert found.thin
    assert sum(one.accounts for one in found.groups) == 3


def test_mornings_are_ranked_within_themselves_and_never_against_one_another() -> None:
    high = scored([0.9, 0.8, 0.7, 0.6], [0, 1, 0, 0])
    low = scored([0.04, 0.03, 0.02, 0.01], [1, 0, 0, 0])
    found, alone = measure_score([high, low], 1), [measure_score([one], 1) for one in (high, low)]
    assert found is not None
    assert found.auc == pytest.approx(np.mean([one.auc for one in alone if one and one.auc]))


def test_a_score_that_ranks_by_nothing_lifts_by_nothing() -> None:
    rng = np.random.default_rng(3)
    y = (rng.random(4000) < 0.1).astype(float)
    found = measure_score([scored(rng.random(4000).tolist(), y.tolist())], 400)
    assert found is not None
    assert found.auc == pytest.approx(0.5, abs=0.04)
    assert found.lift_at_capacity == pytest.approx(1, abs=0.3)
    same = measure_score([scored([0.1] * 4000, y.tolist())], 400)
    assert same is not None
    assert same.auc == pytest.approx(0.5)
    assert same.lift_at_capacity == pytest.approx(1)


def test_without_an_outcome_there_is_no_figure() -> None:
    assert measure_score([scored([0.5, 0.4], [NAN, NAN])], 2) is None
    open_week = week(20_000, scored([0.5, 0.4], [NAN, NAN]), closed=False)
    told = record(whole(open_week))
    assert told["score"] is None
    assert told["rules"][0]["lost_since"] is None
    assert "open" in tables_of(told)[-1].rows[0]


def test_only_kept_or_only_lost_have_no_auc() -> None:
    for y in ([0.0, 0.0], [1.0, 1.0]):
        found = measure_score([scored([0.5, 0.4], y)], 2)
        assert found is not None
        assert found.auc is None


def test_the_tables_add_up_and_speak_plainly() -> None:
    y = [1.0] * 6 + [0.0] * 14
    told = record(
        whole(
            week(20_000, scored([0.5] * 6 + [0.1] * 14, y)),
            week(20_007, scored([NAN, NAN], [NAN, NAN]), closed=False),
        )
    )
    tables = {one.title: one for one in tables_of(told)}
    assert all(len(row) == len(one.columns) for one in tables.values() for row in one.rows)
    plays = tables["What would have been queued"].rows
    assert plays == (("retention call", "csm", "4", "2", "1", "30 EUR"),)
    rules = tables["Against simpler rules, at the same capacity"].rows
    assert rules[0] == ("this agent", "2", "15 EUR", "1 of 2 (50.0%)")
    assert rules[-1] == ("do nothing", "0", "0 EUR", "")
    assert ("for each of 2 reviewers", "1") in tables["Work on a morning"].rows
    assert "2 mornings" in headline(told)
    assert "Calibration" in tables


def test_a_score_that_is_off_says_in_which_direction() -> None:
    rng = np.random.default_rng(2)
    y = (rng.random(2000) < 0.2).astype(float)
    found = whole(week(20_000, scored([0.05] * 2000, y.tolist())))
    assert any("more than the 100 it expected" in one for one in found.notes)
    lacking = notes_of(found.weeks, found.quality, set())
    assert "There are no contacts" in lacking[0]
