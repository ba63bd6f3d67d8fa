"""What is kept for ever is not replaced, put in between or truncated by a hand in the database.

SQLite deletes what an INSERT OR REPLACE replaces without asking the triggers of DELETE, unless the
connection says `recursive_triggers`; so the INSERT is refused itself. PostgreSQL's TRUNCATE asks
no trigger of a row.
"""

from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

# A table and what tells that a new row would take the place of one; those of the second kind are
# written with ON CONFLICT DO NOTHING, so that the old row stays and nothing is raised.
REFUSED = {
    "audit": "NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit)",
    "decision": "EXISTS (SELECT 1 FROM decision WHERE seq = NEW.seq)",
    "revision": (
        "EXISTS (SELECT 1 FROM revision WHERE sha256 = NEW.sha256 AND proposal = NEW.proposal)"
    ),
    "erasure": "EXISTS (SELECT 1 FROM erasure WHERE id = NEW.id)",
    "pause": "EXISTS (SELECT 1 FROM pause WHERE seq = NEW.seq)",
}
IGNORED = {
    "proposal": "EXISTS (SELECT 1 FROM proposal WHERE id = NEW.id)",
    "erased_key": "EXISTS (SELECT 1 FROM erased_key WHERE key = NEW.key)",
    "holdout": (
        "EXISTS (SELECT 1 FROM holdout WHERE play = NEW.play AND account_id = NEW.account_id)"
    ),
    "send": "EXISTS (SELECT 1 FROM send WHERE id = NEW.id)",
}
WHOLE = ("audit", "decision", "revision", "erasure", "erased_key", "report_file")


def upgrade() -> None:
    """Make the triggers."""
    if op.get_bind().dialect.name == "sqlite":
        for table, when in REFUSED.items():
            _sqlite(table, when, f"ABORT, '{_why(table)}'")
        for table, when in IGNORED.items():
            _sqlite(table, when, "IGNORE")
        return
    for table in WHOLE:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION kept_for_ever()"
        )


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().dialect.name == "sqlite":
        for table in (*REFUSED, *IGNORED):
            op.execute(f"DROP TRIGGER {table}_no_replace")
        return
    for table in WHOLE:
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")


def _why(table: str) -> str:
    return f"a {table} is kept as it was written"


def _sqlite(table: str, when: str, what: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {when}"
        f" BEGIN SELECT RAISE({what}); END"
    )
