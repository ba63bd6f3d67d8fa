"""The morning is opened before anybody asks, whatever goes wrong, until the service ends."""

import gc
import threading
from collections.abc import Iterator
from itertools import count

import pytest

from agent.morning import Morning
from agent.pages import Pages
from agent.warming import warming
from agent.wiring import Deps, open_deps
from tests.agent.company import FIRST
from tests.agent.homes import Homes
from tools.reports.accounts import AccountList

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("agent-sqlite")]
PATIENCE = 20


def test_it_begins_at_once_goes_on_after_a_failure_and_ends_when_left() -> None:
    calls, thrice = count(1), threading.Event()

    def warm() -> None:
        if next(calls) == 3:
            thrice.set()
        raise OSError("no such file")

    with warming(warm, lambda: True, pause=0.001):
        assert thrice.wait(PATIENCE)

    assert not [one for one in threading.enumerate() if one.name == "warming"]


def test_it_waits_until_the_service_has_started() -> None:
    asked, calls = threading.Event(), count()

    def ready() -> bool:
        asked.set()
        return False

    with warming(lambda: print(next(calls)), ready, pause=0.001):
        assert asked.wait(PATIENCE)
    assert next(calls) == 0


@pytest.fixture
def deps(homes: Homes) -> Iterator[Deps]:
    """A home after its first morning."""
    with homes.copy("sqlite") as home:
        settings = home.company.settings(home.folder, home.database, FIRST)
        with open_deps(settings) as opened:
            yield opened


def test_a_morning_is_opened_once_and_let_go_of_when_its_facts_change(deps: Deps) -> None:
    opened: list[int] = []

    class Counted(Pages):
        """Counts how often the list is made."""

        def accounts(self, owner: str, limit: int) -> AccountList:
            opened.append(limit)
            return super().accounts(owner, limit)

    pages, before = Counted(deps), _mornings()
    pages.warm()
    pages.warm()
    assert opened == [1]
    assert _mornings() == before + 1
    assert pages.accounts("", 5).lines
    deps.store.manifest.replace_files(
        [(deps.store.manifest.data_files("fact", "tickets")[0], None)]
    )
    pages.warm()

    assert opened == [1, 5]
    assert _mornings() == before
    assert pages.accounts("", 5).lines


def _mornings() -> int:
    gc.collect()
    return sum(isinstance(one, Morning) for one in gc.get_objects())


def test_where_no_day_was_run_there_is_nothing_to_open(homes: Homes) -> None:
    with homes.fresh("sqlite") as home:
        settings = home.company.settings(home.folder, home.database, FIRST)
        with open_deps(settings) as deps:
            Pages(deps).warm()
