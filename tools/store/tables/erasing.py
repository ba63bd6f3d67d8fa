"""Tables of erasures: who was erased, as keyed hashes alone."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from tools.store.columns import StoreRow, UtcDateTime


class ErasureRow(StoreRow, table=True):
    """One erasure; `plan` is sealed, and empty once nothing is left to look for."""

    __tablename__ = "erasure"

    id: str = Field(primary_key=True)
    status: str
    who: str
    reason: str = Field(sa_type=Text)
    plan: str = Field(sa_type=Text)
    begun_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ErasedKeyRow(StoreRow, table=True):
    """A keyed hash by which an erased person is known again; a trigger keeps it for ever."""

    __tablename__ = "erased_key"

    key: str = Field(primary_key=True)
    kind: str
    erasure: str = Field(foreign_key="erasure.id", index=True)
