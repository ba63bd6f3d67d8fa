"""The table of what people said of the accounts on the list: the list's own report card."""

from typing import TYPE_CHECKING

from tools.days import between
from tools.document.model import About, Figure, Table, words
from tools.reports.agent_activity.figures import span_of
from tools.reports.agent_activity.review_tables import share_of

if TYPE_CHECKING:
    from tools.document.model import Part
    from tools.reports.agent_activity.measure import AgentActivity, FeedbackCount

DEFINITION = (
    "What people said of accounts on the list, each time counted, without the last word before an "
    "account was opened again. Worth is the net value of the next step the list gave then. Of use "
    "is the share of done among done and not useful: what was only claimed or put off says nothing "
    "of it yet."
)
KINDS = (
    ("claim", "claimed"), ("done", "done"), ("snooze", "put off"), ("not_useful", "not useful"),
)  # fmt: skip
COLUMNS = ("", "in the period", "worth", "in four weeks", "worth in four weeks")


def care_table(week: "AgentActivity", four: "AgentActivity", currency: str) -> Table:
    """What was said, not useful by its reasons; no rows when nobody said anything."""
    about = About(DEFINITION, between(week.first_day, week.as_of), _times(week))
    title = "What people said of the accounts on the list"
    both = (week, four)  # a month is longer than four weeks
    if not any(work.cared for work in both):
        return Table("work.care", title, about, COLUMNS, ())
    rows: list[tuple[Part, ...]] = [
        (words("people"), *(c for w in both for c in (_count(w, "people", w.carers), words(""))))
    ]
    for kind, label in KINDS:
        if any(_said(work, kind) for work in both):
            rows.append((words(label), *(c for w in both for c in _cells(w, kind, currency))))
    for reason in sorted({c.reason for w in both for c in _said(w, "not_useful")}):
        label = f"of them: {reason.replace('_', ' ')}"
        cells = (c for w in both for c in _cells(w, f"not_useful.{reason}", currency))
        rows.append((words(label), *cells))
    rows.append((words("of use"), *(c for w in both for c in (_of_use(w), words("")))))
    return Table("work.care", title, about, COLUMNS, tuple(rows))


def _times(work: "AgentActivity") -> int:
    return sum(one.n for one in work.cared)


def _said(work: "AgentActivity", name: str) -> "list[FeedbackCount]":
    """What is of a kind, or of a kind and a reason as `kind.reason`."""
    kind, _, reason = name.partition(".")
    return [c for c in work.cared if c.kind == kind and reason in {"", c.reason}]


def _count(work: "AgentActivity", name: str, n: int, *, drill: bool = False) -> Figure:
    return Figure(f"work.care.{name}.{span_of(work)}", n, "count", drill=drill, closed=True)


def _cells(work: "AgentActivity", name: str, currency: str) -> "tuple[Part, Part]":
    found = _said(work, name)
    n, minor = sum(one.n for one in found), sum(one.minor for one in found)
    key = f"work.care.{name}.worth.{span_of(work)}"
    return (
        _count(work, name, n, drill="." not in name),
        Figure(key, minor, "money", currency, n=n, closed=True),
    )


def _of_use(work: "AgentActivity") -> Figure:
    done, useless = (sum(one.n for one in _said(work, kind)) for kind in ("done", "not_useful"))
    return share_of(f"work.care.of_use.{span_of(work)}", done, done + useless, "verdicts")
