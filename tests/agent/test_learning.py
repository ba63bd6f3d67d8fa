"""A morning learns from what closed: the same bytes when replayed, harm noticed and lifted."""

from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal

import pytest

from agent.commands.effects import demoted_cell
from agent.run import open_morning
from agent.wiring import Deps, open_deps
from tests.agent.company import FIRST, SECOND, number
from tests.agent.homes import Home, Homes
from tests.agent.learned import BAD, GOOD, plant
from tools.errors import BadInput
from tools.roi.play_effects import PlayEffect

BETWEEN = number(FIRST + timedelta(days=1))


def deps_of(home: Home) -> AbstractContextManager[Deps]:
    return open_deps(home.company.settings(home.folder, home.database, FIRST))


@pytest.mark.xdist_group("agent-sqlite")
def test_a_morning_believes_what_was_learned_in_the_same_week(homes: Homes) -> None:
    """That a day with learned effects is replayed byte by byte is tried in test_replay.py."""
    with homes.copy("sqlite") as home, deps_of(home) as deps:
        plant(deps, BETWEEN)
        morning = open_morning(deps, number(SECOND))
        found = {(e.play, e.segment): e for e in morning.effects}
        assert "of your own outcomes and" in found[GOOD].source
        assert "does harm here" in (found[BAD].demoted or "")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (("retention_cal", "Declining"), "retention_call"),
        (("retention_call", "Declinin"), "Declining"),
        (("retention_call", "Declining"), "may be proposed"),
    ],
)
def test_only_what_is_demoted_can_be_lifted(cell: tuple[str, str], said: str) -> None:
    fine = PlayEffect(
        play="retention_call",
        segment="Declining",
        mean=Decimal("0.1"),
        sd=Decimal("0.1"),
        n=Decimal(0),
        source="published",
        version="v",
    )
    with pytest.raises(BadInput, match=said):
        demoted_cell([fine], *cell)
