"""Do the sources agree on who the customers are, and may they be believed?"""

from tools.reports.audit.ahead import rows_ahead
from tools.reports.audit.html import as_page
from tools.reports.audit.measure import audit
from tools.reports.audit.model import (
    AuditFinding,
    AuditReport,
    Freshness,
    MatchRate,
    QuarantineCount,
    file_remarks,
    quarantine_counts,
)
from tools.reports.audit.text import as_json, as_text

__all__ = [
    "AuditFinding",
    "AuditReport",
    "Freshness",
    "MatchRate",
    "QuarantineCount",
    "as_json",
    "as_page",
    "as_text",
    "audit",
    "file_remarks",
    "quarantine_counts",
    "rows_ahead",
]
