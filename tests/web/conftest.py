"""An inbox over each database."""

from typing import TYPE_CHECKING

import pytest

from tests.databases import database_url, store
from tests.web.made import Inbox

if TYPE_CHECKING:
    from tools.store.store import Store

__all__ = ["database_url", "inbox", "store"]


@pytest.fixture
def inbox(store: "Store") -> Inbox:
    """An inbox without people or proposals."""
    return Inbox(store)
