"""Net and gross revenue retention of the accounts that paid at the start, in both forms."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tools.days import from_number, month_start
from tools.reports.internal import NOBODY, Internal
from tools.reports.revenue.constant_currency import convert, minor
from tools.reports.revenue.movements import Boundary, prepare_revenue
from tools.stats.intervals import Interval, ratio_interval, wilson
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.reports.revenue.spec import DatedRate
    from tools.warehouse.engine import Engine

    Pairs = list[dict[str, int]]


@dataclass(frozen=True)
class NetRetention:
    """What became of the revenue of `months` ago, in one currency.

    Attributes:
        accounts: that paid at the start; accounts won since are not in any figure.
        nrr: revenue now over revenue then; above 1 when expansion outweighs losses. The moves of
            these accounts, month by month, add up to the same: both forms agree.
        grr: the same with every account capped at what it paid then; never above 1.
        grr_moves: the movement form: one less every churn and contraction of these accounts in
            the months between over revenue then; what came back is not set off, so that an
            account that leaves and returns counts as lost here and as kept in `grr`. A pause is
            no contraction: it takes nothing here, and what it keeps back is not paid in `grr`.
        logos: share of accounts that are still customers, with its Wilson interval.
        nrr_without_largest: without the account that paid most then; so for `grr`, `grr_moves`.
        constant: amounts of several currencies at the rates of the start.
    """

    month: int
    months: int
    currency: str
    accounts: int
    start: int
    end: int
    nrr: float
    nrr_interval: Interval | None
    nrr_without_largest: float | None
    grr: float
    grr_interval: Interval | None
    grr_without_largest: float | None
    grr_moves: float
    grr_moves_interval: Interval | None
    grr_moves_without_largest: float | None
    logos: float
    logos_low: float
    logos_high: float
    definition: str
    constant: bool = False


def measure_net_retention(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    months: int = 12,
    boundary: Boundary = "opening",
    internal: Internal = NOBODY,
) -> tuple[NetRetention, ...]:
    """NRR, GRR and logo retention of the last closed month, one for each currency.

    Empty when the company has no revenue that old. Raises NotComputable without subscriptions.
    """
    prepare_revenue(as_of, engine, present, boundary, internal)
    return net_retention(engine, months)


def net_retention(engine: "Engine", months: int) -> tuple[NetRetention, ...]:
    """The same from the relations that measuring the movements has made."""
    month = last_month(engine)
    if month is None:
        return ()
    engine.view("revenue_paid", read_sql(__package__, "paid"))
    groups = _pairs(engine, month, months)
    compared = {c: pairs for c, pairs in groups.items() if any(not p["moved"] for p in pairs)}
    return tuple(_retention(month, months, *group) for group in compared.items())


def constant_retention(
    engine: "Engine", months: int, currency: str, rates: "tuple[DatedRate, ...]"
) -> NetRetention | None:
    """The same of all currencies together, at the rates of the start; None without revenue then.

    Raises:
        NotComputable: when a currency has no rate by then.
    """
    month = last_month(engine)
    if month is None or not _has_point(engine, month - months):
        return None
    convert(engine, month, months, currency, rates)
    groups = _pairs(engine, month, months)
    if currency not in groups:
        return None
    found = _retention(month, months, currency, groups[currency])
    said = found.definition.removesuffix(" Currencies are never added.")
    said += f" In {currency}, every amount at its currency's rate on the first of these days."
    return replace(
        found, start=minor(found.start), end=minor(found.end), definition=said, constant=True
    )


def last_month(engine: "Engine") -> int | None:
    """The last month that is closed, None before the first."""
    rows = engine.run("SELECT MAX(month_n) AS month_n FROM revenue_points").to_pylist()
    found: int | None = rows[0]["month_n"]
    return found


def _has_point(engine: "Engine", month: int) -> bool:
    sql = "SELECT COUNT(*) AS n FROM revenue_points AS p WHERE p.month_n = $month_n"
    return bool(engine.run(sql, month_n=month).to_pylist()[0]["n"])


def _pairs(engine: "Engine", month: int, months: int) -> "dict[str, Pairs]":
    sql = read_sql(__package__, "pairs")
    groups: dict[str, Pairs] = {}
    for row in engine.run(sql, month_n=month, months=months).to_pylist():
        groups.setdefault(row["currency"], []).append(row)
    return groups


def _retention(month: int, months: int, currency: str, pairs: "Pairs") -> NetRetention:
    every, paying = _logos(pairs)
    pairs = [row for row in pairs if not row["moved"]]
    number = [row["accounts"] for row in pairs]
    before, after = [row["before"] for row in pairs], [row["after"] for row in pairs]
    capped = [min(row["before"], row["after"]) for row in pairs]
    stayed = [row["before"] - row["lost"] for row in pairs]
    start, low_high = _total(before, number), wilson(paying, every)
    return NetRetention(
        month=month,
        months=months,
        currency=currency,
        accounts=every,
        start=start,
        end=_total(after, number),
        nrr=_total(after, number) / start,
        nrr_interval=ratio_interval(after, before, number),
        nrr_without_largest=_without_largest(after, before, number),
        grr=_total(capped, number) / start,
        grr_interval=ratio_interval(capped, before, number),
        grr_without_largest=_without_largest(capped, before, number),
        grr_moves=_total(stayed, number) / start,
        grr_moves_interval=ratio_interval(stayed, before, number),
        grr_moves_without_largest=_without_largest(stayed, before, number),
        logos=paying / every,
        logos_low=low_high[0],
        logos_high=low_high[1],
        definition=_words(month, months),
    )


def _logos(pairs: "Pairs") -> tuple[int, int]:
    """Accounts that paid then, and those of them that are customers now."""
    staying = sum(row["accounts"] for row in pairs if row["stays"])
    return sum(row["accounts"] for row in pairs), staying


def _total(values: list[int], number: list[int]) -> int:
    return sum(value * n for value, n in zip(values, number, strict=True))


def _without_largest(top: list[int], bottom: list[int], number: list[int]) -> float | None:
    """The pairs come largest first; of equals the one that pays most now is taken."""
    rest = [number[0] - 1, *number[1:]]
    start = _total(bottom, rest)
    return _total(top, rest) / start if start else None


def _words(month: int, months: int) -> str:
    end = from_number(month_start(month)).isoformat()[:7]
    then = from_number(month_start(month - months)).isoformat()[:7]
    return (
        f"Point to point: revenue at the end of {end} over revenue at the end of {then}, of the "
        "accounts that paid then; new accounts excluded; an account that left and came back "
        "in between counts as kept. One that pays in another currency now, and one whose bill is "
        "paused, counts as kept; the former is in no amount. Not annualised. Currencies are never "
        "added."
    )
