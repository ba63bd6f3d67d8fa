"""What a run leaves behind, as plain values that two runs can be compared by."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import MetaData, create_engine, inspect, text

from approvals.chain_words import LEDGER

CHECKPOINTS = ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "writes")
Rows = list[tuple[object, ...]]

VARYING = {("data_file", "sha256"), ("audit", "at"), ("audit", "mac")}


def rows_of(database: str) -> dict[str, Rows]:
    """Every row of every table of the store, but for the moments at which it was written.

    The hash of a fact file is left out too: its rows may come in another order (see `contents`);
    and the signatures of the audit chain, which sign those moments, with the entry that ties the
    ledger beside the database, whose name is drawn by lot.
    """
    engine = create_engine(database)
    meta = MetaData()
    meta.reflect(engine)
    found = {}
    with engine.connect() as connection:
        for table in meta.sorted_tables:
            if table.name not in {*CHECKPOINTS, "checkpoint_migrations", "alembic_version"}:
                kept = [c for c in table.c if not c.name.endswith("_at")]
                kept = [c for c in kept if (table.name, c.name) not in VARYING]
                query = table.select().with_only_columns(*kept)
                if table.name == "audit":
                    query = query.where(table.c.kind != LEDGER)
                answer = connection.execute(query)
                found[table.name] = sorted((tuple(row) for row in answer), key=repr)
    engine.dispose()
    return found


def contents(database: str, home: Path) -> dict[str, tuple[int, str]]:
    """Every committed file: its rows, and a hash of them that does not depend on their order.

    A file whose bytes are not those that were committed is an error.
    """
    found = {}
    with duckdb.connect(":memory:") as con:
        for path, digest in _committed(database):
            file = home / "facts" / path
            assert hashlib.sha256(file.read_bytes()).hexdigest() == digest, f"{path} was changed"
            query = f"SELECT COUNT(*), CAST(SUM(hash(t)) AS VARCHAR) FROM '{file}' AS t"
            rows, cells = con.sql(query).fetchall()[0]
            found[path] = (rows, cells)
    return found


def _committed(database: str) -> list[Any]:
    engine = create_engine(database)
    with engine.connect() as connection:
        found = list(connection.execute(text("SELECT path, sha256 FROM data_file")))
    engine.dispose()
    return found


def places(database: str, home: Path) -> int:
    """How many rows of checkpoints are left, in all their tables."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(home / "checkpoints.db")) as connection:
            tables = [t for (t,) in connection.execute("SELECT name FROM sqlite_master")]
            counts = [
                connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
                for table in tables
                if table in CHECKPOINTS
            ]
        return sum(counts)
    engine = create_engine(database)
    names = [name for name in inspect(engine).get_table_names() if name in CHECKPOINTS]
    with engine.connect() as connection:
        left = sum(
            connection.execute(text(f"SELECT COUNT(*) FROM {n}")).scalar() or 0 for n in names
        )
    engine.dispose()
    return left


def trace(database: str, home: Path) -> dict[str, object]:
    """All of it."""
    return {
        "rows": rows_of(database),
        "files": contents(database, home),
        "places": places(database, home),
    }
