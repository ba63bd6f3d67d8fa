"""What an action is worth against doing nothing: the kernel, with operators only.

Every function here uses `+ - * /` alone, so one definition serves a Decimal, a NumPy array and a
SQL column (`tools.roi.sql_number`). Nothing is rounded here. Money is in one unit throughout,
probabilities lie in [0, 1], horizons are whole numbers of cycles or years, declared by the caller.

Two conventions value what follows: `seed` multiplies the years by the renewal rate once,
`survival` (the default) sums the chance of still being there, the first cycle being contracted.
"""

from typing import TYPE_CHECKING, Literal, TypeVar

from tools.roi.sql_number import Sql

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

from decimal import Decimal

FORMULA_VERSION = "roi-2"
Convention = Literal["seed", "survival"]
Number = TypeVar("Number", Decimal, "NDArray[np.float64]", Sql)


def power(base: Number, exponent: int) -> Number:
    """`base` multiplied by itself; an exponent of 0 gives 1."""
    result = base * 0 + 1
    for _ in range(exponent):
        result = result * base
    return result


def annuity(renewal: Number, horizon: int, factor: Number) -> Number:
    """Σ (renewal·factor)^t for t = 0 … horizon - 1: discounted cycles lived, the first certain."""
    step = renewal * factor
    total = step * 0 + 1
    for _ in range(horizon - 1):
        total = 1 + step * total
    return total


def multiple(convention: Convention, renewal: Number, horizon: int, factor: Number) -> Number:
    """How many cycles' contribution a customer is worth who is present now.

    `seed` ignores the discount factor, as its worked examples do.
    """
    return renewal * horizon if convention == "seed" else annuity(renewal, horizon, factor)


def renewal_first(renewal: Number, horizon: int, factor: Number) -> Number:
    """Σ renewal^t for t = 1 … horizon: not even the first cycle is certain."""
    return renewal * annuity(renewal, horizon, factor)


def gupta_lehmann(renewal: Number, discount: Number) -> Number:
    """Endless, the first contribution a year away: r / (1 + i - r) (Gupta and Lehmann 2003)."""
    return renewal / (1 + discount - renewal)


def immediate(renewal: Number, discount: Number) -> Number:
    """Endless, the first contribution today: (1 + i) / (1 + i - r), 1 / (1 - r) at i = 0."""
    return (1 + discount) / (1 + discount - renewal)


def contribution(revenue: Number, margin: Number, support: Number) -> Number:
    """What a cycle leaves: revenue times margin, less support."""
    return revenue * margin - support


def present_value(contribution: Number, cycles: Number) -> Number:
    """What a cycle leaves, over the cycles counted."""
    return contribution * cycles


def lifetime_value(contribution: Number, cycles: Number, acquisition: Number) -> Number:
    """S1: contribution over the lifetime, less the cost of winning the customer."""
    return contribution * cycles - acquisition


def gross_gain(probability: Number, value: Number, margin: Number) -> Number:
    """S2, S6: expected value at its margin, all of it credited to the action."""
    return probability * value * margin


def incremental_gain(p1: Number, p0: Number, value: Number) -> Number:
    """(p1 - p0)·value: only what would not have happened anyway; retention and expansion alike."""
    return (p1 - p0) * value


def concession(revenue: Number, before: Number, after: Number, cycles: Number) -> Number:
    """S3: what a lower margin loses over the cycles it lasts."""
    return revenue * (before - after) * cycles


def concession_breakeven(before: Number, after: Number) -> Number:
    """S3: the relative gain in close probability that pays for a lower contribution."""
    return before / after - 1


def given_away(revenue: Number, share: Number, cycles: Number) -> Number:
    """A share of revenue, given over the cycles the concession lasts."""
    return revenue * share * cycles


def leakage(probability: Number, accepted: Number, given: Number) -> Number:
    """What is given away to all who stay and accept, those included who would have stayed."""
    return probability * accepted * given


def sooner(probability: Number, saved: Number, value: Number) -> Number:
    """Acceleration: what would have come anyway is worth the saved share of its discount more."""
    return probability * saved * value


def cost(
    fixed: Number,
    accepted: Number,
    incentive: Number,
    hours: Number,
    rate: Number,
    campaign: Number,
) -> Number:
    """Cost of one action; `campaign` is already the account's share."""
    return fixed + accepted * incentive + hours * rate + campaign


def campaign_share(amount: Number, audience: Number) -> Number:
    """A cost per campaign, divided by the accounts it is planned for."""
    return amount / audience


def net_value(gain: Number, time: Number, lost: Number, spent: Number) -> Number:
    """The net value of an action against doing nothing, which is worth exactly 0."""
    return gain + time - lost - spent


def headroom(p0: Number, value: Number) -> Number:
    """(1 - p0)·value: no action can gain more than this."""
    return (1 - p0) * value


def breakeven(at_zero: Number, at_one: Number) -> Number:
    """Where a net value that is linear in one input crosses 0, from its values at 0 and at 1."""
    return at_zero / (at_zero - at_one)


def needed(spent: Number, value: Number) -> Number:
    """The input at which input times value pays for what is spent."""
    return spent / value


def churn_within(hazard: Number, cycles: int) -> Number:
    """S8: the chance to leave within some cycles, from the chance per cycle."""
    return 1 - power(1 - hazard, cycles)
