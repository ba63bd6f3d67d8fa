"""What a CSM says of an account is heeded by the gate at once, whoever was first."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from approvals.care import CareKind, CareResult, CareWish, Said, care
from approvals.holdout import draw
from approvals.upkeep import wake
from tests.approvals.made import DAY, KEY
from tests.gate.office import Office, mail, only, open_office
from tools.errors import Conflict
from tools.store.gate.records import BY_HAND
from tools.store.store import Store

SHARE = Decimal("0.2")
GOAL = Said(DAY, "retention_call", 90_000, "EUR", (), "retention", "call")


def say(
    office: Office, who: str, kind: CareKind, account: str = "a1", said: Said = GOAL, **more: Any
) -> CareResult:
    """Somebody says something of an account as it stands."""
    needs: dict[str, dict[str, Any]] = {
        "not_useful": {"reason": "too_small"},
        "snooze": {"until_day": office.day + 3},
    }
    now = office.store.gate.read(lambda tx: tx.care.standing(account))
    wish = CareWish(kind, account, now.version if now else 0, **{**needs.get(kind, {}), **more})
    return care(office.gate, office.people[who], wish, said)


def status(office: Office, account: str = "a1") -> tuple[str, str]:
    found = office.get(only(office, account))
    return found.status, found.status_reason


@pytest.mark.parametrize(
    ("kind", "to", "words"),
    [
        ("claim", "snoozed", "claimed by ann on 2024-03-01 until 2024-03-08 (Accounts)"),
        ("snooze", "snoozed", "put off by ann on 2024-03-01 until 2024-03-04 (Accounts)"),
        ("done", "revoked", "done by ann on 2024-03-01 (Accounts)"),
        ("not_useful", "revoked",
         "marked not useful by ann on 2024-03-01 until 2024-03-31 (Accounts)"),
    ],
)  # fmt: skip
def test_what_waits_is_closed_or_put_off_with_who_when_and_what(
    office: Office, kind: CareKind, to: str, words: str
) -> None:
    seen = office.seen(only(office, "a1"))

    say(office, "ann", kind)

    assert status(office) == (to, words)
    assert status(office, "a2") == ("pending", "")
    deed = office.store.gate.read(lambda tx: tx.log.of(only(office)))[-1]
    assert (deed.kind, deed.reason, deed.who) == ("stop", kind, office.people["ann"].person)
    with pytest.raises(Conflict, match="ann"):
        office.decide("bob", "approve", seen)
    assert office.wrong() == ()


def test_another_goal_waits_on_and_an_unknown_one_is_every_goal(office: Office) -> None:
    say(office, "ann", "done", said=replace(GOAL, goal="upsell"))
    assert status(office)[0] == "pending"

    say(office, "ann", "done", "a2", said=replace(GOAL, goal=""))
    assert status(office, "a2")[0] == "revoked"


@pytest.mark.parametrize("kind", ["claim", "snooze"])
def test_putting_it_back_gives_back_what_was_put_off(office: Office, kind: CareKind) -> None:
    say(office, "ann", kind)
    say(office, "ann", "open")

    assert status(office) == ("pending", "")
    assert office.decide("bob", "approve", only(office)).status == "approved"
    assert office.wrong() == ()


def test_what_was_put_off_comes_back_by_itself(office: Office) -> None:
    say(office, "ann", "claim")
    say(office, "ann", "snooze", until_day=office.day + 5)
    office.clock.pass_(days=4)
    assert wake(office.gate) == 0
    office.clock.pass_(days=1)
    assert wake(office.gate) == 1
    assert status(office)[0] == "pending"
    assert office.wrong() == ()


def test_a_reviewer_s_own_later_snooze_is_not_cut_short(office: Office) -> None:
    office.decide("bob", "snooze", only(office), until_day=office.day + 6)
    say(office, "ann", "snooze", until_day=office.day + 2)

    assert office.get(only(office)).snoozed_until == office.day + 6


def test_a_claim_that_is_done_later_closes_what_it_had_put_off(office: Office) -> None:
    say(office, "ann", "claim")
    say(office, "ann", "done")

    assert status(office)[0] == "revoked"
    say(office, "ann", "open")
    assert status(office)[0] == "revoked"
    assert office.wrong() == ()


@pytest.mark.parametrize("kind", ["done", "not_useful"])
def test_what_was_approved_before_does_not_leave(office: Office, kind: CareKind) -> None:
    office.decide("bob", "approve", only(office))
    say(office, "ann", kind)

    assert office.dispatch() == {"blocked": 1}
    action = office.action(only(office))
    assert action is not None
    assert "by ann on 2024-03-01" in action.detail
    assert office.vendor.effects() == {}
    assert office.wrong() == ()


def test_a_later_word_does_not_let_out_what_was_done_before(office: Office) -> None:
    office.decide("bob", "approve", only(office))
    say(office, "ann", "done")
    say(office, "ann", "snooze", until_day=office.day + 1)
    office.clock.pass_(days=3)

    assert office.dispatch() == {"blocked": 1}
    assert office.vendor.effects() == {}


def test_what_comes_back_by_an_undo_is_not_approved_against_a_word(office: Office) -> None:
    office.decide("bob", "reject", only(office))
    say(office, "ann", "done")
    office.decide("bob", "undo", only(office))

    with pytest.raises(Conflict, match="done by ann on 2024-03-01"):
        office.decide("bob", "approve", only(office))


def test_what_was_approved_waits_for_a_claim_and_goes_on_when_it_is_put_back(
    office: Office,
) -> None:
    office.decide("bob", "approve", only(office))
    say(office, "ann", "claim")

    assert office.dispatch() == {"scheduled": 1}
    action = office.action(only(office))
    assert action is not None
    assert action.detail == "put off: claimed by ann on 2024-03-01 until 2024-03-08 (Accounts)"
    assert office.dispatch() == {}
    say(office, "ann", "open")
    assert office.dispatch() == {"sent": 1}
    assert office.wrong() == ()


def test_of_done_and_approve_at_once_one_wins_and_nothing_leaves(office: Office) -> None:
    seen = office.seen(only(office))

    def approve() -> str:
        try:
            return office.decide("bob", "approve", seen).status
        except Conflict:
            return "too late"

    with ThreadPoolExecutor(2) as pool:
        done, said = pool.submit(say, office, "ann", "done"), pool.submit(approve)
    assert done.result().kind == "done"
    assert (said.result(), status(office)[0]) in {
        ("approved", "approved"),
        ("too late", "revoked"),
    }
    office.dispatch()
    assert office.vendor.effects() == {}
    assert office.wrong() == ()


def test_nothing_new_is_asked_while_a_person_has_it_in_hand(office: Office) -> None:
    say(office, "ann", "done")
    office.clock.pass_(days=1)

    waiting = office.propose(mail("a1", "700.00", as_of=DAY + 1))
    assert "a1" not in {one.account_id for one in waiting}
    office.clock.pass_(days=7)
    waiting = office.propose(mail("a1", "700.00", as_of=DAY + 8))
    assert "a1" in {one.account_id for one in waiting}


def test_a_call_by_hand_uses_up_the_caps_and_rests_its_play(office: Office) -> None:
    say(
        office,
        "ann",
        "done",
        said=replace(GOAL, play="retention_email", channel="email", goal="upsell"),
    )
    history = office.store.sends.histories(office.day + 1, ["a1"])["a1"]
    assert [(s.channel, s.play, s.day) for s in history.sends] == [
        ("email", "retention_email", office.day)
    ]
    with pytest.raises(Conflict, match="frequency: 1 sends by email to the contact"):
        office.decide("bob", "approve", only(office))
    assert office.dispatch() == {}


def test_a_call_by_hand_after_the_yes_blocks_what_would_be_too_much(office: Office) -> None:
    office.decide("bob", "approve", only(office))
    say(
        office,
        "ann",
        "done",
        said=replace(GOAL, play="retention_email", channel="email", goal="upsell"),
    )

    assert office.dispatch() == {"blocked": 1}
    action = office.action(only(office))
    assert action is not None
    assert "frequency" in action.detail


def test_a_slip_of_the_finger_and_a_task_of_our_own_are_no_contact(office: Office) -> None:
    say(office, "ann", "done")
    say(office, "ann", "open")
    say(office, "ann", "done", "a2", said=replace(GOAL, channel="task"))
    say(office, "ann", "done", "a3")
    office.clock.pass_(days=1)
    say(office, "ann", "open", "a3")

    found = office.store.sends.histories(office.day + 1, ["a1", "a2", "a3"])
    assert [len(found[one].sends) for one in ("a1", "a2", "a3")] == [0, 0, 1]


def test_who_was_reached_by_hand_is_never_drawn(store: Store, tmp_path: Path) -> None:
    """Everybody would be held out; whom ann called is not, and is outside of the comparison."""
    office = open_office(store, tmp_path, mail("a9"), holdout_share=1)
    say(office, "ann", "done", "a1", said=replace(GOAL, goal="upsell"))
    office.propose(mail("a1"), mail("a2"))

    held = office.store.gate.read(
        lambda tx: [tx.holdouts.held("retention_email", one) for one in ("a1", "a2", "a9")]
    )
    assert held == [False, True, True]


def test_the_lots_of_the_rest_are_the_same_with_and_without_them() -> None:
    envelopes = [mail(f"a{n}") for n in range(20)]
    reached = frozenset({("retention_email", "a3")})
    lots = draw(DAY, envelopes, frozenset(), SHARE, KEY, reached)

    assert {one.account_id for one in lots if one.stratum == BY_HAND} == {"a3"}
    assert [one.held for one in lots if one.stratum == BY_HAND] == [False]
    without = [one for one in envelopes if one.who.account_id != "a3"]
    assert draw(DAY, without, frozenset(), SHARE, KEY) == tuple(
        one for one in lots if one.stratum != BY_HAND
    )


def test_the_chain_says_who_stopped_what(office: Office) -> None:
    say(office, "ann", "done")

    links = office.store.gate.read(lambda tx: tx.chain.about([only(office)]))
    body = json.loads(links[-1].body)
    assert (links[-1].kind, links[-1].who) == ("stop", office.people["ann"].person)
    assert (body["from"], body["to"], body["said"]) == ("pending", "revoked", "done")
