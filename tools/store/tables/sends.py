"""Tables the judge reads: what left, who must receive nothing, and what is paused."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, Text
from sqlmodel import Field

from tools.store.columns import StoreRow, UtcDateTime


class SendRow(StoreRow, table=True):
    """One message that left."""

    __tablename__ = "send"
    __table_args__: ClassVar = (
        Index(None, "account_id", "day"),
        Index(None, "address_key", "day"),
    )

    id: str = Field(primary_key=True)
    contact_id: str | None = None
    account_id: str
    channel: str
    play: str
    day: int
    address_key: str | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class SuppressionRow(StoreRow, table=True):
    """An address, as a keyed hash, that receives nothing by a channel; it survives erasure."""

    __tablename__ = "suppression"

    key: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    reason: str = Field(sa_type=Text)
    since: datetime = Field(sa_type=UtcDateTime)


class PauseRow(StoreRow, table=True):
    """One flip of a switch; the last one of a scope holds."""

    __tablename__ = "pause"
    __table_args__: ClassVar = (Index(None, "scope", "seq"),)

    seq: int | None = Field(default=None, primary_key=True)
    scope: str
    on: bool
    since: datetime = Field(sa_type=UtcDateTime)
    who: str
    reason: str = Field(sa_type=Text)
