"""One Chromium for all tests here, and a served inbox for each."""

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.databases import Fresh
from tests.web.browser.people import People
from tests.web.browser.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.web.browser.served import House
    from tools.store.store import Store

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="package")
def chromium() -> "Iterator[Browser]":
    """A browser nobody sees; `CHROMIUM` names one that is not on the path."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no browser: install chromium or name one in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def store(tmp_path: "Path") -> "Iterator[Store]":
    """One database is enough here."""
    fresh = Fresh("sqlite", tmp_path)
    yield fresh.store()
    fresh.close()


@pytest.fixture
def house(store: "Store") -> "Iterator[House]":
    """An inbox that answers on this machine."""
    with served(store) as found:
        yield found


@pytest.fixture
def people(chromium: "Browser", house: "House") -> "Iterator[People]":
    """Whoever a test sends to the inbox, each in a browser profile of their own."""
    found = People(chromium, house)
    yield found
    found.leave()
