"""The sentences of the section about money."""

from typing import TYPE_CHECKING

from tools.document.model import Line, Part, words
from tools.reports.figure_ids import figure_id
from tools.reports.revenue.figures import currency_of, kept_id, money, month_id, share, week_id
from tools.reports.revenue.movements import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.reports.revenue.measure import Course, RevenueMeasures
    from tools.reports.revenue.movements import Movement
    from tools.reports.revenue.net_retention import NetRetention

MOST_LINES = 5
MOST_CURRENCIES = 2
MOST_OF_WEEK = 4
MOST_NAMES = 6
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


def lines_of(told: "RevenueMeasures") -> tuple[Line, ...]:
    """What a leader should know, the most important first."""
    if not told.moved.months and not told.week.moves:
        return ((words("Nobody has paid yet: there is nothing to tell."),),)
    return tuple(_lines(told))[:MOST_LINES]


def _lines(told: "RevenueMeasures") -> "Iterator[Line]":
    if not told.moved.rolls:
        yield (words("The movements do not add up: do not use the figures below."),)
    yield from _months(told)
    for kept in _kept(told):
        yield _retention(told, kept)
    if told.week.moves:
        yield tuple(_week(told))
    for course in told.courses[:1]:
        yield from _course(course)


def _months(told: "RevenueMeasures") -> "Iterator[Line]":
    """The last month in the currencies most accounts pay in, and in how many more it moved."""
    last = _ordered(told, (m for m in told.moved.months if m.month == told.month))
    shown = last[:MOST_CURRENCIES]
    for place, month in enumerate(shown):
        more = last[len(shown) :] if place == len(shown) - 1 else []
        yield (*_month(month), words(f".{_more(more, ' month by month')}"))


def _month(last: "Movement") -> "Iterator[Part]":
    yield words(f"Recurring revenue at the end of {last.label} was ")
    yield money(month_id(last, "end"), last.end, last.currency, n=last.paying)
    yield words(", from ")
    yield money(month_id(last, "start"), last.start, last.currency)
    yield words(" a month before: ")
    yield from _moves(last, {kind: month_id(last, kind) for kind in KINDS})


def _ordered(told: "RevenueMeasures", moves: "Iterable[Movement]") -> "list[Movement]":
    """One movement for each currency, the currencies most accounts pay in first."""
    place = {currency: n for n, currency in enumerate(told.currencies)}
    return sorted(moves, key=lambda m: (place.get(m.currency, len(place)), m.currency))


def _more(rest: "list[Movement]", table: str) -> str:
    """How many currencies are not told here, and where they are."""
    if not rest:
        return ""
    names = ", ".join(currency_of(move.currency) for move in rest[:MOST_NAMES])
    names += ", …" if len(rest) > MOST_NAMES else ""
    several = "currency is" if len(rest) == 1 else "currencies are"
    return f" {len(rest)} more {several} in the table{table} ({names})."


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


def _kept(told: "RevenueMeasures") -> "list[NetRetention]":
    if told.constant is not None and told.constant.accounts >= told.spec.min_size:
        return [told.constant]
    order = told.currencies[:MOST_CURRENCIES]
    found = [one for name in order for one in told.kept if one.currency == name]
    return [one for one in found if one.accounts >= told.spec.min_size]


def _retention(told: "RevenueMeasures", kept: "NetRetention") -> Line:
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


def _week(told: "RevenueMeasures") -> "Iterator[Part]":
    """What moved in the week, in every currency in which something did."""
    every = _ordered(told, told.week.moves)
    moved = [move for move in every if any(getattr(move, kind) for kind in KINDS)] or every[:1]
    yield words(f"In the days {told.given.period}, ")
    for place, move in enumerate(moved[:MOST_OF_WEEK]):
        yield words(f"{'; ' if place else ''}in {currency_of(move.currency)}: ")
        yield from _moves(move, {kind: week_id(told.week, move, kind) for kind in KINDS})
    yield words(f".{_more(moved[MOST_OF_WEEK:], ' of the week')}")


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
