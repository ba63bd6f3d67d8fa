"""Short names for what every migration is made of."""

import sqlalchemy as sa
from alembic import op


def text(name: str, *rest: sa.ForeignKey, null: bool = False) -> sa.Column[str]:
    """A short text."""
    return sa.Column(name, sa.String(), *rest, nullable=null)


def long(name: str) -> sa.Column[str]:
    """A text of any length."""
    return sa.Column(name, sa.Text(), nullable=False)


def whole(name: str, *, null: bool = False) -> sa.Column[int]:
    """A whole number."""
    return sa.Column(name, sa.Integer(), nullable=null)


def big(name: str) -> sa.Column[int]:
    """A whole number of 64 bits."""
    return sa.Column(name, sa.BigInteger(), nullable=False)


def instant(name: str, *, null: bool = False) -> sa.Column[object]:
    """A moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    """The primary key."""
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """A reference to a row of another table."""
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def index(table: str, *columns: str) -> None:
    """An index over columns."""
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def forbid_changes(table: str) -> None:
    """No row of a table is ever changed or deleted, by whatever program."""
    why = f"a {table} is kept as it was written"
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION kept_for_ever() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'a % is kept as it was written', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION kept_for_ever()"
    )
