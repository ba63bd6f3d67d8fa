"""A play as of a day as fixed-point numbers: the warehouse joins them, Decimal reads them."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.actions import DO_NOTHING
from tools.currencies import minor_units
from tools.errors import NotComputable
from tools.roi import formulas
from tools.roi.fixed_point import PRECISE, to_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.roi.economics import Economics
    from tools.roi.plays import Cost, Play

ZERO = Decimal(0)
NEEDED = ("gross_margin", "support_share", "discount_rate", "horizon_months")


@dataclass(frozen=True)
class Offer:
    """The constants of one play in its price; money in minor units with 4 decimals.

    `blocked` says why the play cannot be priced for anybody.
    """

    play: str
    version: int
    goal: str
    without: str
    window_days: int
    hours: Decimal
    cost: Decimal
    margin: Decimal
    support_share: Decimal
    support_year: Decimal
    accepted: Decimal
    conceded: Decimal
    concession_recurs: bool
    saved: Decimal
    acquisition: Decimal
    part: str
    size: Decimal
    recurs: bool
    basis: tuple[str, ...]
    blocked: str | None

    @property
    def of_losses(self) -> bool:
        """Whether its effect is a share of losses, and not of what comes anyway."""
        return self.without == "score"

    @property
    def of_deals(self) -> bool:
        """Whether it is about winning an open deal, and so about a customer yet to begin."""
        return self.without == "close"


def make_offer(as_of: int, play: "Play", economics: "Economics", present: "Iterable[str]") -> Offer:
    """A play's constants on that day, or the reason why it has none."""
    present = frozenset(present)
    basis = usable_basis(play.worth.basis, present)
    if not basis:
        lacks = play.without == "close" and "deals" not in present
        table = "deals" if lacks else "subscriptions"
        return _offer(as_of, play, economics, basis, f"missing: {table}")
    try:
        return _offer(as_of, play, economics, basis, None)
    except NotComputable as error:
        return _offer(as_of, play, None, basis, "missing: " + ", ".join(error.missing))


def usable_basis(basis: tuple[str, ...], present: frozenset[str]) -> tuple[str, ...]:
    """What the value may rest on: billing, or the orders of a company that has only orders.

    An open deal also needs billing: who pays already is no new customer.
    """
    if "subscriptions" in present:
        lacking = {"orders"} if "deals" in present else {"orders", "deal"}
        return tuple(name for name in basis if name not in lacking)
    return tuple(name for name in basis if name == "orders" and "invoices" in present)


def _offer(
    as_of: int,
    play: "Play",
    economics: "Economics | None",
    basis: tuple[str, ...],
    blocked: str | None,
) -> Offer:
    figures = _figures(as_of, play, economics) if blocked is None and economics else _NONE
    given = play.concession
    return Offer(
        play=play.id,
        version=play.version,
        goal=play.goal,
        without=play.without,
        window_days=play.window_days,
        hours=play.hours,
        cost=figures.cost,
        margin=figures.margin,
        support_share=figures.support_share,
        support_year=figures.support_year,
        accepted=given.accept_prob if given else ZERO,
        conceded=given.share if given else ZERO,
        concession_recurs=given.recurs if given else False,
        saved=figures.saved,
        acquisition=figures.acquisition,
        part=play.worth.part,
        size=play.worth.size,
        recurs=play.worth.recurs,
        basis=basis,
        blocked=blocked,
    )


@dataclass(frozen=True)
class _OfferFigures:
    cost: Decimal
    margin: Decimal
    support_share: Decimal
    support_year: Decimal
    saved: Decimal
    acquisition: Decimal


_NONE = _OfferFigures(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)


def _figures(as_of: int, play: "Play", economics: "Economics") -> _OfferFigures:
    values = {name: economics.value(as_of, name) for name in NEEDED}
    units = minor_units(economics.currency)
    whole = play.worth.part == "all"
    extra = economics.value(as_of, "support_per_account_year") if whole else play.worth.support_year
    rate = economics.value(as_of, f"hourly_rate.{play.role}") if play.hours else ZERO
    begins = play.without == "close"
    winning = economics.value(as_of, "acquisition_cost") if begins else ZERO
    return _OfferFigures(
        cost=to_places(unit_cost(play.cost, play.hours, rate) * units, 4),
        margin=values["gross_margin"],
        support_share=values["support_share"],
        support_year=extra * units,
        saved=_saved(values["discount_rate"], play.days_sooner),
        acquisition=winning * units,
    )


def unit_cost(cost: "Cost", hours: Decimal, rate: Decimal) -> Decimal:
    """What one action costs for one account, in the main unit."""
    once = cost.amount if cost.scope == "per_account" else ZERO
    campaign = cost.amount if cost.scope == "per_campaign" else ZERO
    spread = formulas.campaign_share(campaign, Decimal(cost.audience))
    return formulas.cost(once, cost.accept_prob, cost.incentive, hours, rate, spread)


def _saved(discount_rate: Decimal, days: int) -> Decimal:
    factor = PRECISE.power(1 + discount_rate, -Decimal(days) / 365)
    return to_places(1 - factor, 4)


def do_nothing(as_of: int, economics: "Economics", present: frozenset[str]) -> Offer:
    """The play that is always there: no effect, no cost, worth 0; shows the value of staying."""
    basis = usable_basis(("mrr", "orders"), present)
    blank = Offer(
        play=DO_NOTHING,
        version=1,
        goal="nothing",
        without="score",
        window_days=0,
        hours=ZERO,
        cost=ZERO,
        margin=ZERO,
        support_share=ZERO,
        support_year=ZERO,
        accepted=ZERO,
        conceded=ZERO,
        concession_recurs=False,
        saved=ZERO,
        acquisition=ZERO,
        part="all",
        size=Decimal(1),
        recurs=True,
        basis=basis,
        blocked="missing: subscriptions",
    )
    if not basis:
        return blank
    try:
        values = {name: economics.value(as_of, name) for name in NEEDED}
        support = economics.value(as_of, "support_per_account_year")
    except NotComputable as error:
        return replace(blank, blocked="missing: " + ", ".join(error.missing))
    support *= minor_units(economics.currency)
    margin, served = values["gross_margin"], values["support_share"]
    return replace(blank, margin=margin, support_share=served, support_year=support, blocked=None)


def support_per_cycle(support_year: Decimal, interval_months: int) -> Decimal:
    """A year's support, in minor units, for one cycle; 4 decimals."""
    return to_places(support_year * interval_months / 12, 4)


_DIGITS = {"cost": (18, 4), "acquisition": (18, 4), "hours": (9, 2), "size": (9, 4)}
_DECIMALS = (
    "hours", "cost", "margin", "support_share", "accepted", "conceded", "saved", "size",
    "acquisition",
)  # fmt: skip


def offers_table(offers: "Iterable[Offer]") -> pa.Table:
    """The offers as an Arrow table, one row per play."""
    rows = list(offers)
    columns: dict[str, pa.Array] = {
        name: pa.array([getattr(o, name) for o in rows], pa.string())
        for name in ("play", "goal", "without", "part", "blocked")
    }
    for name in _DECIMALS:
        width, places = _DIGITS.get(name, (5, 4))
        values = [to_places(getattr(o, name), places) for o in rows]
        columns[name] = pa.array(values, pa.decimal128(width, places))
    for name in ("version", "window_days"):
        columns[name] = pa.array([getattr(o, name) for o in rows], pa.int64())
    for name in ("recurs", "concession_recurs", "of_losses"):
        columns[name] = pa.array([int(getattr(o, name)) for o in rows], pa.int64())
    for name in ("mrr", "last_mrr", "orders", "deal"):
        columns[f"on_{name}"] = pa.array([int(name in o.basis) for o in rows], pa.int64())
    return pa.table(columns)
