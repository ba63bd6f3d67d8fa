"""An erasure may archive any file of a report anew, not only who is behind its figures.

A report may name a person in its words: a campaign, a plan, a company of one. Its page, print and
tables are then made again without them; which report and which file it is never changes.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

WHY = "a report_file is kept as it was written"
UNDER_WAY = "EXISTS (SELECT 1 FROM erasure WHERE status = 'begun')"
SAME = "NEW.report = OLD.report AND NEW.name = OLD.name"
MEMBERS = "OLD.name = 'members.parquet'"


def upgrade() -> None:
    """Let an erasure change the hash and the size of every file."""
    _guard(f"{UNDER_WAY} AND {SAME}")


def downgrade() -> None:
    """Let it change those of the members alone."""
    _guard(f"{UNDER_WAY} AND {SAME} AND {MEMBERS}")


def _guard(unless: str) -> None:
    """Refuse every update of a report's file, unless a condition holds."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER report_file_no_update")
        op.execute(
            "CREATE TRIGGER report_file_no_update BEFORE UPDATE ON report_file"
            f" BEGIN SELECT RAISE(ABORT, '{WHY}') WHERE NOT ({unless}); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION report_file_no_update() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF {unless} THEN RETURN NEW; END IF; RAISE EXCEPTION '{WHY}'; END $$"
    )
