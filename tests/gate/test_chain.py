"""The chain tells of every change, and shows when somebody has been at it."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import DBAPIError

from approvals.audit import Key, broken_links, head_of, missing_tail
from approvals.verify import verify
from tests.approvals.made import KEY
from tests.gate.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.store.gate.records import Link


def links(office: Office) -> "list[Link]":
    return office.store.gate.read(lambda tx: list(tx.chain.links()))


@pytest.fixture
def busy(office: Office) -> Office:
    """An office in which something of everything has happened."""
    first, second, third = (p.id for p in office.store.proposals.pending(office.day))
    office.decide("ann", "edit", first, subject="New", body="New words.")
    office.decide("bob", "approve", first)
    office.decide("bob", "reject", second)
    office.decide("ann", "snooze", third, until_day=office.day + 1)
    office.dispatch()
    return office


def test_every_change_has_its_entry_and_the_chain_holds(busy: Office) -> None:
    kept = links(busy)

    assert [link.kind for link in kept].count("propose") == 3
    assert {"edit", "approve", "schedule", "reject", "snooze", "dispatch"} <= {k.kind for k in kept}
    assert broken_links(kept, KEY) == []
    assert busy.wrong() == ()


def test_an_entry_holds_ids_and_hashes_and_nobodys_name(busy: Office) -> None:
    text = json.dumps([vars(link) for link in links(busy)], default=str)

    assert not any(word in text for word in ("ann@example.com", "Ärger", "New words", "Ann"))


TAMPERING: "dict[str, Callable[[list[Link]], list[Link]]]" = {
    "a word is changed": lambda k: [*k[:2], replace(k[2], body=k[2].body + " "), *k[3:]],
    "somebody else did it": lambda k: [*k[:2], replace(k[2], who="u-other"), *k[3:]],
    "it was another day": lambda k: [*k[:2], replace(k[2], at=k[3].at.replace(year=2020)), *k[3:]],
    "one is gone": lambda k: [*k[:2], *k[3:]],
    "the first is gone": lambda k: k[1:],
    "two are exchanged": lambda k: [*k[:2], k[3], k[2], *k[4:]],
    "one is doubled": lambda k: [*k[:3], k[2], *k[3:]],
    "one is renumbered": lambda k: [*k[:2], *[replace(x, seq=x.seq - 1) for x in k[3:]]],
}


@pytest.mark.parametrize("how", TAMPERING)
def test_whatever_is_done_to_the_chain_is_noticed(busy: Office, how: str) -> None:
    kept = links(busy)

    assert broken_links(TAMPERING[how](kept), KEY)
    assert broken_links(kept, Key(b"another secret"))


def test_a_tail_cut_off_shows_against_the_head_kept_outside(busy: Office) -> None:
    kept = links(busy)
    head = head_of(kept[-1])

    assert missing_tail(kept, head) == ""
    assert broken_links(kept[:-2], KEY) == []
    assert "gone" in missing_tail(kept[:-2], head)
    other = [*kept[:-1], replace(kept[-1], mac="0" * 64)]
    assert "another" in missing_tail(other, head)


@pytest.mark.parametrize("table", ["audit", "decision", "revision"])
@pytest.mark.parametrize("change", ["UPDATE {} SET proposal = 'x'", "DELETE FROM {}"])
def test_the_database_itself_keeps_what_was_written(busy: Office, table: str, change: str) -> None:
    column = "who" if table == "audit" else "proposal"
    statement = change.replace("proposal", column).format(table)

    with pytest.raises(DBAPIError, match="kept as it was"), busy.store.database.write() as session:
        session.connection().exec_driver_sql(statement)


FORGED = {
    "I6": "UPDATE proposal SET version = version + 1",
    "I3": "UPDATE action SET seal = 'x'",
    "I1": "UPDATE attempt SET sha256 = 'x'",
}


@pytest.mark.parametrize("invariant", FORGED)
def test_verify_names_the_invariant_that_is_broken(busy: Office, invariant: str) -> None:
    with busy.store.database.write() as session:
        session.connection().exec_driver_sql(FORGED[invariant])

    assert invariant in {one.invariant for one in busy.wrong()}


def test_a_call_that_never_ends_is_named_after_a_day(office: Office) -> None:
    proposal = office.store.proposals.pending(office.day)[0].id
    office.decide("ann", "approve", proposal)
    office.clock.pass_(minutes=10)
    action = office.action(proposal)
    assert action is not None
    office.vendor.modes = []

    def stop(point: str) -> None:
        if point == "executor.claimed":
            raise KeyboardInterrupt

    office.crash = stop
    with pytest.raises(KeyboardInterrupt):
        office.executor().one(action, office.known([action])[action.id])
    office.clock.pass_(days=2)
    found = office.store.gate.read(lambda tx: verify(tx, KEY, office.clock()))

    assert [one.invariant for one in found] == ["I7"]
