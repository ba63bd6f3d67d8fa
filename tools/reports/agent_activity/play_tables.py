"""The tables of the plays: what they changed, and what was promised of them."""

from typing import TYPE_CHECKING

from tools.document.model import About, Figure, Table, words
from tools.reports.incrementality.measure import WORDS
from tools.reports.incrementality.predicted_vs_realised import (
    FEWEST_PLAYS,
    TRUSTED,
    applied_slope,
    slope_of,
)
from tools.stats.intervals import wilson

if TYPE_CHECKING:
    from tools.document.model import Part
    from tools.reports.context import ReportContext
    from tools.reports.incrementality.measure import Incrementality, OutcomeWindows, PlayDifference
    from tools.reports.incrementality.predicted_vs_realised import PredictedVsRealised, Slope
    from tools.stats.stratified import Sums

FEWEST = 20
FEW = f"missing: {FEWEST} accounts in each arm"
OPEN = "not yet conclusive"
EFFECTS = (
    "Accounts approved and to be sent to, against accounts approved and left out by a lot drawn "
    "before anybody decided; each account once in a play, by the lot whatever was done, its clock "
    "started at the approval, and only when the window of the play is over. The difference is "
    "post-stratified by segment and third of the value; the interval is 90 %. It is called certain "
    "when it stays off 0 however often one looks; otherwise it is not yet conclusive, which does "
    "not mean that the play does nothing."
)
PROMISES = (
    "Promised is the net value people agreed to, of the accounts that were to be sent to. Realised "
    "is the same price with the measured difference in the place of the believed one, so both are "
    "in one unit. The least difference is what these numbers of accounts would show four times in "
    "five; a smaller one cannot be known from them. The part of all promises that comes true is "
    "the slope through the origin, each play weighed by how well it is known. Below 0.7, and when "
    "its interval is below 1, next week's prices are multiplied by it where they rest on hopes "
    "and not on our own outcomes."
)


ASSIGNED = (
    "Accounts that stay where the lot has them whatever was done: to be sent to and not reached "
    "(blocked, failed, or still under way), and left out but sent to all the same. Accounts that a "
    "person reached on their own, in the window or as long before it, are in neither group of the "
    "comparison: they are no untouched controls. Accounts with a price in a currency without an "
    "exchange rate are in the shares and not in the money."
)
ALL = "all plays: the part that comes true"
APPLIED = "below 0.7: what is hoped for beyond our own outcomes is multiplied by it"
UNSURE = "below 0.7, but chance alone could have made it so: not applied yet"


def worked(effects: "Incrementality") -> "list[PlayDifference]":
    """The plays of which something can be said, or that say what is missing for it."""
    return [one for one in effects.plays if one.accounts or one.missing or _apart(one)]


def effects_table(given: "ReportContext", effects: "Incrementality") -> Table:
    """What each play changed."""
    rows = tuple(_effect_row(one, effects.currency) for one in worked(effects))
    columns = (
        "play",
        "to be sent to",
        "left out",
        "good outcome",
        "without",
        "difference",
        "worth a month",
        "verdict",
    )
    rules = sorted({one.rule for one in worked(effects) if one.rule})
    notes = tuple(f"{_plays_of(effects, rule)}: {WORDS[rule]}." for rule in rules)
    notes += tuple(sorted({_counted(rule, effects.windows) for rule in rules}))
    about = About(EFFECTS, f"windows over by {_day(given)}", sum(e.accounts for e in effects.plays))
    return Table("work.effects", "What the plays changed", about, columns, rows, notes)


def _counted(rule: str, windows: "OutcomeWindows") -> str:
    if rule == "active":
        return f"Who used or bought within {windows.activity} days before a day is there on it."
    return f"A gap in paying of up to {windows.grace} days is no end."


def _plays_of(effects: "Incrementality", rule: str) -> str:
    return ", ".join(one.play for one in effects.plays if one.rule == rule and one.accounts)


def _day(given: "ReportContext") -> str:
    return given.period.rpartition(" ")[2]


def assigned_table(given: "ReportContext", effects: "Incrementality") -> Table:
    """Where what was done is not what the lot said, and what could not be counted."""
    columns = (
        "play",
        "not reached",
        "sent to though left out",
        "without an exchange rate",
        "by hand, to be sent to",
        "by hand, left out",
    )
    rows = tuple(_departed_row(one) for one in effects.plays if any(_departures(one).values()))
    about = About(ASSIGNED, f"windows over by {_day(given)}")
    return Table("work.assigned", "Not as the lot said", about, columns, rows)


def _departed_row(one: "PlayDifference") -> "tuple[Part, ...]":
    key = f"work.play.{one.play}"
    counts = _departures(one).items()
    cells = (Figure(f"{key}.{name}", n, "count", n=one.accounts) for name, n in counts)
    return (words(one.play), *cells)


def _apart(one: "PlayDifference") -> int:
    """How many accounts a person reached on their own."""
    return one.treated_by_hand + one.control_by_hand


def _departures(one: "PlayDifference") -> dict[str, int]:
    return {
        "unreached": one.treated.n - one.sent,
        "overridden": one.overridden,
        "unpriced": one.unpriced,
        "treated_by_hand": one.treated_by_hand,
        "control_by_hand": one.control_by_hand,
    }


def _effect_row(one: "PlayDifference", currency: str) -> "tuple[Part, ...]":
    key = f"work.play.{one.play}"
    lacks = one.missing or (FEW if few(one) else "")
    return (
        words(one.play),
        Figure(f"{key}.treated", one.treated.n, "count"),
        Figure(f"{key}.held", one.control.n, "count"),
        _share(f"{key}.with", one.treated, one.missing),
        _share(f"{key}.without", one.control, one.missing),
        difference_of(one, lacks),
        _worth(one, currency, lacks),
        words(verdict(one)),
    )


def few(one: "PlayDifference") -> bool:
    """Whether an arm is too small for a percentage."""
    return min(one.treated.n, one.control.n) < FEWEST


def verdict(one: "PlayDifference") -> str:
    """What may be said of the effect, in words."""
    if one.missing:
        return one.missing
    if one.share is None or few(one) or not one.share.conclusive:
        return OPEN
    return "better than without" if one.share.value > 0 else "worse than without"


def _share(key: str, arm: "Sums", missing: str) -> Figure:
    if missing or arm.n < FEWEST:
        return Figure(key, None, "share", n=arm.n, missing=missing or f"missing: {FEWEST} accounts")
    low, high = wilson(arm.total, arm.n, 0.90)
    return Figure(key, arm.total / arm.n, "share", low=low, high=high, n=arm.n)


def difference_of(one: "PlayDifference", lacks: str = "") -> Figure:
    """The difference a play makes, in points, with its interval."""
    key = f"work.play.{one.play}.difference"
    if lacks or one.share is None or few(one):
        return Figure(key, None, "points", n=one.accounts, missing=lacks or FEW)
    return Figure(
        key, one.share.value, "points", low=one.share.low, high=one.share.high, n=one.accounts
    )


def _worth(one: "PlayDifference", currency: str, lacks: str) -> Figure:
    key, found = f"work.play.{one.play}.monthly", one.incremental()
    if lacks or found is None:
        why = lacks or ("missing: subscriptions" if one.rule == "active" else FEW)
        return Figure(key, None, "money", n=one.accounts, missing=why)
    value, low, high = found
    return Figure(key, value, "money", currency, low=low, high=high, n=one.accounts)


def promises_table(given: "ReportContext", effects: "Incrementality") -> Table:
    """What was promised, what came of it, and what could be known at all."""
    said = [(one, one.promise) for one in worked(effects) if one.promise is not None]
    rows = [_promise_row(one, promise, effects.currency) for one, promise in said]
    columns = ("play", "accounts", "promised", "realised", "least difference that would show")
    about = About(PROMISES, f"windows over by {_day(given)}", sum(p.accounts for _, p in said))
    if rows:
        rows.append(_slope_row([promise for one, promise in said if not few(one)]))
    return Table("work.promises", "Promised and realised", about, columns, tuple(rows))


def _promise_row(
    one: "PlayDifference", promise: "PredictedVsRealised", currency: str
) -> "tuple[Part, ...]":
    key = f"work.play.{one.play}"
    return (
        words(one.play),
        Figure(f"{key}.promises", promise.accounts, "count"),
        Figure(f"{key}.promised", promise.promised, "money", currency, n=promise.accounts),
        realised_of(one, promise, currency),
        detectable_of(one),
    )


def realised_of(one: "PlayDifference", promise: "PredictedVsRealised", currency: str) -> Figure:
    """What the promises of a play came to, with its interval."""
    key = f"work.play.{one.play}.realised"
    if promise.unsaid:
        why = f"missing: the worth of a success of {promise.unsaid} accounts"
        return Figure(key, None, "money", n=promise.accounts, missing=why)
    if promise.realised is None or few(one):
        return Figure(key, None, "money", n=promise.accounts, missing=FEW)
    return Figure(
        key,
        promise.realised,
        "money",
        currency,
        low=promise.low,
        high=promise.high,
        n=promise.accounts,
    )


def detectable_of(one: "PlayDifference") -> Figure:
    """The least difference these numbers would show."""
    key = f"work.play.{one.play}.detectable"
    if one.detectable is None:
        return Figure(key, None, "points", missing="missing: accounts in each arm")
    return Figure(key, one.detectable, "points", n=one.accounts)


def _slope_row(promises: "list[PredictedVsRealised]") -> "tuple[Part, ...]":
    """How much of what is promised comes true, over all plays."""
    key, slope = "work.slope", slope_of(promises)
    lacks = f"missing: {FEWEST_PLAYS} plays with {FEWEST} accounts in each arm"
    found = (
        Figure(key, None, "number", n=len(promises), missing=lacks)
        if slope is None
        else Figure(key, slope.value, "number", low=slope.low, high=slope.high, n=slope.plays)
    )
    return (words(ALL), words(""), words("of it"), found, words(_said_of(slope)))


def _said_of(slope: "Slope | None") -> str:
    if slope is None or slope.value >= TRUSTED:
        return ""
    return UNSURE if applied_slope(slope) is None else APPLIED
