"""Who comes back: on what interval, and how surely they leave again."""

from hypothesis import given
from hypothesis import strategies as st

from tests.roi.world import AS_OF, account, economics, engine_with, plays
from tools.roi.fixed_point import cycle_renewal, share
from tools.roi.price import price
from tools.roi.rates import Windows
from tools.roi.returns import WEIGHT, Stints, return_terms
from tools.roi.shortlist import alternatives
from tools.roi.value import reprice

MONTHLY = Stints(1, None, 200, 60, 36_500)  # 1,200 cycles, 60 lost: 5 %
YEARLY = Stints(12, None, 100, 10, 36_500)


def test_who_paid_by_the_year_comes_back_as_others_did() -> None:
    back = Stints(1, 12, 8, 1, 730)
    assert return_terms(12, [MONTHLY, YEARLY, back]).interval_months == 1
    assert return_terms(12, [MONTHLY, YEARLY]).interval_months == 12
    few = Stints(1, 12, WEIGHT - 1, 0, 100)
    assert return_terms(12, [MONTHLY, YEARLY, few]).interval_months == 12


def test_most_of_those_of_the_same_interval_outweigh_the_others() -> None:
    stays, others = Stints(12, 12, 20, 2, 7_300), Stints(1, 1, 30, 5, 2_000)
    assert return_terms(12, [stays, others]).interval_months == 12
    assert return_terms(1, [stays, others]).interval_months == 1


def test_without_losses_enough_no_chance_is_told() -> None:
    assert return_terms(12, [YEARLY, Stints(12, None, 5, 0, 10)]).churn_bp is not None
    assert return_terms(1, [Stints(1, None, 30, WEIGHT - 1, 3_000)]).churn_bp is None
    assert return_terms(3, [MONTHLY]).churn_bp is None


@given(n=st.integers(0, 400), lost=st.integers(0, 400))
def test_the_chance_lies_between_that_of_everybody_and_that_of_those_who_came_back(
    n: int, lost: int
) -> None:
    lost = min(n, lost)
    cycles = 12 * n + 1
    back = Stints(1, 1, n, lost, round(cycles * 365 / 12))
    found = return_terms(1, [MONTHLY, back]).churn_bp
    every = 10_000 * (60 + lost) / (1_200 + cycles)
    own = 10_000 * lost / cycles
    assert found is not None
    assert min(every, own) - 1 <= found <= max(every, own) + 1


def test_a_win_back_is_priced_on_the_terms_of_those_who_came_back() -> None:
    """Seven who paid by the year came back by the month; the offer gives away half a month."""
    lines = []
    for n in range(7):
        row = {"account_id": f"back{n}", "mrr_minor": 10_000, "currency": "USD", "trial": False}
        lines += [
            row | {"interval_months": 12, "started_day": AS_OF - 900, "ended_day": AS_OF - 535},
            row | {"interval_months": 1, "started_day": AS_OF - 400 + n, "ended_day": AS_OF - 40},
        ]
    gone = {
        "account_id": "gone",
        "mrr_minor": 300_000,
        "interval_months": 12,
        "currency": "USD",
        "trial": False,
        "started_day": AS_OF - 800,
        "ended_day": AS_OF - 60,
    }
    lapsed = account(
        "gone",
        "Lapsed",
        None,
        tier=None,
        active=False,
        paying=False,
        mrr_minor=0,
        days_since_paid_end=60,
        interval_months=None,
    )
    engine = engine_with([lapsed], subscriptions=[*lines, gone])
    windows = Windows(30, {"expansion": 365, "return": 90, "churn": 30})
    prices = price(AS_OF, engine, plays(), economics(), frozenset({"subscriptions"}), windows)
    offer = next(c for c in alternatives(engine, ["gone"]) if c.play == "winback_offer")
    assert (offer.interval_months, offer.revenue_minor) == (1, 300_000)
    assert offer.churn_source == "returners"
    assert reprice(offer, prices).nv.minor == offer.nv_minor
    assert cycle_renewal(share(offer.churn_bp or 0), None, 1) < 1
