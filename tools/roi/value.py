"""Price a candidate again in Decimal, line by line; the warehouse must agree to the cent."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from tools.currencies import minor_units
from tools.errors import LifecycleError
from tools.money import Money
from tools.roi import formulas
from tools.roi.effect import EffectBelief
from tools.roi.fixed_point import PRECISE, chance_of, points_of, to_minor, to_places
from tools.roi.provenance import assumptions, cautions_of, input_hash, terms_of
from tools.roi.spread import below, share_at, shares
from tools.roi.steps import Parts, SuccessWorth, Terms, parts, worth

if TYPE_CHECKING:
    from tools.roi.cautions import Caution
    from tools.roi.economics import Assumption
    from tools.roi.offers import Offer
    from tools.roi.shortlist import Candidate
    from tools.roi.tables import PriceList


class Disagreement(LifecycleError):  # noqa: N818 - named for the event
    """Warehouse and Decimal give different cents for one candidate: nothing may be proposed."""


@dataclass(frozen=True)
class Step:
    """One line of a price: what it is, how it is worked out, and the amount."""

    label: str
    words: str
    amount: Money


@dataclass(frozen=True)
class Valued:
    """A candidate's value with everything it rests on; money in our currency."""

    account_id: str
    play: str
    play_version: int
    nv: Money
    q10: Money
    q90: Money
    p_positive: Decimal
    p_harm: Decimal
    cost: Money
    hours: Decimal
    uncertain: str
    breakeven: Decimal | None
    effect: Decimal
    p0: Decimal
    p1: Decimal
    steps: tuple[Step, ...]
    assumptions: "tuple[Assumption, ...]"
    cautions: "tuple[Caution, ...]"
    convention: str
    formula_version: str
    input_hash: str


def reprice(candidate: "Candidate", prices: "PriceList") -> Valued:
    """Work the price out again from its inputs.

    Raises:
        Disagreement: when any of value, interval or cost differs by a cent from the warehouse.
    """
    offer = prices.offer(candidate.play)
    with localcontext(PRECISE):
        terms = terms_of(candidate, offer, prices)
        found = worth(terms)
        belief = _belief(candidate, prices)
        told = shares(belief.mean, belief.sd, candidate.spread, of_losses=offer.of_losses)
        points = [points_of(candidate.p0_ppm, part, of_losses=offer.of_losses) for part in told]
        mean, low, high = (chance_of(moved) for moved in points)
        at, at_low, at_high = (parts(terms, found, effect) for effect in (mean, low, high))
        safe = parts(terms, found, _safe(candidate, offer, belief, prices))
        nets = (at.net, at_low.net, at_high.net, safe.net + safe.spent)
        _agree(candidate, _cents(terms, found, nets))
        sure = _sure(candidate, offer, belief, terms, found)
        return _valued(candidate, prices, offer, terms, found, at, told[0], mean, sure)


def _belief(candidate: "Candidate", prices: "PriceList") -> "EffectBelief":
    """The effect of the play on the account's segment; doing nothing has none."""
    effect = prices.effect(candidate.play, candidate.segment)
    if effect is None:
        return EffectBelief(Decimal(0), Decimal(0), "none")
    return EffectBelief(*prices.believed(effect, candidate.likeness), effect.source)


def _safe(
    candidate: "Candidate", offer: "Offer", belief: EffectBelief, prices: "PriceList"
) -> Decimal:
    """The change of the chance at worst, but for the chance of harm that is allowed."""
    if candidate.play not in {play.id for play in prices.plays}:
        return Decimal(0)
    part = share_at(belief.mean, belief.sd, candidate.spread, prices.risk(candidate.play))
    return chance_of(points_of(candidate.p0_ppm, part, of_losses=offer.of_losses))


def _agree(candidate: "Candidate", ours: tuple[int, ...]) -> None:
    """Compare value, interval, cost, revenue, value a cycle, value of success and headroom."""
    c = candidate
    theirs = (
        c.nv_minor,
        c.q10_minor,
        c.q90_minor,
        c.safe_minor,
        c.cost_minor,
        c.revenue_minor,
        c.value_minor,
        c.kept_minor,
        c.headroom_minor,
    )
    if ours != theirs:
        raise Disagreement(
            f"{c.play} for {c.account_id}: the warehouse has value, q10, q90, safe, cost, revenue, "
            f"value a cycle, value of success, headroom {theirs}, Decimal has {ours}; "
            "the inputs or the formulas differ"
        )


def _cents(
    t: "Terms[Decimal]", w: "SuccessWorth[Decimal]", nets: tuple[Decimal, Decimal, Decimal, Decimal]
) -> tuple[int, ...]:
    nv, low, high, safe = (to_minor(net) for net in nets)
    rest = (t.cost, t.revenue, t.value, w.kept, formulas.headroom(t.p0, w.kept))
    return (nv, min(low, high), max(low, high), safe, *(to_minor(amount) for amount in rest))


@dataclass(frozen=True)
class Sureness:
    """The effect, as a share, at which the net value crosses 0, P(net value > 0), P(harm)."""

    breakeven: Decimal | None
    p_positive: Decimal
    p_harm: Decimal


def _sure(
    candidate: "Candidate",
    offer: "Offer",
    belief: "EffectBelief",
    terms: "Terms[Decimal]",
    found: "SuccessWorth[Decimal]",
) -> Sureness:
    zero, one = (parts(terms, found, Decimal(effect)) for effect in (0, 1))
    moving = 1 - terms.p0 if offer.of_losses else terms.p0
    pays = _crossing(zero.net, one.net, moving)
    brings = _crossing(zero.net + zero.spent, one.net + one.spent, moving)
    rises = one.net > zero.net
    positive = _above(pays, zero.net, candidate, belief, rises=rises)
    harmless = _above(brings, zero.net + zero.spent, candidate, belief, rises=rises)
    return Sureness(pays, positive, 1 - harmless)


def _crossing(at_zero: Decimal, at_one: Decimal, moving: Decimal) -> Decimal | None:
    """The effect, as a share, at which an amount crosses 0; None when it never moves."""
    if at_zero == at_one:
        return None
    return to_places(formulas.breakeven(at_zero, at_one) / moving, 4)


def _above(
    crossing: Decimal | None,
    at_zero: Decimal,
    candidate: "Candidate",
    belief: "EffectBelief",
    *,
    rises: bool,
) -> Decimal:
    """The chance that an amount is above 0, given where it crosses."""
    if crossing is None:
        return Decimal(int(at_zero > 0))
    under = below(belief.mean, belief.sd, candidate.spread, crossing)
    return 1 - under if rises else under


def _valued(
    candidate: "Candidate",
    prices: "PriceList",
    offer: "Offer",
    terms: "Terms[Decimal]",
    found: "SuccessWorth[Decimal]",
    at: "Parts[Decimal]",
    part: Decimal,
    effect: Decimal,
    sure: Sureness,
) -> Valued:
    currency = prices.economics.currency
    used = assumptions(candidate, prices)
    return Valued(
        account_id=candidate.account_id,
        play=candidate.play,
        play_version=candidate.version,
        nv=Money.from_minor(candidate.nv_minor, currency),
        q10=Money.from_minor(candidate.q10_minor, currency),
        q90=Money.from_minor(candidate.q90_minor, currency),
        p_positive=sure.p_positive,
        p_harm=sure.p_harm,
        cost=Money.from_minor(candidate.cost_minor, currency),
        hours=candidate.hours,
        uncertain=_uncertain(offer),
        breakeven=sure.breakeven,
        effect=effect,
        p0=terms.p0,
        p1=terms.p0 + effect,
        steps=_steps(terms, found, at, effect, offer, currency),
        assumptions=used,
        cautions=cautions_of(candidate, offer, part),
        convention=prices.economics.convention,
        formula_version=formulas.FORMULA_VERSION,
        input_hash=input_hash(candidate, offer, used, prices),
    )


def _uncertain(offer: "Offer") -> str:
    share = "share of the losses prevented" if offer.of_losses else "share added to what comes"
    return f"the effect ({share}), the chance and the value; the limit is of the effect"


def _steps(
    t: "Terms[Decimal]",
    w: "SuccessWorth[Decimal]",
    at: "Parts[Decimal]",
    effect: Decimal,
    offer: "Offer",
    currency: str,
) -> tuple[Step, ...]:
    units = minor_units(currency)
    revenue = "recurring revenue of one billing cycle"
    kept = f"contribution × {t.cycles} cycles still to come"
    if offer.of_deals:
        revenue = "the amount of the open deal, taken as one year's"
        kept += f" of a new customer − {t.acquisition / units} to win it"
    lines = (
        ("revenue a cycle", revenue, t.revenue),
        (
            "value of success a cycle",
            "the part of it, or on top of it, that success brings",
            t.value,
        ),
        ("contribution a cycle", f"value × margin {t.margin} − support", w.contribution),
        ("value of success", kept, w.kept),
        ("gain", f"value of success × change of the chance {effect}", at.gain),
        ("gain in time", f"value of success × chance {t.p0} × discount saved {t.saved}", at.time),
        ("given away", f"concession to {t.accepted} of the {t.p0 + effect} who stay", -at.lost),
        ("cost", "per account, incentive, hours × rate, share of the campaign", -at.spent),
        ("net value", "gain + gain in time − given away − cost", at.net),
    )
    return tuple(Step(a, b, Money(c / units, currency)) for a, b, c in lines)
