"""What the tests of the agent share: one small company, one launcher, homes to copy."""

from collections.abc import Iterator

import pytest

from tests.agent.company import Company, make_company
from tests.agent.homes import Homes
from tests.agent.launcher import Launcher
from tests.databases import database_url, store

__all__ = ["database_url", "store"]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Three exports of one simulated company."""
    return make_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """Starts commands in processes of their own."""
    started = Launcher(tmp_path_factory.mktemp("launcher"))
    yield started
    started.close()


@pytest.fixture(scope="session")
def homes(
    tmp_path_factory: pytest.TempPathFactory, company: Company, launcher: Launcher
) -> Iterator[Homes]:
    """Homes that have lived through the first morning."""
    made = Homes(tmp_path_factory.mktemp("homes"), company, launcher)
    yield made
    made.close()
