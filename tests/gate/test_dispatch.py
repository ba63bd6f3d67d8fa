"""Acting: everything is asked again at the moment of leaving, and uncertainty is never repeated."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from approvals.settling import settle, switch, unsubscribe
from tests.approvals.made import KEY
from tests.gate.office import Office, mail, open_office
from tools.errors import BadInput, Conflict, Forbidden
from tools.store.sends import suppression_key

if TYPE_CHECKING:
    from pathlib import Path

    from tools.store.store import Store


def approved(office: Office, account: str = "a1") -> str:
    (proposal,) = office.store.proposals.of_account(account)
    office.decide("ann", "approve", proposal)
    return proposal.id


def status(office: Office, proposal: str) -> tuple[str, str]:
    action = office.action(proposal)
    assert action is not None
    return action.status, action.detail


FORBIDDEN: dict[str, tuple[dict[str, Any], str]] = {
    "consent is gone": ({"email_consent": False}, "consent"),
    "consent is not known": ({"email_consent": None}, "consent"),
    "unsubscribed": ({"unsubscribed": True}, "unsubscribed"),
    "suppressed": ({"suppressed": True}, "suppression"),
    "no time zone": ({"timezones": (None, None, None)}, "quiet_hours"),
    "another address": ({"email": "other@example.com"}, "another now"),
    "another person": ({"contact_id": "c9"}, "another now"),
    "nobody": ({"contact_id": None, "email": None}, "another now"),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_is_forbidden_now_is_blocked_though_approved(office: Office, name: str) -> None:
    facts, rule = FORBIDDEN[name]
    proposal = approved(office)
    office.facts["a1"] = facts

    assert office.dispatch() == {"blocked": 1}
    assert rule in status(office, proposal)[1]
    assert office.vendor.effects() == {}
    assert office.wrong() == ()


def test_without_facts_or_with_a_broken_source_of_them_nothing_leaves(office: Office) -> None:
    proposal = approved(office)
    office.facts["a1"] = {"open_high_tickets": "many"}

    office.rules["goals_despite_ticket"] = ("upsell",)
    assert office.dispatch() == {"blocked": 1}
    assert "open_ticket" in status(office, proposal)[1]


@pytest.mark.parametrize("channel", ["email", "meeting", "*"])
def test_an_unsubscribe_between_approval_and_sending_blocks(office: Office, channel: str) -> None:
    """By whatever channel it was said: an address is one person's."""
    proposal = approved(office)

    key = suppression_key(KEY.secret, "ann@example.com")
    assert unsubscribe(office.gate, key, channel)
    assert not unsubscribe(office.gate, key, channel)
    assert office.dispatch() == {"blocked": 1}
    assert "suppression" in status(office, proposal)[1]
    assert office.wrong() == ()


def test_in_quiet_hours_it_waits_until_they_end(office: Office) -> None:
    proposal = approved(office)
    office.clock.pass_(hours=9)  # seven in the evening, on a Friday

    assert office.dispatch() == {"scheduled": 1}
    action = office.action(proposal)
    assert action is not None
    assert f"{action.due_at:%a %H:%M}" == "Mon 07:00"
    assert office.dispatch(days=2) == {}
    assert office.dispatch(hours=13) == {"sent": 1}


def test_a_cap_counts_what_is_under_way_and_what_nobody_knows(office: Office) -> None:
    first = [approved(office, "a1"), approved(office, "a2")]
    office.clock.pass_(days=1)
    office.propose(mail("a1", "5.00", as_of=office.day), mail("a2", "5.00", as_of=office.day))
    again = [p.id for p in office.store.proposals.pending(office.day) if p.as_of == office.day]
    for proposal in again:
        office.decide("bob", "approve", proposal)
    office.vendor.modes = ["lost before", "ok"]

    assert office.dispatch(days=2) == {"unknown": 1, "sent": 1, "blocked": 2}
    told = [status(office, one) for one in (*first, *again)]
    assert {why.split(":")[0] for now, why in told if now == "blocked"} == {"frequency"}


def test_a_cap_that_is_reached_refuses_the_yes(office: Office) -> None:
    approved(office)
    assert office.dispatch() == {"sent": 1}
    office.clock.pass_(days=1)
    office.propose(mail("a1", "5.00", as_of=office.day))
    (again,) = [p for p in office.store.proposals.pending(office.day) if p.account_id == "a1"]

    with pytest.raises(Conflict, match="frequency: 1 sends by email to the contact in 7 days"):
        office.decide("bob", "approve", again)


def test_a_pause_holds_everything_and_lets_it_go_again(office: Office) -> None:
    approved(office)
    for scope in ("global", "play:retention_email", "channel:email"):
        switch(office.gate, office.people["ann"], scope, on=True, reason="a doubt")
        assert office.dispatch() == {}
        with pytest.raises(Forbidden):
            switch(office.gate, office.people["ann"], scope, on=False, reason="gone")
        switch(office.gate, office.people["eve"], scope, on=False, reason="gone")
    assert office.dispatch() == {"sent": 1}


def test_a_pause_set_between_looking_and_claiming_still_holds(office: Office) -> None:
    proposal = approved(office)
    office.clock.pass_(minutes=10)
    action = office.action(proposal)
    assert action is not None
    switch(office.gate, office.people["ann"], "global", on=True, reason="stop")

    assert office.executor().one(action, office.known([action])[action.id]) == "waits"
    assert office.vendor.effects() == {}


def test_nothing_is_claimed_before_undo_has_run_out(office: Office) -> None:
    action = office.action(approved(office))
    assert action is not None

    assert office.executor().one(action, office.known([action])[action.id]) == "taken"
    assert office.vendor.effects() == {}


def test_an_approval_whose_days_are_over_is_not_carried_out(office: Office) -> None:
    proposal = approved(office)

    assert office.dispatch(days=7) == {"blocked": 1}
    assert "expired" in status(office, proposal)[1]


TAMPERED = {
    "the seal": "UPDATE action SET seal = 'x'",
    "the hash": "UPDATE action SET sha256 = 'x'",
    "the play": "UPDATE action SET play = 'other'",
    "the account": "UPDATE action SET account_id = 'a2'",
    "the contact": "UPDATE action SET contact_id = 'c2'",
    "the channel": "UPDATE action SET channel = 'call'",
    "the status of the proposal": "UPDATE proposal SET status = 'rejected' WHERE account_id = 'a1'",
    "what was shown": "UPDATE proposal SET shown = 'x' WHERE account_id = 'a1'",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_changed_after_the_approval_blocks(office: Office, what: str) -> None:
    approved(office)
    with office.store.database.write() as session:
        session.connection().exec_driver_sql(TAMPERED[what])

    assert office.dispatch() == {"blocked": 1}
    assert office.vendor.effects() == {}


def test_an_action_nobody_approved_never_leaves(office: Office) -> None:
    """Somebody writes a row into the outbox by hand, with the right hash but without the key."""
    proposal = office.store.proposals.pending(office.day)[0]
    approved(office, "a2")
    new = {"id": "ax", "proposal": proposal.id, "sha256": proposal.sha256, "account_id": "a1"}
    copy = "UPDATE action SET " + ", ".join(f"{name} = '{value}'" for name, value in new.items())
    with office.store.database.write() as session:
        session.connection().exec_driver_sql(copy)
        session.connection().exec_driver_sql(
            f"UPDATE proposal SET status = 'approved' WHERE id = '{proposal.id}'"
        )

    assert office.dispatch() == {"blocked": 1}
    assert {one.invariant for one in office.wrong()} >= {"I1", "I3"}


def test_held_out_is_approved_and_not_done_with_the_clock_started(
    store: "Store", tmp_path: "Path"
) -> None:
    office = open_office(store, tmp_path, mail("a1"), holdout_share=Decimal(1))
    proposal = approved(office)

    assert office.dispatch() == {"held_out": 1}
    assert status(office, proposal)[0] == "held_out"
    assert office.vendor.effects() == {}
    with office.store.database.read() as session:
        started = "SELECT held, started_day FROM holdout"
        (row,) = session.connection().exec_driver_sql(started)
    assert (bool(row[0]), row[1]) == (True, office.day)
    assert office.wrong() == ()


ENDS: dict[str, tuple[str, str, int]] = {
    "ok": ("blind", "sent", 1),
    "refused": ("blind", "failed", 0),
    "lost before": ("blind", "unknown", 0),
    "lost after": ("blind", "unknown", 1),
    "bug": ("blind", "unknown", 1),
}


@pytest.mark.parametrize("mode", ENDS)
def test_what_a_blind_channel_does_not_say_is_never_repeated(office: Office, mode: str) -> None:
    _, ends, effects = ENDS[mode]
    proposal = approved(office)
    office.vendor.modes = [mode]

    assert office.dispatch() == {ends: 1}
    for _ in range(3):
        assert office.dispatch(hours=1) == {}
    assert sum(office.vendor.effects().values()) == effects
    assert status(office, proposal)[0] == ends
    assert office.wrong() == ()


@pytest.mark.parametrize("mode", ["lost before", "lost after", "bug"])
def test_a_keyed_channel_is_asked_again_with_the_same_key(office: Office, mode: str) -> None:
    approved(office)
    office.vendor.effect, office.vendor.modes = "keyed", [mode]

    assert office.dispatch() == {"scheduled": 1}
    assert office.dispatch(minutes=2) == {"sent": 1}
    assert list(office.vendor.effects().values()) == [1]
    assert office.wrong() == ()


def test_not_now_is_tried_again_later_and_not_for_ever(office: Office) -> None:
    proposal = approved(office)
    office.vendor.modes = ["later"] * 20

    assert office.dispatch() == {"scheduled": 1}
    assert office.dispatch(seconds=60) == {}
    assert office.dispatch(seconds=31) == {"scheduled": 1}
    for wait in (4, 8, 16, 32, 64):
        assert office.dispatch(minutes=wait) == {"scheduled": 1}
    assert office.dispatch(minutes=128) == {"failed": 1}
    assert "tried 8 times" in status(office, proposal)[1]
    assert office.vendor.effects() == {}


def test_a_withdrawn_credential_pauses_the_channel_and_keeps_its_queue(office: Office) -> None:
    for account in ("a1", "a2", "a3"):
        approved(office, account)
    office.vendor.modes = ["denied"]

    gone = office.dispatch()
    assert gone["scheduled"] == 1
    assert gone.get("waits", 0) == 2
    assert [p.scope for p in office.store.switches.pauses(office.clock())] == ["channel:email"]
    switch(office.gate, office.people["eve"], "channel:email", on=False, reason="new key")
    assert office.dispatch() == {"sent": 3}


def test_only_a_person_settles_what_nobody_knows(office: Office) -> None:
    proposal = approved(office)
    office.vendor.modes = ["lost after"]
    office.dispatch()
    action = office.action(proposal)
    assert action is not None

    with pytest.raises(BadInput):
        settle(office.gate, office.people["ann"], action.id, "sent", " ", live=True)
    settle(office.gate, office.people["ann"], action.id, "sent", "seen at the vendor", live=True)
    with pytest.raises(Conflict, match="not unknown"):
        settle(
            office.gate,
            office.people["ann"],
            action.id,
            "again",
            "sure",
            live=True,
            sha256=action.sha256,
        )
    assert status(office, proposal)[0] == "sent"
    assert office.dispatch() == {}
    assert office.wrong() == ()


@pytest.mark.parametrize(("effect", "done", "ends"), [
    ("blind", True, "unknown"), ("blind", False, "unknown"),
    ("look_up", True, "sent"), ("look_up", False, "unknown"),
    ("keyed", True, "scheduled"), ("keyed", False, "scheduled"),
])  # fmt: skip
def test_a_worker_that_never_came_back_is_settled_by_what_the_channel_promises(
    office: Office, effect: str, ends: str, *, done: bool
) -> None:
    proposal = approved(office)
    office.vendor.effect = effect  # type: ignore[assignment]  # an Effect
    stops_at = "executor.called" if done else "executor.claimed"

    def stop(point: str) -> None:
        if point == stops_at:
            raise KeyboardInterrupt

    office.crash = stop
    with pytest.raises(KeyboardInterrupt):
        office.dispatch()
    office.crash = None
    assert status(office, proposal)[0] == "calling"
    assert office.dispatch(seconds=19) == {}
    sent_again = {"sent": 1} if ends == "scheduled" else {}  # the first time without a wait
    assert office.dispatch(seconds=1) == {ends: 1, **sent_again}
    assert sum(office.vendor.effects().values()) == (1 if done or effect == "keyed" else 0)
    assert office.wrong() == ()


def test_a_worker_who_slept_is_not_believed(office: Office) -> None:
    """Its lease ran out and the call was settled; what it brings later changes nothing."""
    proposal = approved(office)
    office.clock.pass_(minutes=10)
    action = office.action(proposal)
    assert action is not None
    slow = office.executor("slow")

    def sleep(point: str) -> None:
        if point == "executor.called":
            office.clock.pass_(minutes=10)
            office.crash = None
            assert office.executor("other").recover() == {"unknown": 1}

    office.crash = sleep
    assert slow.one(action, office.known([action])[action.id]) == "taken"
    assert status(office, proposal)[0] == "unknown"
    assert sum(office.vendor.effects().values()) == 1
    assert office.wrong() == ()


def test_a_dry_run_uses_up_no_cap(office: Office) -> None:
    approved(office)
    office.clock.pass_(minutes=10)
    dry = office.executor()
    object.__setattr__(dry, "live", False)

    assert dry.dispatch() == {"sent": 1}
    assert office.store.sends.histories(office.day + 9, ["a1"])["a1"].sends == ()
