"""The first tables: loads, runs, the queue, sends; and the seal on a proposal's bytes."""

import sqlalchemy as sa
from alembic import op

from tools.store.migrations.pieces import big, index, instant, key, long, refers, text, whole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "refusal", "transition", "run_document", "run", "document", "bad_row", "data_file", "batch",
    "pause", "suppression", "send", "proposal",
)  # fmt: skip
SEALED = "the bytes of a proposal never change"


def upgrade() -> None:
    """Make every table."""
    _loads()
    _bad_rows()
    _runs()
    _transitions()
    _refusals()
    _proposals()
    _proposal_indexes()
    _sends()
    _switches()
    _seal()


def downgrade() -> None:
    """Drop every table; on PostgreSQL the seal's function too."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION proposal_sealed")


def _loads() -> None:
    op.create_table(
        "batch",
        text("id"),
        text("source"),
        big("rows"),
        instant("committed_at"),
        key("batch", "id"),
    )
    op.create_table(
        "data_file",
        text("path"),
        text("table"),
        text("kind"),
        big("rows"),
        whole("min_day", null=True),
        whole("max_day", null=True),
        whole("min_known", null=True),
        whole("max_known", null=True),
        text("sha256"),
        text("batch"),
        key("data_file", "path"),
        refers("data_file", "batch", "batch.id"),
    )
    index("data_file", "batch")


def _bad_rows() -> None:
    op.create_table(
        "bad_row",
        text("batch"),
        whole("seq"),
        text("table"),
        text("file"),
        big("line"),
        text("column"),
        long("value"),
        long("reason"),
        key("bad_row", "batch", "seq"),
        refers("bad_row", "batch", "batch.id"),
    )
    index("bad_row", "table", "column")


def _runs() -> None:
    op.create_table("document", text("sha256"), long("text"), key("document", "sha256"))
    op.create_table(
        "run",
        text("id"),
        whole("as_of"),
        text("status"),
        text("fingerprint"),
        long("summary"),
        instant("started_at"),
        instant("finished_at", null=True),
        key("run", "id"),
        sa.UniqueConstraint("as_of", name=op.f("uq_run_as_of")),
    )
    op.create_table(
        "run_document",
        text("run"),
        text("name"),
        text("sha256"),
        key("run_document", "run", "name"),
        refers("run_document", "run", "run.id"),
        refers("run_document", "sha256", "document.sha256"),
    )


def _transitions() -> None:
    op.create_table(
        "transition",
        text("kind"),
        text("entity_id"),
        whole("as_of"),
        whole("effective_day"),
        text("to_stage"),
        text("from_stage", null=True),
        whole("observed_day"),
        whole("superseded_as_of", null=True),
        long("because"),
        text("rule_version"),
        text("skipped"),
        key("transition", "kind", "entity_id", "as_of", "effective_day", "to_stage"),
    )
    index("transition", "as_of")
    index("transition", "superseded_as_of")


def _refusals() -> None:
    op.create_table(
        "refusal",
        text("account_id"),
        whole("as_of"),
        text("play"),
        text("rule_id"),
        long("reason"),
        key("refusal", "account_id", "as_of", "play", "rule_id"),
    )
    index("refusal", "as_of")


def _proposals() -> None:
    op.create_table(
        "proposal",
        text("id"),
        whole("as_of"),
        text("account_id"),
        text("contact_id", null=True),
        text("play"),
        text("status"),
        long("status_reason"),
        big("value_minor"),
        text("currency"),
        long("envelope"),
        text("sha256"),
        text("substance"),
        whole("expires_day"),
        text("supersedes", null=True),
        text("superseded_by", null=True),
        whole("decided_day", null=True),
        whole("version"),
        instant("created_at"),
        instant("changed_at"),
        key("proposal", "id"),
        sa.UniqueConstraint("as_of", "account_id", name=op.f("uq_proposal_as_of_account_id")),
        refers("proposal", "supersedes", "proposal.id"),
        refers("proposal", "superseded_by", "proposal.id"),
    )


def _proposal_indexes() -> None:
    index("proposal", "account_id", "decided_day")
    index("proposal", "status", "value_minor", "id")
    pending = sa.text("status = 'pending'")
    op.create_index(
        "uq_proposal_pending_account",
        "proposal",
        ["account_id"],
        unique=True,
        sqlite_where=pending,
        postgresql_where=pending,
    )


def _sends() -> None:
    op.create_table(
        "send",
        text("id"),
        text("contact_id", null=True),
        text("account_id"),
        text("channel"),
        text("play"),
        whole("day"),
        instant("recorded_at"),
        key("send", "id"),
    )
    index("send", "account_id", "day")


def _switches() -> None:
    op.create_table(
        "suppression",
        text("key"),
        text("channel"),
        long("reason"),
        instant("since"),
        key("suppression", "key", "channel"),
    )
    op.create_table(
        "pause",
        whole("seq"),
        text("scope"),
        sa.Column("on", sa.Boolean(), nullable=False),
        instant("since"),
        text("who"),
        long("reason"),
        key("pause", "seq"),
    )
    index("pause", "scope", "seq")


def _seal() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER proposal_sealed BEFORE UPDATE OF id, as_of, account_id, contact_id,"
            " play, value_minor, currency, envelope, sha256, substance, expires_day ON proposal"
            f" BEGIN SELECT RAISE(ABORT, '{SEALED}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION proposal_sealed() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{SEALED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER proposal_sealed BEFORE UPDATE OF id, as_of, account_id, contact_id,"
        " play, value_minor, currency, envelope, sha256, substance, expires_day ON proposal"
        " FOR EACH ROW EXECUTE FUNCTION proposal_sealed()"
    )
