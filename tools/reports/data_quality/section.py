"""The section on data: how fresh it is, what was set aside, and what is missing for which figures.

Reads the audit of the same morning and no relation of its own; and the rule that keeps a report
on empty or stale data from being sent.
"""

from typing import TYPE_CHECKING

from tools.days import from_number
from tools.document.model import About, Figure, Section, Table, words
from tools.reports.audit.format import date_of
from tools.reports.audit.freshness import overdue
from tools.reports.context import SectionResult
from tools.reports.figure_ids import figure_id, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.document.model import Line, Part
    from tools.reports.audit.model import AuditFinding, AuditReport, Freshness, MatchRate
    from tools.reports.context import ReportContext

MOST_DAYS = 14
# What a reader does not get when a company has no such table.
MISSED = {
    "contacts": "people: their stages, their retention, mails by person",
    "accounts": "accounts by industry, country, owner and plan",
    "deals": "stages of sales, won deals",
    "events": "use: active accounts, retention by use, what is used, decline of use",
    "messages": "mails: open, click and unsubscribe rates",
    "tickets": "tickets by priority, support as a sign of churn",
    "subscriptions": "recurring revenue: NRR, GRR, its movements, trials, renewal and expansion",
    "invoices": "retention by purchase, failed and overdue payments",
    "campaigns": "costs by campaign, cost of acquisition",
}


def make_data(given: "ReportContext", found: "AuditReport") -> SectionResult:
    """How far the figures of this report can be trusted, by the audit of its morning."""
    tables = (_freshness(found), _missing(found), _aside(found), _matches(found), _worst(found))
    blocks = tuple(table for table in tables if table.rows)
    lines = tuple(_lines(given, found))
    return SectionResult(Section("data", "Data", lines, blocks, missing=found.missing))


def fit_to_send(
    given: "ReportContext", found: "AuditReport", most_days: int = MOST_DAYS
) -> tuple[str, ...]:
    """Why a report must not be sent, in sentences; nothing when it may.

    Args:
        given: its relations accounts and contacts.
        found: the audit of the same morning.
        most_days: how old the newest fact of all may be.
    """
    sql = "SELECT (SELECT COUNT(*) FROM accounts) + (SELECT COUNT(*) FROM contacts) AS n"
    reasons = []
    if not given.engine.run(sql).to_pylist()[0]["n"]:
        reasons.append("there is no account and no contact")
    newest = max((r.latest_day for r in found.freshness if r.latest_day is not None), default=None)
    if newest is None:
        return (*reasons, "there is no fact with a day")
    if found.as_of - 1 - newest > most_days:
        behind = found.as_of - 1 - newest
        reasons.append(f"the newest fact of any source is of {date_of(newest)}, {behind} days old")
    return (*reasons, *(_silent(row) for row in found.freshness if overdue(row)))


def _silent(row: "Freshness") -> str:
    return (
        f"{row.table} from {row.source} has been silent for {row.days_behind} days, since "
        f"{date_of(row.latest_day)}; its longest pause before was {row.longest_gap}"
    )


def _lines(given: "ReportContext", found: "AuditReport") -> "list[Line]":
    reasons = fit_to_send(given, found)
    if reasons:
        lines = [(words(f"Not fit to be sent: {'; '.join(reasons[:3])}."),)]
    else:
        days = (r.latest_day for r in found.freshness if r.latest_day is not None)
        lines = [
            (
                words(
                    f"Every source speaks at its own rhythm; the newest fact is of "
                    f"{date_of(max(days))}."
                ),
            )
        ]
    return [*lines, *_lacking(found), *_quarantine(found), *_identity(found)]


def _lacking(found: "AuditReport") -> "list[Line]":
    if not found.missing:
        return []
    first = [table for table in MISSED if table in found.missing][:3]
    told = "; ".join(f"no {table}, so nothing of {MISSED[table]}" for table in first)
    return [(words(f"Missing: {', '.join(found.missing)}: {told}."),)]


def _quarantine(found: "AuditReport") -> "list[Line]":
    aside = _of(found, "quarantined")
    if not aside:
        return [(words("No row was set aside."),)]
    rows = Figure(_id(found, "set-aside"), sum(f.count for f in aside), "count")
    most = max(aside, key=lambda f: (f.count, f.subject))
    return [(rows, words(f" rows were set aside, most of them in {most.subject}."))]


def _identity(found: "AuditReport") -> "list[Line]":
    """The worst coverage, which bounds what any figure over both sides can say."""
    known = [rate for rate in found.matches if rate.share is not None]
    if not known:
        return []
    worst = min(known, key=lambda rate: (rate.share or 0.0, rate.title))
    return [
        (
            words(f"Weakest link of identities, the share of {worst.title}: "),
            _share(found, worst),
            words("."),
        )
    ]


def _of(found: "AuditReport", code: str) -> "list[AuditFinding]":
    return [finding for finding in found.findings if finding.code == code]


def _id(found: "AuditReport", *parts: str) -> str:
    return figure_id("data", stamp(found.as_of), *parts)


def _about(found: "AuditReport", definition: str) -> About:
    return About(definition, f"all facts known on the morning of {from_number(found.as_of)}")


def _freshness(found: "AuditReport") -> Table:
    rows = [_fresh(found, row) for row in found.freshness]
    definition = (
        "Days behind: 0 when yesterday has a row. Silent: more than a week and more than twice as "
        "long as ever before, of a source that has spoken on at least 14 days."
    )
    columns = ("table", "source", "rows", "newest", "days behind", "longest pause", "state")
    about = _about(found, definition)
    return Table("data.freshness", "How fresh it is", about, columns, tuple(rows))


def _fresh(found: "AuditReport", row: "Freshness") -> "tuple[Part, ...]":
    behind: Part = words("unknown")
    if row.days_behind is not None:
        behind = Figure(_id(found, "behind", row.table, row.source), row.days_behind, "count")
    return (
        words(row.table),
        words(row.source),
        Figure(_id(found, "rows", row.table, row.source), row.rows, "count"),
        words(date_of(row.latest_day)),
        behind,
        Figure(_id(found, "pause", row.table, row.source), row.longest_gap, "count"),
        words("silent" if overdue(row) else "as usual"),
    )


def _missing(found: "AuditReport") -> Table:
    rows = tuple((words(table), words(MISSED[table])) for table in found.missing)
    about = _about(found, "Kinds of fact this company has not given, and what a report lacks.")
    return Table("data.missing", "What is missing", about, ("table", "so nothing of"), rows)


def _aside(found: "AuditReport") -> Table:
    rows = tuple(_finding(found, finding) for finding in _of(found, "quarantined"))
    about = _about(found, "Rows that could not be read, by column and reason; they count nowhere.")
    return Table("data.set-aside", "What was set aside", about, _FINDING, rows)


_FINDING = ("where", "what", "how many", "share", "do")


def _finding(found: "AuditReport", finding: "AuditFinding") -> "tuple[Part, ...]":
    name = (finding.code, finding.subject, finding.says)
    share: Part = words("")
    if finding.share is not None:
        share = Figure(_id(found, *name, "share"), finding.share, "share", n=finding.total)
    return (
        words(finding.subject),
        words(finding.says),
        Figure(_id(found, *name), finding.count, "count"),
        share,
        words(finding.action),
    )


def _worst(found: "AuditReport") -> Table:
    severe = [f for f in found.findings if f.severity == "high" and f.code != "quarantined"]
    rows = tuple(_finding(found, finding) for finding in severe)
    about = _about(found, "What the audit calls high; `lifecycle audit` tells the rest.")
    return Table("data.findings", "What is wrong with it", about, _FINDING, rows)


def _matches(found: "AuditReport") -> Table:
    rows = tuple(_match(found, rate) for rate in _different(found.matches))
    about = _about(found, "The share of one side that has its other side, after identities.")
    columns = ("share of", "matched", "of", "share")
    return Table("data.matches", "How well it fits together", about, columns, rows)


def _different(rates: "Sequence[MatchRate]") -> "list[MatchRate]":
    return [rate for rate in rates if rate.total]


def _match(found: "AuditReport", rate: "MatchRate") -> "tuple[Part, ...]":
    return (
        words(rate.title),
        Figure(_id(found, "matched", rate.title), rate.matched, "count"),
        Figure(_id(found, "total", rate.title), rate.total, "count"),
        _share(found, rate),
    )


def _share(found: "AuditReport", rate: "MatchRate") -> Figure:
    name = _id(found, "match", rate.title)
    if rate.share is None:
        lacking = f"missing: {', '.join(rate.missing)}" if rate.missing else "missing: rows"
        return Figure(name, None, "share", missing=lacking)
    return Figure(name, rate.share, "share", n=rate.total)
