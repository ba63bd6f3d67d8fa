"""A demotion is lifted by an administrator, with a reason, and the chain keeps it."""

from zoneinfo import ZoneInfo

import pytest

from agent.report_facts import FactCutoff, lifted_before
from approvals.lifting import lift_demotion
from tests.gate.office import Office
from tests.reports.work_made import rulebook
from tools.errors import BadInput, Forbidden

CELL = ("retention_call", "Declining")


def lifted(office: Office, day: int) -> dict[tuple[str, str], int]:
    morning = FactCutoff(day, day, ZoneInfo("Europe/Berlin"))
    return lifted_before(office.store, rulebook().plays, morning)


def test_it_holds_from_the_next_day_on_and_the_chain_holds(office: Office) -> None:
    lift_demotion(office.gate, office.people["eve"], *CELL, "it was a bug of ours")

    assert lifted(office, office.day) == {}
    assert lifted(office, office.day + 1) == {CELL: office.day}
    assert lifted(office, office.day + 400) == {CELL: office.day}
    assert office.wrong() == ()


def test_only_who_manages_may_and_never_without_a_reason(office: Office) -> None:
    with pytest.raises(Forbidden):
        lift_demotion(office.gate, office.people["ann"], *CELL, "no")
    with pytest.raises(BadInput, match="say why"):
        lift_demotion(office.gate, office.people["eve"], *CELL, " ")
    assert lifted(office, office.day + 1) == {}
