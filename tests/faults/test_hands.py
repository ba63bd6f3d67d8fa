"""Faults 68 to 71: whatever a hand changes in the database, nothing leaves, and it is named.

The law: after an approved, sent and taken-back history, no statement without the key makes a
letter leave that the people did not agree to, and `verify` names the row.
"""

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from approvals.assigning import give, hold
from approvals.audit import missing_tail_of
from approvals.care import CareWish, care
from approvals.chain_story import Forged
from approvals.erasing import Request, begin
from approvals.request import Actor
from approvals.restore import after_restore
from approvals.settling import settle, switch, unsubscribe
from approvals.staff import OPERATOR, add, set_role
from approvals.verify import verify
from tests.approvals.made import KEY
from tests.faults.hands import by_hand
from tests.faults.offices import open_office, with_ledger
from tests.gate.office import Office, mail, only
from tests.gate.test_care import SAID
from tools.errors import LifecycleError
from tools.store.sends import suppression_key
from tools.store.store import Store
from tools.traces import Traces

ANN = suppression_key(KEY.secret, "ann@example.com")
NOBODY = Traces("e1", (), (), (), (), ())


def words(office: Office) -> str:
    """What verify says, in one text."""
    return "; ".join(one.words for one in office.wrong())


def sent(office: Office, account: str = "a1") -> str:
    """A mail that was approved and sent; the id of its action."""
    done = office.decide("ann", "approve", only(office, account))
    assert office.dispatch() == {"sent": 1}
    assert done.action is not None
    return done.action


def refused(office: Office, *named: str) -> None:
    """Nothing leaves any more, everything is paused, and verify names what was changed."""
    before = office.vendor.effects()
    gone = office.dispatch(days=0, minutes=20)
    assert "sent" not in gone
    assert office.vendor.effects() == before
    told = words(office)
    assert all(name in told for name in named), told


@pytest.mark.fault(68)
@pytest.mark.parametrize("more", [
    "", ", attempts = 0, fence = 0", ", receipt = '', detail = ''", ", lease_until = NULL",
])  # fmt: skip
def test_what_was_sent_is_not_sent_again_when_its_status_is_set_back(
    office: Office, more: str
) -> None:
    action = sent(office)
    by_hand(
        office.store,
        f"UPDATE action SET status = 'scheduled'{more} WHERE id = '{action}'",
        f"DELETE FROM send WHERE id = 's-{action}'",
    )

    refused(office, action)
    assert [pause.scope for pause in office.store.switches.pauses(office.clock())] == ["global"]


@pytest.mark.fault(68)
@pytest.mark.parametrize("status", ["calling", "unknown"])
def test_nor_when_it_is_made_one_that_nobody_knows_of(office: Office, status: str) -> None:
    office.vendor.effect = "keyed"
    action = sent(office)
    by_hand(office.store, f"UPDATE action SET status = '{status}', lease_until = due_at")

    refused(office, action)


@pytest.mark.fault(68)
def test_a_whole_row_of_before_with_its_entries_cut_is_known_by_the_ledger(office: Office) -> None:
    """The one thing a chain cannot see alone: everything of the call is taken out again."""
    with_ledger(office)
    action = sent(office)
    office.decide("ann", "approve", only(office, "a2"))
    by_hand(
        office.store,
        f"UPDATE action SET status = 'scheduled', attempts = 0, fence = 0 WHERE id = '{action}'",
        f"DELETE FROM audit WHERE subject = '{action}' AND kind = 'dispatch'",
        "DELETE FROM send",
        "DELETE FROM attempt",
    )

    before = office.vendor.effects()
    assert office.dispatch() == {}
    assert office.vendor.effects() == before
    assert "ledger" in words_with_ledger(office)


@pytest.mark.fault(69)
@pytest.mark.parametrize("how", ["revoke", "undo", "reject"])
def test_what_was_taken_back_stays_so_when_the_word_is_deleted(office: Office, how: str) -> None:
    proposal = only(office)
    if how != "reject":
        office.decide("ann", "approve", proposal)
        due = "UPDATE action SET status = 'scheduled'"
    office.decide("ann", how, proposal)
    by_hand(
        office.store,
        *([due] if how != "reject" else []),
        f"UPDATE proposal SET status = 'approved' WHERE id = '{proposal}'",
        f"DELETE FROM decision WHERE proposal = '{proposal}' AND kind = '{how}'",
    )

    refused(office, proposal)


@pytest.mark.fault(69)
@pytest.mark.parametrize("how", [
    "DELETE FROM suppression",
    "UPDATE suppression SET since = '1970-01-01 00:00:00.000000'",
    "UPDATE suppression SET since = '2999-01-01 00:00:00.000000'",
    "UPDATE suppression SET channel = 'sms'",
    "UPDATE suppression SET key = 'x'",
])  # fmt: skip
def test_an_unsubscribe_is_heard_whatever_becomes_of_its_row(office: Office, how: str) -> None:
    office.decide("ann", "approve", only(office))
    unsubscribe(office.gate, ANN, "email")
    by_hand(office.store, how)

    refused(office, "suppression")


DELETED = "DELETE FROM pause"
FLIPPED = """INSERT INTO pause (seq, scope, "on", since, who, reason)
VALUES (9, 'channel:email', false, '2024-03-01 00:00:00.000000', 'eve', 'go')"""


@pytest.mark.fault(69)
def test_a_pause_holds_when_its_row_is_deleted_or_flipped(office: Office) -> None:
    office.decide("ann", "approve", only(office))
    switch(office.gate, office.people["eve"], "channel:email", on=True, reason="wait")
    for statement in (DELETED, FLIPPED):
        by_hand(office.store, statement)
        refused(office, "pause channel:email")


@pytest.mark.fault(69)
@pytest.mark.parametrize("scope", ["play:retention_email", "channel:email", "global"])
def test_what_a_deleted_pause_holds_stands_in_nobodys_way(
    store: Store, tmp_path: Path, scope: str
) -> None:
    call = mail("a2", "500.00", channel="task", play="retention_call")
    office = open_office(store, tmp_path, mail("a1", "900.00"), call)
    for account in ("a1", "a2"):
        office.decide("ann", "approve", only(office, account))
    switch(office.gate, office.people["eve"], scope, on=True, reason="wait")
    by_hand(store, DELETED)
    office.clock.pass_(minutes=10)

    for expected in (1, 0, 0):  # one at a time: what is held does not fill the round
        gone = office.executor().dispatch(1)
        assert gone["sent"] == (expected if scope != "global" else 0)
        assert gone["waits"] == 0
    assert len(office.vendor.effects()) == (scope != "global")


VOTES = {
    "all votes are gone": "DELETE FROM decision",
    "the second one is gone": "DELETE FROM decision WHERE seq = (SELECT MAX(seq) FROM decision)",
    "both are one person's": "UPDATE decision SET who = (SELECT MIN(who) FROM decision)",
    "a third was put in": (
        "INSERT INTO decision SELECT seq + 9, proposal, kind, sha256, version, 'u0', role, via,"
        " reason, note, day, seconds, at FROM decision WHERE seq = (SELECT MIN(seq) FROM decision)"
    ),
    "they are about other words": "UPDATE decision SET sha256 = 'x'",
}


@pytest.mark.fault(70)
@pytest.mark.parametrize("how", VOTES)
def test_votes_that_are_not_those_of_the_chain_carry_nothing(
    store: Store, tmp_path: Path, how: str
) -> None:
    office = open_office(store, tmp_path, mail("a1", "20000.00"))
    office.decide("ann", "approve", only(office))
    office.decide("cleo", "approve", only(office))
    by_hand(store, VOTES[how])

    refused(office, "vote")


@pytest.mark.fault(70)
def test_an_approval_forged_without_the_key_carries_nothing(store: Store, tmp_path: Path) -> None:
    """One yes of two and a whole forged rest: status, vote, action and entries."""
    office = open_office(store, tmp_path, mail("a1", "20000.00"))
    office.decide("ann", "approve", only(office))
    donor = open_donor(office)
    by_hand(store, *forged_approval(office, donor))

    refused(office)
    assert office.vendor.effects() == {}


def open_donor(office: Office) -> str:
    """An action that was approved for real, to copy from; it is taken back."""
    office.propose(mail("a9", "10.00"))
    done = office.decide("ann", "approve", only(office, "a9"))
    office.decide("ann", "undo", only(office, "a9"))
    assert done.action is not None
    return done.action


def forged_approval(office: Office, donor: str) -> list[str]:
    """What somebody without the key would write."""
    target = office.get(only(office))
    put = FORGED_VOTE.format(target=target.id)
    move = FORGED_ACTION.format(id=target.id, short=target.id[1:], sha=target.shown, donor=donor)
    up = f"UPDATE proposal SET status = 'approved', version = version + 1 WHERE id = '{target.id}'"
    return [move, up, put]


FORGED_VOTE = """INSERT INTO decision SELECT seq + 9, proposal, kind, sha256, version + 1, 'u0',
'approver-2', via, reason, note, day, seconds, at FROM decision WHERE proposal = '{target}'"""
FORGED_ACTION = """UPDATE action SET id = 'a{short}', proposal = '{id}', sha256 = '{sha}',
account_id = 'a1', status = 'scheduled' WHERE id = '{donor}'"""


CHANGES = {
    "what it is worth": "UPDATE proposal SET value_minor = 1",
    "the day it ends": "UPDATE proposal SET expires_day = 99999",
    "the words and their hash": (
        "UPDATE proposal SET envelope = REPLACE(envelope, 'Hello Ann', 'Bye Ann'), shown = 'x',"
        " sha256 = 'x'"
    ),
    "whom it is about": "UPDATE proposal SET account_id = account_id || 'x'",
}


@pytest.mark.fault(70)
@pytest.mark.parametrize("what", CHANGES)
def test_nobody_can_agree_to_a_proposal_that_a_hand_changed(office: Office, what: str) -> None:
    proposal = only(office)
    by_hand(office.store, f"{CHANGES[what]} WHERE id = '{proposal}'")

    with pytest.raises(LifecycleError, match=r"says|hashed"):
        office.decide("ann", "approve", proposal)
    assert office.action(proposal) is None


@pytest.mark.fault(70)
@pytest.mark.parametrize("column", ["due_at", "value_minor", "currency", "fence", "attempts"])
def test_a_column_that_decides_is_compared_before_it_leaves(office: Office, column: str) -> None:
    office.decide("ann", "approve", only(office))
    new = {"due_at": "created_at", "currency": "'USD'"}.get(column, f"{column} + 1")
    by_hand(office.store, f"UPDATE action SET {column} = {new}")

    assert office.dispatch() == {"blocked": 1}
    assert office.vendor.effects() == {}


@pytest.mark.fault(70)
def test_what_two_were_approved_for_is_not_exchanged(office: Office) -> None:
    agreed = [office.decide("ann", "approve", only(office, one)).action for one in ("a1", "a2")]
    ids = sorted(map(str, agreed))  # the first to be claimed is the one that a hand changes
    by_hand(
        office.store,
        *[
            f"UPDATE action SET {name} = (SELECT {name} FROM action WHERE id = '{ids[1]}')"
            f" WHERE id = '{ids[0]}'"
            for name in ("sha256", "account_id", "contact_id", "seal")
        ],
    )

    refused(office, ids[0])


@pytest.mark.fault(70)
def test_a_role_that_no_entry_gave_decides_nothing(office: Office) -> None:
    new = add(office.gate, OPERATOR, "new@example.com", "New", "viewer")
    office.people["new"] = Actor(new.id, "admin", "web")
    by_hand(office.store, f"UPDATE person SET role = 'admin' WHERE id = '{new.id}'")

    with pytest.raises(LifecycleError, match="the chain says viewer"):
        office.decide("new", "approve", only(office))
    with pytest.raises(LifecycleError, match="the chain says viewer"):
        set_role(office.gate, office.people["new"], office.people["ann"].person, "admin")
    with pytest.raises(LifecycleError, match="the chain says viewer"):
        hold(office.gate, office.people["new"], [only(office)])
    with pytest.raises(LifecycleError, match="the chain says viewer"):
        give(office.gate, office.people["new"], only(office), office.people["ann"].person)
    with pytest.raises(LifecycleError, match="the chain says viewer"):
        give(office.gate, office.people["ann"], only(office), new.id)
    assert f"person {new.id}" in words(office)


@pytest.mark.fault(70)
def test_a_person_put_in_by_hand_decides_nothing(office: Office) -> None:
    """Once people are let in by entries; who was here before is written down with the ledger."""
    with_ledger(office)
    new = add(office.gate, OPERATOR, "new@example.com", "New", "viewer")
    by_hand(
        office.store,
        f"INSERT INTO person SELECT 'u0', 'm@example.com', NULL, name, 'admin',"
        f" password, totp, totp_step, active, created_at FROM person WHERE id = '{new.id}'",
    )
    office.people["u0"] = Actor("u0", "admin", "web")

    with pytest.raises(LifecycleError, match="the chain says nothing"):
        office.decide("u0", "approve", only(office))
    assert office.decide("ann", "approve", only(office)).status == "approved"
    assert "person u0" in words(office)


@pytest.mark.fault(70)
def test_who_was_left_out_stays_so(office: Office) -> None:
    office.decide("ann", "approve", only(office))
    by_hand(office.store, "UPDATE holdout SET held = true")

    assert office.dispatch() == {"blocked": 1}
    assert "holdout" in words(office)


def words_with_ledger(office: Office) -> str:
    """What verify says with the ledger beside the database."""
    ledger = office.gate.ledger
    assert ledger is not None
    found = office.store.gate.read(
        lambda tx: verify(tx, KEY, office.clock(), ledger.last_head(), (), ledger)
    )
    return "; ".join(one.words for one in found)


@pytest.mark.fault(69)
@pytest.mark.parametrize("how", [
    "DELETE FROM account_deed", "DELETE FROM account_care",
    "UPDATE account_care SET kind = 'open'", "UPDATE account_deed SET until_day = 1",
])  # fmt: skip
def test_what_a_csm_said_of_an_account_is_heard_whatever_becomes_of_its_row(
    office: Office, how: str
) -> None:
    office.decide("ann", "approve", only(office))
    care(office.gate, office.people["ann"], CareWish("claim", "a1", 0), SAID)
    by_hand(office.store, how)

    refused(office, "account a1")


LAST = "(SELECT MAX(seq) FROM audit)"
CUTS = {
    "the last entry": f"DELETE FROM audit WHERE seq = {LAST}",
    "the last five": f"DELETE FROM audit WHERE seq > {LAST} - 5",
    "all of it": "DELETE FROM audit",
    "one in the middle": "DELETE FROM audit WHERE seq = 3",
    "a word of the last": f"UPDATE audit SET body = '{{}}', mac = 'x' WHERE seq = {LAST}",
    "the order of two": f"UPDATE audit SET seq = -seq WHERE seq >= {LAST} - 1",
}


@pytest.mark.fault(71)
@pytest.mark.parametrize("what", CUTS)
def test_a_chain_that_was_cut_or_changed_lets_nothing_leave(office: Office, what: str) -> None:
    with_ledger(office)
    sent(office, "a2")
    office.decide("ann", "approve", only(office))
    by_hand(office.store, CUTS[what])
    before = office.vendor.effects()

    assert words_with_ledger(office)
    assert "sent" not in office.dispatch()
    assert office.vendor.effects() == before


@pytest.mark.fault(71)
def test_the_head_kept_in_the_other_file_alone_shows_it_too(office: Office) -> None:
    ledger = with_ledger(office).gate.ledger
    assert ledger is not None
    sent(office, "a2")
    office.decide("ann", "approve", only(office))
    by_hand(office.store, f"DELETE FROM audit WHERE seq > {LAST} - 4")

    gone = office.store.gate.read(lambda tx: missing_tail_of(tx, ledger.last_head()))
    assert "there once" in gone


REPLACE = "INSERT OR REPLACE INTO audit SELECT seq, at, who, kind, subject, '{}', mac FROM audit"


@pytest.mark.fault(71)
def test_the_database_refuses_to_replace_or_truncate(office: Office) -> None:
    sqlite = office.store.database.url.get_backend_name() == "sqlite"
    tables = ("audit", "decision")
    statements = (
        [REPLACE, "INSERT OR REPLACE INTO decision SELECT * FROM decision"]
        if sqlite
        else [f"TRUNCATE {table} CASCADE" for table in tables]
    )
    office.decide("ann", "approve", only(office))
    for statement in statements:
        with (
            pytest.raises(DBAPIError, match="kept as it was"),
            office.store.database.write() as session,
        ):
            session.connection().exec_driver_sql(statement)
    assert office.wrong() == ()


@pytest.mark.fault(68, 69, 70, 71)
def test_a_history_that_nobody_touched_is_what_the_chain_says(office: Office) -> None:
    """What the guards are measured against: everything people and time do fits."""
    with_ledger(office)
    office.vendor.modes = ["later", "lost after"]
    office.decide("ann", "approve", only(office))
    office.decide("ann", "undo", only(office))
    office.decide("bob", "approve", only(office))
    office.dispatch()
    office.dispatch(hours=1)
    office.decide("ann", "edit", only(office, "a2"), subject="New", body="New words.")
    office.decide("bob", "reject", only(office, "a2"))

    assert office.wrong() == ()
    assert words_with_ledger(office) == ""
    assert [action.status for action in office.actions()] == ["unknown"]


@pytest.mark.fault(69)
def test_days_that_a_hand_made_longer_are_not_those_that_were_agreed_to(office: Office) -> None:
    proposal = only(office)
    office.decide("ann", "approve", proposal)
    by_hand(office.store, "UPDATE proposal SET expires_day = expires_day + 99")

    refused(office, proposal, "expires_day")
    gone = office.dispatch(days=60)
    assert "sent" not in gone


@pytest.mark.fault(70)
def test_a_role_that_a_hand_gave_settles_switches_restores_and_erases_nothing(
    office: Office,
) -> None:
    add(office.gate, OPERATOR, "new@example.com", "New", "reviewer")
    person = office.store.people.by_mailbox("new@example.com")
    assert person is not None
    switch(office.gate, office.people["eve"], "global", on=True, reason="look")
    by_hand(office.store, f"UPDATE person SET role = 'admin' WHERE id = '{person.id}'")
    raised = Actor(person.id, "admin", "web")

    with pytest.raises(Forged, match="the chain says reviewer"):
        switch(office.gate, raised, "global", on=False, reason="go on")
    with pytest.raises(Forged, match="the chain says reviewer"):
        after_restore(office.gate, raised)
    with pytest.raises(Forged, match="the chain says reviewer"):
        settle(office.gate, raised, "a1", "sent", "they have it", live=True)
    with pytest.raises(Forged, match="the chain says reviewer"):
        begin(office.gate, raised, Request(NOBODY, "asked for", (), (), ""))
    assert [one.scope for one in office.store.switches.pauses(office.clock())] == ["global"]


@pytest.mark.fault(68)
def test_what_a_hand_set_back_gets_its_end_again_and_the_rest_goes_on(office: Office) -> None:
    """The way out: `lifecycle restored` gives the row the end its entries tell of."""
    action = sent(office)
    office.decide("ann", "approve", only(office, "a2"))
    by_hand(
        office.store,
        f"UPDATE action SET status = 'scheduled', attempts = 0, fence = 0 WHERE id = '{action}'",
        "DELETE FROM attempt",
    )
    refused(office, action)
    eve = office.people["eve"]

    assert after_restore(office.gate, eve) == 1  # the one that waits; what was sent is no doubt
    switch(office.gate, eve, "global", on=False, reason="all were asked about")
    other = next(one for one in office.actions() if one.status == "unknown")
    settle(office.gate, eve, other.id, "again", "not done", live=True, sha256=other.sha256)

    assert office.dispatch() == {"sent": 1}
    assert office.wrong() == ()
