"""Typed values as rows of the canonical tables: times, duplicates, hash and order."""

from typing import TYPE_CHECKING

from tools.sources.compile import currency_of
from tools.sources.places import at_sql
from tools.sources.raw import quoted
from tools.warehouse.parts import ENDS, FULL, SOME, part_of
from tools.warehouse.schema import BY_NAME, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb
    import pyarrow as pa

    from tools.sources.compile import Compiled
    from tools.sources.mapping import Input, Mapping

_DUCK: dict[Kind, str] = {
    "text": "VARCHAR",
    "ref": "VARCHAR",
    "int": "BIGINT",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "day": "INTEGER",
    "instant": "BIGINT",
    "minor": "BIGINT",
}
_TIMES = (
    "occurred_at BIGINT", "day INTEGER", "observed_at BIGINT", "known_day INTEGER", "part VARCHAR",
    "stands BIGINT",
)  # fmt: skip


def create_rows(connection: "duckdb.DuckDBPyConnection", tables: "Iterable[str]") -> None:
    """Make one empty relation for each canonical table that will be filled."""
    for name in tables:
        columns = [f"{c.name} {_DUCK[c.kind]}" for c in BY_NAME[name].columns]
        connection.execute(f"CREATE TEMP TABLE rows_{name} ({', '.join([*columns, *_TIMES])})")


def insert_rows(
    connection: "duckdb.DuckDBPyConnection",
    each: "Input",
    compiled: "Compiled",
    zone: str,
    as_of: int,
    load: int,
    number: int = 0,
) -> None:
    """Add the typed rows of one input whose required cells are all there.

    `number` is the input's: with the row it says where a fact stands, see `places.py`.
    """
    numbers = {cell.name: n for n, cell in enumerate(compiled.cells)}
    columns = [
        f"c{numbers[c.name]}" if c.name in numbers else "NULL" for c in BY_NAME[each.table].columns
    ]
    kept = [f"c{n} IS NOT NULL" for n in compiled.required]
    money = currency_of(compiled.cells)
    kept += [] if money is None else [f"q{money} = 0"]
    kept += ["NOT wf"] if each.where is not None else []
    kept += ["NOT lq"] if each.each is not None else []
    occurred = f"c{numbers['occurred_at']}" if each.occurred is not None else "0"
    day = f"to_day({occurred}, {quoted(zone)})" if each.occurred is not None else "0"
    observed, known = _known(each, numbers, zone, as_of, load)
    connection.execute(
        f"INSERT INTO rows_{each.table} SELECT {', '.join(columns)}, occurred_at, day, "
        f"{observed}, {known}, {_part(each)}, {at_sql(number)} "
        f"FROM (SELECT *, {occurred} AS occurred_at, {day} AS day FROM typed) "
        f"WHERE {' AND '.join(kept)} AND day IS NOT NULL"
    )


def _part(each: "Input") -> str:
    """SQL of which part of a record the input's rows are; a fact that stays has no parts."""
    if not BY_NAME[each.table].versioned:
        return "NULL"
    columns = {cell.name for cell in each.cells}
    if each.snapshot:
        columns |= {ENDS[each.table]} - {""}
    return quoted(part_of(FULL if each.snapshot else SOME, each.file, columns))


def _known(
    each: "Input", numbers: dict[str, int], zone: str, as_of: int, load: int
) -> tuple[str, str]:
    """SQL of when the fact could be known, and of the first morning after."""
    if each.known.how == "load":
        return str(load), str(as_of)
    if each.known.how == "when_occurred":
        return "occurred_at", "day + 1"
    told = f"c{numbers['observed_at']}"
    morning = f"greatest(to_day({told} - 1, {quoted(zone)}) + 1, day + 1)"
    return f"coalesce({told}, {load})", f"CASE WHEN {told} IS NULL THEN {as_of} ELSE {morning} END"


def finish(
    connection: "duckdb.DuckDBPyConnection", name: str, mapping: "Mapping"
) -> "tuple[pa.Table, pa.Table]":
    """The rows of a table with equal ones collapsed, hashed and in a total order.

    Beside them each row's hash and where it stands first.
    """
    table = BY_NAME[name]
    inputs = [each for each in mapping.inputs if each.table == name]
    filled = {cell.name for each in inputs for cell in each.cells}
    content = [column.name for column in table.columns if column.name in filled]
    earliest = inputs[0].keep == "earliest"
    when = "min(occurred_at) AS occurred_at, min(day) AS day" if earliest else "occurred_at, day"
    groups = ", ".join(content if earliest else [*content, "occurred_at", "day"])
    # Of inputs that say the same the one that fills most columns says more: that the rest is empty.
    part = "arg_max(part, (length(part), part))" if table.versioned else "CAST(NULL AS VARCHAR)"
    empty = "".join(
        f", CAST(NULL AS {_DUCK[c.kind]}) AS {c.name}"
        for c in table.columns
        if c.name not in filled
    )
    sql = (
        f"WITH facts AS (SELECT {part} AS part, {', '.join(content)}, {when}, "
        f"min(observed_at) AS observed_at, min(known_day) AS known_day, min(stands) AS stands "
        f"FROM rows_{name} GROUP BY {groups}), "
        f"hashed AS (SELECT *{empty}, {quoted(mapping.source)} AS source, {_hash(content)} AS "
        f"row_hash FROM facts) SELECT {', '.join(table.arrow.names)}, stands FROM hashed "
        f"ORDER BY row_hash, {', '.join(table.key)}"
    )
    done = connection.sql(sql).to_arrow_table()
    return done.drop_columns(["stands"]).cast(table.arrow), done.select(["row_hash", "stands"])


def _hash(content: list[str]) -> str:
    """The hash of a row's content: empty columns do not count, so a new column changes none."""
    parts = [
        f"'{c}:' || length(CAST({c} AS VARCHAR)) || ':' || CAST({c} AS VARCHAR)"
        for c in (*content, "occurred_at")
    ]
    return f"content_hash(concat_ws(chr(31), {', '.join(parts)}))"
