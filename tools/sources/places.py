"""Where a fact stands: its file and line, worked out only for the few that are asked for.

Every row carries one number, of its input and its place in it. A file is read once more to turn
that into a line, since most days nobody asks.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from tools.sources.batch import Place, Remark
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    import duckdb

    from tools.sources.mapping import Input
    from tools.sources.raw import Raw
    from tools.sources.shelf import RawTables

_BITS = 40  # a row of an input; the rest is the input's number
COUNTED = ("events", "messages", "invoices")  # here another equal line may be another fact


def at_sql(number: int) -> str:
    """SQL of where a row of an input stands, as one number."""
    return f"{number << _BITS} + row"


def split(at: int) -> tuple[int, int]:
    """The input's number and the row."""
    return at >> _BITS, at & ((1 << _BITS) - 1)


def hashes_at(origins: pa.Table, hashes: Collection[int]) -> dict[int, int]:
    """Where the rows of some hashes stand, as one number each."""
    wanted = pa.array(sorted(hashes), pa.int64())
    found = origins.filter(pc.is_in(origins["row_hash"], value_set=wanted)).to_pylist()
    return {int(row["row_hash"]): int(row["stands"]) for row in found}


def places_of(
    shelf: "RawTables", inputs: "Mapping[int, Input]", ats: Iterable[int]
) -> "dict[int, Place]":
    """The file and line of rows, whose inputs are on the shelf."""
    rows: dict[int, dict[int, int]] = {}
    for at in ats:
        number, row = split(at)
        rows.setdefault(number, {})[row] = at
    found: dict[int, Place] = {}
    for number, wanted in rows.items():
        raw: Raw = shelf.raw(inputs[number].file, inputs[number].reader)
        located = shelf.locate(raw, sorted(wanted))
        found |= {wanted[row]: place for row, place in located.items()}
    return found


def folded_rows(
    connection: "duckdb.DuckDBPyConnection", table: str, origins: pa.Table
) -> dict[int, int]:
    """By input, how many of its rows are equal to another one and count once with it."""
    counted = connection.execute(f"SELECT stands >> {_BITS}, count(*) FROM rows_{table} GROUP BY 1")
    read = {int(number): int(rows) for number, rows in counted.fetchall()}
    first = pc.shift_right(origins["stands"], pa.scalar(_BITS, pa.int64()))
    kept = {int(one["values"]): int(one["counts"]) for one in first.value_counts().to_pylist()}
    folded = {number: rows - kept.get(number, 0) for number, rows in read.items()}
    return {number: rows for number, rows in folded.items() if rows}


def example_of(shelf: "RawTables", table: str, inputs: "Mapping[int, Input]") -> str:
    """Two rows that are equal, in words, so that a person can look at them."""
    content = ", ".join([*(c.name for c in BY_NAME[table].columns), "occurred_at"])
    rows = shelf.connection.execute(
        f"SELECT min(stands), max(stands) FROM rows_{table} GROUP BY {content} HAVING count(*) > 1 "
        "ORDER BY 1 LIMIT 1"
    ).fetchall()
    found = places_of(shelf, inputs, [at for row in rows for at in row])
    if not found:
        return ""
    (file, line), (other, again) = (found.get(int(at), ("", 0)) for at in rows[0])
    return f"for example line {again} of {other} and line {line}" + (
        "" if file == other else f" of {file}"
    )


def folded_remark(each: "Input", rows: int, example: str) -> Remark:
    """What to say of equal rows that count as one."""
    says = f"equal to another row in everything that is read, and count once with it; {example}"
    return Remark("folded", each.table, each.file, "", says, rows)
