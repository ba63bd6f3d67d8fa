"""What a price rests on: its fixed-point terms, assumptions, cautions and the hash of it all."""

import hashlib
import json
from dataclasses import asdict
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from tools.roi import formulas
from tools.roi.cautions import Caution, cautions
from tools.roi.economics import Assumption
from tools.roi.fixed import share, to_minor, to_places
from tools.roi.offers import NEEDED, support_per_cycle
from tools.roi.steps import Terms
from tools.roi.tables import minor_rate, multiple_of

if TYPE_CHECKING:
    from tools.roi.head import Candidate
    from tools.roi.offers import Offer
    from tools.roi.plays import Play
    from tools.roi.tables import PriceList

THIN = ("thin", "insufficient")
RESULTS = ("nv_minor", "q10_minor", "q90_minor", "kept_minor", "headroom_minor")


def terms_of(candidate: "Candidate", offer: "Offer", prices: "PriceList") -> "Terms[Decimal]":
    """The fixed-point inputs of a candidate's price."""
    multiple = Decimal(1)
    if candidate.churn_bp is not None:
        by_score = candidate.churn_source == "score"
        multiple = multiple_of(
            prices, candidate.churn_bp, candidate.interval_months, by_score=by_score
        )
    revenue = _revenue(candidate, prices)
    return Terms(
        revenue=revenue,
        value=_value(revenue, offer, candidate.seats),
        margin=offer.margin,
        support_share=offer.support_share,
        support=support_per_cycle(offer.support_year, candidate.interval_months),
        cycles=multiple if offer.recurs else Decimal(1),
        conceded=offer.conceded,
        conceded_cycles=multiple if offer.concession_recurs else Decimal(1),
        p0=share(candidate.p0_bp),
        accepted=offer.accepted,
        saved=offer.saved,
        cost=offer.cost,
    )


def _revenue(candidate: "Candidate", prices: "PriceList") -> Decimal:
    """A cycle's revenue in our currency, in whole cents."""
    if candidate.currency == prices.economics.currency:
        return Decimal(candidate.raw_minor)
    rate = prices.economics.value(prices.as_of, f"exchange_rate.{candidate.currency}")
    rate = minor_rate(rate, candidate.currency, prices.economics.currency)
    return Decimal(to_minor(candidate.raw_minor * rate))


def _value(revenue: Decimal, offer: "Offer", seats: int | None) -> Decimal:
    """A cycle's revenue of what success brings, in whole cents, rounded down."""
    if offer.part == "all":
        return revenue
    if offer.part == "share":
        return (revenue * offer.size).to_integral_value(ROUND_FLOOR)
    return revenue * offer.size // Decimal(seats or 0)


def cautions_of(candidate: "Candidate", offer: "Offer", effect: Decimal) -> tuple[Caution, ...]:
    """What to know before this price is believed."""
    holds = {
        "lifetime-convention": True,
        "capped-effect": effect < to_places(offer.mean, 4),
        "base-rate": candidate.churn_source != "score" and offer.recurs,
        "thin-evidence": candidate.p0_source in THIN,
        "one-off": not offer.recurs,
        "observed-revenue": candidate.basis == "orders",
    }
    return cautions(*(name for name, true in holds.items() if true))


def assumptions(candidate: "Candidate", prices: "PriceList") -> tuple[Assumption, ...]:
    """Every figure the price rests on that was given, not observed."""
    names = [*NEEDED, "support_per_account_year", "interval_months"]
    if candidate.play not in {play.id for play in prices.plays}:
        return tuple(_figures(names, prices))
    play = prices.play(candidate.play)
    if play.hours:
        names.append(f"hourly_rate.{play.role}")
    if candidate.currency != prices.economics.currency:
        names.append(f"exchange_rate.{candidate.currency}")
    return (*_figures(names, prices), *_beliefs(candidate, play))


def _figures(names: list[str], prices: "PriceList") -> list[Assumption]:
    found = (prices.economics.find(prices.as_of, name) for name in names)
    return [figure.assumption for figure in found if figure is not None]


def _beliefs(candidate: "Candidate", play: "Play") -> list[Assumption]:
    where, owner = f"policies/plays.yaml {play.id} {play.version}", "the play's author"
    effect = (
        f"Normal({play.effect.belief.mean}, {play.effect.belief.sd}²), {play.effect.n} own outcomes"
    )
    chance = f"{share(candidate.p0_bp)} ({candidate.p0_source})"
    return [
        Assumption("effect Δp", effect, play.effect.belief.source, owner, None),
        Assumption("cost", f"{play.cost.amount} {play.cost.scope}", where, owner, None),
        Assumption(f"chance without us ({play.without})", chance, "counted", "the agent", None),
    ]


def input_hash(
    candidate: "Candidate", offer: "Offer", used: tuple[Assumption, ...], prices: "PriceList"
) -> str:
    """sha256 over every input, in canonical JSON."""
    record = {
        "candidate": {k: v for k, v in asdict(candidate).items() if k not in RESULTS},
        "offer": asdict(offer),
        "assumptions": [asdict(item) for item in used],
        "convention": prices.economics.convention,
        "formula": formulas.FORMULA_VERSION,
        "windows": [prices.windows.score, sorted(prices.windows.outcomes.items())],
    }
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
