"""Open deals before the sale: what pushing one is worth, and what a concession must bring.

Their accounts do not pay yet, so no price of an account knows them. The chance to close is that
of deals of about the same size in the year before; what the customer is then worth rests on what
became of customers who had just begun. Makes the relation `open_deals`, one row for each.
"""

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.customers.segments.outcomes import label_of
from tools.errors import NotComputable
from tools.money import Money
from tools.roi import formulas
from tools.roi.fixed_point import PRECISE, chance_of, cycle_renewal
from tools.roi.rates import CHURN, spread_of
from tools.stats.beta_binomial import fit
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.roi.economics import Economics
    from tools.roi.play_effects import PlayEffect
    from tools.roi.plays import Play
    from tools.roi.rates import Rate
    from tools.warehouse.engine import Engine

NEW, CLOSE = "Onboarding", "close"
DEALS_BACK, FEWEST_DEALS, SIZES = 365, 20, 3
ONE, YEAR = Decimal(1), 12
SCHEMA = pa.schema([
    ("deal_id", pa.string()), ("account_id", pa.string()), ("owner", pa.string()),
    ("age_days", pa.int64()), ("amount_minor", pa.int64()), ("p0_bp", pa.int64()),
    ("evidence", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class OpenDeal:
    """An open deal of an account that does not pay yet; the amount is in our currency.

    `p0` is the chance to close without us, `evidence` the deals it was counted from, `label` how
    far that can be trusted.
    """

    deal_id: str
    account_id: str
    owner: str
    age_days: int
    amount: Decimal
    p0: Decimal
    evidence: str
    label: str = ""


@dataclass(frozen=True)
class DealPrice:
    """What one play is worth on one open deal against doing nothing, which is worth 0."""

    deal_id: str
    play: str
    worth: Decimal
    gain: Decimal
    gain_in_time: Decimal
    cost: Decimal
    net: Decimal


@dataclass(frozen=True)
class CloseRates:
    """How often deals are won, by size: limits between the sizes, chances, counts and labels.

    `spread` is how far the least known of the chances may be off, in hundredths of its logarithm.
    """

    limits: tuple[Decimal, ...]
    chances: tuple[Decimal, ...]
    counts: tuple[tuple[int, int], ...]
    labels: tuple[str, ...]
    spread: int

    def of(self, amount: Decimal) -> tuple[Decimal, str]:
        """The chance of a deal of that size, and what it was counted from."""
        place = bisect_right(self.limits, amount)
        won, n = self.counts[place]
        return self.chances[place], f"{won} of {n} deals of about this size were won in a year"

    def label(self, amount: Decimal) -> str:
        """How far the chance of a deal of that size can be trusted."""
        return self.labels[bisect_right(self.limits, amount)]


def put_open_deals(as_of: int, engine: "Engine", economics: "Economics") -> tuple[OpenDeal, ...]:
    """Make the relation `open_deals`; a deal in a currency without a rate is left out.

    Raises:
        NotComputable: when too few deals were decided in the year before.
    """
    with localcontext(PRECISE):
        rates = exchange_rates(as_of, economics)
        close = close_rates(as_of, engine, economics.currency, rates)
        sql = read_sql(__package__, "open_deals")
        rows = engine.run(sql, as_of=as_of, currency=economics.currency).to_pylist()
        found = tuple(_deal(row, rates, close) for row in rows if row["currency"] in rates)
        engine.put(
            "open_deals",
            pa.Table.from_pylist([_row(deal, economics.currency) for deal in found], SCHEMA),
        )
        return found


def exchange_rates(as_of: int, economics: "Economics") -> "dict[str, Decimal]":
    """What one unit of each currency is worth in ours on the day."""
    return {economics.currency: ONE, **economics.in_group(as_of, "exchange_rate")}


def close_rates(
    as_of: int, engine: "Engine", currency: str, rates: "Mapping[str, Decimal]"
) -> CloseRates:
    """The share of decided deals that were won, by thirds of their size, shrunk to one another.

    Raises:
        NotComputable: when too few were decided.
    """
    sql = read_sql(__package__, "closed_deals")
    rows = engine.run(sql, as_of=as_of, back=DEALS_BACK, currency=currency).to_pylist()
    closed = sorted(
        (_ours(row["amount_minor"], row["currency"], rates), row["won"])
        for row in rows
        if row["currency"] in rates
    )
    if len(closed) < FEWEST_DEALS:
        raise NotComputable(
            f"decided deals: {len(closed)} in a year where {FEWEST_DEALS} are needed"
        )
    cuts = [closed[len(closed) * n // SIZES][0] for n in range(1, SIZES)]
    parts: list[list[int]] = [[] for _ in range(SIZES)]
    for amount, won in closed:
        parts[bisect_right(cuts, amount)].append(won)
    counts = tuple((sum(part), len(part)) for part in parts)
    shrunk = fit(counts)
    beliefs = [shrunk.posterior(k, n) for k, n in counts]
    chances = tuple(Decimal(repr(round(belief.mean, 4))) for belief in beliefs)
    labels = tuple(label_of(k, n, b) for (k, n), b in zip(counts, beliefs, strict=True))
    spread = max(spread_of(*belief.quantiles((0.1, 0.9))) for belief in beliefs)
    return CloseRates(tuple(cuts), chances, counts, labels, spread)


def _ours(minor: int, currency: str, rates: "Mapping[str, Decimal]") -> Decimal:
    return Money.from_minor(minor, currency).amount * rates[currency]


def _deal(
    row: "Mapping[str, object]", rates: "Mapping[str, Decimal]", close: CloseRates
) -> OpenDeal:
    amount = _ours(int(str(row["amount_minor"])), str(row["currency"]), rates)
    chance, evidence = close.of(amount)
    return OpenDeal(
        deal_id=str(row["deal_id"]),
        account_id=str(row["account_id"] or ""),
        owner=str(row["owner"] or ""),
        age_days=int(str(row["age_days"] or 0)),
        amount=amount,
        p0=chance,
        evidence=evidence,
        label=close.label(amount),
    )


def _row(deal: OpenDeal, currency: str) -> dict[str, object]:
    return {
        "deal_id": deal.deal_id,
        "account_id": deal.account_id,
        "owner": deal.owner,
        "age_days": deal.age_days,
        "amount_minor": Money(deal.amount, currency).minor,
        "p0_bp": int(deal.p0 * 10_000),
        "evidence": deal.evidence,
    }


@dataclass(frozen=True)
class NewCustomer:
    """What a customer who has just begun is worth, from economics and what became of such ones."""

    margin: Decimal
    support_share: Decimal
    support_year: Decimal
    acquisition: Decimal
    renewal: Decimal
    years: int
    factor: Decimal

    def worth(self, revenue: Decimal, margin: Decimal | None = None) -> Decimal:
        """Contribution over the years it is there, less the cost of winning it."""
        kept = self.margin if margin is None else margin
        support = revenue * self.support_share + self.support_year
        a = formulas.contribution(revenue, kept, support)
        cycles = formulas.annuity(self.renewal, self.years, self.factor)
        return formulas.lifetime_value(a, cycles, self.acquisition)


def new_customer(
    as_of: int, economics: "Economics", rates: "Sequence[Rate]", window_days: int
) -> NewCustomer:
    """The economics of a customer who begins, by what became of those who had just begun.

    Raises:
        NotComputable: an economic figure, or the churn of new customers, is missing.
    """
    lost = next((r for r in rates if (r.segment, r.outcome) == (NEW, CHURN)), None)
    if lost is None:
        raise NotComputable(f"what became of {NEW} customers")
    with localcontext(PRECISE):
        return NewCustomer(
            margin=economics.value(as_of, "gross_margin"),
            support_share=economics.value(as_of, "support_share"),
            support_year=economics.value(as_of, "support_per_account_year"),
            acquisition=economics.value(as_of, "acquisition_cost"),
            renewal=cycle_renewal(chance_of(lost.millionths), window_days, YEAR),
            years=max(1, int(economics.value(as_of, "horizon_months")) // YEAR),
            factor=1 / (1 + economics.value(as_of, "discount_rate")),
        )


def price_push(
    deal: OpenDeal, play: "Play", effect: "PlayEffect", customer: NewCustomer, rate: Decimal
) -> DealPrice:
    """What a push is worth: a share more chance to close, and the rest so many days sooner.

    `rate` is what an hour of the play's role costs.
    """
    with localcontext(PRECISE):
        worth = customer.worth(deal.amount)
        p1 = min(ONE, max(Decimal(0), deal.p0 * (1 + effect.mean)))
        gain = formulas.incremental_gain(p1, deal.p0, worth)
        saved = 1 - customer.factor ** (Decimal(play.days_sooner) / 365)
        time = formulas.sooner(deal.p0, saved, worth)
        cost = play.cost.amount + play.hours * rate
        net = formulas.net_value(gain, time, Decimal(0), cost)
        return DealPrice(deal.deal_id, play.id, worth, gain, time, cost, net)


def concession_needs(deal: OpenDeal, share_given: Decimal, customer: NewCustomer) -> Decimal | None:
    """The chance to close at which a lower price pays; None when no chance would.

    `share_given` is the part of revenue given up every year; without it the chance is `p0`.
    """
    with localcontext(PRECISE):
        before = customer.worth(deal.amount)
        after = customer.worth(deal.amount, customer.margin - share_given)
        if after <= 0:
            return None
        needed = deal.p0 * before / after
        return needed if needed <= 1 else None
