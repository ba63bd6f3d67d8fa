"""The sentences of the section about money."""

from typing import TYPE_CHECKING

from tools.reports.paper.model import Line, Part, words
from tools.reports.revenue import KINDS
from tools.reports.sections.money_figures import (
    currency_of,
    kept_id,
    money,
    month_id,
    share,
    week_id,
)
from tools.reports.sections.names import figure_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.reports.money import Course, Money
    from tools.reports.net_retention import NetRetention
    from tools.reports.revenue import Movement

MOST_LINES = 5
MOST_CURRENCIES = 2
_MOVED = {
    "new": "won",
    "reactivation": "won back",
    "expansion": "grown",
    "contraction": "shrunk",
    "pause": "paused",
    "resumption": "resumed",
    "currency_change": "changed currency",
    "churn": "lost",
}


def lines_of(told: "Money") -> tuple[Line, ...]:
    """What a leader should know, the most important first."""
    if not told.moved.months and not told.week.moves:
        return ((words("Nobody has paid yet: there is nothing to tell."),),)
    return tuple(_lines(told))[:MOST_LINES]


def _lines(told: "Money") -> "Iterator[Line]":
    if not told.moved.rolls:
        yield (words("The movements do not add up: do not use the figures below."),)
    for currency in told.currencies[:MOST_CURRENCIES]:
        yield from _month(told, currency)
    for kept in _kept(told):
        yield _retention(told, kept)
    for move in told.week.moves[:1]:
        yield _week(told, move)
    for course in told.courses[:1]:
        yield from _course(course)


def _month(told: "Money", currency: str) -> "Iterator[Line]":
    last = next(
        (m for m in told.moved.months if m.currency == currency and m.month == told.month), None
    )
    if last is None:
        return
    head = (
        words(f"Recurring revenue at the end of {last.label} was "),
        money(month_id(last, "end"), last.end, currency, n=last.paying),
        words(", from "),
        money(month_id(last, "start"), last.start, currency),
        words(" a month before: "),
    )
    yield (*head, *_moves(last, {kind: month_id(last, kind) for kind in KINDS}), words("."))


def _moves(month: "Movement", ids: dict[str, str]) -> "Iterator[Part]":
    """What moved, the kinds that did not left out."""
    counts = dict(month.accounts)
    moved = [kind for kind in KINDS if getattr(month, kind)]
    if not moved:
        yield words("nothing moved")
    for place, kind in enumerate(moved):
        amount, n = getattr(month, kind), counts.get(kind, 0)
        yield money(ids[kind], amount, month.currency, n=n, drill=True)
        yield words(f" {_MOVED[kind]}{', ' if place < len(moved) - 1 else ''}")


def _kept(told: "Money") -> "list[NetRetention]":
    if told.constant is not None and told.constant.accounts >= told.spec.min_size:
        return [told.constant]
    order = told.currencies[:MOST_CURRENCIES]
    found = [one for name in order for one in told.kept if one.currency == name]
    return [one for one in found if one.accounts >= told.spec.min_size]


def _retention(told: "Money", kept: "NetRetention") -> Line:
    n, drill = kept.accounts, not kept.constant
    nrr = share(kept_id(kept, "nrr"), kept.nrr, kept.nrr_interval, n=n, drill=drill)
    grr = share(kept_id(kept, "grr"), kept.grr, kept.grr_interval, n=n, drill=drill)
    line = (
        words(f"Of the {currency_of(kept.currency)} revenue of {kept.months} months before, "),
        nrr,
        words(" is there net of expansion and "),
        grr,
        words(" gross, point to point"),
    )
    largest = kept.nrr_without_largest
    if not told.spec.without_largest or largest is None:
        return (*line, words("."))
    without = share(kept_id(kept, "nrr without largest"), largest, n=n - 1)
    return (*line, words("; without the largest account "), without, words(" net."))


def _week(told: "Money", move: "Movement") -> Line:
    ids = {kind: week_id(told.week, move, kind) for kind in KINDS}
    return (
        words(f"In the days {told.given.period}, in {currency_of(move.currency)}: "),
        *_moves(move, ids),
        words("."),
    )


def _course(course: "Course") -> "Iterator[Line]":
    if not course.hazards:
        return
    last = course.hazards[min(len(course.hazards) - 1, 12)]
    name = figure_id("money", currency_of(course.currency), f"age {last.age}", "S")
    line: list[Part] = [
        words("Of the accounts that began to pay, "),
        share(name, last.survival, n=last.at_risk),
        words(f" still pay without a break {last.age} months later"),
    ]
    yield (*line, words(f"{_tail_words(course)}."))


def _tail_words(course: "Course") -> str:
    if course.tail is not None:
        return "; the dashed line of the chart is a projection and no observation"
    if course.why_not:
        return f"; how it goes on is not projected, which takes {course.why_not}"
    return ""
