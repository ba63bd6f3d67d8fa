"""Deciding: once, about exactly what was seen, by somebody who may."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.request import Actor, Seen, Wish
from approvals.upkeep import wake
from tests.gate.office import Office, mail
from tools.errors import Absent, BadInput, Conflict, Forbidden


def first(office: Office) -> str:
    return office.store.proposals.pending(office.day)[0].id


def test_an_approval_makes_one_action_due_when_undo_has_run_out(office: Office) -> None:
    result = office.decide("ann", "approve", first(office))
    action = office.action(result.proposal)

    assert (result.status, result.version, result.waits_for) == ("approved", 2, 0)
    assert action is not None
    assert (action.status, action.sha256, action.id) == ("scheduled", result.sha256, result.action)
    assert action.due_at == office.clock() + timedelta(minutes=5)
    assert office.wrong() == ()


def test_what_was_approved_is_carried_out_word_for_word_once(office: Office) -> None:
    done = office.decide("ann", "approve", first(office))

    assert office.dispatch(minutes=1) == {}
    assert office.dispatch(minutes=10) == {"sent": 1}
    assert office.dispatch(minutes=10) == {}
    assert list(office.vendor.effects().values()) == [1]
    assert done.sha256 in office.vendor.ledger.read_text(encoding="utf-8")
    assert office.wrong() == ()


def test_who_comes_second_is_told_who_was_first_and_when(office: Office) -> None:
    seen = office.seen(first(office))
    office.decide("ann", "reject", seen, reason="wrong_time")

    with pytest.raises(
        Conflict, match=r"is rejected \(wrong_time\), version 2.*last: reject by ann"
    ):
        office.decide("bob", "approve", seen)


def test_the_same_again_by_the_same_person_is_answered_as_before(office: Office) -> None:
    seen = office.seen(first(office))
    one = office.decide("ann", "approve", seen)
    two = office.decide("ann", "approve", seen)

    assert two == replace(one, again=True)
    assert len(office.actions()) == 1


def test_a_key_gives_the_first_answer_even_after_more_has_happened(office: Office) -> None:
    seen = office.seen(first(office))
    one = office.decide("ann", "approve", seen, key="k1")
    office.decide("ann", "undo", seen.proposal)

    assert office.decide("ann", "approve", seen, key="k1") == replace(one, again=True)
    with pytest.raises(BadInput, match="used for another request"):
        office.decide("ann", "reject", seen, key="k1")
    assert office.decide("bob", "reject", seen.proposal, key="k1").status == "rejected"


@pytest.mark.parametrize("forged", [{"version": 2}, {"sha256": "ab" * 32}])
def test_other_bytes_or_another_version_are_refused(
    office: Office, forged: dict[str, object]
) -> None:
    seen = replace(office.seen(first(office)), **forged)  # type: ignore[arg-type]  # fields of Seen

    with pytest.raises(Conflict, match="is pending, version 1"):
        office.decide("ann", "approve", seen)
    assert office.actions() == ()


@pytest.mark.parametrize("kind", ["approve", "reject", "snooze", "edit"])
def test_after_its_last_day_nothing_can_be_decided(office: Office, kind: str) -> None:
    proposal = first(office)
    office.clock.pass_(days=7)
    needs: dict[str, dict[str, Any]] = {
        "snooze": {"until_day": office.day + 1},
        "edit": {"subject": "s", "body": "b"},
    }
    more = needs.get(kind, {})

    with pytest.raises((Conflict, BadInput), match="expire"):
        office.decide("ann", kind, proposal, **more)


def test_nobody_unknown_decides(office: Office) -> None:
    seen = office.seen(first(office))
    ann = office.people["ann"]
    refused = (
        Actor("", "admin", "web"),
        Actor("u-none", "admin", "web"),
        replace(ann, role="admin"),
        replace(ann, agent=True),
        office.people["vic"],
        office.people["aud"],
        replace(ann, role="root"),  # type: ignore[arg-type]  # on purpose
    )

    for actor in refused:
        with pytest.raises(Forbidden):
            office.gate.decide(actor, Wish("approve", seen))
    assert office.get(seen.proposal).version == 1


def test_a_role_taken_away_counts_at_once(office: Office) -> None:
    ann = office.people["ann"]
    office.store.people.set_active(ann.person, active=False, now=office.clock())

    with pytest.raises(Forbidden, match="changed or ended"):
        office.decide("ann", "approve", first(office))


def test_a_snoozed_one_comes_back_on_its_day(office: Office) -> None:
    proposal = first(office)
    with pytest.raises(BadInput, match="after today"):
        office.decide("ann", "snooze", proposal, until_day=office.day)
    with pytest.raises(BadInput, match="it expires"):
        office.decide("ann", "snooze", proposal, until_day=office.day + 7)
    office.decide("ann", "snooze", proposal, until_day=office.day + 2)

    assert wake(office.gate) == 0
    office.clock.pass_(days=2)
    assert wake(office.gate) == 1
    assert office.decide("bob", "approve", proposal).status == "approved"
    assert office.wrong() == ()


def test_undo_is_for_ones_own_decision_and_only_while_it_can_be(office: Office) -> None:
    proposal = first(office)
    office.decide("ann", "approve", proposal)

    with pytest.raises(Conflict, match="only your own"):
        office.decide("bob", "undo", proposal)
    office.decide("ann", "undo", proposal)
    assert office.dispatch() == {}
    office.decide("ann", "approve", proposal)
    assert office.dispatch() == {"sent": 1}
    with pytest.raises(Conflict):
        office.decide("ann", "undo", proposal)
    assert office.wrong() == ()


def test_undo_ends_with_its_minutes_even_when_nothing_has_left_yet(office: Office) -> None:
    proposal = first(office)
    office.decide("ann", "approve", proposal)
    office.clock.pass_(minutes=5, seconds=1)

    with pytest.raises(Conflict, match="of the last minutes"):
        office.decide("ann", "undo", proposal)
    assert office.decide("ann", "revoke", proposal).status == "revoked"


def test_a_revoked_approval_never_leaves(office: Office) -> None:
    proposal = first(office)
    office.decide("ann", "approve", proposal)
    office.decide("bob", "revoke", proposal)

    assert office.dispatch() == {}
    action = office.action(proposal)
    assert action is not None
    assert (office.get(proposal).status, action.status) == ("revoked", "revoked")
    assert office.wrong() == ()


def test_what_has_left_cannot_be_revoked(office: Office) -> None:
    proposal = first(office)
    office.decide("ann", "approve", proposal)
    office.dispatch()

    with pytest.raises(Conflict, match="too late: it is sent"):
        office.decide("eve", "revoke", proposal)


def test_what_is_not_there_is_said_so(office: Office) -> None:
    with pytest.raises(Absent, match="none of that id"):
        office.decide("ann", "approve", Seen("p-none", 1, "ab"))


def test_a_reason_must_be_one_of_the_known(office: Office) -> None:
    with pytest.raises(BadInput, match="did you mean 'wrong_time'"):
        office.decide("ann", "reject", first(office), reason="wrong_tyme")
    with pytest.raises(BadInput, match="say why"):
        office.decide("ann", "reject", first(office), reason="")


def test_a_rejected_play_is_not_proposed_again_tomorrow_by_who_remembers(office: Office) -> None:
    office.decide("ann", "reject", first(office))
    office.clock.pass_(days=1)

    known = office.store.sends.histories(office.day, ["a1"])["a1"].decisions
    assert [(d.play, d.decided) for d in known] == [("retention_email", "rejected")]
    office.propose(mail("a9", as_of=office.day))
    assert office.wrong() == ()
