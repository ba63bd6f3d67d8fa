"""The definition of a retention figure in words: it stands below every rendering."""

from typing import TYPE_CHECKING

from tools.reports.retention.spec import REPEATED

if TYPE_CHECKING:
    from tools.reports.retention.spec import RetentionSpec

_BIRTHS = {
    "signup": "born on the day of signup",
    "first_activity": "born on the first day of use",
    "first_purchase": "born on the first purchase",
    "first_invoice": "born on the first invoice of any kind",
    "first_paid": "born on the first day paid for (trials do not count)",
    "assigned": "born on the day they were first drawn into an arm of a play",
}
_RETURNS = {
    "usage": "any use",
    "purchases": "a purchase (net amount above zero; not refunded, void, failed or overdue)",
    "invoices": "any invoice, cancellations and refunds included",
    "paid": "a paid subscription in force on a day of it",
}
_PARTS = {
    "segment": "the segment known on the birth day, or the first one known after it",
    "plan": "the plan in force on the birth day as it was first recorded, or the first one after",
    "acquisition": "the source as it was first recorded, whatever it says today",
    "play_arm": "the arm drawn on or before the birth day",
}


def definition(spec: "RetentionSpec", until: str) -> str:
    """The definition in words; `until` is the last day seen."""
    back = f"the event {spec.event!r}" if spec.event else _RETURNS[spec.returns]
    parts = (
        f"{spec.entity}s {_born(spec)}, cohorts by calendar {spec.cohort}",
        f"back means {back}",
        _mode(spec),
        _clock(spec),
        _incomplete(spec, until),
        _base(spec),
        f"{spec.mean} mean of cohorts",
        f"95 % Wilson intervals, counts only below {spec.min_size}",
        spec.internal.words(),
        f"split by {_PARTS[spec.breakdown]}" if spec.breakdown else "",
    )
    return "; ".join(part for part in parts if part)


def reactivation(spec: "RetentionSpec") -> str:
    """What counts as back again, in words."""
    return (
        f"Back again: retained in the {spec.unit} shown and not in the one shown before it, so "
        "that somebody who was away is not taken for somebody who stayed."
    )


def _born(spec: "RetentionSpec") -> str:
    if not spec.recurring:
        once = ", once" if spec.birth in REPEATED else ""
        return _BIRTHS[spec.birth] + once
    again = _BIRTHS[spec.birth].replace("the first", "the first of every cohort's own")
    return f"{again}, anew in every calendar {spec.cohort} in which it happens"


def _mode(spec: "RetentionSpec") -> str:
    if spec.mode == "on":
        return f"in the {spec.unit} itself"
    if spec.mode == "on_or_after":
        return f"in the {spec.unit} or at any later time seen"
    return f"within the bracket of {spec.unit}s"


def _clock(spec: "RetentionSpec") -> str:
    local = "days as the company's own time zone counts them"
    if spec.clock == "rolling":
        first = _week(spec) if spec.cohort == "week" else ""
        return f"rolling {spec.unit}s of {spec.length} d from the birth day{first}, {local}"
    first = _week(spec) if "week" in {spec.unit, spec.cohort} else ""
    return f"calendar {spec.unit}s after that of the birth{first}, {local}"


def _week(spec: "RetentionSpec") -> str:
    return f", weeks starting {spec.week_start.title()}"


def _incomplete(spec: "RetentionSpec", until: str) -> str:
    if spec.incomplete == "exclude":
        return f"only members whose bucket was over by the end of {until}"
    return f"buckets not over by the end of {until} counted and marked *, kept out of the mean"


def _base(spec: "RetentionSpec") -> str:
    if spec.base == "period_0":
        return "divided by the cohort"
    return "divided by those retained in the bucket before"
