"""What every test shares: the public data sets, and no way out of the machine."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.effort import ALL, is_long

settings.register_profile("house", deadline=None, derandomize=True, max_examples=60 if ALL else 20)
settings.load_profile("house")

os.environ["COLUMNS"] = "200"  # what a command prints does not depend on who runs the tests
CHECKOUT = Path(__file__).resolve().parent.parent
_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: object) -> None:
    host = address[0] if isinstance(address, tuple) else "local"
    if host not in {"127.0.0.1", "::1", "localhost", "local"}:
        raise AssertionError(f"a test tried to reach {host!r}; only loopback is allowed")
    _connect(self, address)  # type: ignore[arg-type]  # whatever the caller passed


def pytest_configure() -> None:
    """Block every socket but loopback, by switch and not by habit."""
    socket.socket.connect = _loopback_only  # type: ignore[method-assign, assignment]


def _quick(config: pytest.Config) -> bool:
    """Whether all tests run and what is long is left out; a worker is told by who started it."""
    if hasattr(config, "workerinput"):
        return bool(config.workerinput["quick"])
    return not ALL and config.args_source == pytest.Config.ArgsSource.TESTPATHS


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist what it cannot know: whether tests were named."""
    node.workerinput["quick"] = _quick(node.config)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is long in a quick run, and let the tests of a group go to one worker again.

    pytest-xdist 3.8 writes the group into a field that pytest 9.2 does not read any more, so that
    groups are silently taken apart; what it wrote is copied to where ids are kept now.
    """
    if _quick(config):
        config.hook.pytest_deselected(items=[item for item in items if is_long(item)])
        items[:] = [item for item in items if not is_long(item)]
    for item in items:
        grouped = getattr(item, "_nodeid", None)
        if isinstance(grouped, str) and "@" in grouped and hasattr(item, "_id"):
            item._id = item.id.parse(grouped)
    # The demo takes two minutes: begun last, it would keep one core busy and let the others wait.
    items.sort(key=lambda item: not item.nodeid.endswith("@demo"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets beside the checkout; they may not be copied into it."""
    folder = CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the public data sets are not beside this checkout (../shared/data)")
    return folder
