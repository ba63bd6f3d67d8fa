"""The tables, as SQLModel classes; they validate nothing, the records and repositories do."""

from tools.store.tables.accounts import AccountCareRow, AccountDeedRow
from tools.store.tables.erasing import ErasedKeyRow, ErasureRow
from tools.store.tables.gate import (
    ActionRow,
    AnswerRow,
    AssignmentRow,
    AttemptRow,
    AuditRow,
    ClockRow,
    DecisionRow,
    HoldoutRow,
    LoginRow,
    PersonRow,
    RevisionRow,
    SlotRow,
    TokenRow,
)
from tools.store.tables.loads import BadRowRow, BatchRow, DataFileRow, DocumentRow
from tools.store.tables.queue import ProposalRow
from tools.store.tables.reports import ReportFileRow, ReportPostRow, ReportRow
from tools.store.tables.runs import RefusalRow, RunDocumentRow, RunRow, TransitionRow
from tools.store.tables.sends import PauseRow, SendRow, SuppressionRow

__all__ = [
    "AccountCareRow", "AccountDeedRow",
    "ActionRow", "AnswerRow", "AssignmentRow", "AttemptRow", "AuditRow", "BadRowRow", "BatchRow",
    "ClockRow",
    "DataFileRow", "DecisionRow", "DocumentRow", "ErasedKeyRow", "ErasureRow", "HoldoutRow",
    "LoginRow", "PauseRow", "PersonRow", "ProposalRow", "RefusalRow", "ReportFileRow",
    "ReportPostRow", "ReportRow", "RevisionRow", "RunDocumentRow", "RunRow", "SendRow", "SlotRow",
    "SuppressionRow", "TokenRow", "TransitionRow",
]  # fmt: skip
