"""Compare two answers cell by cell: names, kinds of column, number of rows, every value."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDE = {"integer": pa.int64(), "double": pa.float64(), "text": pa.string(), "boolean": pa.bool_()}


def kind(column: pa.DataType) -> str:
    """What a column holds; how wide a number is stored is the engine's own affair."""
    tests = {
        "integer": pa.types.is_integer,
        "double": pa.types.is_floating,
        "decimal": pa.types.is_decimal,
        "boolean": pa.types.is_boolean,
    }
    return next((name for name, holds in tests.items() if holds(column)), _other(column))


def _other(column: pa.DataType) -> str:
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return "text" if any(holds(column) for holds in texts) else str(column)


def difference(one: pa.Table, other: pa.Table, *, ordered: bool = False) -> str:
    """Where two answers differ first, in words; empty when every cell is equal.

    Rows are compared as they come when the query gives them an order, else as a multiset. Doubles
    must be equal to the last bit; decimals may be stored with another precision.
    """
    if one.schema.names != other.schema.names:
        return f"columns {one.schema.names} and {other.schema.names}"
    kinds = [(c.name, kind(c.type), kind(other.schema.field(c.name).type)) for c in one.schema]
    if odd := [f"{name}: {a} and {b}" for name, a, b in kinds if a != b]:
        return "kinds of column differ: " + ", ".join(odd)
    if one.num_rows != other.num_rows:
        return f"{one.num_rows} and {other.num_rows} rows"
    sides = [plain(table) for table in (one, other)]
    if not ordered:
        sides = [_sorted(side) for side in sides]
    return _first(*sides)


def plain(table: pa.Table) -> pa.Table:
    """The same values in one width a kind; a NaN becomes the text of one, so it equals itself."""
    return pa.table({name: _plain(table[name]) for name in table.schema.names})


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    held = kind(column.type)
    if held == "decimal":
        return pc.cast(column, pa.decimal256(76, column.type.scale)).cast(pa.decimal256(76, 30))
    wide = column.cast(WIDE[held])
    if held == "double" and pc.any(pc.is_nan(wide)).as_py():
        return pc.add(wide, 0.0).cast(pa.string())  # the text of -0.0 is not that of 0.0
    return wide


def _sorted(table: pa.Table) -> pa.Table:
    """Rows in the order of all columns, doubles last."""
    names: Sequence[str] = sorted(
        table.schema.names, key=lambda n: (kind(table.schema.field(n).type) == "double", n)
    )
    return table.sort_by([(name, "ascending") for name in names]) if names else table


def _first(one: pa.Table, other: pa.Table) -> str:
    wrong = [n for n in one.schema.names if not one[n].equals(other[n])]
    if not wrong:
        return ""
    rows = zip(one.to_pylist(), other.to_pylist(), strict=True)
    number, (a, b) = next(pair for pair in enumerate(rows) if pair[1][0] != pair[1][1])
    parts = [f"{n}: {a[n]!r} and {b[n]!r}" for n in wrong if a[n] != b[n]]
    return f"row {number} ({next(iter(a.values()))!r}): " + ", ".join(parts)
