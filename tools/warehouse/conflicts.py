"""Keys that are not unique: one key with several contents, of which only one can be used.

Of an immutable fact the first one known stays and every other content is left out; of a thing
with versions two states known at the same time are both kept, and the later by hash is used.
Neither is silent: every content that is not used is named, with the one that is.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.warehouse.engine import Engine
    from tools.warehouse.schema import CanonicalTable

TURN = "known_day, row_hash"
MOMENT = ("observed_at", "known_day", "occurred_at")


@dataclass(frozen=True)
class KeyConflict:
    """A row of a batch whose key stands for another content that is used in its place."""

    table: str
    key: str
    row_hash: int
    used_hash: int


def unlike_sql(table: "CanonicalTable") -> str:
    """Rows of `incoming` that are not in `existing` as they stand; `before` is what is there."""
    return (
        f"SELECT r.*, e.row_hash AS before FROM incoming AS r LEFT JOIN existing AS e "
        f"ON {_same(table)} WHERE e.row_hash IS NULL OR e.row_hash <> r.row_hash"
    )


def first_seen_sql(table: "CanonicalTable", columns: str, rows: str) -> str:
    """The first of each key among new rows; few keys repeat, and only those are ranked."""
    ranked = _ranked(table, rows, f"ROW_NUMBER() OVER (PARTITION BY {_key(table)} ORDER BY {TURN})")
    once = f"SELECT 1 FROM repeated_key AS e WHERE {_same(table)}"
    return (
        f"SELECT {columns} FROM {rows} AS r WHERE NOT EXISTS ({once}) "
        f"UNION ALL SELECT {columns} FROM ({ranked}) AS r WHERE place = 1"
    )


def repeated_sql(table: "CanonicalTable", rows: str) -> str:
    """The keys that stand more than once among new rows."""
    return f"SELECT {_key(table)} FROM {rows} AS r GROUP BY {_key(table)} HAVING COUNT(*) > 1"


def conflicts_of(
    table: "CanonicalTable", engine: "Engine", *, known: bool
) -> tuple[KeyConflict, ...]:
    """The rows of a batch that are left out, or not used, because of their key.

    Reads `incoming` and, of an immutable table, `repeated_key` and, when facts are `known`
    already, `unlike` and `existing`.
    """
    if table.versioned:
        several = engine.run(_several_sql(table)).num_rows > 0
        return _found(table, engine, _versions_sql(table)) if several else ()
    found = _found(table, engine, _twice_sql(table, "fresh" if known else "incoming"))
    return found + (_found(table, engine, _before_sql(table)) if known else ())


def _found(table: "CanonicalTable", engine: "Engine", query: str) -> tuple[KeyConflict, ...]:
    rows = engine.run(f"{query} ORDER BY shown, row_hash").to_pylist()
    return tuple(
        KeyConflict(table.name, row["shown"], row["row_hash"], row["used"]) for row in rows
    )


def _twice_sql(table: "CanonicalTable", rows: str) -> str:
    used = f"FIRST_VALUE(row_hash) OVER (PARTITION BY {_key(table)} ORDER BY {TURN})"
    return (
        f"SELECT {_shown(table)} AS shown, row_hash, place AS used "
        f"FROM ({_ranked(table, rows, used)}) AS r WHERE row_hash <> place"
    )


def _before_sql(table: "CanonicalTable") -> str:
    """What is known may say less than the row, when a column was mapped later: no conflict.

    Unless the batch says again what is known: then it was read alike, and the row differs.
    """
    stands = f"SELECT 1 FROM existing AS e WHERE {_same(table)} AND e.row_hash = r.row_hash"
    again = f"SELECT 1 FROM incoming AS e WHERE {_same(table)} AND e.row_hash = r.before"
    return (
        f"SELECT {_shown(table)} AS shown, r.row_hash AS row_hash, e.row_hash AS used "
        f"FROM unlike AS r INNER JOIN existing AS e ON {_same(table)} AND e.row_hash = r.before "
        f"WHERE ({_differs(table)} OR EXISTS ({again})) AND NOT EXISTS ({stands})"
    )


def _several_sql(table: "CanonicalTable") -> str:
    """One row when a thing has several states of one moment: rare, and quickly asked."""
    alike = ", ".join((_key(table), *MOMENT))
    several = "HAVING MIN(row_hash) <> MAX(row_hash)"
    return f"SELECT 1 AS one FROM incoming GROUP BY {alike} {several} LIMIT 1"


def _versions_sql(table: "CanonicalTable") -> str:
    """States of one thing that contradict each other and were known at the same moment."""
    alike = ", ".join((_key(table), *MOMENT))
    last = f"MAX(row_hash) OVER (PARTITION BY {alike})"
    same = " AND ".join([_same(table), *(f"e.{column} = r.{column}" for column in MOMENT)])
    return (
        f"SELECT {_shown(table)} AS shown, r.row_hash AS row_hash, e.row_hash AS used "
        f"FROM (SELECT i.*, {last} AS last_hash FROM incoming AS i) AS r "
        f"INNER JOIN incoming AS e ON {same} AND e.row_hash = r.last_hash "
        f"WHERE r.row_hash <> r.last_hash AND ({_differs(table)})"
    )


def _ranked(table: "CanonicalTable", rows: str, place: str) -> str:
    repeats = f"SELECT 1 FROM repeated_key AS e WHERE {_same(table)}"
    return f"SELECT r.*, {place} AS place FROM {rows} AS r WHERE EXISTS ({repeats})"


def _differs(table: "CanonicalTable") -> str:
    content = [c.name for c in table.columns if c.name not in table.key]
    told = [f"(e.{name} <> r.{name})" for name in (*content, "occurred_at")]
    return " OR ".join(f"COALESCE({one}, FALSE)" for one in told)


def _key(table: "CanonicalTable") -> str:
    return ", ".join(f"{name}" for name in ("source", *table.key))


def _same(table: "CanonicalTable") -> str:
    return " AND ".join(f"e.{name} = r.{name}" for name in ("source", *table.key))


def _shown(table: "CanonicalTable") -> str:
    return " || ' ' || ".join(f"r.{name}" for name in table.key)
