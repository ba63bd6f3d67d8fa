"""The first of two may take their yes back while the second is missing; and who counts as two."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from approvals.bulk import approve_all, preview
from approvals.request import Via
from approvals.staff import OPERATOR, add, allow_link
from tests.gate.office import WAYS, Office, mail, only, open_office
from tools.errors import BadInput, Conflict, Forbidden

if TYPE_CHECKING:
    from pathlib import Path

    from tools.store.store import Store


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_a_yes_taken_back_by_any_way_counts_by_none(dear: Office, way: Via, second: Via) -> None:
    dear.decide("ann", "approve", only(dear), via=second)

    back = dear.decide("ann", "undo", only(dear), via=way)

    assert (back.status, back.waits_for, back.action) == ("pending", 2, None)
    assert dear.decide("cleo", "approve", only(dear), via=second).waits_for == 1
    assert dear.actions() == ()
    assert dear.decide("ann", "approve", only(dear)).status == "approved"
    assert dear.dispatch() == {"sent": 1}
    assert dear.wrong() == ()


def test_only_ones_own_yes_and_only_once(dear: Office) -> None:
    dear.decide("ann", "approve", only(dear))

    with pytest.raises(Conflict, match="no yes to take back"):
        dear.decide("cleo", "undo", only(dear))
    dear.decide("ann", "undo", only(dear))
    with pytest.raises(Conflict, match="no yes to take back"):
        dear.decide("ann", "undo", only(dear))
    kinds = [d.kind for d in dear.store.gate.read(lambda tx: tx.log.of(only(dear)))]
    entries = dear.store.gate.read(lambda tx: tx.chain.about([only(dear)]))
    assert kinds == ["approve", "undo"]
    assert [one.kind for one in entries] == ["propose", "approve", "undo"]
    assert dear.wrong() == ()


def test_it_needs_no_minutes_but_a_proposal_that_still_waits(dear: Office) -> None:
    dear.decide("ann", "approve", only(dear))
    dear.clock.pass_(hours=5)
    dear.decide("ann", "undo", only(dear))
    seen = dear.seen(only(dear))
    dear.decide("ann", "approve", seen)

    with pytest.raises(Conflict):  # what was seen before the second yes of one's own
        dear.decide("ann", "undo", seen)
    dear.clock.pass_(days=8)
    with pytest.raises(Conflict, match="expired"):
        dear.decide("ann", "undo", only(dear))


def test_the_second_takes_back_the_second_and_the_first_stands(dear: Office) -> None:
    dear.decide("ann", "approve", only(dear))
    dear.decide("cleo", "approve", only(dear))

    dear.decide("cleo", "undo", only(dear))
    action = dear.action(only(dear))
    assert action is not None
    assert action.status == "revoked"
    with pytest.raises(Forbidden, match="a second person must"):
        dear.decide("ann", "approve", only(dear))
    assert dear.decide("dan", "approve", only(dear)).status == "approved"
    assert dear.wrong() == ()


def test_who_takes_back_what_was_edited_since_has_nothing_to_take_back(dear: Office) -> None:
    dear.decide("ann", "approve", only(dear))
    dear.decide("bob", "edit", only(dear), subject="Better", body="Better words.\n")

    with pytest.raises(Conflict, match="no yes to take back"):
        dear.decide("ann", "undo", only(dear))


@pytest.mark.parametrize(("seconds", "says"), [
    (None, "nobody knows how long"), (0, "for 0 seconds"), (2, "look for at least 3"),
])  # fmt: skip
@pytest.mark.parametrize("way", WAYS)
def test_who_cannot_have_read_it_cannot_agree_by_any_way(
    dear: Office, way: Via, seconds: int | None, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        dear.decide("ann", "approve", dear.seen(only(dear), seconds), via=way)

    assert dear.store.gate.read(lambda tx: tx.log.of(only(dear))) == ()
    assert dear.decide("ann", "approve", dear.seen(only(dear), 3), via=way).waits_for == 1
    with pytest.raises(BadInput, match=says):
        dear.decide("cleo", "approve", dear.seen(only(dear), seconds), via=way)


def test_below_the_highest_tier_nobody_is_held_up(office: Office) -> None:
    proposal = office.store.proposals.pending(office.day)[0].id

    assert office.decide("ann", "approve", office.seen(proposal, None)).status == "approved"


def test_a_no_needs_no_time(dear: Office) -> None:
    assert dear.decide("ann", "reject", dear.seen(only(dear), None)).status == "rejected"


def test_what_the_day_made_dear_is_left_out_of_a_bulk_approval(
    store: "Store", tmp_path: "Path"
) -> None:
    office = open_office(store, tmp_path, *[mail(f"a{n}", "5.00") for n in range(4)])
    office.rules["four_eyes_people"] = 3
    ids, ann = [only(office, f"a{n}") for n in range(4)], office.people["ann"]
    items = [office.seen(one, None) for one in ids]

    done = approve_all(office.gate, ann, items, preview(office.gate, ann, ids).sample)

    assert [one.status for one in done.results] == ["approved"] * 2
    assert all("nobody knows how long" in why for _, why in done.refused)
    assert len(office.actions()) == 2


@pytest.mark.parametrize("first", ["eve", "fay"])
def test_who_holds_a_fresh_key_to_anothers_account_is_not_two_people(
    dear: Office, first: str
) -> None:
    fay = add(dear.gate, dear.people["eve"], "fay@example.com", "fay", "approver-2")
    dear.people["fay"] = replace(dear.people["cleo"], person=fay.id)
    second = {"eve": "fay", "fay": "eve"}[first]
    dear.decide(first, "approve", only(dear))

    with pytest.raises(Forbidden, match="let the other in"):
        dear.decide(second, "approve", only(dear))
    dear.clock.pass_(days=1, seconds=1)
    assert dear.decide(second, "approve", only(dear)).status == "approved"


def test_a_link_is_a_key_too_and_the_operators_is_nobodys(dear: Office) -> None:
    allow_link(dear.gate, dear.people["eve"], dear.people["dan"].person)
    allow_link(dear.gate, OPERATOR, dear.people["cleo"].person)
    dear.decide("eve", "approve", only(dear))

    with pytest.raises(Forbidden, match="let the other in"):
        dear.decide("dan", "approve", only(dear))
    assert dear.decide("cleo", "approve", only(dear)).status == "approved"
