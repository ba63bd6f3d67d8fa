"""One engine for the whole folder: opening a database costs more than these small queries."""

import pytest

from tools.warehouse.engine import DuckEngine


@pytest.fixture(scope="session")
def duck() -> DuckEngine:
    return DuckEngine(threads=1)
