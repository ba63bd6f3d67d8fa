"""What every test shares: the public data sets, and no way out of the machine."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True, max_examples=60)
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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of a group go to one worker again.

    pytest-xdist 3.8 writes the group into a field that pytest 9.2 does not read any more, so that
    groups are silently taken apart; what it wrote is copied to where ids are kept now.
    """
    for item in items:
        grouped = getattr(item, "_nodeid", None)
        if isinstance(grouped, str) and "@" in grouped and hasattr(item, "_id"):
            item._id = item.id.parse(grouped)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets beside the checkout; they may not be copied into it."""
    folder = CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the public data sets are not beside this checkout (../shared/data)")
    return folder
