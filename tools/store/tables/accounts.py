"""Tables of the CSM's list: how each account stands, and everything people said of it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field

from tools.store.columns import StoreRow, UtcDateTime


class AccountCareRow(StoreRow, table=True):
    """How an account of the list stands now; the version is what a change is compared with."""

    __tablename__ = "account_care"

    account_id: str = Field(primary_key=True)
    version: int
    kind: str
    who: str
    until_day: int | None = None
    changed_at: datetime = Field(sa_type=UtcDateTime)


class AccountDeedRow(StoreRow, table=True):
    """One thing a person said of an account, with what the list said of it then."""

    __tablename__ = "account_deed"
    __table_args__: ClassVar = (Index(None, "account_id", "seq"), Index(None, "day"))

    seq: int | None = Field(default=None, primary_key=True)
    account_id: str
    kind: str
    version: int
    who: str
    role: str
    via: str
    reason: str
    note: str = Field(sa_type=Text)
    until_day: int | None = None
    play: str
    goal: str = ""
    channel: str = ""
    value_minor: int = Field(sa_type=BigInteger)
    currency: str
    reasons: str = Field(sa_type=Text)
    as_of: int
    day: int
    at: datetime = Field(sa_type=UtcDateTime)
