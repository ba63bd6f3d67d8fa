"""Tables of what a run did: the run, its documents, transitions and refusals."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from tools.store.columns import StoreRow, UtcDateTime


class RunRow(StoreRow, table=True):
    """The run of one day."""

    __tablename__ = "run"

    id: str = Field(primary_key=True)
    as_of: int = Field(unique=True)
    status: str
    fingerprint: str
    summary: str = Field(sa_type=Text)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempt: int = 0


class RunDocumentRow(StoreRow, table=True):
    """A text that a run used, under the name it used it by."""

    __tablename__ = "run_document"

    run: str = Field(primary_key=True, foreign_key="run.id")
    name: str = Field(primary_key=True)
    sha256: str = Field(foreign_key="document.sha256")


class TransitionRow(StoreRow, table=True):
    """One change of stage; the whole key is what makes it that change."""

    __tablename__ = "transition"

    kind: str = Field(primary_key=True)
    entity_id: str = Field(primary_key=True)
    as_of: int = Field(primary_key=True, index=True)
    effective_day: int = Field(primary_key=True)
    to_stage: str = Field(primary_key=True)
    from_stage: str | None = None
    observed_day: int
    superseded_as_of: int | None = Field(default=None, index=True)
    because: str = Field(sa_type=Text)
    rule_version: str
    skipped: str


class RefusalRow(StoreRow, table=True):
    """Why a play was not proposed to an account."""

    __tablename__ = "refusal"

    account_id: str = Field(primary_key=True)
    as_of: int = Field(primary_key=True, index=True)
    play: str = Field(primary_key=True)
    rule_id: str = Field(primary_key=True)
    reason: str = Field(sa_type=Text)
