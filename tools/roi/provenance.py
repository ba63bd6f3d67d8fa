"""What a price rests on: its fixed-point terms, assumptions, cautions and the hash of it all."""

import hashlib
import json
from dataclasses import asdict
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from tools.customers.departures.return_score import OWN, OWN_THIN
from tools.money import Money
from tools.roi import formulas
from tools.roi.cautions import Caution, cautions
from tools.roi.economics import Assumption
from tools.roi.fixed_point import chance_of, points_of, to_minor
from tools.roi.growth import PARTS
from tools.roi.offers import NEEDED, support_per_cycle
from tools.roi.steps import Terms
from tools.roi.sureness import BY_SCORE
from tools.roi.tables import minor_rate, multiple_of

if TYPE_CHECKING:
    from tools.roi.growth import Growth
    from tools.roi.offers import Offer
    from tools.roi.play_effects import PlayEffect
    from tools.roi.plays import Play
    from tools.roi.shortlist import Candidate
    from tools.roi.tables import PriceList

FEW = ("thin", "insufficient", OWN_THIN)
LIKE = "; less, as the account is somewhat like those best not called"
SURE = "the interval of the rate, or what a score may be off by"
RESULTS = ("nv_minor", "q10_minor", "q90_minor", "safe_minor", "kept_minor", "headroom_minor")


def terms_of(candidate: "Candidate", offer: "Offer", prices: "PriceList") -> "Terms[Decimal]":
    """The fixed-point inputs of a candidate's price."""
    multiple = Decimal(1)
    if candidate.churn_bp is not None:
        multiple = multiple_of(
            prices, candidate.churn_bp, candidate.interval_months, candidate.churn_source or ""
        )
    revenue = _revenue(candidate, prices)
    return Terms(
        revenue=revenue,
        value=_value(revenue, offer, candidate.seats, _growth(candidate, prices)),
        margin=offer.margin,
        support_share=offer.support_share,
        support=support_per_cycle(offer.support_year, candidate.interval_months),
        cycles=multiple if offer.recurs else Decimal(1),
        acquisition=offer.acquisition,
        conceded=offer.conceded,
        conceded_cycles=multiple if offer.concession_recurs else Decimal(1),
        p0=chance_of(candidate.p0_ppm),
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


def _growth(candidate: "Candidate", prices: "PriceList") -> Decimal:
    growth = prices.growth(candidate.play, candidate.product)
    return growth.size if growth else Decimal(0)


def _value(revenue: Decimal, offer: "Offer", seats: int | None, growth: Decimal) -> Decimal:
    """A cycle's revenue of what success brings, in whole cents, rounded down."""
    if offer.part == "all":
        return revenue
    if offer.part == "share":
        return (revenue * offer.size).to_integral_value(ROUND_FLOOR)
    if offer.part in PARTS:
        return (revenue * growth).to_integral_value(ROUND_FLOOR)
    return revenue * offer.size // Decimal(seats or 0)


def cautions_of(candidate: "Candidate", offer: "Offer", part: Decimal) -> tuple[Caution, ...]:
    """What to know before this price is believed; `part` is the effect as a share."""
    points = points_of(candidate.p0_ppm, part, of_losses=offer.of_losses)
    moving = 1_000_000 - candidate.p0_ppm if offer.of_losses else candidate.p0_ppm
    holds = {
        "lifetime-convention": True,
        "capped-effect": abs(points) < abs(moving * part) - 1,
        "base-rate": candidate.churn_source not in BY_SCORE and offer.recurs,
        "thin-evidence": candidate.p0_source in FEW,
        "one-off": not offer.recurs,
        "observed-revenue": candidate.basis == "orders",
        "deal-as-a-year": candidate.basis == "deal",
    }
    return cautions(*(name for name, true in holds.items() if true))


def assumptions(candidate: "Candidate", prices: "PriceList") -> tuple[Assumption, ...]:
    """Every figure the price rests on that was given, not observed."""
    names = [*NEEDED, "support_per_account_year", "interval_months"]
    if candidate.play not in {play.id for play in prices.plays}:
        return tuple(_figures(names, prices))
    play = prices.play(candidate.play)
    if prices.offer(candidate.play).of_deals:
        names.append("acquisition_cost")
    if play.hours:
        names.append(f"hourly_rate.{play.role}")
    if candidate.currency != prices.economics.currency:
        names.append(f"exchange_rate.{candidate.currency}")
    effect = prices.effect(candidate.play, candidate.segment)
    found = (*_figures(names, prices), *_beliefs(candidate, play, prices, effect))
    growth = prices.growth(candidate.play, candidate.product)
    return found if growth is None else (*found, _rise(growth))


def _rise(growth: "Growth") -> Assumption:
    said = f"{growth.size} of what it pays; {growth.share} of all rises are of this kind"
    source = f"counted from {growth.n} rises of bills of such accounts, and the play"
    return Assumption("what growing adds", said, source, "the agent", None)


def _figures(names: list[str], prices: "PriceList") -> list[Assumption]:
    found = (prices.economics.find(prices.as_of, name) for name in names)
    return [figure.assumption for figure in found if figure is not None]


def _counted(candidate: "Candidate", prices: "PriceList") -> str:
    """What the chance without us was counted from."""
    if candidate.p0_source in {OWN, OWN_THIN} and prices.returns is not None:
        n, k = prices.returns.departures, prices.returns.returns
        return f"learned from {n} accounts that stopped paying, {k} of which came back"
    if candidate.basis != "deal" or prices.close is None:
        return "counted"
    currency = prices.economics.currency
    return prices.close.of(Money.from_minor(candidate.revenue_minor, currency).amount)[1]


def _beliefs(
    candidate: "Candidate", play: "Play", prices: "PriceList", effect: "PlayEffect | None"
) -> list[Assumption]:
    where, owner = f"policies/plays.yaml {play.id} {play.version}", "the play's author"
    chance = f"{chance_of(candidate.p0_ppm)} ({candidate.p0_source})"
    _counted(candidate, prices)
    found = [
        Assumption("cost", f"{play.cost.amount} {play.cost.scope}", where, owner, None),
        Assumption(
            f"chance without us ({play.without})",
            chance,
            _counted(candidate, prices),
            "the agent",
            None,
        ),
        Assumption("spread of chance and value", f"{candidate.spread} %", SURE, "the agent", None),
    ]
    if effect is None:
        return found
    of = "the losses prevented" if play.without == "score" else "what comes anyway, added"
    mean, sd = prices.believed(effect, candidate.likeness)
    believed = f"Normal({mean}, {sd}²), {effect.n} own outcomes"
    source = effect.source if mean == effect.mean else f"{effect.source}{LIKE}"
    return [Assumption(f"effect, as a share of {of}", believed, source, owner, None), *found]


def input_hash(
    candidate: "Candidate", offer: "Offer", used: tuple[Assumption, ...], prices: "PriceList"
) -> str:
    """sha256 over every input, in canonical JSON."""
    effect = prices.effect(candidate.play, candidate.segment)
    record = {
        "candidate": {k: v for k, v in asdict(candidate).items() if k not in RESULTS},
        "offer": asdict(offer),
        "effect": None if effect is None else asdict(effect),
        "believed": None if effect is None else prices.believed(effect, candidate.likeness),
        "assumptions": [asdict(item) for item in used],
        "convention": prices.economics.convention,
        "formula": formulas.FORMULA_VERSION,
        "windows": [prices.windows.score, sorted(prices.windows.outcomes.items())],
    }
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
