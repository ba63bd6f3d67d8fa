"""What an audit says, as frozen values."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Severity = Literal["high", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("high", "warning", "note")
_EMAIL = re.compile(r"([^\s@:,→~])[^\s@:,→~]*@([^\s@,→~]*)")


@dataclass(frozen=True)
class Freshness:
    """How much one source says of one table, and until when; days are day numbers.

    `days_behind` is 0 when yesterday has a row; `silent_days` counts days between the first and
    the latest without one; days are None when every row's day is unknown.
    """

    table: str
    source: str
    rows: int
    first_day: int | None
    latest_day: int | None
    days_behind: int | None
    silent_days: int
    longest_gap: int


@dataclass(frozen=True)
class MatchRate:
    """The share of one side that has its other side; `missing` names tables not loaded."""

    title: str
    matched: int
    total: int
    share: float | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class AuditFinding:
    """One thing that is wrong: how often, of how many, for example whom, and what to do."""

    section: str
    code: str
    severity: Severity
    subject: str
    says: str
    count: int
    rows: int
    total: int | None
    share: float | None
    examples: tuple[str, ...]
    action: str


@dataclass(frozen=True)
class Skipped:
    """A check that could not run, because these tables are missing."""

    code: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class QuarantineCount:
    """Rows set aside from one table, for one column and reason."""

    table: str
    column: str
    reason: str
    rows: int


@dataclass(frozen=True)
class FileRemark:
    """What a source says of a file or column that it took, though something about it is odd."""

    code: str
    table: str
    column: str
    file: str
    says: str
    rows: int


@dataclass(frozen=True)
class AuditReport:
    """The whole audit as of a day; findings worst first."""

    as_of: int
    missing: tuple[str, ...]
    freshness: tuple[Freshness, ...]
    matches: tuple[MatchRate, ...]
    findings: tuple[AuditFinding, ...]
    clean: tuple[str, ...]
    skipped: tuple[Skipped, ...]

    def of(self, section: str) -> tuple[AuditFinding, ...]:
        """The findings of one section, worst first."""
        return tuple(finding for finding in self.findings if finding.section == section)


def worst_first(
    findings: "Iterable[AuditFinding]", sections: "Sequence[str]"
) -> tuple[AuditFinding, ...]:
    """Order by severity, then section as listed, then share and count; a total order."""

    def rank(finding: AuditFinding) -> tuple[object, ...]:
        severity, section = SEVERITIES.index(finding.severity), sections.index(finding.section)
        size = (-(finding.share or 0.0), -finding.count)
        return (severity, section, *size, finding.code, finding.subject, finding.says)

    return tuple(sorted(findings, key=rank))


def share_of(count: int, total: int | None) -> float | None:
    """A share to four digits; None of nothing."""
    return round(min(count / total, 1.0), 4) if total else None


def masked(text: str) -> str:
    """Hide the person in every e-mail address of a text: the first letter and the domain stay."""
    return _EMAIL.sub(r"\1***@\2", text)


def file_remarks(rows: "Iterable[Mapping[str, object]]") -> tuple[FileRemark, ...]:
    """Remarks as the store keeps them; `kind` names the check."""
    return tuple(
        FileRemark(
            code=str(row["kind"]),
            table=str(row["table"]),
            column=str(row["column"]),
            file=str(row["file"]),
            says=str(row["reason"]),
            rows=int(str(row["rows"])),
        )
        for row in rows
    )


def quarantine_counts(rows: "Iterable[Mapping[str, object]]") -> tuple[QuarantineCount, ...]:
    """Count quarantined rows by table, column and reason.

    A row may stand for several: `rows` (or `count`) says how many, one when it is left out.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        key = (str(row.get("table") or ""), str(row.get("column") or ""), str(row.get("reason")))
        counts[key] += int(str(row.get("rows", row.get("count", 1))))
    return tuple(QuarantineCount(*key, rows) for key, rows in sorted(counts.items()))
