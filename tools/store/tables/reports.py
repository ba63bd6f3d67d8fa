"""Tables of the archive of reports: what was reported, and to whom it went."""

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from tools.store.columns import StoreRow, UtcDateTime


class ReportRow(StoreRow, table=True):
    """A report as it was made; a trigger refuses to change or delete one."""

    __tablename__ = "report"

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    as_of: int
    first_day: int
    made_at: datetime = Field(sa_type=UtcDateTime)


class ReportFileRow(StoreRow, table=True):
    """One file of a report, by the hash of its bytes; a trigger refuses to change or delete one."""

    __tablename__ = "report_file"

    report: str = Field(primary_key=True, foreign_key="report.id")
    name: str = Field(primary_key=True)
    sha256: str
    bytes: int = Field(sa_type=BigInteger)


class ReportPostRow(StoreRow, table=True):
    """A report on its way to one of our own people."""

    __tablename__ = "report_post"

    report: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    status: str
    detail: str = Field(sa_type=Text)
    changed_at: datetime = Field(sa_type=UtcDateTime)
