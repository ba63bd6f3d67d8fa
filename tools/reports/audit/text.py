"""The audit for a terminal and for a machine."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tools.reports.audit.catalogue import catalogue
from tools.reports.audit.format import date_of, how_many, percent, rate_words, summary

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.reports.audit.model import AuditFinding, AuditReport

STYLE = {"high": "bold red", "warning": "yellow", "note": "cyan"}


def as_text(report: "AuditReport") -> "RenderableType":
    """Tables for `rich.console.Console.print`: findings worst first, match rates, freshness."""
    head = Text(f"Audit as of {date_of(report.as_of)}. {summary(report)}")
    parts: list[RenderableType] = [head]
    if report.missing:
        parts.append(Text("missing: " + ", ".join(report.missing)))
    parts += [_findings(report), _matches(report), _freshness(report)]
    return Group(*parts)


def _findings(report: "AuditReport") -> Table:
    table = Table(title="Findings, worst first", title_justify="left", expand=True)
    for name, ratio in (("severity", 1), ("what", 4), ("how many", 2), ("share", 1), ("do", 4)):
        table.add_column(name, ratio=ratio, justify="right" if name == "share" else "left")
    for finding in report.findings:
        table.add_row(
            Text(finding.severity, STYLE[finding.severity]),
            Text(_what(finding)),
            Text(how_many(finding)),
            Text(percent(finding.share)),
            Text(finding.action),
        )
    return table


def _what(finding: "AuditFinding") -> str:
    text = f"{catalogue().sections[finding.section]} · {finding.subject}: {finding.says}"
    return text + (f"\ne.g. {', '.join(finding.examples)}" if finding.examples else "")


def _matches(report: "AuditReport") -> Table:
    table = Table(title="Match rates", title_justify="left")
    table.add_column("share of")
    table.add_column("matched", justify="right")
    table.add_column("share", justify="right")
    for rate in report.matches:
        table.add_row(Text(rate.title), Text(rate_words(rate)), Text(percent(rate.share)))
    return table


def _freshness(report: "AuditReport") -> Table:
    table = Table(title="Freshness", title_justify="left")
    table.add_column("table")
    table.add_column("source")
    for name in ("rows", "first", "latest", "days behind", "silent days", "longest gap"):
        table.add_column(name, justify="right")
    for row in report.freshness:
        behind = "–" if row.days_behind is None else f"{row.days_behind:,}"
        cells = (
            row.table,
            row.source,
            f"{row.rows:,}",
            date_of(row.first_day),
            date_of(row.latest_day),
            behind,
            f"{row.silent_days:,}",
            f"{row.longest_gap:,}",
        )
        table.add_row(*map(Text, cells))
    return table


def as_json(report: "AuditReport") -> str:
    """Canonical JSON: sorted keys, dates as text, one newline at the end."""
    table = asdict(report)
    table["as_of"] = date_of(report.as_of)
    for row in table["freshness"]:
        for key in ("first_day", "latest_day"):
            row[key] = None if row[key] is None else date_of(row[key])
    return json.dumps(table, sort_keys=True, indent=2, ensure_ascii=False) + "\n"
