"""How often an action was put off because nothing could be checked; what the clocks said last."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("action", sa.Column("waits", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "clock",
        sa.Column("boot", sa.String(), nullable=False),
        sa.Column("wall", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uptime", sa.Float(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("doubt_wall", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubt_uptime", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("boot", name=op.f("pk_clock")),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("clock")
    op.drop_column("action", "waits")
