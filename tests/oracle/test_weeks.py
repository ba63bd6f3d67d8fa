"""A short life of the whole agent in a world that answers; `tests.oracle.weeks` is the long one."""

from pathlib import Path
from typing import Any

from tests.agent.company import copied_policies
from tests.conftest import CHECKOUT
from tests.effort import WHOLE
from tests.oracle.agent_side import week
from tests.oracle.weeks import Company, live

WEEKS = 4 if WHOLE else 1
# A model of few looks back, which lasts the weeks.
FEW = (("churn.yaml", "snapshots: 12", "snapshots: 2"),
       ("segments.yaml", "expansion: 365", "expansion: 90"))  # fmt: skip


def in_process(tree: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """The agent of this checkout."""
    del tree
    return week(asked)


def test_the_agent_lives_in_a_world_that_answers(tmp_path: Path) -> None:
    policies = copied_policies(tmp_path / "policies", CHECKOUT / "policies", *FEW)

    lived = live(Company(tmp_path, CHECKOUT, 1, 60, policies), WEEKS, in_process)

    assert all(tallies["agent"].true <= tallies["oracle of agent"].true for tallies in lived.weeks)
    assert lived.weeks[-1]["agent"].places > 0
    assert lived.deeds
    assert len({(d.account_id, d.play, d.day) for d in lived.deeds}) == len(lived.deeds)
