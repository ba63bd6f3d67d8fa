"""The tables and charts of the section about money: movements and net retention."""

from typing import TYPE_CHECKING

from tools.days import between
from tools.document.model import About, Block, Chart, Figure, Part, Series, Table, words
from tools.reports.figure_ids import figure_id
from tools.reports.revenue.cohort_tables import cohort_blocks
from tools.reports.revenue.figures import (
    currency_of,
    kept_id,
    money,
    month_id,
    month_name,
    share,
    week_id,
)
from tools.reports.revenue.movements import KINDS, shown_kinds
from tools.stats.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.reports.revenue.measure import RevenueMeasures
    from tools.reports.revenue.month_churn import MonthChurn
    from tools.reports.revenue.movements import Movement
    from tools.reports.revenue.net_retention import NetRetention

_FORMS = (
    "Net retention: revenue now over revenue then, of the accounts that paid then; point to "
    "point and movement form give the same. Gross, point to point: each account capped at what "
    "it paid then, so that who left and came back is kept. Gross, movement form: every loss and "
    "contraction of those accounts in the months between over revenue then, so that it is lost. "
    "Churn of a month, movement form: (churn + contraction) over the revenue at its start, net "
    "of expansion and reactivation; new accounts are neither above nor below the line. "
    "Intervals: bootstrap by account; accounts kept: Wilson. Without the largest: the account "
    "that paid most then left out."
)
_COLUMNS = ("start", *KINDS, "end")


def blocks_of(told: "RevenueMeasures") -> tuple[Block, ...]:
    """The bridge, the week, net retention, and the cohorts."""
    if not told.moved.months and not told.week.moves:
        return ()
    return tuple(_blocks(told))


def _blocks(told: "RevenueMeasures") -> "Iterator[Block]":
    if told.moved.months:
        yield _bridge(told)
        yield from (_ends(told, currency) for currency in told.currencies[:1])
    if told.week.moves:
        yield _week(told)
    if told.moved.months:
        yield _retention(told)
    yield from cohort_blocks(told)


def _bridge(told: "RevenueMeasures") -> Table:
    kinds = shown_kinds(told.moved.months)
    rows = tuple(_month_row(month, kinds, told.spec.min_size) for month in _by_month(told))
    note = "Every month adds up to the cent." if told.moved.rolls else "IT DOES NOT ADD UP."
    return Table(
        "money.bridge",
        "What moved recurring revenue, month by month",
        _about(told, told.moved.definition),
        ("month", "currency", *_titles(kinds), "gross churn", "net churn"),
        rows,
        (note, "Churn: movement form; new accounts are in neither."),
        cut="head",
    )


def _by_month(told: "RevenueMeasures") -> "list[Movement]":
    return sorted(told.moved.months, key=lambda month: (month.month, month.currency))


def _titles(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return ("start", *(kind.replace("_", " ") for kind in kinds), "end")


def _month_row(month: "Movement", kinds: tuple[str, ...], least: int) -> tuple[Part, ...]:
    ids = {name: month_id(month, name) for name in (*_COLUMNS, "gross churn", "net churn")}
    return (
        words(month.label),
        words(currency_of(month.currency)),
        money(ids["start"], month.start, month.currency),
        *_moves(month, kinds, ids),
        money(ids["end"], month.end, month.currency, n=month.paying),
        *_rates(month, ids, least),
    )


def _rates(month: "Movement", ids: dict[str, str], least: int) -> "Iterator[Part]":
    """Churn in the movement form, of months that begin with enough accounts."""
    paid = month.paid_before
    if not paid:
        yield from (words(""), words(""))
        return
    yield share(ids["gross churn"], month.gross_churn, n=paid, least=least)
    yield share(ids["net churn"], month.net_churn, n=paid, least=least)


def _moves(month: "Movement", kinds: tuple[str, ...], ids: dict[str, str]) -> "Iterator[Part]":
    accounts = dict(month.accounts)
    for kind in kinds:
        amount, n = getattr(month, kind), accounts.get(kind, 0)
        yield money(ids[kind], amount, month.currency, n=n, drill=True)


def _ends(told: "RevenueMeasures", currency: str) -> Chart:
    months = [month for month in told.moved.months if month.currency == currency]
    return Chart(
        figure_id("money", "ends", currency_of(currency)),
        f"Recurring revenue at the end of each month, {currency_of(currency)}",
        _about(told, told.moved.definition),
        "line",
        tuple(month.label for month in months),
        "month",
        "recurring revenue a month",
        "money",
        (Series("at the end", tuple(month.end for month in months)),),
        currency_of(currency),
    )


def _week(told: "RevenueMeasures") -> Table:
    rows, kinds = [], shown_kinds(told.week.moves)
    for move in told.week.moves:
        ids = {name: week_id(told.week, move, name) for name in _COLUMNS}
        ends = [money(ids[end], getattr(move, end), move.currency) for end in ("start", "end")]
        name = words(currency_of(move.currency))
        rows.append((name, ends[0], *_moves(move, kinds, ids), ends[1]))
    first, end = told.week.first_day, told.week.end_day
    definition = (
        "Recurring revenue on the evening before the first day and on the evening of the last, "
        "and what moved it; words as in the table by month."
    )
    return Table(
        "money.week",
        "What moved recurring revenue in these days",
        About(definition, between(first, end)),
        ("currency", *_titles(kinds)),
        tuple(rows),
    )


def _retention(told: "RevenueMeasures") -> Table:
    rows = [row for currency in _paid_last(told) for row in _kept_rows(told, currency)]
    if told.constant is not None:
        rows += list(_kept(told, told.constant, f"all in {told.constant.currency}, constant rates"))
    definition = " ".join([_FORMS, *_definitions(told)])
    return Table(
        "money.retention",
        f"Revenue kept over {told.spec.months} months",
        _about(told, definition),
        ("currency", "measure", "value", "without the largest", "accounts then", "then", "now"),
        tuple(rows),
        _rate_notes(told),
    )


def _paid_last(told: "RevenueMeasures") -> list[str]:
    """Currencies with anything to say about the last closed month."""
    kept = {one.currency for one in told.kept} | {one.currency for one in told.churn}
    return [name for name in told.currencies if name in kept]


def _definitions(told: "RevenueMeasures") -> list[str]:
    found = [*told.kept[:1], *([told.constant] if told.constant else [])]
    return [one.definition for one in found]


def _rate_notes(told: "RevenueMeasures") -> tuple[str, ...]:
    if told.lacking:
        return (f"No figure at constant rates. Missing: {', '.join(told.lacking)}.",)
    if told.spec.rates:
        sources = sorted({f"{r.currency} {r.rate} ({r.source})" for r in told.spec.rates})
        return (f"Rates: {'; '.join(sources)}.",)
    if len(told.currencies) > 1:
        return ("Each currency stands alone: no rates are given, and currencies are not added.",)
    return ()


def _kept_rows(told: "RevenueMeasures", currency: str) -> "Iterator[tuple[Part, ...]]":
    kept = next((one for one in told.kept if one.currency == currency), None)
    if kept is None:
        yield _too_young(told, currency)
    else:
        yield from _kept(told, kept, currency_of(currency))
    for one in told.churn:
        if one.currency == currency:
            yield from _churn(told, one)


def _too_young(told: "RevenueMeasures", currency: str) -> tuple[Part, ...]:
    month = month_name(told.month or 0)
    name = figure_id("money", currency_of(currency), month, f"nrr {told.spec.months} months")
    lacking = f"missing: revenue of {told.spec.months} months ago"
    return (
        words(currency_of(currency)),
        words("net and gross retention"),
        share(name, None, missing=lacking),
        *(words("") for _ in range(4)),
    )


def _kept(told: "RevenueMeasures", kept: "NetRetention", name: str) -> "Iterator[tuple[Part, ...]]":
    then = money(kept_id(kept, "then"), kept.start, kept.currency)
    now = money(kept_id(kept, "now"), kept.end, kept.currency)
    count = Figure(kept_id(kept, "accounts"), kept.accounts, "count", drill=not kept.constant)
    for said, key, value, interval, largest in _measures(kept):
        cell = _ratio(told, kept, key, value, interval)
        rest = _without(told, kept_id(kept, f"{key} without largest"), largest, kept.accounts)
        yield (words(name), words(said), cell, rest, count, then, now)


def _measures(
    kept: "NetRetention",
) -> "tuple[tuple[str, str, float, Interval | None, float | None], ...]":
    logos = Interval(kept.logos_low, kept.logos_high, "Wilson")
    return (
        ("net retention, both forms", "nrr", kept.nrr, kept.nrr_interval, kept.nrr_without_largest),
        (
            "gross retention, point to point",
            "grr",
            kept.grr,
            kept.grr_interval,
            kept.grr_without_largest,
        ),
        (
            "gross retention, movement form",
            "grr moves",
            kept.grr_moves,
            kept.grr_moves_interval,
            kept.grr_moves_without_largest,
        ),
        ("accounts kept", "logos", kept.logos, logos, None),
    )


def _ratio(
    told: "RevenueMeasures",
    kept: "NetRetention",
    key: str,
    value: float,
    interval: "Interval | None",
) -> Figure:
    return share(
        kept_id(kept, key),
        value,
        interval,
        n=kept.accounts,
        least=told.spec.min_size,
        drill=not kept.constant,
    )


def _without(told: "RevenueMeasures", name: str, value: float | None, n: int) -> Part:
    if not told.spec.without_largest or value is None or n < told.spec.min_size:
        return words("")
    return share(name, value, n=n - 1)


def _churn(told: "RevenueMeasures", one: "MonthChurn") -> "Iterator[tuple[Part, ...]]":
    label, currency = month_name(one.month), currency_of(one.currency)
    count = figure_id("money", currency, label, "accounts at the start")
    for said, value, interval, largest in (
        ("gross churn", one.gross, one.gross_interval, one.gross_without_largest),
        ("net churn", one.net, one.net_interval, one.net_without_largest),
    ):
        name, least = figure_id("money", currency, label, said), told.spec.min_size
        yield (
            words(currency),
            words(f"{said} of {label}, movement form"),
            share(f"{name}.by_account", value, interval, n=one.accounts, least=least),
            _without(told, f"{name}.without_largest", largest, one.accounts),
            Figure(count, one.accounts, "count"),
            words(""),
            words(""),
        )


def _about(told: "RevenueMeasures", definition: str) -> About:
    period = between(told.given.first_day, told.given.as_of)
    if told.moved.months:
        first = min(month.label for month in told.moved.months)
        period = f"{first} to {month_name(told.month or 0)}"
    accounts = sum(one.accounts for one in told.churn)
    return About(f"{definition} Accounts: {told.spec.internal.words()}.", period, accounts or None)
