"""One Spark session and one morning for every test of this folder."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.spark.company import build
from tests.spark.morning import Morning
from tests.spark.pair import Compared, PairEngine
from tests.spark.session import cluster, finished_tasks, lacking, newest_files
from tools.warehouse.engine import DuckEngine
from tools.warehouse.spark import SparkEngine


@dataclass(frozen=True)
class Proof:
    """What a whole morning on both engines found, and who did Spark's part of it."""

    log: tuple[Compared, ...]
    tasks: dict[str, int]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that the workers can read, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="lifecycle-cells-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def spark(folder: Path) -> Iterator[Any]:
    """The one Spark session."""
    if missing := lacking():
        pytest.skip(missing)
    with cluster(folder / "spark") as session:
        yield session


@pytest.fixture
def pair(spark: Any) -> PairEngine:
    """DuckDB and Spark in step."""
    return _pair(spark)


@pytest.fixture(scope="session")
def proof(spark: Any, folder: Path) -> Proof:
    """The morning of a small company, every statement of it on DuckDB and on Spark."""
    engine = _pair(spark)
    Morning(build(folder), engine).run()
    return Proof(tuple(engine.log), finished_tasks(spark))


def _pair(spark: Any) -> PairEngine:
    second = SparkEngine(spark)
    return PairEngine(DuckEngine(), second, partial(newest_files, second))
