"""The part of the section that follows accounts: what they cost to win, and what they bring."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from tools.days import between, from_number
from tools.document.model import About, Figure, Table, words
from tools.reports.attribution.unit_economics import FEWEST, compare
from tools.stats.intervals import wilson

if TYPE_CHECKING:
    from fractions import Fraction

    from tools.document.model import Line, Part
    from tools.reports.attribution.unit_economics import (
        AccountGroup,
        SourceComparison,
        UnitEconomics,
    )

COLUMNS = (
    "", "accounts", "cost to win one", "still paying", "pays more", "revenue each", "support each",
    "contribution each", "after the cost",
)  # fmt: skip
FOLLOWED = (
    "Each account is followed for {window} days. Still paying and pays more are read at the end of "
    "them; revenue is what was due within them, support is {support}, contribution is revenue "
    "times margin less support, and the last column is what is left of it after the cost to win "
    "one. "
)
SOURCES = (
    "Accounts by the source they came by, from the first day they paid. The cost is that of the "
    "campaigns begun in the same days and called like the source, or of a channel called like it."
)
SEGMENTS = (
    "Accounts that paid on the latest kept day whose {window} days are over, by the segment they "
    "were in then, not today. The cost is what the accounts' sources cost each."
)


def units_tables(units: "UnitEconomics") -> list[Table]:
    """By source and by segment."""
    by_ticket = "tickets times the cost of one"
    support = by_ticket if units.by_ticket else "the shares of revenue and account in economics"
    followed = FOLLOWED.format(window=units.window, support=support)
    period = between(units.since, units.until)
    return [
        _table(units, "source", "By source", f"{followed}{SOURCES}", period, units.sources),
        _table(
            units,
            "segment",
            "By segment",
            followed + SEGMENTS.format(window=units.window),
            f"to {from_number(units.until).isoformat()}",
            units.segments,
        ),
    ]


def _table(
    units: "UnitEconomics",
    kind: str,
    title: str,
    definition: str,
    period: str,
    groups: "tuple[AccountGroup, ...]",
) -> Table:
    about = About(definition, period, sum(unit.won for unit in groups))
    rows = tuple(_row(units, kind, unit) for unit in groups)
    return Table(f"attribution.{kind}s", title, about, (kind, *COLUMNS[1:]), rows)


def _key(units: "UnitEconomics", kind: str, name: str, what: str) -> str:
    span = f"{from_number(units.since)}.{from_number(units.until - 1)}"
    return f"attribution.{kind}.{quote(name or 'unknown', safe='')}.{span}.{what}"


def _row(units: "UnitEconomics", kind: str, unit: "AccountGroup") -> "tuple[Part, ...]":
    def key(what: str) -> str:
        return _key(units, kind, unit.name, what)

    def each(what: str, total: "Fraction | None", lacks: str) -> Figure:
        value = total / unit.accounts if total is not None and unit.accounts else None
        return _money(units, key(what), value, unit.accounts, lacks)

    cost = "missing: campaigns of " + ("this source" if kind == "source" else "all its sources")
    known = "missing: economics"
    return (
        words(unit.name or "not known"),
        Figure(key("accounts"), unit.won, "count"),
        _money(units, key("cost"), unit.per_account, unit.won, cost),
        _share(key("kept"), unit.kept, unit.accounts),
        _share(key("expanded"), unit.expanded, unit.accounts),
        each("revenue", unit.revenue, "missing: an exchange rate"),
        each("support", unit.support, f"{known} of support"),
        each("contribution", unit.contribution, f"{known} of margin and support"),
        _money(units, key("net"), unit.net, unit.accounts, cost),
    )


def _money(
    units: "UnitEconomics", key: str, value: "Fraction | None", n: int, lacks: str
) -> Figure:
    if value is None:
        return Figure(key, None, "money", n=n, missing=lacks)
    return Figure(key, round(value), "money", units.currency, n=n)


def _share(key: str, part: int, whole: int) -> Figure:
    if whole < FEWEST:
        return Figure(key, None, "share", n=whole, missing=f"missing: {FEWEST} accounts")
    low, high = wilson(part, whole)
    return Figure(key, part / whole, "share", low=low, high=high, n=whole)


def units_lines(units: "UnitEconomics") -> "list[Line]":
    """Which of two sources is the better buy, and what of the costs nobody can place."""
    found = compare(units.sources)
    lines = [] if found is None else [_compared(units, found), _better(units, found)]
    return [*lines, *_unplaced(units)]


def _compared(units: "UnitEconomics", found: "SourceComparison") -> "Line":
    cheap, dear = found.cheap.name, found.dear.name
    pair = f"{cheap} {dear}"
    start = (
        words(f"An account from {dear} costs "),
        _plain(units, pair, "dearer", round(found.dearer)),
        words(f" more to win than one from {cheap}"),
    )
    if found.breakeven is None:
        return (*start, words(" and does not come to pay more any oftener."))
    return (
        *start,
        words(", and comes to pay more oftener by "),
        Figure(
            _key(units, "pair", pair, "oftener"),
            float(found.oftener),
            "points",
            n=found.cheap.accounts + found.dear.accounts,
        ),
        words(": it pays when coming to pay more is worth above "),
        _plain(units, pair, "breakeven", round(found.breakeven)),
        words("."),
    )


def _plain(units: "UnitEconomics", pair: str, what: str, minor: int) -> Figure:
    return Figure(_key(units, "pair", pair, what), minor, "money", units.currency)


def _better(units: "UnitEconomics", found: "SourceComparison") -> "Line":
    """Which of the two leaves more after its cost, within the days they are followed."""
    nets = [(unit.net, unit) for unit in (found.cheap, found.dear) if unit.net is not None]
    if len(nets) < 2:
        return (words("Which leaves more after its cost cannot be said without economics."),)
    (more, better), (less, other) = sorted(nets, key=lambda one: (one[0], one[1].name))[::-1]
    return (
        words(f"Within the days they are followed {better.name} is the better buy: it leaves "),
        _money(units, _key(units, "source", better.name, "net"), more, better.accounts, ""),
        words(f" an account after its cost, {other.name} "),
        _money(units, _key(units, "source", other.name, "net"), less, other.accounts, ""),
        words("."),
    )


def _unplaced(units: "UnitEconomics") -> "list[Line]":
    if not units.unattributed:
        return []
    span = f"attribution.{from_number(units.since)}.{from_number(units.until - 1)}"
    return [
        (
            words("Of what campaigns cost, "),
            Figure(f"{span}.unplaced", units.unattributed, "money", units.currency),
            words(" of "),
            Figure(f"{span}.spent", units.spent, "money", units.currency),
            words(" belongs to no source that brought an account."),
        )
    ]
