"""The audit as one HTML page that needs nothing else: no script, no network, light and dark."""

from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from tools.reports.audit.catalogue import catalogue
from tools.reports.audit.format import date_of, how_many, percent, rate_words, summary

if TYPE_CHECKING:
    from tools.reports.audit.model import AuditFinding, AuditReport, Freshness, MatchRate


@cache
def _template() -> Template:
    return Template((files(__package__) / "page.html").read_text(encoding="utf-8"))


def as_page(report: "AuditReport") -> str:
    """The whole page; everything that came from data is escaped."""
    return _template().substitute(
        date=date_of(report.as_of),
        summary=escape(summary(report)),
        missing=_listed("missing", report.missing),
        findings=_sections(report),
        matches="\n".join(map(_rate, report.matches)),
        freshness="\n".join(map(_freshness, report.freshness)),
        unasked=_unasked(report),
    )


def _listed(word: str, names: tuple[str, ...]) -> str:
    return f'<p class="soft">{word}: {escape(", ".join(names))}</p>' if names else ""


def _sections(report: "AuditReport") -> str:
    """Sections in the order of their worst finding."""
    order = dict.fromkeys(finding.section for finding in report.findings)
    titles = catalogue().sections
    return "\n".join(
        f"<h2>{escape(titles[name])}</h2>\n" + "\n".join(map(_finding, report.of(name)))
        for name in order
    )


def _finding(finding: "AuditFinding") -> str:
    share = "" if finding.share is None else f" ({percent(finding.share)})"
    examples = ", ".join(f"<code>{escape(example)}</code>" for example in finding.examples)
    shown = f'<p class="soft">for example {examples}</p>' if examples else ""
    says = finding.says[:1].upper() + finding.says[1:]
    return (
        f'<article class="{finding.severity}"><p><span class="tag">{finding.severity}</span> · '
        f'{escape(finding.subject)} · <span class="figure">{how_many(finding)}{share}</span></p>'
        f"<p>{escape(says)}.</p>{shown}<p>{escape(finding.action)}</p>"
        "</article>"
    )


def _rate(rate: "MatchRate") -> str:
    meter = "" if rate.share is None else f'<meter value="{rate.share}"></meter>'
    return (
        f'<tr><td>{escape(rate.title)}</td><td class="n">{escape(rate_words(rate))}</td>'
        f'<td class="n">{escape(percent(rate.share))}</td><td>{meter}</td></tr>'
    )


def _freshness(row: "Freshness") -> str:
    behind = "–" if row.days_behind is None else f"{row.days_behind:,}"
    figures = (
        f"{row.rows:,}",
        date_of(row.first_day),
        date_of(row.latest_day),
        behind,
        f"{row.silent_days:,}",
        f"{row.longest_gap:,}",
    )
    cells = "".join(f'<td class="n">{figure}</td>' for figure in figures)
    return f"<tr><td>{escape(row.table)}</td><td>{escape(row.source)}</td>{cells}</tr>"


def _unasked(report: "AuditReport") -> str:
    """What was looked for without result, and what could not be looked for."""
    skipped = tuple(f"{s.code} (missing: {', '.join(s.missing)})" for s in report.skipped)
    parts = [_listed("nothing found by", report.clean), _listed("not looked for", skipped)]
    return "\n".join(["<h2>What was asked besides</h2>", *filter(None, parts)])
