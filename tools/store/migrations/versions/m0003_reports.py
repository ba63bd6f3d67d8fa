"""The archive of reports, which is only ever longer, and their way to their readers."""

from alembic import op

from tools.store.migrations.pieces import (
    big,
    forbid_changes,
    index,
    instant,
    key,
    long,
    refers,
    text,
    whole,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "report",
        text("id"),
        text("kind"),
        whole("as_of"),
        whole("first_day"),
        instant("made_at"),
        key("report", "id"),
    )
    index("report", "kind")
    op.create_table(
        "report_file",
        text("report"),
        text("name"),
        text("sha256"),
        big("bytes"),
        key("report_file", "report", "name"),
        refers("report_file", "report", "report.id"),
    )
    op.create_table(
        "report_post",
        text("report"),
        text("recipient"),
        text("status"),
        long("detail"),
        instant("changed_at"),
        key("report_post", "report", "recipient"),
    )
    for table in ("report", "report_file"):
        forbid_changes(table)


def downgrade() -> None:
    """Drop the tables."""
    for table in ("report_post", "report_file", "report"):
        op.drop_table(table)
