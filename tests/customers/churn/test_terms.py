"""A term gives the same double in NumPy and in SQL, whatever the value."""

import math

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tools.customers.churn.terms import (
    GRID,
    LinearTerm,
    PairTerm,
    StepTerm,
    Term,
    on_grid,
    term_from,
)
from tools.warehouse.engine import DuckEngine

ENGINE = DuckEngine(threads=1)
numbers = st.floats(-1e4, 1e4, allow_nan=False)
values = st.lists(st.one_of(st.none(), numbers), min_size=1, max_size=20)
cuts = st.lists(numbers, max_size=9, unique=True).map(lambda c: tuple(sorted(c)))
scores = st.floats(-3, 3).map(on_grid)


@st.composite
def steps(draw: st.DrawFn) -> StepTerm:
    at = draw(cuts)
    size = len(at) + 2
    return StepTerm("x", at, tuple(draw(st.lists(scores, min_size=size, max_size=size))))


@st.composite
def pairs(draw: st.DrawFn) -> PairTerm:
    one, two = draw(cuts)[:3], draw(cuts)[:3]
    row = st.lists(scores, min_size=len(two) + 2, max_size=len(two) + 2).map(tuple)
    table = draw(st.lists(row, min_size=len(one) + 2, max_size=len(one) + 2))
    return PairTerm("x", "z", one, two, tuple(table))


@st.composite
def lines(draw: st.DrawFn) -> LinearTerm:
    root = draw(st.booleans())
    low, high = sorted(abs(v) if root else v for v in draw(st.tuples(numbers, numbers)))
    slope, shift = draw(st.tuples(st.floats(-2e-3, 2e-3), st.floats(-3, 3)))
    return LinearTerm("x", low, high, root, slope, shift, draw(scores))


def in_sql(term: Term, x: list[float | None], z: list[float | None]) -> list[float]:
    columns = {"i": range(len(x)), "x": pa.array(x, pa.float64()), "z": pa.array(z, pa.float64())}
    ENGINE.put("t", pa.table(columns))
    sql = "SELECT i, $term AS value FROM t ORDER BY i"
    found: list[float] = ENGINE.run(sql, term=term.expression())["value"].to_pylist()
    return found


def in_numpy(term: Term, x: list[float | None], z: list[float | None]) -> list[float]:
    columns = {
        n: np.array([math.nan if v is None else v for v in c]) for n, c in (("x", x), ("z", z))
    }
    found: list[float] = term.values(columns).tolist()
    return found


@given(st.one_of(steps(), lines()), values)
def test_sql_is_numpy_bit_for_bit(term: StepTerm | LinearTerm, x: list[float | None]) -> None:
    edges = [*term.cuts] if isinstance(term, StepTerm) else [term.low, term.high]
    x = [*x, *edges]

    assert in_sql(term, x, x) == in_numpy(term, x, x)


@given(pairs(), values)
def test_pairs_in_sql_are_numpy_bit_for_bit(term: PairTerm, x: list[float | None]) -> None:
    x = [*x, *term.first_cuts, *term.second_cuts]

    assert in_sql(term, x, x[::-1]) == in_numpy(term, x, x[::-1])


@given(st.one_of(steps(), pairs(), lines()))
def test_a_record_gives_the_term_back(term: Term) -> None:
    assert term_from(term.record()) == term
    assert sum(share for _, share in term.shares()) == 1


@given(st.one_of(steps(), lines()), values)
def test_values_lie_on_the_grid(term: StepTerm | LinearTerm, x: list[float | None]) -> None:
    """So that any order of adding gives the same sum."""
    assert all((v * GRID).is_integer() for v in in_numpy(term, x, x))


def test_a_value_on_a_cut_belongs_above_it() -> None:
    term = StepTerm("x", (0.5, 0.8), (0.0, 2.0, 1.0, -1.0))

    assert in_numpy(term, [None, 0.49, 0.5, 0.8], [None] * 4) == [0.0, 2.0, 1.0, -1.0]
