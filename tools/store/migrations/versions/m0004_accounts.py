"""The CSM's list: how accounts stand, and what people said of them."""

from alembic import op

from tools.store.migrations.pieces import big, index, instant, key, long, text, whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "account_care",
        text("account_id"),
        whole("version"),
        text("kind"),
        text("who"),
        whole("until_day", null=True),
        instant("changed_at"),
        key("account_care", "account_id"),
    )
    op.create_table(
        "account_deed",
        whole("seq"),
        text("account_id"),
        text("kind"),
        whole("version"),
        text("who"),
        text("role"),
        text("via"),
        text("reason"),
        long("note"),
        whole("until_day", null=True),
        text("play"),
        big("value_minor"),
        text("currency"),
        long("reasons"),
        whole("as_of"),
        whole("day"),
        instant("at"),
        key("account_deed", "seq"),
    )
    index("account_deed", "account_id", "seq")
    index("account_deed", "day")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("account_deed")
    op.drop_table("account_care")
