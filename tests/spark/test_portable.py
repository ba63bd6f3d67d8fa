"""Every query of the package is written once and compiles for every engine.

The readers of foreign files and the simulated company are DuckDB's own business: they make facts,
and nothing that is computed later runs their SQL anywhere else. What the store tells PostgreSQL of
its roles is PostgreSQL's alone.
"""

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tools.warehouse.sql import compile_sql

ROOT = Path(__file__).parents[2]
PACKAGES = ("agent", "approvals", "policies", "tools", "config")
DIALECTS = ("duckdb", "spark", "postgres")
LOCAL = {ROOT / "tools" / "sources", ROOT / "tools" / "store"}
EVERY = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.sql"))
PORTABLE = [path for path in EVERY if LOCAL.isdisjoint(path.parents)]
FORBIDDEN = (
    exp.Filter, exp.List, exp.Struct, exp.Array, exp.CurrentDate, exp.CurrentTimestamp, exp.Rand,
    exp.PercentileCont,
)  # fmt: skip


def name(path: Path) -> str:
    """A query as the list of tests shows it."""
    return str(path.relative_to(ROOT))


def text(path: Path) -> str:
    """A query with a column where columns are filled in as text."""
    return path.read_text(encoding="utf-8").replace("$columns", "1 AS one")


def test_there_are_queries_to_look_at() -> None:
    assert len(PORTABLE) > 80
    assert {path.relative_to(ROOT).parts[1] for path in PORTABLE} == {
        "warehouse",
        "customers",
        "roi",
        "reports",
    }


@pytest.mark.parametrize("path", PORTABLE, ids=name)
def test_the_query_compiles_for_every_engine(path: Path) -> None:
    tree = sqlglot.parse_one(text(path), read="duckdb")
    places = {place.name for place in tree.find_all(exp.Placeholder, exp.Parameter)}

    for dialect in DIALECTS:
        written = compile_sql(text(path), dialect, **dict.fromkeys(places, 1))
        assert sqlglot.parse_one(written, read=dialect)


@pytest.mark.parametrize("path", PORTABLE, ids=name)
def test_the_query_keeps_to_the_portable_subset(path: Path) -> None:
    tree = sqlglot.parse_one(text(path), read="duckdb")

    assert [node.sql() for node in tree.find_all(exp.Anonymous)] == []
    assert [node.sql() for node in tree.find_all(*FORBIDDEN)] == []


@pytest.mark.parametrize("path", PORTABLE, ids=name)
def test_every_window_has_an_order_that_says_where_to_start(path: Path) -> None:
    """A numbering without an order is another one on every engine."""
    tree = sqlglot.parse_one(text(path), read="duckdb")
    numbered = (exp.RowNumber, exp.Rank, exp.Lag, exp.Lead)
    windows = [w for w in tree.find_all(exp.Window) if isinstance(w.this, numbered)]

    assert [w.sql() for w in windows if not (w.args.get("order") or w.args.get("alias"))] == []
