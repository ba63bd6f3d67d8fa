"""A front door over each database, and a sign-in provider on loopback."""

from typing import TYPE_CHECKING

import pytest

from tests.databases import database_url, store
from tests.web.auth.doors import Door
from tests.web.auth.provider import FakeProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.store.store import Store

__all__ = ["database_url", "door", "provider", "store"]


@pytest.fixture
def door(store: "Store") -> Door:
    """Sign-in over a store without people."""
    return Door(store)


@pytest.fixture(scope="session")
def provider() -> "Iterator[FakeProvider]":
    """A sign-in provider that listens on loopback."""
    running = FakeProvider()
    with running.listening():
        yield running
