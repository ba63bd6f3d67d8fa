"""Erasures: their tables, and the one change that what is kept for ever lets an erasure make.

While an erasure is under way, an envelope may become its tombstone, a note may lose its words and
an id may become the erasure's; hash, seal, values and every other column stay as they were.
"""

from alembic import op

from tools.store.migrations.pieces import (
    forbid_changes,
    index,
    instant,
    key,
    long,
    refers,
    text,
)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = ("revision", "decision", "report_file")
SEALED = "the bytes of a proposal never change"
UNDER_WAY = "SELECT 1 FROM erasure WHERE status = 'begun'"
TOMBSTONE = (
    "NEW.envelope = OLD.envelope OR NEW.envelope IN "
    "(SELECT '{\"erased\":\"' || id || '\"}' FROM erasure WHERE status = 'begun')"
)
PROPOSAL = ("id", "as_of", "play", "value_minor", "currency", "sha256", "substance", "expires_day")
GUARDED = (*PROPOSAL, "account_id", "contact_id", "envelope")
REVISION = ("sha256", "proposal", "number", "editor", "created_at")
DECISION = (
    "seq", "proposal", "kind", "sha256", "version", "who", "role", "via", "reason", "day",
    "seconds", "at",
)  # fmt: skip
FILE = "NEW.report = OLD.report AND NEW.name = OLD.name AND OLD.name = 'members.parquet'"
ERASURE = (  # while it goes on; afterwards another one may take a name out of its reason
    "NEW.id = OLD.id AND (OLD.status = 'begun' OR (NEW.status = OLD.status AND NEW.plan = OLD.plan"
    f" AND EXISTS ({UNDER_WAY})))"
)
ERASED_ID = "NEW.{0} IS NOT DISTINCT FROM OLD.{0} OR NEW.{0} LIKE '%erased_e%'"


def upgrade() -> None:
    """Make the tables, and let the triggers tell an erasure from any other change."""
    op.create_table(
        "erasure",
        text("id"),
        text("status"),
        text("who"),
        long("reason"),
        long("plan"),
        instant("begun_at"),
        instant("ended_at", null=True),
        key("erasure", "id"),
    )
    op.create_table(
        "erased_key",
        text("key"),
        text("kind"),
        text("erasure"),
        key("erased_key", "key"),
        refers("erased_key", "erasure", "erasure.id"),
    )
    index("erased_key", "erasure")
    _drop_old()
    ids = [ERASED_ID.format(name) for name in ("account_id", "contact_id")]
    _guard("proposal", "sealed", GUARDED, SEALED, _but(PROPOSAL, TOMBSTONE, *ids))
    _guard("revision", "no_update", (), _kept("revision"), _but(REVISION, TOMBSTONE))
    note = "NEW.note = OLD.note OR NEW.note LIKE '%erased%'"
    _guard("decision", "no_update", (), _kept("decision"), _but(DECISION, note))
    _guard("erasure", "no_update", (), _kept("erasure"), ERASURE)
    _guard("erased_key", "no_update", (), _kept("erased_key"), "1 = 0")
    _guard("report_file", "no_update", (), _kept("report_file"), f"EXISTS ({UNDER_WAY}) AND {FILE}")
    for table in (*KEPT, "erasure", "erased_key"):
        _no_delete(table)


def downgrade() -> None:
    """Drop the tables, and let the triggers refuse everything again."""
    _drop("proposal", "sealed")
    for table in (*KEPT, "erasure", "erased_key"):
        _drop(table, "no_update")
        _drop(table, "no_delete")
    for table in ("erased_key", "erasure"):
        op.drop_table(table)
    if _is_sqlite():
        _guard("proposal", "sealed", GUARDED, SEALED, "1 = 0")
        for table in KEPT:
            forbid_changes(table)
        return
    op.execute(
        "CREATE FUNCTION proposal_sealed() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{SEALED}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER proposal_sealed BEFORE UPDATE OF {', '.join(GUARDED)} ON proposal"
        " FOR EACH ROW EXECUTE FUNCTION proposal_sealed()"
    )
    for table in KEPT:
        forbid_changes(table)


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _kept(table: str) -> str:
    return f"a {table} is kept as it was written"


def _but(columns: tuple[str, ...], *may: str) -> str:
    """What an erasure may do: nothing to the columns, and to others what is said."""
    same = [f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in columns]
    return " AND ".join([f"EXISTS ({UNDER_WAY})", *same, *(f"({one})" for one in may)])


def _drop_old() -> None:
    if _is_sqlite():
        op.execute("DROP TRIGGER proposal_sealed")
        for table in KEPT:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        return
    op.execute("DROP TRIGGER proposal_sealed ON proposal")
    op.execute("DROP FUNCTION proposal_sealed")
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_kept ON {table}")


def _drop(table: str, name: str) -> None:
    if _is_sqlite():
        op.execute(f"DROP TRIGGER {table}_{name}")
        return
    op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
    if name != "no_delete":
        op.execute(f"DROP FUNCTION {table}_{name}")


def _guard(table: str, name: str, columns: tuple[str, ...], why: str, unless: str) -> None:
    """Refuse every update of some columns, or of any, unless a condition holds."""
    of = f" OF {', '.join(columns)}" if columns else ""
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE UPDATE{of} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{why}') WHERE NOT ({unless}); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {unless} THEN RETURN NEW; END IF; RAISE EXCEPTION '{why}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE UPDATE{of} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_{name}()"
    )


def _no_delete(table: str) -> None:
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{_kept(table)}'); END"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION kept_for_ever()"
    )
