"""What people say of accounts names the goal and the channel; a morning can be run again."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Callable

    from alembic.operations import BatchOperations

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

ONE_A_DAY = "uq_proposal_as_of_account_id"
STANDS = sa.text("status <> 'superseded'")


def upgrade() -> None:
    """Add the columns; of several attempts at a day one proposal of an account stands."""
    for name in ("goal", "channel"):
        op.add_column(
            "account_deed", sa.Column(name, sa.String(), nullable=False, server_default="")
        )
    op.add_column("run", sa.Column("attempt", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("batch", sa.Column("as_of", sa.Integer(), nullable=True))
    _rebuild(lambda table: table.drop_constraint(op.f(ONE_A_DAY), type_="unique"))
    op.create_index(
        op.f(ONE_A_DAY),
        "proposal",
        ["as_of", "account_id"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    """Take them back; what a second attempt superseded is in the way and must go first."""
    op.drop_index(op.f(ONE_A_DAY), "proposal")
    _rebuild(lambda table: table.create_unique_constraint(op.f(ONE_A_DAY), ["as_of", "account_id"]))
    op.drop_column("batch", "as_of")
    op.drop_column("run", "attempt")
    for name in ("channel", "goal"):
        op.drop_column("account_deed", name)


def _rebuild(change: "Callable[[BatchOperations], None]") -> None:
    """Change the table of proposals; SQLite copies it, and its triggers are made again."""
    connection = op.get_bind()
    triggers = []
    if connection.dialect.name == "sqlite":
        named = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'proposal'"
        triggers = [row[0] for row in connection.execute(sa.text(named))]
    with op.batch_alter_table("proposal") as table:
        change(table)
    for trigger in triggers:
        connection.exec_driver_sql(trigger)
