"""What accounts cost to win and what they bring after, by the source they came by and by segment.

A cheap campaign whose customers leave and a dear one whose customers stay are told apart only by
what comes after: renewal, expansion, support and margin over the same days.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tools.currencies import minor_units
from tools.errors import NotComputable
from tools.reports.incrementality.paid_lines import put_paid_lines, whole
from tools.roi.fixed_point import half_even
from tools.roi.sql_number import column
from tools.roi.worked_examples import answer
from tools.warehouse.billing import bills_end
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tools.roi.economics import Economics
    from tools.warehouse.engine import Engine

    Row = Mapping[str, int]

WINDOW, YEAR = 180, 365
UNKNOWN = ""
FEWEST = 20


@dataclass(frozen=True)
class AccountGroup:
    """A group of accounts followed for the window; money in minor units, for the whole group.

    Attributes:
        name: the source or segment; '' when an account's source is not known.
        won: accounts; `accounts` of them have a price in a known currency and are followed.
        cost: what winning them cost; None where no campaign says so.
        rise: what those who expanded pay more a month than at first.
        support: None when economics does not say what support costs.
        contribution: revenue times margin, less support.
    """

    name: str
    won: int
    accounts: int
    cost: Fraction | None
    kept: int
    expanded: int
    rise: int
    revenue: Fraction
    tickets: int
    support: Fraction | None
    contribution: Fraction | None

    @property
    def per_account(self) -> Fraction | None:
        """What it cost to win one."""
        return self.cost / self.won if self.cost is not None and self.won else None

    @property
    def net(self) -> Fraction | None:
        """What one brings within the window, after what it cost to win it."""
        if self.contribution is None or self.per_account is None or not self.accounts:
            return None
        return self.contribution / self.accounts - self.per_account

    @property
    def expansion(self) -> Fraction:
        """The share that pays more at the end of the window than at first."""
        return Fraction(self.expanded, self.accounts) if self.accounts else Fraction(0)


@dataclass(frozen=True)
class UnitEconomics:
    """Both groupings, what campaigns cost in all, and what of it belongs to no source."""

    as_of: int
    since: int
    until: int
    window: int
    currency: str
    sources: tuple[AccountGroup, ...]
    segments: tuple[AccountGroup, ...]
    spent: int
    unattributed: int
    campaigns_unpriced: int
    by_ticket: bool
    missing: tuple[str, ...]


@dataclass(frozen=True)
class SourceComparison:
    """A cheaper and a dearer source: what an expansion must be worth for the dearer to pay.

    `dearer` and `breakeven` are money in minor units for one account; `oftener` a share.
    """

    cheap: AccountGroup
    dear: AccountGroup
    dearer: Decimal
    oftener: Decimal
    breakeven: Decimal | None


@dataclass(frozen=True)
class _Prices:
    """What economics says of the day, None where it says nothing."""

    margin: Fraction | None
    share: Fraction | None
    account_year: Fraction | None
    ticket: Fraction | None
    units: int

    @classmethod
    def of(cls, as_of: int, economics: "Economics") -> "_Prices":
        names = ("gross_margin", "support_share", "support_per_account_year", "support_per_ticket")
        found = [economics.find(as_of, name) for name in names]
        margin, share, year, ticket = (Fraction(one.value) if one else None for one in found)
        return cls(margin, share, year, ticket, minor_units(economics.currency))

    def support(self, revenue: Fraction, accounts: int, tickets: int, days: int) -> Fraction | None:
        """By the ticket where that is known, else by revenue and account."""
        if self.ticket is not None:
            return tickets * self.ticket * self.units
        if self.share is None or self.account_year is None:
            return None
        return revenue * self.share + accounts * self.account_year * self.units * days / YEAR


def measure_units(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    economics: "Economics",
    window: int = WINDOW,
    back: int = YEAR,
) -> UnitEconomics:
    """Follow for `window` days the accounts won in the `back` days whose window is over.

    Args:
        as_of: day number D.
        engine: holds the as-of relations accounts, subscriptions, tickets and campaigns, and
            segment_history.
        present: canonical tables this company has at all.
        economics: margin, support and exchange rates.
        window: days an account is followed.
        back: days in which it was won, before the window.

    Raises:
        NotComputable: without subscriptions.
    """
    if "subscriptions" not in present:
        raise NotComputable("subscriptions")
    until = min(as_of, bills_end(engine)) - window
    span = {"since": until - back, "until": until}
    put_paid_lines(as_of, engine, economics)
    engine.create("unit_members", read_sql(__package__, "unit_members"), **span)
    sums = whole("rise", "days_exact")
    rows = engine.run(read_sql(__package__, "unit_economics"), window=window, **sums).to_pylist()
    costs = _costs(engine, economics, span) if "campaigns" in present else {}
    prices = _Prices.of(as_of, economics)
    by_ticket = prices.ticket is not None and "tickets" in present
    if not by_ticket:
        prices = replace(prices, ticket=None)
    sources = _units([r for r in rows if r["grouping"] == "source"], costs, prices, window)
    each = {unit.name: unit.per_account for unit in sources}
    segments = [r for r in rows if r["grouping"] == "segment"]
    return UnitEconomics(
        as_of,
        span["since"],
        until,
        window,
        economics.currency,
        sources,
        _units(segments, {}, prices, window, each),
        sum(row["minor"] for row in costs.values()),
        sum(row["minor"] for source, row in costs.items() if not _won(source, sources)),
        sum(row["unknown"] for row in costs.values()),
        by_ticket,
        _lacks(present, prices),
    )


def _won(source: str, sources: "tuple[AccountGroup, ...]") -> bool:
    """Whether a campaign's source brought anybody whose window is over."""
    return source != UNKNOWN and any(unit.name == source for unit in sources)


def _costs(engine: "Engine", economics: "Economics", span: "dict[str, int]") -> "dict[str, Row]":
    found = engine.run(
        read_sql(__package__, "unit_costs"),
        currency=economics.currency,
        cents=half_even(column("exact")),
        **span,
    )
    return {row["source"]: row for row in found.to_pylist()}


def _lacks(present: "Collection[str]", prices: _Prices) -> tuple[str, ...]:
    told = {
        "campaigns": "campaigns" in present,
        "economics gross_margin": prices.margin is not None,
        "economics support_per_ticket": prices.ticket is not None or "tickets" not in present,
    }
    return tuple(name for name, known in told.items() if not known)


def _units(
    rows: "list[Row]",
    costs: "Mapping[str, Row]",
    prices: _Prices,
    window: int,
    each: "Mapping[str, Fraction | None] | None" = None,
) -> tuple[AccountGroup, ...]:
    """The groups, the largest first; a segment's accounts cost what their sources' cost each."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[str(row["name"])].append(row)
    found = [
        _unit(name, group, _spent(name, group, costs, each), prices, window)
        for name, group in groups.items()
    ]
    return tuple(sorted(found, key=lambda unit: (-unit.won, unit.name)))


def _spent(
    name: str,
    rows: "list[Row]",
    costs: "Mapping[str, Row]",
    each: "Mapping[str, Fraction | None] | None",
) -> Fraction | None:
    if each is None:
        return Fraction(costs[name]["minor"]) if name and name in costs else None
    parts = [(each.get(str(row["source"])), row["won"]) for row in rows]
    if any(cost is None for cost, _ in parts):
        return None
    return sum((cost * won for cost, won in parts if cost is not None), Fraction(0))


def _unit(
    name: str, rows: "list[Row]", cost: Fraction | None, prices: _Prices, window: int
) -> AccountGroup:
    total = {key: sum(row[key] for row in rows) for key in _SUMS}
    revenue = Fraction(total["minor_days"] * 12, YEAR)
    support = prices.support(revenue, total["accounts"], total["tickets"], window)
    known = support is not None and prices.margin is not None
    contribution = revenue * (prices.margin or 0) - (support or 0) if known else None
    return AccountGroup(
        name,
        total["won"],
        total["accounts"],
        cost,
        total["kept"],
        total["expanded"],
        total["rise_minor"],
        revenue,
        total["tickets"],
        support,
        contribution,
    )


_SUMS = ("won", "accounts", "kept", "expanded", "rise_minor", "minor_days", "tickets")


def compare(units: "tuple[AccountGroup, ...]", fewest: int = FEWEST) -> SourceComparison | None:
    """The two largest sources with a known cost, by the worked calculation S9."""
    known = [u for u in units if u.per_account is not None and u.accounts >= fewest][:2]
    if len(known) < 2:
        return None
    cheap, dear = sorted(known, key=lambda unit: (unit.per_account or 0, unit.name))
    given = {
        "cost_a": _decimal(cheap.per_account),
        "cost_b": _decimal(dear.per_account),
        "expansion_a": _decimal(cheap.expansion),
        "expansion_b": _decimal(dear.expansion),
    }
    dearer = given["cost_b"] - given["cost_a"]
    oftener = given["expansion_b"] - given["expansion_a"]
    value = answer("S9", given).breakeven["expansion_value"] if oftener > 0 else None
    return SourceComparison(cheap, dear, dearer, oftener, value)


def _decimal(value: Fraction | None) -> Decimal:
    exact = value or Fraction(0)
    return Decimal(exact.numerator) / Decimal(exact.denominator)
