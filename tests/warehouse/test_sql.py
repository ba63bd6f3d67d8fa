"""One dialect in, every engine out: parameters are trees, floor division is safe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import BadInput
from tools.warehouse.engine import DuckEngine
from tools.warehouse.sql import compile_sql


@given(st.integers(-(2**40), 2**40), st.integers(1, 400))
def test_floor_division_rounds_down_like_python(a: int, b: int) -> None:
    answer = DuckEngine().run("SELECT $a // $b AS q", a=a, b=b).to_pylist()

    assert [{"q": a // b}] == answer


@pytest.mark.parametrize("text", ["it's", "'; DROP TABLE x; --", "100 %", "a\\b", "é😀"])
def test_text_parameters_are_values_and_never_code(text: str) -> None:
    assert [{"t": text}] == DuckEngine().run("SELECT $t AS t", t=text).to_pylist()


def test_an_unknown_function_is_refused_before_it_fails_elsewhere() -> None:
    with pytest.raises(BadInput, match="unknown function epoch_guess"):
        compile_sql("SELECT epoch_guess(1)")


def test_a_parameter_without_a_value_is_named() -> None:
    with pytest.raises(BadInput, match=r"needs \$as_of; given: day"):
        compile_sql("SELECT $as_of", day=1)


def test_spark_gets_no_integer_division_that_rounds() -> None:
    assert "DIV" not in compile_sql("SELECT a // 7 FROM t", "spark").upper().replace("FLOOR", "")
