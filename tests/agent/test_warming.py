"""The morning is opened before anybody asks, whatever goes wrong, until the service ends."""

import threading
from itertools import count

import pytest

from agent.pages import Pages
from agent.warming import warming
from agent.wiring import open_deps
from tests.agent.company import FIRST
from tests.agent.homes import Homes

pytestmark = pytest.mark.xdist_group("agent-sqlite")
PATIENCE = 20


def test_it_begins_at_once_goes_on_after_a_failure_and_ends_when_left() -> None:
    calls, thrice = count(1), threading.Event()

    def warm() -> None:
        if next(calls) == 3:
            thrice.set()
        raise OSError("no such file")

    with warming(warm, pause=0.01):
        assert thrice.wait(PATIENCE)

    assert not [one for one in threading.enumerate() if one.name == "warming"]


def test_where_no_day_was_run_there_is_nothing_to_open(homes: Homes) -> None:
    with homes.fresh("sqlite") as home:
        settings = home.company.settings(home.folder, home.database, FIRST)
        with open_deps(settings) as deps:
            Pages(deps).warm()
