"""Does each source still speak, at its own rhythm?"""

from typing import TYPE_CHECKING

from tools.reports.audit.model import AuditFinding, Freshness, share_of
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.reports.audit.catalogue import Catalogue
    from tools.warehouse.engine import Engine

RHYTHM_DAYS = 14  # fewer days with rows tell no rhythm
QUIET_DAYS = 7  # a week of silence is the least that is worth a word
MOST_DAYS = 0.5  # a source that speaks on half of its days is expected to speak every week


def read_freshness(as_of: int, engine: "Engine") -> tuple[Freshness, ...]:
    """One row per table and source, from relation `audit_day`."""
    rows = engine.run(read_sql(__package__, "freshness")).to_pylist()
    found = []
    for row in rows:
        first, latest = row["first_day"], row["latest_day"]
        behind = silent = None
        if first is not None:
            behind, silent = as_of - 1 - latest, latest - first + 1 - row["days"]
        found.append(
            Freshness(
                row["tbl"],
                row["source"],
                row["n"],
                first,
                latest,
                behind,
                silent or 0,
                row["longest_gap"] or 0,
            )
        )
    return tuple(found)


def rhythm_findings(freshness: "Sequence[Freshness]", book: "Catalogue") -> list[AuditFinding]:
    """Sources silent for longer than ever before, and long silences of lively ones."""
    found = []
    for row in freshness:
        span, spoke = _spans(row)
        if spoke < RHYTHM_DAYS or row.days_behind is None:
            continue
        if overdue(row):
            found.append(_finding(book, "stale", row, row.days_behind, span + row.days_behind))
        if row.longest_gap >= QUIET_DAYS and spoke >= MOST_DAYS * span:
            found.append(_finding(book, "silence", row, row.longest_gap, span))
    return found


def overdue(row: Freshness) -> bool:
    """Whether a source that has a rhythm has been silent twice as long as ever before."""
    if row.days_behind is None or _spans(row)[1] < RHYTHM_DAYS:
        return False
    return row.days_behind > max(QUIET_DAYS, 2 * row.longest_gap)


def _spans(row: Freshness) -> tuple[int, int]:
    """Days from the first to the latest with a row, and on how many of them it spoke."""
    if row.first_day is None or row.latest_day is None:
        return 0, 0
    span = row.latest_day - row.first_day + 1
    return span, span - row.silent_days


def _finding(book: "Catalogue", code: str, row: Freshness, days: int, span: int) -> AuditFinding:
    check, share = book.check(code), share_of(days, span)
    subject = f"{row.table} from {row.source}"
    return AuditFinding(
        check.section,
        code,
        check.severity_at(share),
        subject,
        check.says,
        days,
        row.rows,
        span,
        share,
        (),
        check.do,
    )
