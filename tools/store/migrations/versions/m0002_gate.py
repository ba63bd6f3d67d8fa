"""The gate: revisions, decisions, actions, holdouts, the audit chain, people, and slots of jobs."""

import sqlalchemy as sa
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

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "token", "login", "person", "slot", "assignment", "answer", "audit", "holdout", "attempt",
    "action", "decision", "revision",
)  # fmt: skip
KEPT = ("revision", "decision", "audit")
SHOWN = ("account_name", "owner", "segment", "stage", "goal", "channel", "tier")


def upgrade() -> None:
    """Widen the proposal, make the tables, and forbid changes to what must last."""
    for name in ("shown", "editor", *SHOWN):
        op.add_column("proposal", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE proposal SET shown = sha256")
    op.add_column("proposal", whole("snoozed_until", null=True))
    op.add_column("proposal", whole("reminded_day", null=True))
    index("proposal", "status", "play", "value_minor", "id")
    index("proposal", "status", "snoozed_until")
    _decisions()
    _actions()
    _records()
    _people()
    for table in KEPT:
        forbid_changes(table)


def downgrade() -> None:
    """Drop the tables and narrow the proposal."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION kept_for_ever")
    for columns in (("status", "snoozed_until"), ("status", "play", "value_minor", "id")):
        op.drop_index(op.f(f"ix_proposal_{'_'.join(columns)}"), "proposal")
    for name in ("reminded_day", "snoozed_until", *reversed(SHOWN), "editor", "shown"):
        op.drop_column("proposal", name)


def _decisions() -> None:
    op.create_table(
        "revision",
        text("sha256"),
        text("proposal"),
        whole("number"),
        long("envelope"),
        text("editor"),
        instant("created_at"),
        key("revision", "sha256", "proposal"),
        refers("revision", "proposal", "proposal.id"),
    )
    op.create_table(
        "decision",
        whole("seq"),
        text("proposal"),
        text("kind"),
        text("sha256"),
        whole("version"),
        text("who"),
        text("role"),
        text("via"),
        text("reason"),
        long("note"),
        whole("day"),
        whole("seconds", null=True),
        instant("at"),
        key("decision", "seq"),
        refers("decision", "proposal", "proposal.id"),
    )
    index("decision", "proposal", "seq")
    index("decision", "at")
    op.create_table(
        "answer",
        text("who"),
        text("key"),
        text("request"),
        long("body"),
        instant("at"),
        key("answer", "who", "key"),
    )
    op.create_table(
        "assignment",
        text("proposal"),
        text("who"),
        instant("until", null=True),
        key("assignment", "proposal"),
        refers("assignment", "proposal", "proposal.id"),
    )
    index("assignment", "who", "until")


def _actions() -> None:
    op.create_table(
        "action",
        text("id"),
        text("proposal"),
        text("sha256"),
        text("seal"),
        text("account_id"),
        text("contact_id", null=True),
        text("play"),
        text("channel"),
        big("value_minor"),
        text("currency"),
        whole("day"),
        text("status"),
        long("detail"),
        text("receipt"),
        instant("due_at"),
        whole("attempts"),
        text("worker"),
        instant("lease_until", null=True),
        whole("fence"),
        instant("created_at"),
        instant("changed_at"),
        key("action", "id"),
        sa.UniqueConstraint("proposal", name=op.f("uq_action_proposal")),
        refers("action", "proposal", "proposal.id"),
    )
    index("action", "status", "due_at", "id")
    index("action", "account_id", "day")
    index("action", "play", "day")
    op.create_table(
        "attempt",
        text("action"),
        whole("fence"),
        text("sha256"),
        text("channel"),
        text("worker"),
        instant("started_at"),
        instant("ended_at", null=True),
        text("result"),
        long("detail"),
        key("attempt", "action", "fence"),
        refers("attempt", "action", "action.id"),
    )


def _records() -> None:
    op.create_table(
        "holdout",
        text("play"),
        text("account_id"),
        whole("play_version"),
        text("stratum"),
        sa.Column("held", sa.Boolean(), nullable=False),
        text("share"),
        whole("drawn_day"),
        whole("started_day", null=True),
        key("holdout", "play", "account_id"),
    )
    op.create_table(
        "audit",
        whole("seq"),
        instant("at"),
        text("who"),
        text("kind"),
        text("subject"),
        long("body"),
        text("mac"),
        key("audit", "seq"),
    )
    index("audit", "subject")
    op.create_table(
        "slot",
        text("job"),
        text("slot"),
        instant("due_at"),
        text("status"),
        text("worker"),
        instant("lease_until"),
        whole("fence"),
        instant("started_at"),
        instant("ended_at", null=True),
        long("detail"),
        key("slot", "job", "slot"),
    )
    index("slot", "status", "lease_until")


def _people() -> None:
    op.create_table(
        "person",
        text("id"),
        text("mailbox"),
        text("subject", null=True),
        text("name"),
        text("role"),
        text("password"),
        text("totp"),
        big("totp_step"),
        sa.Column("active", sa.Boolean(), nullable=False),
        instant("created_at"),
        key("person", "id"),
        sa.UniqueConstraint("mailbox", name=op.f("uq_person_mailbox")),
        sa.UniqueConstraint("subject", name=op.f("uq_person_subject")),
    )
    op.create_table(
        "login",
        text("sha256"),
        text("person"),
        text("csrf"),
        instant("started_at"),
        instant("seen_at"),
        instant("ends_at"),
        instant("confirmed_at"),
        key("login", "sha256"),
        refers("login", "person", "person.id"),
    )
    index("login", "person")
    op.create_table(
        "token",
        text("sha256"),
        text("prefix"),
        text("person"),
        text("name"),
        text("scopes"),
        sa.Column("agent", sa.Boolean(), nullable=False),
        instant("created_at"),
        instant("ends_at"),
        instant("used_at", null=True),
        instant("revoked_at", null=True),
        key("token", "sha256"),
        refers("token", "person", "person.id"),
    )
    index("token", "person")
