"""Faults 68 to 70, when people or time come to a changed row before the executor does.

The law: no deed and no upkeep moves a row from a status the chain does not know it at; whoever
tries is told, nothing is written, and once the row is put right the history is whole.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from approvals.canonical import canonical, digest
from approvals.chain_story import Forged, entries_about, story_of
from approvals.erasing import begin
from approvals.restore import after_restore
from approvals.settling import settle, switch
from approvals.upkeep import expire, wake
from tests.approvals.made import KEY
from tests.faults.hands import by_hand
from tests.faults.offices import open_office
from tests.faults.test_erasure import request
from tests.gate.office import Office, mail, only
from tools.errors import LifecycleError
from tools.store.store import Store
from tools.traces import Traces

ANN = Traces("e1", ("c1",), (), ("ann@example.com",), (), ())


def sent(office: Office) -> str:
    """A mail that was approved and sent; its proposal."""
    proposal = only(office)
    office.decide("ann", "approve", proposal)
    assert office.dispatch() == {"sent": 1}
    return proposal


def set_back(office: Office, proposal: str, status: str) -> Callable[[], None]:
    """Let a hand set the status of its action back; what sets it right again."""
    action = office.action(proposal)
    assert action is not None
    row = f"WHERE id = '{action.id}'"
    by_hand(office.store, f"UPDATE action SET status = '{status}', attempts = 0 {row}")
    right = f"UPDATE action SET status = '{action.status}', attempts = {action.attempts} {row}"
    return lambda: by_hand(office.store, right)


def do(office: Office, deed: str, proposal: str) -> None:
    """Do something that would move the row."""
    action = office.action(proposal)
    assert action is not None
    if deed == "settle":
        settle(office.gate, office.people["eve"], action.id, "failed", "they say", live=True)
    else:
        who = "cleo" if deed == "release" else "ann"
        office.decide(who, deed, proposal, note="it was no reason")


@pytest.mark.fault(68)
@pytest.mark.parametrize(("status", "deed"), [
    ("scheduled", "revoke"), ("blocked", "release"), ("unknown", "settle"),
])  # fmt: skip
def test_nobody_is_told_that_what_was_sent_is_taken_back(
    office: Office, status: str, deed: str
) -> None:
    proposal = sent(office)
    put_right = set_back(office, proposal, status)

    with pytest.raises(Forged, match=f"its status is {status}, the chain says sent"):
        do(office, deed, proposal)
    put_right()
    assert office.wrong() == ()


@pytest.mark.fault(68)
@pytest.mark.parametrize("effect", ["blind", "keyed", "look_up"])
def test_a_call_that_a_hand_made_is_no_call_of_a_dead_worker(office: Office, effect: str) -> None:
    office.vendor.effect = effect  # type: ignore[assignment]  # an Effect
    put_right = set_back(office, sent(office), "calling")
    by_hand(office.store, "UPDATE action SET lease_until = due_at")

    assert office.dispatch() == {"blocked": 1}
    assert [one.scope for one in office.store.switches.pauses(office.clock())] == ["global"]
    put_right()
    assert office.wrong() == ()


@pytest.mark.fault(68)
@pytest.mark.parametrize("status", ["scheduled", "calling", "unknown"])
def test_restored_gives_the_row_and_its_send_back(office: Office, status: str) -> None:
    set_back(office, sent(office), status)
    by_hand(office.store, "DELETE FROM send")
    eve = office.people["eve"]

    assert after_restore(office.gate, eve) == 0
    switch(office.gate, eve, "global", on=False, reason="looked at")
    assert office.dispatch() == {}
    assert office.wrong() == ()


@pytest.mark.fault(69)
@pytest.mark.parametrize(("was", "becomes"), [
    ("approve", "pending"), ("reject", "pending"), ("reject", "snoozed"), ("approve", "snoozed"),
])  # fmt: skip
def test_neither_people_nor_time_end_a_proposal_that_a_hand_opened_again(
    office: Office, was: str, becomes: str
) -> None:
    proposal = only(office)
    office.decide("ann", was, proposal)
    status = office.get(proposal).status
    row = f"WHERE id = '{proposal}'"
    by_hand(office.store, f"UPDATE proposal SET status = '{becomes}', snoozed_until = 1 {row}")

    for deed in ("approve", "reject", "edit", "snooze", "revoke", "undo"):
        with pytest.raises(LifecycleError):
            office.decide("bob", deed, proposal, subject="A", body="B", until_day=office.day + 1)
    office.clock.pass_(days=9)
    assert (wake(office.gate), expire(office.gate)) == (0, 2)  # the other two
    by_hand(office.store, f"UPDATE proposal SET status = '{status}', snoozed_until = NULL {row}")
    assert office.wrong() == ()


@pytest.mark.fault(70)
def test_words_whose_frame_a_hand_changed_cannot_be_edited_into_good_ones(
    store: Store, tmp_path: Path
) -> None:
    """One fewer had to agree by the changed envelope; an edit would have signed its new hash."""
    office = open_office(store, tmp_path, mail("a1", approval=("csm", "finance")))
    proposal = office.get(only(office))
    values = json.loads(proposal.envelope)
    values["what"]["approval"] = ["csm"]
    text = canonical(values)
    by_hand(
        store,
        f"UPDATE proposal SET envelope = '{text.replace(chr(39), chr(39) * 2)}',"
        f" sha256 = '{digest(text)}', shown = '{digest(text)}'",
    )

    with pytest.raises(Forged, match="its shown is"):
        office.decide("ann", "edit", proposal.id, subject="A", body="Hello.")
    with pytest.raises(LifecycleError):
        office.decide("bob", "approve", proposal.id)
    office.dispatch()
    assert office.vendor.effects() == {}


@pytest.mark.fault(68)
def test_an_erasure_is_never_refused_for_a_changed_row_and_writes_no_step_of_it(
    office: Office,
) -> None:
    proposal = sent(office)
    put_right = set_back(office, proposal, "scheduled")

    begun = begin(office.gate, office.people["eve"], request(ANN))

    assert office.dispatch(days=1) == {"blocked": 1}  # and its words are gone
    put_right()
    assert {one.invariant for one in office.wrong()} == {"P12"}  # it has begun and not ended
    assert begun.erasure.status != "done"


@pytest.mark.fault(68)
def test_a_whole_row_of_before_with_its_entries_cut_is_known_by_its_send(office: Office) -> None:
    """Without a ledger the chain says that it waits, and so does its row; it is counted as sent."""
    proposal = only(office)
    office.decide("ann", "approve", proposal)
    by_hand(office.store, "CREATE TABLE kept AS SELECT * FROM action")
    assert office.dispatch() == {"sent": 1}
    action = office.action(proposal)
    assert action is not None
    by_hand(
        office.store,
        f"DELETE FROM audit WHERE subject = '{action.id}' AND kind = 'dispatch'",
        "DELETE FROM attempt",
        "DELETE FROM action",
        "INSERT INTO action SELECT * FROM kept",
        "DROP TABLE kept",
    )

    assert office.dispatch(days=3) == {"blocked": 1}
    assert list(office.vendor.effects().values()) == [1]
    assert [one.scope for one in office.store.switches.pauses(office.clock())] == ["global"]


@pytest.mark.fault(69)
def test_a_proposal_of_another_version_than_the_chain_knows_carries_nothing(
    office: Office,
) -> None:
    """A version put up would hide that it was taken back after a backup that was restored."""
    proposal = only(office)
    office.decide("ann", "approve", proposal)
    by_hand(office.store, f"UPDATE proposal SET version = version + 9 WHERE id = '{proposal}'")

    assert office.dispatch() == {"blocked": 1}
    assert office.vendor.effects() == {}
    assert any("its version is" in one.words for one in office.wrong())


@pytest.mark.fault(71)
def test_an_entry_put_in_without_the_key_makes_nothing_leave_again(office: Office) -> None:
    """By its words a legal step, and the row fits it; only the signature does not."""
    office.vendor.modes = ["lost after"]
    proposal = only(office)
    office.decide("ann", "approve", proposal)
    assert office.dispatch() == {"unknown": 1}
    action = office.action(proposal)
    assert action is not None
    body = canonical(
        {
            "from": "unknown",
            "to": "scheduled",
            "sha256": action.sha256,
            "due": action.due_at.isoformat(),
            "fence": action.fence,
        }
    )
    by_hand(
        office.store,
        f"INSERT INTO audit SELECT seq + 1, at, 'eve', 'settle', subject, '{body}', mac FROM audit"
        " WHERE seq = (SELECT MAX(seq) FROM audit)",
        f"UPDATE action SET status = 'scheduled' WHERE id = '{action.id}'",
    )

    assert office.dispatch() == {"blocked": 1}
    assert list(office.vendor.effects().values()) == [1]


@pytest.mark.fault(70)
def test_an_edit_of_words_that_the_chain_never_held_is_named_in_homes_of_before(
    office: Office,
) -> None:
    proposal = only(office)
    before = office.get(proposal).shown
    for words in ("Hello.", "Good morning."):
        office.decide("ann", "edit", proposal, subject="A", body=words)
    links = office.store.gate.read(lambda tx: entries_about(tx, KEY, proposal)[proposal])
    other = replace(links[1], body=links[1].body.replace(before, "0" * 64))

    assert story_of(links).illegal == []
    assert "never showed" in story_of([links[0], other, links[2]]).illegal[0]
