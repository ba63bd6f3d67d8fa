"""Faults 69 and 71, the other way round: what people did as they may is never called forged."""

from pathlib import Path

import pytest

from approvals.request import Actor
from approvals.staff import OPERATOR, add, set_active, set_role
from tests.faults.offices import open_office, with_ledger
from tests.gate.office import Office, mail, only
from tools.store.store import Store


def newcomer(office: Office, name: str, role: str) -> str:
    """Somebody who is let in with an entry; their id."""
    person = add(office.gate, OPERATOR, f"{name}@example.com", name, role)  # type: ignore[arg-type]  # a Role
    office.people[name] = Actor(person.id, role, "web")  # type: ignore[arg-type]  # a Role
    return person.id


@pytest.mark.fault(69)
def test_a_first_yes_of_whoever_may_give_the_second_by_now_counts_at_the_claim_too(
    store: Store, tmp_path: Path
) -> None:
    office = open_office(store, tmp_path, mail("a1", "60000.00"))
    someone = newcomer(office, "nina", "reviewer")
    assert office.decide("nina", "approve", only(office)).waits_for == 1
    set_role(office.gate, office.people["eve"], someone, "approver-2")
    assert office.decide("ann", "approve", only(office)).status == "approved"

    assert office.dispatch() == {"sent": 1}
    assert office.wrong() == ()


def begin_ledger(office: Office) -> None:
    """Begin the ledger, and let in the first person who has an entry."""
    with_ledger(office)
    newcomer(office, "nina", "reviewer")


@pytest.mark.fault(69)
@pytest.mark.parametrize("ledger_begins", ["before", "between", "after"])
def test_who_was_here_before_people_had_entries_may_be_switched_off_and_on(
    office: Office, ledger_begins: str
) -> None:
    eve, ann = office.people["eve"], office.people["ann"].person
    if ledger_begins == "before":
        begin_ledger(office)
    set_active(office.gate, eve, ann, active=False)
    if ledger_begins == "between":
        begin_ledger(office)
    set_active(office.gate, eve, ann, active=True)
    if ledger_begins == "after":
        begin_ledger(office)

    assert office.decide("ann", "approve", only(office)).status == "approved"
    assert office.dispatch() == {"sent": 1}
    assert [one.words for one in office.wrong()] == []
    set_active(office.gate, eve, ann, active=False)
    assert [one.words for one in office.wrong()] == []
