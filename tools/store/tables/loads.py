"""Tables of what was loaded: batches, their files, quarantine, and documents."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field

from tools.store.columns import StoreRow, UtcDateTime


class BatchRow(StoreRow, table=True):
    """One load; a file without its batch does not exist for a reader."""

    __tablename__ = "batch"

    id: str = Field(primary_key=True)
    source: str
    rows: int = Field(sa_type=BigInteger)
    committed_at: datetime = Field(sa_type=UtcDateTime)
    as_of: int | None = None


class DataFileRow(StoreRow, table=True):
    """One immutable Parquet file of a batch."""

    __tablename__ = "data_file"

    path: str = Field(primary_key=True)
    table: str
    kind: str
    rows: int = Field(sa_type=BigInteger)
    min_day: int | None = None
    max_day: int | None = None
    min_known: int | None = None
    max_known: int | None = None
    sha256: str
    batch: str = Field(foreign_key="batch.id", index=True)


class BadRowRow(StoreRow, table=True):
    """One row in quarantine; `seq` keeps the order of the file.

    `gone_at` is when its file was read again without it: somebody mended it.
    """

    __tablename__ = "bad_row"
    __table_args__: ClassVar = (Index(None, "table", "column"),)

    batch: str = Field(primary_key=True, foreign_key="batch.id")
    seq: int = Field(primary_key=True)
    table: str
    file: str
    line: int = Field(sa_type=BigInteger)
    column: str
    value: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    kind: str = Field(default="refused", sa_column_kwargs={"server_default": "refused"})
    rows: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DocumentRow(StoreRow, table=True):
    """A text under its own hash: a policy, economics, the definition of a model."""

    __tablename__ = "document"

    sha256: str = Field(primary_key=True)
    text: str = Field(sa_type=Text)
