"""How far the chance and the value of an account may be off together.

A rate of a segment is as sure as its interval. A churn score is taken as known to a factor of 1.5,
a thin one to a factor of 2, and so is the chance of an account to come back: an assumption, as no
score tells how sure it is of one account. The value rests on how long the account stays, and so on
the chance to be lost: half of what is not known of that is not known of the value.
"""

from math import sqrt
from typing import TYPE_CHECKING

from tools.roi.open_deals import NEW
from tools.roi.rates import CHURN, RETURN
from tools.roi.returns import RETURNERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.customers.departures.return_score import ReturnScore
    from tools.roi.offers import Offer
    from tools.roi.rates import Rate

SCORE, THIN_SCORE = 40, 70
POOLED = 20
STEP = 5
BY_SCORE = ("score", "renewal")
NOTHING = "nothing"
SOURCES = (*BY_SCORE, RETURNERS, "segment", "everybody", NOTHING)


def sureness(
    offer: "Offer",
    segment: str,
    source: str,
    rates: "Sequence[Rate]",
    *,
    thin: bool,
    returns: "ReturnScore | None" = None,
) -> int:
    """The spread of chance times value, in hundredths and in steps of 5."""
    score = THIN_SCORE if thin else SCORE
    lives = NEW if offer.of_deals else segment
    if offer.without == RETURN and returns is not None:
        chance = THIN_SCORE if returns.thin else SCORE
    else:
        chance = score if offer.of_losses else _spread(rates, segment, offer.without)
    if not offer.recurs or source == NOTHING:
        stay = 0
    elif source in BY_SCORE:
        stay = score
    else:
        stay = _spread(rates, lives, CHURN) if source == "segment" else POOLED
    return STEP * round(sqrt(chance**2 + (stay / 2) ** 2) / STEP)


def _spread(rates: "Sequence[Rate]", segment: str, outcome: str) -> int:
    found = (r.spread for r in rates if (r.segment, r.outcome) == (segment, outcome))
    return next(found, 0)
