"""The one way to open a DuckDB of our own: in memory, and without a part of it that fails."""

from typing import TYPE_CHECKING

import duckdb

import tools.arrow  # noqa: F401 - before DuckDB hands out a table

if TYPE_CHECKING:
    from collections.abc import Mapping


def connect_duck(
    config: "Mapping[str, str | bool | int | float | list[str]] | None" = None,
) -> duckdb.DuckDBPyConnection:
    """Open a private DuckDB in memory.

    DuckDB 2.0.0 gathers small chunks of rows between operators. A join with a small table hands on
    its texts as a dictionary, and where a later chunk carries another one the gathering ends the
    query with "dict-surviving cache: … changed identity" and the whole database with it: any
    filter above two joins may do that, as the data fall. Ungathered chunks give the same rows.
    """
    con = duckdb.connect(":memory:", config=dict(config or {}))
    con.execute("SET enable_caching_operators = false")
    return con
