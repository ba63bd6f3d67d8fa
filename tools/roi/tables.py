"""The small tables a price joins: offers, chances, rates, and what takes a root or a bell curve."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.currencies import rate_of_minor
from tools.days import from_number
from tools.errors import NotComputable
from tools.roi.fixed_point import MULTIPLE_PLACES, chance_of, survival_multiple, to_places, within
from tools.roi.growth import ANY
from tools.roi.likeness import QUIET, STEPS, Likeness, effect_at
from tools.roi.offers import Offer, offers_table, support_per_cycle
from tools.roi.open_deals import NEW
from tools.roi.rates import Rate, Windows, churn_rates
from tools.roi.returns import RETURNERS
from tools.roi.spread import share_at, shares
from tools.roi.sureness import SOURCES, sureness
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.customers.departures.return_score import ReturnScore
    from tools.roi.economics import Economics
    from tools.roi.growth import Growth
    from tools.roi.open_deals import CloseRates
    from tools.roi.play_effects import PlayEffect
    from tools.roi.plays import Play
    from tools.warehouse.engine import Engine

RATE_PLACES = 9
Cycle = tuple[int, "int | None", "str | None"]
NOBODY = Likeness({})


@dataclass(frozen=True)
class Risks:
    """The greatest chance of harm of an action, and of one that gives revenue away for good."""

    any: Decimal = Decimal(1)
    lasting: Decimal = Decimal(1)


OFF = Risks()


@dataclass(frozen=True)
class PriceList:
    """What the prices of a day rest on; pricing a candidate again needs nothing else."""

    as_of: int
    economics: "Economics"
    windows: Windows
    plays: "tuple[Play, ...]"
    offers: tuple[Offer, ...]
    rates: tuple[Rate, ...]
    effects: "tuple[PlayEffect, ...]"
    close: "CloseRates | None" = None
    growths: "tuple[Growth, ...]" = ()
    likeness: Likeness = NOBODY
    returns: "ReturnScore | None" = None
    risks: Risks = OFF

    def play(self, name: str) -> "Play":
        """The play of that name."""
        return next(play for play in self.plays if play.id == name)

    def offer(self, name: str) -> Offer:
        """The constants of the play of that name."""
        return next(offer for offer in self.offers if offer.play == name)

    def effect(self, name: str, segment: str | None) -> "PlayEffect | None":
        """What the play of that name does to the accounts of a segment."""
        return next((e for e in self.effects if (e.play, e.segment) == (name, segment)), None)

    def believed(self, effect: "PlayEffect", likeness: int) -> tuple[Decimal, Decimal]:
        """Mean and spread of an effect on an account that is so much like those best not called."""
        weight = self.likeness.weight(effect.segment, likeness)
        return effect_at(effect, self.effect(effect.play, QUIET), weight)

    def risk(self, name: str) -> Decimal:
        """The greatest chance of harm at which the play of that name is queued by its value."""
        return self.risks.lasting if self.offer(name).concession_recurs else self.risks.any

    def growth(self, name: str, product: str | None) -> "Growth | None":
        """What a play that brings a rise may count on, for an account of a product."""
        mine = {g.product: g for g in self.growths if g.play == name}
        return mine.get(product or ANY, mine.get(ANY))


def put_offers(engine: "Engine", found: PriceList) -> None:
    """Put what is known before any account is looked at."""
    engine.put("roi_offers", offers_table(found.offers))
    engine.put("roi_chances", _chances_table(found))
    _put_effects(engine, found)
    churn = churn_rates(found.rates)
    engine.put(
        "roi_segment_churn",
        pa.table(
            {
                "segment": pa.array([r.segment for r in churn], pa.string()),
                "churn_bp": pa.array([r.basis_points for r in churn], pa.int64()),
            }
        ),
    )
    engine.put("roi_exchange", minor_rates(found.as_of, found.economics))


def minor_rates(as_of: int, economics: "Economics") -> pa.Table:
    """(currency, rate): what one minor unit of each currency is worth in ours on the day."""
    rates = economics.in_group(as_of, "exchange_rate") | {economics.currency: Decimal(1)}
    exact = [minor_rate(rate, name, economics.currency) for name, rate in rates.items()]
    return pa.table(
        {
            "currency": pa.array(list(rates), pa.string()),
            "rate": pa.array(exact, pa.decimal128(18, RATE_PLACES)),
        }
    )


def minor_rate(rate: Decimal, source: str, target: str) -> Decimal:
    """An exchange rate between minor units, as the warehouse keeps it."""
    return to_places(rate_of_minor(rate, source, target), RATE_PLACES)


def chance(offer: Offer, rate: Rate, windows: Windows) -> int:
    """The chance of success without us within the play's window, in millionths."""
    days = windows.outcomes[rate.outcome]
    return int(within(chance_of(rate.millionths), days, offer.window_days).scaleb(6))


def _chances_table(found: PriceList) -> pa.Table:
    rows = [
        (o.play, r.segment, chance(o, r, found.windows), r.label)
        for o in found.offers
        for r in found.rates
        if r.outcome == o.without and r.outcome in found.windows.outcomes
    ]
    types = (pa.string(), pa.string(), pa.int64(), pa.string())
    return _table(("play", "segment", "p0_ppm", "label"), types, rows)


def _put_effects(engine: "Engine", found: PriceList) -> None:
    """Put what every play does to every segment, and how sure the prices of its accounts are."""
    offers = {offer.play: offer for offer in found.offers}
    keys = [(e, source, thin) for e in found.effects for source in SOURCES for thin in (0, 1)]
    spreads = [
        (
            e.play,
            e.segment,
            source,
            thin,
            e.demoted,
            sureness(
                offers[e.play],
                e.segment,
                source,
                found.rates,
                thin=bool(thin),
                returns=found.returns,
            ),
        )
        for e, source, thin in keys
        if e.play in offers
    ]
    names = ("play", "segment", "churn_source", "thin", "demoted", "spread")
    text, whole = pa.string(), pa.int64()
    types: tuple[pa.DataType, ...] = (text, text, text, whole, text, whole)
    engine.put("roi_spreads", _table(names, types, spreads))
    engine.put("roi_shares", _shares_table(found, {(s[0], s[1], s[5]) for s in spreads}))


def _shares_table(found: PriceList, keys: "set[tuple[str, str, int]]") -> pa.Table:
    known = {(e.play, e.segment): e for e in found.effects}
    offers = {offer.play: offer for offer in found.offers}
    rows = []
    for play, segment, spread in sorted(keys):
        for likeness in STEPS:
            mean, sd = found.believed(known[play, segment], likeness)
            parts = shares(mean, sd, spread, of_losses=offers[play].of_losses)
            safe = share_at(mean, sd, spread, found.risk(play))
            rows.append((play, segment, spread, likeness, *parts, safe))
    number = pa.decimal128(8, 4)
    types = (pa.string(), pa.string(), pa.int64(), pa.int64(), *[number] * 4)
    names = ("play", "segment", "spread", "likeness", "mean", "low", "high", "safe")
    return _table(names, types, rows)


def _table(
    names: tuple[str, ...],
    types: "tuple[pa.DataType, ...]",
    rows: "Sequence[tuple[object, ...]]",
) -> pa.Table:
    """Rows as an Arrow table."""
    return pa.table(
        {
            name: pa.array([row[i] for row in rows], kind)
            for i, (name, kind) in enumerate(zip(names, types, strict=True))
        }
    )


def put_dates(engine: "Engine") -> None:
    """Put the ends of the terms that bind accounts, as they are written."""
    days = engine.run(
        "SELECT DISTINCT renewal_day AS day FROM roi_accounts WHERE NOT renewal_day IS NULL"
    )["day"].to_pylist()
    rows = [(day, from_number(day).isoformat()) for day in sorted(days)]
    engine.put("roi_dates", _table(("day", "written"), (pa.int64(), pa.string()), rows))


def put_cycles(engine: "Engine", found: PriceList) -> None:
    """Work out, once per distinct input of an account, what takes a root."""
    cycles = _cycles(engine, found)
    engine.put("roi_multiples", _multiples_table(found, cycles))
    engine.put("roi_cycles", _support_table(found, sorted({months for months, _, _ in cycles})))


def _cycles(engine: "Engine", found: PriceList) -> "list[Cycle]":
    """Months, chance to be lost and what tells it, of every cycle that may be priced."""
    usable = {name for offer in found.offers if offer.blocked is None for name in offer.basis}
    given = found.economics.find(found.as_of, "interval_months")
    rows = engine.run(
        read_sql(__package__, "cycles"),
        interval=int(given.value) if given else None,
        new=NEW,
        **{f"on_{name}": name in usable for name in ("mrr", "last_mrr", "orders", "deal")},
    ).to_pylist()
    return [(r["months"], r["churn_bp"], r["churn_source"]) for r in rows]


def _multiples_table(found: PriceList, cycles: "Sequence[Cycle]") -> pa.Table:
    rows = [
        (months, bp, source, multiple_of(found, bp, months, source or ""))
        for months, bp, source in cycles
        if bp is not None
    ]
    types = (pa.int64(), pa.int64(), pa.string(), pa.decimal128(12, MULTIPLE_PLACES))
    return _table(("interval_months", "churn_bp", "churn_source", "multiple"), types, rows)


def _support_table(found: PriceList, months: list[int]) -> pa.Table:
    pairs = [(offer, month) for offer in found.offers for month in months]
    support = [support_per_cycle(offer.support_year, month) for offer, month in pairs]
    return pa.table(
        {
            "play": pa.array([offer.play for offer, _ in pairs], pa.string()),
            "interval_months": pa.array([month for _, month in pairs], pa.int64()),
            "support": pa.array(support, pa.decimal128(18, 4)),
        }
    )


def multiple_of(found: PriceList, churn_bp: int, interval_months: int, source: str) -> Decimal:
    """The survival multiple of one account, by the day's economics.

    The chance to be lost at the end of a term is about that term, and so about one cycle, as is
    that of those who came back.
    """
    told: dict[str, int | None] = {
        "score": found.windows.score,
        "renewal": None,
        RETURNERS: None,
    }
    days = told[source] if source in told else found.windows.outcomes.get("churn")
    horizon = found.economics.value(found.as_of, "horizon_months")
    discount = found.economics.value(found.as_of, "discount_rate")
    if horizon < 1:
        raise NotComputable("economics horizon_months")
    return survival_multiple(
        found.economics.convention, churn_bp, days, interval_months, int(horizon), discount
    )
