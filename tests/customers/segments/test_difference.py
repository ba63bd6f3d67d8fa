"""The gate opens for segments that behave differently and for no others."""

import numpy as np
import pytest

from tests.customers.segments.company import policy
from tools.customers.segments.counts import Count
from tools.customers.segments.difference import SegmentDifference, examine
from tools.customers.segments.outcomes import Outcomes, estimate_rates
from tools.customers.segments.rules import OUTCOMES
from tools.customers.segments.statistics import cramer, holm, log_loss_gain

DAY = 20_000
SEGMENTS = policy().segments
LEAVING = {
    "Onboarding": 0.25, "Quiet": 0.06, "Declining": 0.45, "Expansion-ready": 0.02,
    "Durable core": 0.10,
}  # fmt: skip


def report(
    rates: dict[str, float], n: int = 200, *, earlier: bool = True, seed: int = 5
) -> SegmentDifference:
    rng = np.random.default_rng(seed)
    days = (DAY - 104, DAY) if earlier else (DAY,)
    counts = tuple(
        Count(name, "churn", day, int(rng.binomial(n, rate)), n)
        for day in days
        for name, rate in rates.items()
    )
    latest = [c for c in counts if c.day == DAY]
    estimates = tuple(e for o in OUTCOMES for e in estimate_rates(o, latest, SEGMENTS))
    measured = Outcomes(DAY + 104, estimates, counts, (), "")
    sizes = [(segment.name, n) for segment in SEGMENTS[1:]]
    return examine(measured, policy(), SEGMENTS[1:], sizes)


def answers(found: SegmentDifference, kind: str) -> set[str]:
    return {check.answer for check in found.checks if check.kind == kind}


def test_segments_that_differ_pass() -> None:
    found = report(LEAVING)
    assert found.passes, found.sentences
    assert found.sentences[0] == "The segments behave differently."
    assert answers(found, "prediction") == {"yes"}


def test_segments_with_one_rate_do_not_pass() -> None:
    passed = [report(dict.fromkeys(LEAVING, 0.2), seed=seed).passes for seed in range(8)]
    assert not any(passed)


def test_two_equal_neighbours_close_the_gate() -> None:
    found = report(LEAVING | {"Expansion-ready": 0.10, "Durable core": 0.10}, n=400)
    pairs = {check.question: check.answer for check in found.checks if check.kind == "pair"}
    assert pairs["Do Declining and Expansion-ready differ?"] == "yes"
    assert pairs["Do Expansion-ready and Durable core differ?"] == "no"
    assert not found.passes


def test_without_an_earlier_day_prediction_is_not_yet_known() -> None:
    assert answers(report(LEAVING, earlier=False), "prediction") == {"not yet known"}


def test_a_segment_with_few_closed_windows_is_told_to_merge_or_wait() -> None:
    found = report(LEAVING, n=20)
    assert answers(found, "size") == {"no"}
    assert not found.passes
    assert any("merge or wait" in line for line in found.sentences)


def test_nothing_known_is_no_pass() -> None:
    found = examine(Outcomes(DAY, (), (), (), ""), policy(), SEGMENTS, [])
    assert not found.passes
    assert answers(found, "pair") == {"not yet known"}


def test_holm_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_cramer_worked_example() -> None:
    found = cramer([(10, 40), (30, 40)])
    assert found is not None
    assert (found[0], found[2]) == pytest.approx((20.0, 0.5))
    assert cramer([(0, 10), (0, 10)]) is None
    assert cramer([(5, 10)]) is None


def test_log_loss_gain_is_nought_when_rates_are_equal() -> None:
    same = [Count(name, "churn", DAY, 200, 1000) for name in "ab"]
    gain, low, high = log_loss_gain(same, same)
    assert gain == pytest.approx(0, abs=1e-4)
    assert low <= gain <= high
    apart = [Count("a", "churn", DAY, 50, 1000), Count("b", "churn", DAY, 350, 1000)]
    assert log_loss_gain(apart, apart)[1] > 0.05
