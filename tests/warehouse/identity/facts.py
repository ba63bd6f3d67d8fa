"""Hand-made facts: a row is what differs from nothing."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tools.warehouse.engine import DuckEngine
from tools.warehouse.schema import BY_NAME, USAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, Any]


def fact(row: "Mapping[str, Any]") -> Row:
    """A row with its common columns: known the morning after, unless it says otherwise."""
    day = row.get("day", 0)
    known = row.get("known_day", day + 1)
    common = {"source": "test", "occurred_at": day, "observed_at": known}
    text = json.dumps(row, sort_keys=True).encode()
    digest = int.from_bytes(hashlib.sha256(text).digest()[:7], "big")
    return {**common, **row, "day": day, "known_day": known, "row_hash": digest}


def facts(table: str, rows: "Iterable[Mapping[str, Any]]") -> pa.Table:
    """Rows as the canonical table of that name; what a row leaves out is NULL."""
    return pa.Table.from_pylist([fact(row) for row in rows], schema=BY_NAME[table].arrow)


def engine_with(tables: "Mapping[str, Sequence[Mapping[str, Any]]]") -> DuckEngine:
    """An engine with every `fact_` relation; tables not given are empty."""
    engine = DuckEngine(threads=1)
    for name in BY_NAME:
        engine.put(f"fact_{name}", facts(name, tables.get(name, ())))
    usage = [{"known_day": row["day"] + 1, **row} for row in tables.get("usage", ())]
    engine.put("fact_usage", pa.Table.from_pylist(usage, schema=USAGE))
    return engine


def pairs(engine: DuckEngine, relation: str, left: str, right: str) -> dict[str, str]:
    """Two columns of a relation as a dictionary."""
    rows = engine.run(f"SELECT {left} AS l, {right} AS r FROM {relation}").to_pylist()
    assert len({row["l"] for row in rows}) == len(rows), f"{relation}: {left} is not unique"
    return {row["l"]: row["r"] for row in rows}
