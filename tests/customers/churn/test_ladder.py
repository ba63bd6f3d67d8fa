"""The ladder: who is promoted on what evidence, and when nothing may be said."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.customers.churn.companies import MONTHLY, Company, accounts, planted, users
from tools.customers.churn import climb, decide, train
from tools.customers.churn.calibrate import log_odds, platt, recalibrated
from tools.customers.churn.evaluate import fit, walk
from tools.customers.churn.population import leads
from tools.customers.churn.results import BASE, RECENCY, Round, WalkForward, gain, result
from tools.customers.churn.training_data import Rows
from tools.errors import BadInput, NotComputable

pytestmark = pytest.mark.long


def rounds(
    skill: dict[str, float], *, n: int = 400, days: Sequence[int] = (0, 28, 56)
) -> WalkForward:
    """Rounds in which a contender knows each outcome with a weight: 0 nothing, 1 the truth."""
    rng = np.random.default_rng(7)
    made = []
    for day in days:
        y = (rng.random(n) < 0.3).astype(np.float64)
        noise = rng.random(n)
        ids = np.array([f"a{i:04}" for i in range(n)])
        told = {k: 0.3 + abs(v) * (0.5 * (y if v > 0 else noise) - 0.15) for k, v in skill.items()}
        rows = Rows((), np.full(n, day), ids, np.empty((n, 0)), y)
        made.append(Round(day, rows, {BASE: np.full(n, 0.3)} | told, {}))
    return WalkForward(tuple(made))


# What each contender knows, and the rung that may be used.
CASES = [
    ({"rule": -0.5}, "none"),
    ({"rule": 0.5}, "rule"),
    ({"rule": -0.5, RECENCY: 0.5}, RECENCY),
    ({"rule": 0.3, RECENCY: 0.5, "logistic": 0.7, "ebm": 0.9}, "ebm"),
    ({"rule": 0.3, RECENCY: 0.5, "logistic": 0.7, "ebm": 0.7}, "logistic"),
    ({"rule": 0.3, RECENCY: 0.5, "logistic": -0.9, "ebm": 0.9}, "ebm"),
    ({"rule": 0.9, RECENCY: 0.5, "logistic": 0.7, "ebm": 0.8}, "rule"),
]


@pytest.mark.parametrize(("skill", "rung"), CASES)
def test_promotion(skill: dict[str, float], rung: str) -> None:
    assert decide(rounds(skill), draws=200).rung == rung


def test_reasons_say_what_was_weighed() -> None:
    reasons = decide(rounds({"rule": 0.5}), draws=200).reasons

    assert reasons[0].startswith("rule saves 0.")
    assert reasons[0].endswith("taken")
    assert "too few losses" in reasons[1]


def few(walked: WalkForward, share: int) -> WalkForward:
    """Outcomes of which all but the first rows of each test kept their account."""
    less = [replace(t.rows, y=t.rows.y * (np.arange(len(t.rows.y)) < share)) for t in walked.tests]
    return WalkForward(tuple(replace(t, rows=r) for t, r in zip(walked.tests, less, strict=True)))


def test_what_cannot_be_judged_yet_is_the_rule_labelled_thin() -> None:
    """Two tests, few rows, a handful of losses: less evidence, and no less of a score."""
    early = (rounds({"rule": 0.9}, days=(0, 28)), rounds({"rule": 0.9}, n=30))
    for walked in (*early, few(rounds({"rule": 0.9}), 10)):
        decision = decide(walked)
        assert (decision.rung, decision.thin) == ("rule", True)
        assert decision.reasons[0].startswith("rule, thin evidence: ")
    assert decide(few(rounds({"rule": 0.9}), 1)).rung == "none"


def test_a_few_dozen_losses_give_the_best_guess_labelled_thin() -> None:
    """Nothing is shown with 30 losses, and the logistic did better: not none, as with 50 it is."""
    known = {"rule": -0.5, RECENCY: -0.6, "logistic": -0.2}
    decision = decide(few(rounds(known), 40))

    assert (decision.rung, decision.thin) == ("logistic", True)
    assert decision.reasons[-1].startswith("logistic, thin evidence: ")
    assert decide(rounds(known)).rung == "none"


def test_a_fit_that_did_not_converge_is_no_model_and_says_so() -> None:
    walked = rounds({"rule": 0.3, "logistic": 0.9})
    last = replace(walked.tests[-1], failed={"logistic": "stopped at a slope"})
    decision = decide(WalkForward((*walked.tests[:-1], last)), draws=200)

    assert decision.rung == "rule"
    assert "logistic: stopped at a slope: no model, passed over" in decision.reasons


def test_a_worthless_gain_is_no_signal() -> None:
    """Certain, but a thousandth of the base rate's log loss: not worth a sentence."""
    walked = rounds({"rule": 0.002})
    saved = gain(walked, "rule", BASE)

    assert saved is not None
    assert saved[1] > 0
    assert decide(walked).rung == "none"


@pytest.mark.parametrize("seed", [0, 4])
def test_random_labels_are_no_usable_signal(seed: int) -> None:
    seen, end = planted(seed, n=100)
    model = climb(seen, end, tests=3)

    assert (model.tier, model.label) == ("none", "no usable signal")
    assert model.scorer.terms == ()


def test_a_planted_signal_is_found() -> None:
    seen, end = planted(0, n=90, days=6, signal=2.0)
    model = climb(seen, end, tests=3)

    assert model.tier in {"logistic", "ebm"}
    assert 0.7 < max(r["auc"] for r in model.metrics) < 0.95
    assert model == climb(seen, end, tests=3)


def test_the_machine_is_promoted_for_what_no_line_can_say() -> None:
    """Lost at either end of gap_ratio: a line sees nothing, a table sees it all."""
    seen, end = planted(4, n=200, days=8)
    where = seen.features.index("gap_ratio")
    for known, day in seen.outcomes:
        x = seen.snapshots[day].x[:, where]
        odd = (np.abs(np.nan_to_num(x)) > 1) ^ (np.arange(len(x)) % 10 == day // 28)
        seen.outcomes[(known, day)] = odd.astype(np.float64)
    model = climb(seen, end, tests=3)

    assert model.tier == "ebm"
    assert "ebm saves" in model.reasons[-1]


def test_planted_outcomes_of_open_windows_are_refused() -> None:
    """The leak: outcomes nobody could know on the day of a test. The walk does not touch them."""
    seen, end = planted(1, n=50)
    clean = walk(seen, end, tests=3).results()
    for known in seen.snapshots:
        for day in seen.snapshots:
            if day + MONTHLY.span_days > known:
                seen.outcomes[(known, day)] = seen.outcomes[(end, day)]

    assert walk(seen, end, tests=3).results() == clean
    with pytest.raises(BadInput, match="its window ends 16 days later"):
        seen.rows([168], 196)


def test_platt_finds_the_line() -> None:
    rng = np.random.default_rng(9)
    p = rng.uniform(0.05, 0.95, 20_000)
    y = (rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * log_odds(p) + 1)))).astype(np.float64)
    line = platt(y, p)

    assert line is not None
    assert line == pytest.approx((0.5, 1.0), abs=0.06)
    assert platt(np.zeros(10), p[:10]) is None
    assert platt(1 - np.round(p), p) is None


def test_recalibration_only_where_it_is_needed_and_helps() -> None:
    good = rounds({"logistic": 0.8})
    line = {"logistic": (1.0, 0.0)}
    assert recalibrated(good, "logistic") is None
    unhelpful = WalkForward(tuple(replace(t, platt=line) for t in good.tests))
    assert recalibrated(unhelpful, "logistic") is None

    fitted = platt(good.tests[0].rows.y, good.tests[0].predictions["logistic"])
    assert fitted is not None
    rest = [replace(t, platt={"logistic": fitted}) for t in good.tests[1:]]
    helped = [good.tests[0], *rest]
    after = recalibrated(WalkForward(tuple(helped)), "logistic")

    assert after is not None
    assert result("logistic", list(after.tests)).log_loss < result("logistic", helped).log_loss


def test_a_level_that_moved_freezes_the_model_to_rank_only() -> None:
    """At the last of eight snapshots far fewer leave than the model could have learned."""
    model = climb(*planted(0, n=120, signal=2.0, shift=-4.0, since=7), tests=3)

    assert model.rank_only
    assert model.label == "rank only: calibration alarm"


def told_by_points(way: int) -> tuple[Rows, NDArray[np.float64]]:
    """Rows lost where the points are many (1) or few (-1), and the points."""
    seen, end = planted(0, n=300, days=2)
    rows = seen.rows([0], end)
    scorer = fit("rule", MONTHLY, rows)
    assert scorer is not None
    points = scorer.raw(rows.columns())
    return replace(rows, y=(points * way > 3 * way).astype(np.float64)), points


def test_the_rule_tells_a_chance_for_every_number_of_points() -> None:
    """More points are never less risk, and without thirty closed outcomes there is no chance."""
    rows, points = told_by_points(1)
    scorer = fit("rule", MONTHLY, rows)
    assert scorer is not None

    chance = scorer.probability(rows.columns())
    assert sum(b.n for b in scorer.bands) == 300
    assert len(set(chance.tolist())) > 3
    free = np.isnan(leads(MONTHLY, rows.columns()))
    order = np.argsort(points[free])
    assert (np.diff(chance[free][order]) >= 0).all()
    small = fit("rule", MONTHLY, rows.where(np.arange(300) < 29))
    assert small is not None
    assert np.isnan(small.probability(rows.columns())).all()


def test_points_that_say_nothing_leave_the_base_rate() -> None:
    """Fewer losses with more points: a point is no sign of staying, so it counts nothing."""
    scorer = fit("rule", MONTHLY, told_by_points(-1)[0])
    assert scorer is not None
    assert scorer.link is not None

    assert scorer.link.slope == 0


def test_before_anything_is_closed_the_rule_stands_in() -> None:
    model = train(users({f"a{i}": [70 + i] for i in range(9)}).open, 90)

    assert (model.tier, model.label) == ("rule", "rule, uncalibrated")
    assert model.training.rows == 0
    assert model.reasons[0].startswith("rule, thin evidence: 0 closed test snapshots with 0 outcom")


def test_without_a_table_that_shows_activity_nothing_is_said() -> None:
    with pytest.raises(NotComputable, match="missing subscriptions, events or invoices"):
        train(Company({"accounts": accounts(["a"])}).open, 100)
