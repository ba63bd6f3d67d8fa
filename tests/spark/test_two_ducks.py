"""The morning on two DuckDB engines: without Spark, every query runs and tells the same twice."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.effort import WHOLE
from tests.spark.company import build
from tests.spark.morning import STEPS, Morning
from tests.spark.pair import Compared, PairEngine
from tests.spark.test_same_cells import CALCULATORS, FINAL, TOOLS, ran
from tools.warehouse.engine import DuckEngine

pytestmark = [
    pytest.mark.xdist_group("two ducks"),
    pytest.mark.skipif(not WHOLE, reason="a minute of two cores: run it with TESTS=whole"),
]


@pytest.fixture(scope="module")
def log() -> Iterator[tuple[Compared, ...]]:
    """Every statement of a small company's morning."""
    with tempfile.TemporaryDirectory(prefix="lifecycle-ducks-") as folder:
        engine = PairEngine(DuckEngine(threads=1), DuckEngine(threads=1))
        Morning(build(Path(folder)), engine).run()
        yield tuple(engine.log)


def test_a_morning_tells_the_same_twice(log: tuple[Compared, ...]) -> None:
    assert {each.step for each in log} == set(STEPS)
    assert [(each.step, each.relation, each.fault) for each in log if each.fault] == []


def test_every_query_of_the_calculators_is_part_of_a_morning(log: tuple[Compared, ...]) -> None:
    files = [path for part in CALCULATORS for path in sorted((TOOLS / part).rglob("*.sql"))]
    assert [str(path.relative_to(TOOLS)) for path in files if not ran(path, log)] == []


@pytest.mark.parametrize("relation", FINAL)
def test_the_relation_has_rows(log: tuple[Compared, ...], relation: str) -> None:
    assert max((each.rows for each in log if each.relation == relation), default=0) > 0
