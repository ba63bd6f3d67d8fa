"""Every cell of the decision table a marketer reads."""

from typing import Any

import pytest

from policies.rules import RULES
from tests.policies.made import table, verdict, words

CHANNELS = ("email", "call", "task")
CELLS = [(case, channel) for case in table()["cases"] for channel in CHANNELS]


@pytest.mark.parametrize(("case", "channel"), CELLS, ids=[f"{c['case']}-{h}" for c, h in CELLS])
def test_cell(case: dict[str, Any], channel: str) -> None:
    judged = verdict(words(**case["given"]), channel)

    answer = judged.rule_id if judged.denied else "ask"
    assert answer == case[channel], judged.reason


def test_every_rule_refuses_somewhere_in_the_table() -> None:
    told = {case[channel] for case, channel in CELLS}

    assert {rule.id for rule in RULES} - told == {"action", "history"}  # see test_judge


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case["case"] for case in table()["cases"]]

    assert len(names) == len(set(names))
