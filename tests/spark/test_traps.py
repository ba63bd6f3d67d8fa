"""What engines are known to disagree about, in the forms our queries use: one row a trap."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import parse_one

from tests.spark.pair import PairEngine
from tools.roi.fixed_point import half_even
from tools.roi.sql_number import column

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]

ODD = pa.table({
    "k": pa.array(range(8), pa.int32()),
    "a": pa.array([-7, -1, 0, 1, 7, None, 2**31 - 1, -(2**31)], pa.int32()),
    "n": pa.array([2**53, -(2**53), None, 3, -3, 5, 10**17, 0], pa.int64()),
    "x": pa.array([0.1, -0.5, None, 1e300, -0.0, 2.5, 3.5, float("nan")], pa.float64()),
    "t": pa.array(["a", "A", None, "", " z ", "é😀", "it's \\ \"so\"", "a%_"], pa.string()),
    "f": pa.array([True, False, None, True, None, False, True, False], pa.bool_()),
    "m": pa.array([Decimal(v) if v else None for v in
                   ("0.5", "1.5", "-0.5", "-1.5", None, "2.5001", "99999999.9999", "0.0")],
                  pa.decimal128(12, 4)),
})  # fmt: skip

EXPRESSIONS = {
    "floor division": "a // 3",
    "floor division of large": "n // 7",
    "remainder": "a % 3",
    "ratio": "CAST(a AS DOUBLE) / NULLIF(k, 0)",
    "ratio of integers": "a / NULLIF(k, 0)",
    "least skips unknown": "LEAST(a, k, n)",
    "greatest skips unknown": "GREATEST(x, 0.5e0)",
    "coalesce": "COALESCE(a, -k)",
    "boolean as number": "CASE WHEN f THEN 1 ELSE 0 END",
    "not unknown": "NOT f",
    "unknown and false": "f AND a > 100",
    "concat skips unknown": "CONCAT(t, '|', CAST(a AS TEXT))",
    "pipe keeps unknown": "t || '-' || CAST(k AS TEXT)",
    "text of numbers": "CONCAT(CAST(n AS TEXT), CAST(f AS TEXT), CAST(m AS TEXT))",
    "case folding": "LOWER(TRIM(t))",
    "length": "LENGTH(t)",
    "part of text": "SPLIT_PART(t, ' ', 1)",
    "beginning of a digest": "SUBSTR(MD5(t), 1, 8)",
    "equal to nothing": "t = ''",
    "no number is no value": "NULLIF(x, CAST('NaN' AS DOUBLE))",
    "no number is greatest": "x > 1e299",
    "floor": "FLOOR(m)",
    "floor below zero": "CAST(FLOOR(CASE WHEN x < 1e9 THEN x END) AS DOUBLE)",
    "root": "SQRT(ABS(x))",
    "logistic to six places": "FLOOR(1e0 / (1e0 + EXP(CASE WHEN x < 1e9 THEN -x END)) * 1e6 + 5e-1)"
    " / 1e6",
    "product of decimals": "CAST(m * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(25, 8))",
    "sum of decimals": "CAST(m + CAST(0.25 AS DECIMAL(5, 4)) AS DECIMAL(20, 4))",
    "round half up": "CAST(ROUND(x) AS DOUBLE)",
    "membership": "t IN ('a', 'A', '')",
    "pattern": "t LIKE 'a%'",
}
QUERIES = {
    "unknown last, both ways": "SELECT k AS k, a AS a, t AS t FROM odd ORDER BY a, k",
    "unknown last, downwards": "SELECT k AS k, x AS x FROM odd ORDER BY x DESC, k DESC",
    "text by code point": "SELECT t AS t, k AS k FROM odd ORDER BY t, k",
    "order in a window": "SELECT k AS k, ROW_NUMBER() OVER (ORDER BY a DESC, k) AS p, "
    "LAG(t) OVER (PARTITION BY f ORDER BY a, k) AS b, "
    "CAST(SUM(k) OVER (ORDER BY n, k) AS BIGINT) AS s FROM odd",
    "sum of integers": "SELECT f AS f, CAST(SUM(n) AS BIGINT) AS s, CAST(SUM(k) AS BIGINT) AS c, "
    "COUNT(a) AS n, COUNT(DISTINCT t) AS d FROM odd GROUP BY f",
    "nothing to add": "SELECT CAST(SUM(a) AS BIGINT) AS s, MAX(t) AS m, COUNT(*) AS n FROM odd "
    "WHERE k > 100",
    "unknown groups": "SELECT t AS t, MIN(x) AS low, MAX(m) AS high FROM odd GROUP BY t",
    "group by place": "SELECT f, COUNT(*) AS n FROM odd GROUP BY 1",
    "median": "SELECT f AS f, MEDIAN(a) AS m FROM odd GROUP BY f",
    "unknown joins nobody": "SELECT l.k AS k, r.k AS j FROM odd AS l LEFT JOIN odd AS r "
    "ON r.a = l.a AND r.t = l.t",
    "not in, with unknown": "SELECT k AS k FROM odd "
    "WHERE NOT a IN (SELECT a AS a FROM odd WHERE k = 5)",
    "one name in parentheses": "SELECT k AS k FROM odd WHERE (f)",
    "union under a window": "WITH u AS (SELECT k AS k, a AS a FROM odd UNION ALL "
    "SELECT k AS k, k AS a FROM odd) SELECT k AS k, a AS a, "
    "CAST(SUM(a) OVER (PARTITION BY k ORDER BY a ROWS UNBOUNDED PRECEDING) AS BIGINT) AS s FROM u",
    "a name of ours hides a relation": "WITH odd2 AS (SELECT k AS k FROM odd), "
    "odd AS (SELECT k + 1 AS k FROM odd2) SELECT k AS k FROM odd ORDER BY k",
}


def test_expressions_have_the_same_value(pair: PairEngine) -> None:
    columns = [f"{sql} AS {name.replace(' ', '_')}" for name, sql in EXPRESSIONS.items()]

    pair.put("odd", ODD)
    pair.create("answers", f"SELECT k AS k, {', '.join(columns)} FROM odd")

    assert [each.fault for each in pair.log] == [""]


def test_queries_have_the_same_answer_in_the_same_order(pair: PairEngine) -> None:
    pair.put("odd", ODD)
    for sql in QUERIES.values():
        pair.run(sql)

    faults = zip(QUERIES, (each.fault for each in pair.log), strict=True)
    assert {name: fault for name, fault in faults if fault} == {}


def test_cents_are_rounded_half_to_even_on_both(pair: PairEngine) -> None:
    pair.put("odd", ODD)

    answer = pair.run(
        "SELECT k AS k, $even AS cents FROM odd ORDER BY k", even=half_even(column("m"))
    )

    assert answer["cents"].to_pylist() == [0, 2, 0, -2, None, 3, 100_000_000, 0]
    assert [each.fault for each in pair.log] == [""]


@pytest.mark.parametrize("text", ["it's", "'; DROP TABLE x; --", "100 %", "a\\b", "\\", "é😀\n"])
def test_a_text_parameter_is_its_value_on_both(pair: PairEngine, text: str) -> None:
    assert pair.run("SELECT $t AS t", t=text).to_pylist() == [{"t": text}]
    assert [each.fault for each in pair.log] == [""]


def test_number_and_tree_parameters(pair: PairEngine) -> None:
    pair.put("odd", ODD)
    tree = parse_one("a > 0 or f", read="duckdb")

    pair.run(
        "SELECT k AS k, -$n AS n, $d AS d, $none IS NULL AS o FROM odd WHERE $rule ORDER BY k",
        n=-3,
        d=0.1,
        none=None,
        rule=tree,
    )

    assert [each.fault for each in pair.log] == [""]


def test_rows_come_back_as_they_were_put(pair: PairEngine) -> None:
    pair.put("odd", ODD)
    pair.create("kept", "SELECT * FROM odd")
    pair.create("fewer", "SELECT * FROM kept WHERE k < 5")
    pair.create("kept", "SELECT * FROM fewer")
    pair.put("nobody", ODD.schema.empty_table())
    pair.create("nothing", "SELECT * FROM nobody")

    assert [(each.rows, each.fault) for each in pair.log] == [(8, ""), (5, ""), (5, ""), (0, "")]


def test_files_of_several_loads_are_one_relation(pair: PairEngine, tmp_path: Path) -> None:
    """An older file without a column has no values in it; a column more is left out."""
    old, new = ODD.drop_columns(["t"]), ODD.append_column("more", ODD["k"])
    paths = [tmp_path / "old.parquet", tmp_path / "new.parquet"]
    for path, table in zip(paths, (old, new), strict=True):
        pq.write_table(table, path)

    pair.scan("both", paths, ODD.schema)
    pair.scan("none", [], ODD.schema)

    assert [(each.rows, each.fault) for each in pair.log] == [(16, ""), (0, "")]
