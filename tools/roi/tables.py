"""The small tables a price joins: offers, chances, rates, and what takes a root or a bell curve."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.currencies import rate_of_minor
from tools.errors import NotComputable
from tools.roi.fixed import cut_points, effects, share, survival_multiple, to_places, within
from tools.roi.offers import Offer, offers_table, support_per_cycle
from tools.roi.rates import Rate, Windows, churn_rates
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.roi.economics import Economics
    from tools.roi.plays import Play
    from tools.warehouse.engine import Engine

RATE_PLACES = 9


@dataclass(frozen=True)
class PriceList:
    """What the prices of a day rest on; pricing a candidate again needs nothing else."""

    as_of: int
    economics: "Economics"
    windows: Windows
    plays: "tuple[Play, ...]"
    offers: tuple[Offer, ...]
    rates: tuple[Rate, ...]

    def play(self, name: str) -> "Play":
        """The play of that name."""
        return next(play for play in self.plays if play.id == name)

    def offer(self, name: str) -> Offer:
        """The constants of the play of that name."""
        return next(offer for offer in self.offers if offer.play == name)


def put_offers(engine: "Engine", found: PriceList) -> None:
    """Put what is known before any account is looked at."""
    engine.put("roi_offers", offers_table(found.offers))
    engine.put("roi_chances", _chances_table(found))
    churn = churn_rates(found.rates)
    engine.put("roi_segment_churn", pa.table({
        "segment": pa.array([r.segment for r in churn], pa.string()),
        "churn_bp": pa.array([r.basis_points for r in churn], pa.int64()),
    }))  # fmt: skip
    engine.put("roi_exchange", minor_rates(found.as_of, found.economics))


def minor_rates(as_of: int, economics: "Economics") -> pa.Table:
    """(currency, rate): what one minor unit of each currency is worth in ours on the day."""
    rates = economics.in_group(as_of, "exchange_rate") | {economics.currency: Decimal(1)}
    exact = [minor_rate(rate, name, economics.currency) for name, rate in rates.items()]
    return pa.table({
        "currency": pa.array(list(rates), pa.string()),
        "rate": pa.array(exact, pa.decimal128(18, RATE_PLACES)),
    })  # fmt: skip


def minor_rate(rate: Decimal, source: str, target: str) -> Decimal:
    """An exchange rate between minor units, as the warehouse keeps it."""
    return to_places(rate_of_minor(rate, source, target), RATE_PLACES)


def chance(offer: Offer, rate: Rate, windows: Windows) -> int:
    """The chance of success without us within the play's window, in basis points."""
    days = windows.outcomes[rate.outcome]
    return int(within(share(rate.basis_points), days, offer.window_days).scaleb(4))


def _chances_table(found: PriceList) -> pa.Table:
    rows = [
        (o.play, r.segment, chance(o, r, found.windows), r.label)
        for o in found.offers
        for r in found.rates
        if r.outcome == o.without
    ]
    types = (pa.string(), pa.string(), pa.int64(), pa.string())
    names = ("play", "segment", "p0_bp", "label")
    return pa.table({
        name: pa.array([row[i] for row in rows], kind)
        for i, (name, kind) in enumerate(zip(names, types, strict=True))
    })  # fmt: skip


def put_cycles(engine: "Engine", found: PriceList) -> None:
    """Work out, once per distinct input of an account, what takes a root or a bell curve."""
    engine.put("roi_effects", _effects_table(engine, found))
    cycles = _cycles(engine, found)
    engine.put("roi_multiples", _multiples_table(found, cycles))
    engine.put("roi_cycles", _support_table(found, sorted({months for months, _, _ in cycles})))


def _effects_table(engine: "Engine", found: PriceList) -> pa.Table:
    """The effects that are cut, at the chances that occur."""
    chances = _chances(engine, found)
    keys = [
        (o, p0) for o in found.offers for p0 in sorted(chances[o.play] & cut_points(o.mean, o.sd))
    ]
    values = [effects(o.mean, o.sd, p0) for o, p0 in keys]
    columns = {
        "play": pa.array([o.play for o, _ in keys], pa.string()),
        "p0_bp": pa.array([p0 for _, p0 in keys], pa.int64()),
    }
    for index, name in enumerate(("effect", "low", "high")):
        columns[name] = pa.array([value[index] for value in values], pa.decimal128(5, 4))
    return pa.table(columns)


def _chances(engine: "Engine", found: PriceList) -> dict[str, set[int]]:
    """The chances of success without us that each play may meet."""
    rows = engine.run(
        "SELECT DISTINCT 10000 - score_bp AS p0_bp FROM roi_accounts WHERE NOT score_bp IS NULL"
    )
    scored = set(rows["p0_bp"].to_pylist())
    met = {o.play: scored if o.without == "score" else set() for o in found.offers}
    for row in _chances_table(found).to_pylist():
        met[row["play"]] = met[row["play"]] | {row["p0_bp"]}
    return met


def _cycles(engine: "Engine", found: PriceList) -> list[tuple[int, int | None, bool]]:
    """Months, chance to be lost and whether a score tells it, of every cycle that may be priced."""
    usable = {name for offer in found.offers if offer.blocked is None for name in offer.basis}
    given = found.economics.find(found.as_of, "interval_months")
    rows = engine.run(
        read_sql(__package__, "cycles"),
        interval=int(given.value) if given else None,
        **{f"on_{name}": name in usable for name in ("mrr", "last_mrr", "orders")},
    ).to_pylist()
    return [(r["months"], r["churn_bp"], bool(r["by_score"])) for r in rows]


def _multiples_table(
    found: PriceList, cycles: "Sequence[tuple[int, int | None, bool]]"
) -> pa.Table:
    keys = [(months, bp, by_score) for months, bp, by_score in cycles if bp is not None]
    values = [multiple_of(found, bp, months, by_score=by_score) for months, bp, by_score in keys]
    return pa.table({
        "interval_months": pa.array([months for months, _, _ in keys], pa.int64()),
        "churn_bp": pa.array([bp for _, bp, _ in keys], pa.int64()),
        "by_score": pa.array([int(by_score) for _, _, by_score in keys], pa.int64()),
        "multiple": pa.array(values, pa.decimal128(12, 8)),
    })  # fmt: skip


def _support_table(found: PriceList, months: list[int]) -> pa.Table:
    pairs = [(offer, month) for offer in found.offers for month in months]
    support = [support_per_cycle(offer.support_year, month) for offer, month in pairs]
    return pa.table({
        "play": pa.array([offer.play for offer, _ in pairs], pa.string()),
        "interval_months": pa.array([month for _, month in pairs], pa.int64()),
        "support": pa.array(support, pa.decimal128(18, 4)),
    })  # fmt: skip


def multiple_of(
    found: PriceList, churn_bp: int, interval_months: int, *, by_score: bool
) -> Decimal:
    """The survival multiple of one account, by the day's economics."""
    days = found.windows.score if by_score else found.windows.outcomes.get("churn")
    horizon = found.economics.value(found.as_of, "horizon_months")
    discount = found.economics.value(found.as_of, "discount_rate")
    if horizon < 1:
        raise NotComputable("economics horizon_months")
    return survival_multiple(
        found.economics.convention, churn_bp, days, interval_months, int(horizon), discount
    )
