"""Quarantine: what a row stands for, how many rows it stands for, and when it was mended."""

import sqlalchemy as sa
from alembic import op

from tools.store.migrations.pieces import instant

revision = "0011"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows of before are refused values, one each, that nobody has mended yet."""
    op.add_column(
        "bad_row", sa.Column("kind", sa.String(), nullable=False, server_default="refused")
    )
    op.add_column("bad_row", sa.Column("rows", sa.BigInteger(), nullable=False, server_default="1"))
    op.add_column("bad_row", instant("gone_at", null=True))


def downgrade() -> None:
    """Drop the columns."""
    for column in ("gone_at", "rows", "kind"):
        op.drop_column("bad_row", column)
