"""The sBG model against the published fits, and the tail drawn from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import NotComputable
from tools.reports.revenue.cohorts import CohortMonth, hazards
from tools.reports.revenue.projection import counts, project
from tools.reports.revenue.spec import Projection
from tools.stats.sbg import Sbg, fit_sbg

# Of 1,000 customers, how many were left after each of seven years; Fader and Hardie 2007.
HIGH_END = (869, 743, 653, 593, 551, 517, 491)
REGULAR = (631, 468, 382, 326, 289, 262, 241)


def losses(left: tuple[int, ...]) -> list[int]:
    return [a - b for a, b in zip((1000, *left), left, strict=False)]


@pytest.mark.parametrize(
    ("left", "alpha", "beta", "likelihood", "twelfth"),
    [(HIGH_END, 0.668, 3.806, -1611.16, 378), (REGULAR, 0.704, 1.182, -1680.27, 170)],
    ids=["high end", "regular"],
)
def test_the_published_fits(
    left: tuple[int, ...], alpha: float, beta: float, likelihood: float, twelfth: int
) -> None:
    model = fit_sbg(losses(left), [0] * 6 + [left[-1]])
    assert (round(model.alpha, 3), round(model.beta, 3)) == (alpha, beta)
    assert round(model.likelihood, 2) == likelihood
    assert round(1000 * model.survival(12)) == twelfth


@given(st.floats(0.1, 20), st.floats(0.1, 20), st.integers(1, 60))
def test_survival_is_the_product_of_what_is_retained(alpha: float, beta: float, t: int) -> None:
    model = Sbg(alpha, beta, 0.0)
    product = 1.0
    for step in range(1, t + 1):
        product *= model.retention(step)
    assert model.survival(t) == pytest.approx(product)
    assert model.retention(t) <= model.retention(t + 1)


@pytest.mark.parametrize("counted", [([0, 0], [3, 4]), ([3, 4], [0, 0])])
def test_nothing_is_fitted_to_nothing(counted: tuple[list[int], list[int]]) -> None:
    with pytest.raises(NotComputable, match="left"):
        fit_sbg(*counted)


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (([100], [900]), "a second chance"),
        (([100, 0], [900, 0]), "a second chance"),
        (([100, 0, 0, 0], [0, 0, 0, 900]), "that a model of contracts fits"),
        (([300, 1, 0, 0, 0], [0, 0, 0, 0, 700]), "that a model of contracts fits"),
    ],
)
def test_a_fit_that_says_nothing_is_refused(
    counted: tuple[list[int], list[int]], said: str
) -> None:
    """One chance fits any model, and all losses at the first mean that nobody leaves again."""
    with pytest.raises(NotComputable, match=said):
        fit_sbg(*counted)


def test_a_constant_rate_is_a_fit() -> None:
    model = fit_sbg([100, 90, 81, 73], [0, 0, 0, 656])
    assert model.retention(30) == pytest.approx(0.9, abs=0.005)


def cohort(month: int, left: tuple[int, ...]) -> list[CohortMonth]:
    """A cohort of 1,000 with nobody lost in its own month."""
    found, before = [], 1000
    for age, paying in enumerate((1000, *left)):
        found.append(
            CohortMonth(
                currency="EUR",
                cohort=month,
                age=age,
                size=1000,
                base=1000,
                at_risk=before,
                unbroken=paying,
                paying=paying,
                minor=paying,
                capped=paying,
                before=before,
                kept=paying,
                users=None,
            )
        )
        before = paying
    return found


def test_the_tail_starts_where_the_observed_ends() -> None:
    months = tuple(m for n in range(3) for m in cohort(n, HIGH_END[: 7 - n]))
    observed = hazards(months)
    tail = project(months, observed, Projection(months=5))
    assert (tail.first_age, tail.survival[0]) == (7, observed[-1].survival)
    assert len(tail.survival) == 6
    assert tail.survival[-1] == pytest.approx(0.378, abs=0.01)


def test_the_month_of_birth_and_the_next_are_one_chance() -> None:
    months = tuple(cohort(0, (900, 800)))
    assert counts(months) == ([100, 100], [0, 800])


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (Projection(cohorts=4), "4 cohorts with 3 closed months \\(3 have\\)"),
        (Projection(accounts=5000), "5000 accounts"),
        (Projection(losses=5000), "5000 losses"),
    ],
)
def test_little_evidence_is_not_projected(spec: Projection, said: str) -> None:
    months = tuple(m for n in range(3) for m in cohort(n, HIGH_END[: 7 - n]))
    with pytest.raises(NotComputable, match=said):
        project(months, hazards(months), spec)
