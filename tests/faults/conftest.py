"""Databases for these tests, an office over one of them, and the numbers of the fault table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.databases import database_url, empty_url, store
from tests.faults.offices import open_office
from tests.faults.processes import end_children
from tests.gate.office import Office
from tools.store.store import Store

__all__ = ["database_url", "empty_url", "office", "store"]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "fault(*numbers): the rows of the fault table it proves")


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    """A gate with people and three proposals."""
    return open_office(store, tmp_path)


@pytest.fixture(autouse=True)
def no_child_stays() -> Iterator[None]:
    """A child that a failed test left would keep the output of pytest open, and the shell waits."""
    yield
    end_children()


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Log a failure in a line: a hundred drawn tracebacks take longer than what they tell of."""
    line = structlog.processors.KeyValueRenderer()
    structlog.configure(processors=[structlog.processors.add_log_level, line])
