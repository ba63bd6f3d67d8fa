"""An inbox over each database.

What is about pages and words is tried on SQLite alone, since the same store is under both; what is
about rows and races is tried on PostgreSQL too. TESTS=whole tries everything on both.
"""

from typing import TYPE_CHECKING

import pytest

from tests.databases import database_url, store
from tests.effort import WHOLE
from tests.web.made import Inbox

if TYPE_CHECKING:
    from tools.store.store import Store

__all__ = ["database_url", "inbox", "store"]
ON_BOTH = {
    "test_deciding", "test_looking", "test_paging", "test_people", "test_people_pages",
    "test_quiet", "test_sessions",
}  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of the pages' tests what PostgreSQL cannot make different."""
    if WHOLE:
        return
    out = [item for item in items if _of_a_page(item) and "postgresql" in item.name]
    config.hook.pytest_deselected(items=out)
    kept = set(items) - set(out)
    items[:] = [item for item in items if item in kept]


def _of_a_page(item: pytest.Item) -> bool:
    return item.path.is_relative_to(__file__.rpartition("/")[0]) and item.path.stem not in ON_BOTH


@pytest.fixture
def inbox(store: "Store") -> Inbox:
    """An inbox without people or proposals."""
    return Inbox(store)
