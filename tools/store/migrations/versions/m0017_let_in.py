"""Whether anybody was let in by an entry of the chain is asked at every decision: by an index.

It holds only those entries, so that every other one is written as quickly as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LET_IN = sa.text("kind = 'let_in'")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_audit_let_in", "audit", ["seq"], sqlite_where=LET_IN, postgresql_where=LET_IN
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_audit_let_in", "audit")
