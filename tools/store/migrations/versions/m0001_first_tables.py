"""The first tables: loads, runs, the queue, sends; and the seal on a proposal's bytes."""

import sqlalchemy as sa
from alembic import op

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


def _text(name: str, *rest: sa.ForeignKey, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), *rest, nullable=null)


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _int(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=null)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _instant(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _loads() -> None:
    op.create_table(
        "batch", _text("id"), _text("source"), _big("rows"), _instant("committed_at"),
        _key("batch", "id"),
    )  # fmt: skip
    op.create_table(
        "data_file", _text("path"), _text("table"), _text("kind"), _big("rows"),
        _int("min_day", null=True), _int("max_day", null=True),
        _int("min_known", null=True), _int("max_known", null=True),
        _text("sha256"), _text("batch"),
        _key("data_file", "path"), _refers("data_file", "batch", "batch.id"),
    )  # fmt: skip
    _index("data_file", "batch")


def _bad_rows() -> None:
    op.create_table(
        "bad_row", _text("batch"), _int("seq"), _text("table"), _text("file"), _big("line"),
        _text("column"), _long("value"), _long("reason"),
        _key("bad_row", "batch", "seq"), _refers("bad_row", "batch", "batch.id"),
    )  # fmt: skip
    _index("bad_row", "table", "column")


def _runs() -> None:
    op.create_table("document", _text("sha256"), _long("text"), _key("document", "sha256"))
    op.create_table(
        "run", _text("id"), _int("as_of"), _text("status"), _text("fingerprint"),
        _long("summary"), _instant("started_at"), _instant("finished_at", null=True),
        _key("run", "id"), sa.UniqueConstraint("as_of", name=op.f("uq_run_as_of")),
    )  # fmt: skip
    op.create_table(
        "run_document", _text("run"), _text("name"), _text("sha256"),
        _key("run_document", "run", "name"), _refers("run_document", "run", "run.id"),
        _refers("run_document", "sha256", "document.sha256"),
    )  # fmt: skip


def _transitions() -> None:
    op.create_table(
        "transition", _text("kind"), _text("entity_id"), _int("as_of"), _int("effective_day"),
        _text("to_stage"), _text("from_stage", null=True), _int("observed_day"),
        _int("superseded_as_of", null=True), _long("because"), _text("rule_version"),
        _text("skipped"),
        _key("transition", "kind", "entity_id", "as_of", "effective_day", "to_stage"),
    )  # fmt: skip
    _index("transition", "as_of")
    _index("transition", "superseded_as_of")


def _refusals() -> None:
    op.create_table(
        "refusal", _text("account_id"), _int("as_of"), _text("play"), _text("rule_id"),
        _long("reason"), _key("refusal", "account_id", "as_of", "play", "rule_id"),
    )  # fmt: skip
    _index("refusal", "as_of")


def _proposals() -> None:
    op.create_table(
        "proposal", _text("id"), _int("as_of"), _text("account_id"),
        _text("contact_id", null=True), _text("play"), _text("status"), _long("status_reason"),
        _big("value_minor"), _text("currency"), _long("envelope"), _text("sha256"),
        _text("substance"), _int("expires_day"), _text("supersedes", null=True),
        _text("superseded_by", null=True), _int("decided_day", null=True), _int("version"),
        _instant("created_at"), _instant("changed_at"),
        _key("proposal", "id"),
        sa.UniqueConstraint("as_of", "account_id", name=op.f("uq_proposal_as_of_account_id")),
        _refers("proposal", "supersedes", "proposal.id"),
        _refers("proposal", "superseded_by", "proposal.id"),
    )  # fmt: skip


def _proposal_indexes() -> None:
    _index("proposal", "account_id", "decided_day")
    _index("proposal", "status", "value_minor", "id")
    pending = sa.text("status = 'pending'")
    op.create_index(
        "uq_proposal_pending_account", "proposal", ["account_id"],
        unique=True, sqlite_where=pending, postgresql_where=pending,
    )  # fmt: skip


def _sends() -> None:
    op.create_table(
        "send", _text("id"), _text("contact_id", null=True), _text("account_id"),
        _text("channel"), _text("play"), _int("day"), _instant("recorded_at"),
        _key("send", "id"),
    )  # fmt: skip
    _index("send", "account_id", "day")


def _switches() -> None:
    op.create_table(
        "suppression", _text("key"), _text("channel"), _long("reason"), _instant("since"),
        _key("suppression", "key", "channel"),
    )  # fmt: skip
    op.create_table(
        "pause", _int("seq"), _text("scope"), sa.Column("on", sa.Boolean(), nullable=False),
        _instant("since"), _text("who"), _long("reason"), _key("pause", "seq"),
    )  # fmt: skip
    _index("pause", "scope", "seq")


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
