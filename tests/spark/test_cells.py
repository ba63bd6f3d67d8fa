"""The comparison itself: it must see every kind of difference, and go on after one."""

from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spark.cells import difference
from tests.spark.pair import PairEngine
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from tools.warehouse.sql import Parameter

ROWS = pa.table({"k": [1, 2, None], "x": [0.1, None, 2.0], "t": ["a", None, "c"]})


def changed(name: str, values: list[object]) -> pa.Table:
    return ROWS.set_column(ROWS.schema.names.index(name), name, pa.array(values))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (changed("k", [1, 3, None]), "row 1 (2): k: 2 and 3"),
        (
            changed("x", [0.1, None, 2.0000000000000004]),
            "row 2 (None): x: 2.0 and 2.0000000000000004",
        ),
        (changed("t", ["a", "", "c"]), "row 1 (2): t: None and ''"),
        (changed("k", [1.0, 2.0, None]), "kinds of column differ: k: integer and double"),
        (ROWS.slice(0, 2), "3 and 2 rows"),
        (ROWS.select(["k", "t"]), "columns ['k', 'x', 't'] and ['k', 't']"),
    ],
)
def test_a_difference_is_named(other: pa.Table, said: str) -> None:
    assert difference(ROWS, other) == said
    assert difference(ROWS, ROWS) == ""


@given(st.permutations(range(3)))
def test_order_matters_only_where_the_query_gives_one(order: list[int]) -> None:
    mixed = ROWS.take(order)

    assert difference(ROWS, mixed) == ""
    assert (difference(ROWS, mixed, ordered=True) == "") == (order == sorted(order))


def test_width_and_precision_are_the_engines_own_affair() -> None:
    one = pa.table({"n": pa.array([1], pa.int32()), "d": pa.array([Decimal("1.5")])})
    other = pa.table(
        {
            "n": pa.array([1], pa.int64()),
            "d": pa.array([Decimal("1.50")], pa.decimal128(38, 6)),
        }
    )

    assert difference(one, other) == ""


class _Off(DuckEngine):
    """A second engine that is wrong about one relation and fails on another."""

    def create(self, name: str, sql: str, **parameters: "Parameter") -> None:
        if name == "fails":
            raise ValueError("cannot do that")
        super().create(name, sql.replace("41", "42"), **parameters)


def test_a_fault_is_noted_and_the_first_engine_goes_on() -> None:
    pair = PairEngine(DuckEngine(), _Off())
    pair.create("wrong", "SELECT 41 AS n")
    pair.create("fails", "SELECT 1 AS n")
    pair.create("later", "SELECT w.n AS n, f.n AS m FROM wrong AS w, fails AS f")

    assert [each.fault for each in pair.log] == [
        "row 0 (41): n: 41 and 42",
        "ValueError: cannot do that",
        "",
    ]
    assert pair.run("SELECT n FROM later").to_pylist() == [{"n": 41}]
