"""How counts, shares and days are written, the same in every form of the report."""

from typing import TYPE_CHECKING

from tools import figures
from tools.days import from_number

if TYPE_CHECKING:
    from tools.reports.audit.model import AuditFinding, AuditReport, MatchRate


def percent(share: float | None) -> str:
    """A share as a person reads it; a dash for none, and never 100% of not quite all."""
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "< 0.1%"
    if 0.999 < share < 1:
        return "> 99.9%"
    return figures.percent(share)


def date_of(day: int | None) -> str:
    """A day number as a date, *unknown* for none."""
    return "unknown" if day is None else from_number(day).isoformat()


def how_many(finding: "AuditFinding") -> str:
    """The count, and of how many."""
    if finding.total is None:
        return f"{finding.count:,}"
    return f"{finding.count:,} of {finding.total:,}"


def rate_words(rate: "MatchRate") -> str:
    """A match rate, or what is missing for it."""
    if rate.missing:
        return "missing: " + ", ".join(rate.missing)
    return f"{rate.matched:,} of {rate.total:,}"


def summary(report: "AuditReport") -> str:
    """One sentence over everything."""
    counts = [
        (sum(f.severity == severity for f in report.findings), word)
        for severity, word in (("high", "high"), ("warning", "warnings"), ("note", "notes"))
    ]
    words = ", ".join(f"{count} {word}" for count, word in counts)
    rows = sum(row.rows for row in report.freshness)
    checks = len(report.clean)
    return f"{rows:,} rows audited: {words}; {checks} checks found nothing."
