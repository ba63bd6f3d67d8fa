"""The table of proposals: one that stands per account and day, one undecided per account."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field

from tools.store.columns import StoreRow, UtcDateTime

PENDING = text("status = 'pending'")
STANDS = text("status <> 'superseded'")


class ProposalRow(StoreRow, table=True):
    """One frozen envelope; a trigger refuses to change its bytes (see the first migration)."""

    __tablename__ = "proposal"
    __table_args__: ClassVar = (
        Index(
            "uq_proposal_as_of_account_id",
            "as_of",
            "account_id",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
        Index(
            "uq_proposal_pending_account",
            "account_id",
            unique=True,
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
        Index(None, "status", "value_minor", "id"),
        Index(None, "account_id", "decided_day"),
        Index(None, "status", "play", "value_minor", "id"),
        Index(None, "status", "snoozed_until"),
    )

    id: str = Field(primary_key=True)
    as_of: int
    account_id: str
    contact_id: str | None = None
    play: str
    status: str
    status_reason: str = Field(sa_type=Text)
    value_minor: int = Field(sa_type=BigInteger)
    currency: str
    envelope: str = Field(sa_type=Text)
    sha256: str
    substance: str
    expires_day: int
    supersedes: str | None = Field(default=None, foreign_key="proposal.id")
    superseded_by: str | None = Field(default=None, foreign_key="proposal.id")
    decided_day: int | None = None
    version: int
    shown: str
    editor: str
    snoozed_until: int | None = None
    reminded_day: int | None = None
    account_name: str
    owner: str
    segment: str
    stage: str
    goal: str
    channel: str
    tier: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
