"""Column types and text cleaning that SQLite and PostgreSQL need alike."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, MetaData
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from tools.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
LONGEST = 500
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StoreRow(SQLModel):
    """The base of our tables: named constraints, in a catalogue of its own."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: a naive one is refused, any other is stored and read in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: "Dialect") -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn an aware datetime to UTC.

        Raises:
            BadInput: when the datetime has no zone.
        """
        if value is None:
            return None
        if value.utcoffset() is None:
            raise BadInput(f"{value.isoformat()} has no time zone; instants must have one")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: "Dialect") -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the zone back, which SQLite drops."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def storable(text: str, longest: int = LONGEST) -> str:
    """Foreign text as any database takes it: NUL and lone surrogates escaped, cut when long."""
    clean = _UNSTORABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"
