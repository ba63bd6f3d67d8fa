"""The tables, as SQLModel classes; they validate nothing, the records and repositories do."""

from tools.store.tables.loads import BadRowRow, BatchRow, DataFileRow, DocumentRow
from tools.store.tables.queue import ProposalRow
from tools.store.tables.runs import RefusalRow, RunDocumentRow, RunRow, TransitionRow
from tools.store.tables.sends import PauseRow, SendRow, SuppressionRow

__all__ = [
    "BadRowRow", "BatchRow", "DataFileRow", "DocumentRow", "PauseRow", "ProposalRow",
    "RefusalRow", "RunDocumentRow", "RunRow", "SendRow", "SuppressionRow", "TransitionRow",
]  # fmt: skip
