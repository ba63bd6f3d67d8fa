"""Keys that number lines: where a mapping says that each line counts, equal ones stay apart.

The number does not depend on the order of the file, so a file that is read again, sorted another
way or longer, gives its lines the keys they had.
"""

from collections.abc import Sequence

from tools.warehouse.schema import CanonicalTable


def key_sql(columns: Sequence[str]) -> str:
    """SQL of one text made of several columns, in which nothing can run together."""
    parts = [f"coalesce(length({c}) || ':' || {c}, '-')" for c in columns]
    return f"md5(concat_ws('|', {', '.join(parts)}))"


def line_sql(
    table: CanonicalTable, key: Sequence[str], others: Sequence[str], read: Sequence[str]
) -> str:
    """SQL of a key that tells every line from every other: what it says, and its number.

    `others` are the columns behind the rest of the table's key, `read` all that are read. An
    immutable fact is told apart by all of it; a thing with versions keeps its key when a value
    changes.
    """
    told = list(key) if key and table.versioned else list(read)
    apart = ", ".join(dict.fromkeys([*told, *others])) or "true"
    order = ", ".join([*read, "row"])
    number = f"row_number() OVER (PARTITION BY {apart} ORDER BY {order})"
    return f"{key_sql(told)} || CASE WHEN {number} > 1 THEN '#' || {number} ELSE '' END"
