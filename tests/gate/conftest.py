"""Databases for these tests, and the gate over one of them."""

from pathlib import Path

import pytest

from tests.databases import database_url, empty_url, store
from tests.gate.office import Office, mail, open_office
from tools.store.store import Store

__all__ = ["database_url", "empty_url", "office", "store"]


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    """A gate with people and three proposals."""
    return open_office(store, tmp_path)


@pytest.fixture
def dear(store: Store, tmp_path: Path) -> Office:
    """An office with one proposal above the threshold."""
    return open_office(store, tmp_path, mail("a1", "10000.00"))
