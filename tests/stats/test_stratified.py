"""The comparison of two arms: by hand, against the table of minimum effects, and by simulation."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.stats.stratified import Difference, Pair, Sums, detectable, difference, joined

# base p: N 200, 500, 2,000, 10,000 at h .2; N 2,000 at h .1 and h .5 (percentage points)
DETECTABLE = {
    0.05: (10.8, 6.8, 3.4, 1.5, 4.6, 2.7),
    0.15: (17.7, 11.2, 5.6, 2.5, 7.5, 4.5),
    0.30: (22.7, 14.4, 7.2, 3.2, 9.6, 5.7),
}
SETTINGS = ((200, 0.2), (500, 0.2), (2_000, 0.2), (10_000, 0.2), (2_000, 0.1), (2_000, 0.5))


def share(n: int, k: int) -> Sums:
    return Sums(n, k, k)


def of(values: list[int]) -> Sums:
    return Sums(len(values), sum(values), sum(v * v for v in values))


def compared(strata: dict[str, Pair], *, share: bool = True) -> Difference:
    found = difference(strata, share=share, expected=0.02)
    assert found is not None
    return found


@pytest.mark.parametrize("base", DETECTABLE)
def test_the_least_effect_that_can_be_known(base: float) -> None:
    found = [detectable(base, round(n * (1 - h)), round(n * h)) for n, h in SETTINGS]

    assert tuple(round(one * 100, 1) for one in found if one is not None) == DETECTABLE[base]


def test_an_example_by_hand() -> None:
    """Two strata of 60 and 40: .6 × (30/40 − 12/20) + .4 × (8/20 − 10/20) = .05."""
    strata = {
        "big": Pair(share(40, 30), share(20, 12)),
        "small": Pair(share(20, 8), share(20, 10)),
    }
    big = 30 * 10 / (40 * 39) / 40 + 12 * 8 / (20 * 19) / 20
    small = 8 * 12 / (20 * 19) / 20 + 10 * 10 / (20 * 19) / 20
    se = sqrt(0.36 * big + 0.16 * small)

    found = compared(strata)

    assert found.value == pytest.approx(0.05)
    assert found.se == pytest.approx(se)
    assert (found.low, found.high) == pytest.approx((0.05 - 1.6449 * se, 0.05 + 1.6449 * se), 1e-4)
    assert found.strata == 2
    assert not found.conclusive


def test_strata_undo_an_uneven_holdout() -> None:
    """Nothing works, but more of the weak were held out: the raw difference is .3."""
    strata = {
        "strong": Pair(share(80, 72), share(20, 18)),
        "weak": Pair(share(20, 4), share(80, 16)),
    }

    assert compared(strata).value == pytest.approx(0)
    raw = compared({"all": strata["strong"] + strata["weak"]})
    assert raw.value == pytest.approx(0.42)


def test_too_small_strata_are_joined_and_nobody_is_lost() -> None:
    strata = {
        "a": Pair(share(3, 1), share(0, 0)),
        "b": Pair(share(2, 1), share(1, 1)),
        "c": Pair(share(9, 5), share(3, 1)),
        "d": Pair(share(50, 20), share(12, 6)),
    }

    pairs = joined(strata)

    assert sum(pair.n for pair in pairs) == sum(pair.n for pair in strata.values())
    assert all(pair.least >= 2 for pair in pairs)
    assert len(pairs) == 2


@pytest.mark.parametrize("arms", [(0, 0), (9, 0), (9, 1), (0, 9)])
def test_without_two_in_each_arm_nothing_is_said(arms: tuple[int, int]) -> None:
    strata = {"a": Pair(share(arms[0], 0), share(arms[1], 0))}

    assert difference(strata, share=True, expected=0.02) is None


def test_five_of_five_is_not_certain() -> None:
    found = compared({"a": Pair(share(20, 20), share(5, 5))})

    assert found.value == 0
    assert found.se > 0.05


VALUES = st.lists(st.integers(-500, 500), min_size=2, max_size=12)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=4), st.integers(1, 1000))
def test_money_scales_and_arms_mirror(
    groups: list[tuple[list[int], list[int]]], factor: int
) -> None:
    def strata(scale: int, *, mirrored: bool) -> dict[str, Pair]:
        pairs = [(b, a) if mirrored else (a, b) for a, b in groups]
        return {
            str(n): Pair(of([v * scale for v in a]), of([v * scale for v in b]))
            for n, (a, b) in enumerate(pairs)
        }

    one = compared(strata(1, mirrored=False), share=False)
    scaled = compared(strata(factor, mirrored=False), share=False)

    assert scaled.value == pytest.approx(one.value * factor)
    assert scaled.se == pytest.approx(one.se * factor)
    assert compared(strata(1, mirrored=True), share=False).value == pytest.approx(-one.value)


# --- by simulation: an approver who prefers the healthy (methods.md 4.3)

EFFECT = 0.06


def world(
    seed: int, accounts: int = 1_000
) -> dict[str, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    """Health moves both the outcome and the approver's mind; a lot decides who is held out."""
    rng = np.random.default_rng(seed)
    health = rng.uniform(size=accounts)
    approved = rng.uniform(size=accounts) < 0.15 + 0.7 * health
    held = rng.uniform(size=accounts) < 0.2
    chance = 0.35 + 0.45 * health + EFFECT * (approved & ~held)
    return {
        "stratum": np.minimum((health * 3).astype(np.int64), 2),
        "approved": approved.astype(np.int64),
        "held": held.astype(np.int64),
        "success": (rng.uniform(size=accounts) < chance).astype(np.int64),
    }


def among_approved(seed: int) -> Difference:
    w = world(seed)
    cell = w["stratum"] * 2 + w["held"]
    yes = w["approved"] == 1
    n = np.bincount(cell[yes], minlength=6)
    k = np.bincount(cell[yes & (w["success"] == 1)], minlength=6)
    arms = [share(int(a), int(b)) for a, b in zip(n, k, strict=True)]
    return compared({str(s): Pair(arms[2 * s], arms[2 * s + 1]) for s in range(3)})


def approved_against_rejected(seed: int) -> float:
    w = world(seed)
    done = (w["approved"] == 1) & (w["held"] == 0)
    rejected = w["approved"] == 0
    return float(w["success"][done].mean() - w["success"][rejected].mean())


def test_the_holdout_among_the_approved_is_not_biased_and_its_interval_covers() -> None:
    found = [among_approved(seed) for seed in range(400)]
    naive = np.mean([approved_against_rejected(seed) for seed in range(60)])
    covered = np.mean([one.low <= EFFECT <= one.high for one in found])

    assert naive - EFFECT > 0.08
    assert abs(np.mean([one.value for one in found]) - EFFECT) < 0.007
    assert 0.85 <= covered <= 0.95


def test_looking_every_week_does_not_find_what_is_not_there() -> None:
    """Of 300 plays without effect, looked at 26 times: peeking finds many, the sequence few."""
    rng = np.random.default_rng(7)
    weeks, plays = 26, 300
    treated = np.cumsum(rng.binomial(32, 0.15, (plays, weeks)), axis=1)
    control = np.cumsum(rng.binomial(8, 0.15, (plays, weeks)), axis=1)
    peeked = ever = 0
    for one in range(plays):
        looks = [
            compared(
                {
                    "a": Pair(
                        share(32 * w, int(treated[one, w - 1])),
                        share(8 * w, int(control[one, w - 1])),
                    )
                }
            )
            for w in range(1, weeks + 1)
        ]
        peeked += any(look.low > 0 or look.high < 0 for look in looks)
        ever += any(look.conclusive for look in looks)

    assert peeked / plays > 0.25
    assert ever / plays <= 0.10
