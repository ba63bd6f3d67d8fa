"""The tables around the plays: which rules refused, how people decided, what a limit is worth."""

from typing import TYPE_CHECKING

from tools.currencies import minor_units
from tools.days import between
from tools.document.model import About, Figure, Table, words
from tools.reports.agent_activity.figures import span_of
from tools.stats.intervals import wilson

if TYPE_CHECKING:
    from fractions import Fraction

    from tools.document.model import Part, Unit
    from tools.reports.agent_activity.measure import AgentActivity, Reviewing

FEWEST = 20
REFUSED = (
    "Pairs of account and play a rule refused on at least one morning of the days; one pair may be "
    "refused by several rules. unpriced: a figure was missing for its price or its words."
)
REVIEWING = (
    "Decisions that nobody took back. Agreement is the share of approvals among approvals and "
    "rejections. Seconds are counted from the opening of the page to the decision, where it is "
    "known. Two people disagree when one approves and the other rejects the same proposal."
)
PRICES = (
    "What one more unit of a limit would have been worth to the plan of a morning, on average over "
    "the mornings with a finished run: the shadow price of the best plan."
)


def rules_table(week: "AgentActivity", four: "AgentActivity") -> Table:
    """How many pairs each rule refused."""
    recent, longer = dict(week.rules), dict(four.rules)
    rows = tuple(
        (
            words(rule),
            Figure(
                f"work.refused.{rule}.{span_of(week)}", recent.get(rule, 0), "count", closed=True
            ),
            Figure(
                f"work.refused.{rule}.{span_of(four)}", longer.get(rule, 0), "count", closed=True
            ),
        )
        for rule in sorted({*recent, *longer}, key=lambda name: (-longer.get(name, 0), name))
    )
    about = About(REFUSED, between(week.first_day, week.as_of))
    columns = ("rule", "in the period", "in four weeks")
    return Table("work.rules", "Refused, by rule", about, columns, rows)


def reviewing_table(week: "AgentActivity", four: "AgentActivity") -> Table:
    """How people decided; no rows when nobody did."""
    about = About(
        REVIEWING,
        between(week.first_day, week.as_of),
        week.reviewing.approved + week.reviewing.rejected + week.reviewing.snoozed,
    )
    columns = ("", "in the period", "in four weeks")
    if not any(work.reviewing.people for work in (week, four)):  # a month is longer than four
        return Table("work.reviewing", "People's time and agreement", about, columns, ())
    cells = [_reviewing(work) for work in (week, four)]
    rows = tuple((words(label), cells[0][label], cells[1][label]) for label in cells[0])
    return Table("work.reviewing", "People's time and agreement", about, columns, rows)


def _reviewing(work: "AgentActivity") -> "dict[str, Part]":
    one, span = work.reviewing, span_of(work)

    def count(name: str, value: int) -> Figure:
        return Figure(f"work.reviewing.{name}.{span}", value, "count", closed=True)

    def share(name: str, part: int, whole: int) -> Figure:
        return share_of(f"work.reviewing.{name}.{span}", part, whole, "decisions")

    return {
        "people who decided": count("people", one.people),
        "approved": count("approvals", one.approved),
        "rejected": count("rejections", one.rejected),
        "put off": count("snoozed", one.snoozed),
        "proposals edited": count("edited", one.edited),
        "agreement": share("agreement", one.approved, one.approved + one.rejected),
        "median seconds looked": _seconds(f"work.reviewing.seconds.{span}", one),
        "approved in under three seconds": share("quick", one.quick, one.timed),
        "two people decided": count("doubled", one.doubled),
        "of them disagreed": count("disagreed", one.disagreed),
    }


def share_of(key: str, part: int, whole: int, of_what: str) -> Figure:
    """A share with its interval, or that there are too few for one."""
    if whole < FEWEST:
        why = f"missing: {FEWEST} {of_what}"
        return Figure(key, None, "share", n=whole, missing=why, closed=True)
    low, high = wilson(part, whole)
    return Figure(key, part / whole, "share", low=low, high=high, n=whole, closed=True)


def _seconds(key: str, one: "Reviewing") -> Figure:
    unit: Unit = "number"
    if one.seconds is None:
        return Figure(key, None, unit, missing="missing: time looked", closed=True)
    return Figure(key, float(one.seconds), unit, n=one.looked, closed=True)


def prices_table(week: "AgentActivity", four: "AgentActivity", currency: str) -> Table:
    """What one more unit of each limit was worth; without rows when none held the plan back."""
    recent = {price.resource: price.minor for price in week.prices}
    rows = tuple(
        (
            words(named(price.resource, currency)),
            price_of(week, price.resource, recent.get(price.resource), currency),
            price_of(four, price.resource, price.minor, currency),
        )
        for price in sorted(
            four.prices,
            key=lambda one: (-_scaled(one.resource, one.minor, currency), one.resource),
        )
        if price.minor
    )
    about = About(PRICES, between(week.first_day, week.as_of))
    columns = ("one more", "in the period", "in four weeks")
    return Table("work.prices", "What one more would be worth a morning", about, columns, rows)


def price_of(
    work: "AgentActivity", resource: str, minor: "Fraction | None", currency: str
) -> Figure:
    """What one more unit was worth, in money."""
    key = f"work.price.{resource.replace(' ', '_')}.{span_of(work)}"
    mornings = work.stage("mornings").n
    if not mornings:
        why = "missing: a finished run"
        return Figure(key, None, "money", n=0, missing=why, closed=True)
    return Figure(
        key, _scaled(resource, minor, currency), "money", currency, n=mornings, closed=True
    )


def _scaled(resource: str, minor: "Fraction | None", currency: str) -> int:
    """Money for one unit; of the budget a unit is one of the currency, not a cent."""
    return round((minor or 0) * (minor_units(currency) if resource == "budget" else 1))


def named(resource: str, currency: str) -> str:
    """A limit in words."""
    kind, _, name = resource.partition(" ")
    if kind == "hours":
        return f"hour of {name}"
    if kind == "play":
        return f"place for {name}"
    return {"reviews": "review by a person", "budget": f"{currency} of budget"}.get(kind, resource)
