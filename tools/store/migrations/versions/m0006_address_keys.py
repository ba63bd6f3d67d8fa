"""To which address something went, as a keyed hash: caps count by address, whoever has it."""

import sqlalchemy as sa
from alembic import op

from tools.store.migrations.pieces import index

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("send", "action")


def upgrade() -> None:
    """Add the column to what left and to what will; what was before has none."""
    for table in TABLES:
        op.add_column(table, sa.Column("address_key", sa.String(), nullable=True))
        index(table, "address_key", "day")


def downgrade() -> None:
    """Drop it."""
    for table in TABLES:
        op.drop_index(op.f(f"ix_{table}_address_key_day"), table)
        op.drop_column(table, "address_key")
