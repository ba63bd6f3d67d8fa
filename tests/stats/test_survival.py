"""The estimator against a textbook, against brute force, and against a known truth."""

import random
from collections.abc import Sequence
from fractions import Fraction
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.stats.survival import SurvivalStep, cumulative, together

# Freireich et al. 1963, remission under 6-MP in weeks; + is censored. Shares, errors and log-log
# intervals as printed by Stata's manual for `sts list`.
WEEKS = (
    "6", "6", "6", "6+", "7", "9+", "10", "10+", "11+", "13", "16", "17+", "19+", "20+", "22", "23",
    "25+", "32+", "32+", "34+", "35+",
)  # fmt: skip
STATA = {
    6: (0.8571, 0.6197, 0.9516), 7: (0.8067, 0.5631, 0.9228), 10: (0.7529, 0.5032, 0.8894),
    13: (0.6902, 0.4316, 0.8491), 16: (0.6275, 0.3675, 0.8049), 22: (0.5378, 0.2678, 0.7468),
    23: (0.4482, 0.1881, 0.6801),
}  # fmt: skip
Row = tuple[int, str]


def steps_of(rows: Sequence[Row]) -> list[SurvivalStep]:
    """Raw rows (day, what ended the wait) as steps."""
    steps = []
    for day in sorted({day for day, _ in rows}):
        ended = [how for d, how in rows if d == day]
        at_risk = sum(d >= day for d, _ in rows)
        counts = (ended.count(how) for how in ("event", "other", "censored"))
        steps.append(SurvivalStep(day, at_risk, *counts))
    return steps


def brute(rows: Sequence[Row], until: int) -> Fraction:
    """Cumulative incidence in exact fractions, by walking through every row every day."""
    alive, share = Fraction(1), Fraction(0)
    for day in range(until + 1):
        watched = [row for row in rows if row[0] >= day]
        events = sum(row == (day, "event") for row in rows)
        others = sum(row == (day, "other") for row in rows)
        if watched:
            share += alive * Fraction(events, len(watched))
            alive *= 1 - Fraction(events + others, len(watched))
    return share


def test_the_textbook() -> None:
    rows = [(int(w.rstrip("+")), "censored" if "+" in w else "event") for w in WEEKS]

    curve = cumulative(steps_of(rows))

    for week, (stay, low, high) in STATA.items():
        point = curve.at(week)
        assert point is not None
        found = (1 - point.share, 1 - point.high, 1 - point.low)
        assert found == pytest.approx((stay, low, high), abs=6e-5)
    assert curve.median()[0] == 23
    assert curve.median()[1] == 13
    assert curve.median()[2] is None
    assert curve.at(35) is not None
    assert curve.at(36) is None


def test_competing_events_by_hand() -> None:
    """Five people: other on 1, event on 2, one lost on 2, event on 3, one left."""
    rows = [(1, "other"), (2, "event"), (2, "censored"), (3, "event"), (4, "censored")]

    curve = cumulative(steps_of(rows))

    shares = [point.share for point in curve.points]
    # 0; 4/5 of all are left, of 4 one does it: .2; then 3/5 are left, of 2 one: .2 + .3
    assert shares == pytest.approx([0.0, 0.2, 0.5, 0.5])
    second = curve.points[1]
    # Var = .2² (the day of the other event carried over) as the delta method gives it: a
    # share seen by 5 that was never censored is binomial, .2·.8/5.
    spread = (0.2 * 0.8 / 5) ** 0.5
    width = 1.959964 * spread / (0.8 * 0.2231436)
    assert second.low == pytest.approx(1 - 0.8 ** (exp(-width)), abs=1e-6)
    assert second.high == pytest.approx(1 - 0.8 ** (exp(width)), abs=1e-6)


ROWS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(("event", "other", "censored"))),
    min_size=1,
    max_size=25,
)


@given(ROWS)
def test_brute_force_agrees(rows: list[Row]) -> None:
    curve = cumulative(steps_of(rows))

    for day in range(14):
        point = curve.at(day)
        if point is not None:
            assert point.share == pytest.approx(float(brute(rows, day)), abs=1e-12)
            assert 0 <= point.low <= point.share <= point.high <= 1


@given(ROWS)
def test_without_competing_events_it_is_greenwood(rows: list[Row]) -> None:
    """The general formula and the product of Greenwood's sum, computed another way."""
    rows = [(day, "event" if how == "other" else how) for day, how in rows]
    steps = steps_of(rows)

    curve = cumulative(steps)

    total, stay = 0.0, 1.0
    for step, point in zip(steps, curve.points, strict=True):
        if step.events == step.at_risk:
            break
        total += step.events / (step.at_risk * (step.at_risk - step.events))
        stay *= 1 - step.events / step.at_risk
        if 0 < stay < 1:
            error = 1.959963985 * total**0.5 / abs(log(stay))
            low, high = 1 - stay ** (exp(-error)), 1 - stay ** (exp(error))
            assert (point.low, point.high) == pytest.approx((low, high), abs=1e-7)


@given(ROWS, st.integers(1, 3))
def test_groups_together_are_one_group(rows: list[Row], ways: int) -> None:
    parts = [steps_of(rows[n::ways]) for n in range(ways) if rows[n::ways]]
    assert together(parts) == steps_of(rows)


def test_the_truth_is_met_where_the_naive_ratio_is_not() -> None:
    """14-day trials, one in five pays at the end; trials start evenly until the data end."""
    rng = random.Random(6)
    shares, naive, covered = [], [], 0
    for _ in range(120):
        rows: list[Row] = []
        for _ in range(200):
            watched, pays = rng.randrange(60), rng.random() < 0.2
            rows.append((14, "event") if pays and watched >= 14 else (watched, "censored"))
        curve = cumulative(steps_of(rows))
        point = curve.at(14)
        assert point is not None
        shares.append(point.share)
        naive.append(sum(how == "event" for _, how in rows) / len(rows))
        covered += point.low <= 0.2 <= point.high
    assert sum(shares) / 120 == pytest.approx(0.200, abs=0.006)
    assert sum(naive) / 120 == pytest.approx(0.153, abs=0.006)
    assert covered / 120 >= 0.9
