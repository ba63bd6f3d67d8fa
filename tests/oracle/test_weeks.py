"""A short life of the whole agent in a world that answers; `tests.oracle.weeks` is the long one."""

from pathlib import Path
from typing import Any

import pytest

from tests.agent.company import copied_policies
from tests.conftest import CHECKOUT
from tests.effort import WHOLE
from tests.oracle.agent_side import week
from tests.oracle.reading import read_truth
from tests.oracle.weeks import Company, live
from tests.oracle.world import month_of
from tools.days import from_number

pytestmark = pytest.mark.long

WEEKS = 4 if WHOLE else 1
# The chance to leave at the next end of a term, below which an account is healthy, by its months.
HEALTHY = {1: 0.02, 12: 0.1}
KEEPS = ("retention", "concession")
# A model of few looks back, which lasts the weeks.
FEW = (
    ("churn.yaml", "snapshots: 12", "snapshots: 2"),
    ("segments.yaml", "expansion: 365", "expansion: 90"),
)


def test_the_agent_lives_in_a_world_that_answers(tmp_path: Path) -> None:
    policies = copied_policies(tmp_path / "policies", CHECKOUT / "policies", *FEW)
    mornings: list[dict[str, Any]] = []

    def in_process(tree: Path, asked: dict[str, Any]) -> dict[str, Any]:
        """The agent of this checkout."""
        del tree
        mornings.append(week(asked))
        return mornings[-1]

    lived = live(Company(tmp_path, CHECKOUT, 1, 60, policies), WEEKS, in_process)

    assert all(tallies["agent"].true <= tallies["oracle of agent"].true for tallies in lived.weeks)
    assert lived.weeks[-1]["agent"].places > 0
    assert lived.deeds
    assert len({(d.account_id, d.play, d.day) for d in lived.deeds}) == len(lived.deeds)
    assert wasted(tmp_path, mornings[-1]) < 0.05


def wasted(folder: Path, seen: dict[str, Any]) -> float:
    """The share of the places chosen by value that try to keep who is healthy by the truth."""
    truth = read_truth(folder / "truth", folder / "data")
    day = from_number(seen["day"])
    goals = {pair["play"]: pair["goal"] for pair in seen["pairs"]}
    places = [one for one in seen["queue"] if not one["drawn"]]
    keeping = [one["account_id"] for one in places if goals.get(one["play"]) in KEEPS]
    healthy = 0
    for name in keeping:
        account = truth.accounts[name.partition(":")[2]]
        spell = account.spell(day)
        assert spell is not None
        chance = account.hazard(month_of(day), spell.interval, truth.seasons)
        healthy += chance < HEALTHY[spell.interval]
    return healthy / max(1, len(places))
