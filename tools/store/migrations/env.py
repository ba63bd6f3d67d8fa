"""Alembic runs this file; the connection comes from `tools.store.migrate`, with its transaction."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString

import tools.store.tables  # noqa: F401 - puts the tables into the catalogue
from tools.store.columns import StoreRow, UtcDateTime


def plain(kind: str, column_type: Any, _: object) -> str | Literal[False]:
    """Write our column types as SQLAlchemy's own, so that a migration never imports our code."""
    if kind == "type" and isinstance(column_type, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(column_type, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=StoreRow.metadata,
    render_as_batch=True,
    render_item=plain,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
