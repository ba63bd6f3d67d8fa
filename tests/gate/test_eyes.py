"""Two people where two are needed: through every way in, and by nobody twice."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from approvals.bulk import approve_all, preview
from approvals.request import Via
from tests.gate.office import WAYS, Office, mail, only, open_office
from tools.errors import BadInput, Conflict, Forbidden

if TYPE_CHECKING:
    from pathlib import Path

    from tools.store.store import Store


def test_one_yes_is_not_enough_and_two_are(dear: Office) -> None:
    one = dear.decide("ann", "approve", only(dear))

    assert (one.status, one.waits_for, dear.actions()) == ("pending", 1, ())
    two = dear.decide("cleo", "approve", only(dear))
    assert (two.status, two.waits_for, len(dear.actions())) == ("approved", 0, 1)
    assert dear.wrong() == ()


def test_one_of_the_two_must_be_allowed_to_be_second(dear: Office) -> None:
    dear.decide("ann", "approve", only(dear))

    assert dear.decide("bob", "approve", only(dear)).waits_for == 1
    assert dear.decide("cleo", "approve", only(dear)).status == "approved"


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_the_same_person_never_counts_twice_whatever_the_way_in(
    dear: Office, first: Via, second: Via
) -> None:
    dear.decide("cleo", "approve", only(dear), via=first)

    with pytest.raises(Forbidden, match="a second person must"):
        dear.decide("cleo", "approve", only(dear), via=second, key="other")
    assert dear.actions() == ()


def test_an_alias_of_the_same_human_is_no_second_person(dear: Office) -> None:
    with pytest.raises(BadInput, match="there already"):
        dear.store.people.add("Ann+second@example.com", "Ann", "approver-2", dear.clock())


def test_a_bulk_approval_of_what_two_must_agree_to_is_refused(dear: Office) -> None:
    with pytest.raises(Forbidden, match="one by one"):
        approve_all(dear.gate, dear.people["cleo"], [dear.seen(only(dear))], [only(dear)])


@pytest.mark.parametrize("change", [{"active": False}, {"role": "viewer"}])
def test_who_lost_the_role_between_the_two_does_not_count(
    dear: Office, change: dict[str, Any]
) -> None:
    dear.decide("dan", "approve", only(dear))
    people, dan = dear.store.people, dear.people["dan"].person
    if "role" in change:
        people.set_role(dan, "viewer", dear.clock())
    else:
        people.set_active(dan, active=False, now=dear.clock())

    assert dear.decide("cleo", "approve", only(dear)).waits_for == 1
    assert dear.decide("eve", "approve", only(dear)).status == "approved"


def test_who_wrote_the_words_cannot_agree_to_them(dear: Office) -> None:
    dear.decide("cleo", "edit", only(dear), subject="Better", body="Better words.\n")

    with pytest.raises(Forbidden, match="you wrote these words"):
        dear.decide("cleo", "approve", only(dear))
    dear.decide("ann", "approve", only(dear))
    assert dear.decide("dan", "approve", only(dear)).status == "approved"
    assert dear.wrong() == ()


def test_an_edit_between_the_two_voids_the_first(dear: Office) -> None:
    dear.decide("ann", "approve", only(dear))
    dear.decide("bob", "edit", only(dear), subject="Better", body="Better words.\n")

    assert dear.decide("cleo", "approve", only(dear)).waits_for == 1
    assert dear.decide("ann", "approve", only(dear)).status == "approved"


def test_a_play_marked_for_two_needs_two_however_cheap(store: "Store", tmp_path: "Path") -> None:
    office = open_office(store, tmp_path, mail("a1", "1.00", approval=("csm", "finance")))

    assert office.decide("ann", "approve", only(office)).waits_for == 1
    assert office.decide("cleo", "approve", only(office)).status == "approved"


def test_splitting_one_customers_day_does_not_help(store: "Store", tmp_path: "Path") -> None:
    office = open_office(store, tmp_path, mail("a1", "6000.00"))
    assert office.decide("ann", "approve", only(office)).status == "approved"

    office.propose(mail("a1", "6000.01", as_of=office.day + 1))
    (other,) = office.store.proposals.pending(office.day + 1)

    assert office.decide("bob", "approve", other.id).waits_for == 1


def test_many_people_reached_by_one_play_need_two(store: "Store", tmp_path: "Path") -> None:
    mails = [mail(f"a{n}", "5.00") for n in range(4)]
    office = open_office(store, tmp_path, *mails)
    office.rules["four_eyes_people"] = 3

    left = [office.decide("ann", "approve", only(office, f"a{n}")).waits_for for n in range(4)]
    assert left == [0, 0, 1, 1]


def test_bulk_wants_one_kind_a_size_and_a_look_at_a_sample(
    store: "Store", tmp_path: "Path"
) -> None:
    mails = [mail(f"a{n}", "5.00") for n in range(6)]
    office = open_office(store, tmp_path, *mails, mail("b1", "5.00", play="other_email"))
    office.rules["bulk_size"] = 6
    ann, ids = office.people["ann"], [only(office, f"a{n}") for n in range(6)]

    group = preview(office.gate, ann, ids)
    assert (group.size, group.people, len(group.sample)) == (6, 6, 3)
    assert preview(office.gate, ann, list(reversed(ids))).sample == group.sample
    items = [office.seen(one) for one in ids]
    with pytest.raises(BadInput, match="look at"):
        approve_all(office.gate, ann, items, group.sample[:2])
    mixed = preview(office.gate, ann, [ids[0], only(office, "b1")])
    assert (mixed.size, mixed.people, mixed.sample) == (0, 0, ())
    assert [one.proposal for one in mixed.left_out] == [ids[0], only(office, "b1")]
    assert all("these are of 2 kinds" in one.detail for one in mixed.left_out)
    both = [office.seen(ids[0]), office.seen(only(office, "b1"))]
    with pytest.raises(BadInput, match="one play, segment, template and tier"):
        approve_all(office.gate, ann, both, [one.proposal for one in both])
    with pytest.raises(BadInput, match="too many"):
        preview(office.gate, ann, [*ids, only(office, "b1")])
    assert office.actions() == ()


def test_bulk_approves_the_rest_when_one_has_changed_meanwhile(
    store: "Store", tmp_path: "Path"
) -> None:
    office = open_office(store, tmp_path, *[mail(f"a{n}", "5.00") for n in range(20)])
    ids = [only(office, f"a{n}") for n in range(20)]
    items = [office.seen(one) for one in ids]
    stale = replace(items[4], sha256="ab" * 32)
    sample = preview(office.gate, office.people["ann"], ids).sample

    done = approve_all(office.gate, office.people["ann"], [*items[:4], stale, *items[5:]], sample)

    assert (len(done.results), [one for one, _ in done.refused]) == (19, [ids[4]])
    assert len(office.actions()) == 19
    assert office.wrong() == ()


@pytest.mark.parametrize(("subject", "body", "why"), [
    ("", "b", "words_length"), ("s", " ", "words_length"), ("s", "b" * 20_001, "words_length"),
    ("a\u202eb", "b", "words_visible: .*U.202E"), ("s", "zero\u200bwidth", "U.200B"),
    ("s", "blank\u3164letter", "U.3164"),
    ("two\nlines", "b", "line break"), ("s", "Hello {contact}", "placeholder|as it stands"),
    ("s", "look: https://evil.example/x", "words_links"),
    ("s", "www.evil.example", "words_links"), ("s", "javascript://x", "words_links"),
    ("s", "you get 30 % off", "words_amounts"), ("s", "for EUR 5 only", "words_amounts"),
    ("s", "$1,000 back", "words_amounts"),
])  # fmt: skip
def test_policy_refuses_words_that_promise_or_hide(
    office: Office, subject: str, body: str, why: str
) -> None:
    proposal = office.store.proposals.pending(office.day)[0].id

    with pytest.raises(BadInput, match=why):
        office.decide("ann", "edit", proposal, subject=subject, body=body)
    assert office.get(proposal).version == 1


def test_an_allowed_link_may_be_written_and_only_that(office: Office) -> None:
    office.rules["link_hosts"] = ("help.example.com",)
    proposal = office.store.proposals.pending(office.day)[0].id
    bad = (
        "https://help.example.com.evil.example",
        "https://help.example.com@evil.example/",
        "http://help.example.com",
        "https://help.example.com:99/",
    )

    office.decide("ann", "edit", proposal, subject="s", body="see https://help.example.com/a.")
    for link in bad:
        with pytest.raises(BadInput, match="words_links"):
            office.decide("ann", "edit", proposal, subject="s", body=link)


def test_what_was_seen_before_an_edit_cannot_be_approved(office: Office) -> None:
    seen = office.seen(office.store.proposals.pending(office.day)[0].id)
    edited = office.decide("ann", "edit", seen, subject="New", body="New words.\n")

    with pytest.raises(Conflict, match="version 2"):
        office.decide("bob", "approve", seen)
    done = office.decide("bob", "approve", seen.proposal)
    assert done.sha256 == edited.sha256 != seen.sha256
    assert office.dispatch() == {"sent": 1}
    assert "\tNew\n" in office.vendor.ledger.read_text(encoding="utf-8")
    assert office.wrong() == ()


def test_who_wrote_these_words_before_somebody_came_back_to_them_may_not_agree(
    dear: Office,
) -> None:
    """Found by the soak: only the last editor was asked about, though two wrote the same bytes."""
    for who, body in (("ann", "Hello."), ("bob", "Good morning."), ("cleo", "Hello.")):
        dear.decide(who, "edit", only(dear), subject="A word", body=body)

    for who in ("ann", "cleo"):
        with pytest.raises(Forbidden, match="you wrote these words"):
            dear.decide(who, "approve", only(dear))
    assert dear.decide("bob", "approve", only(dear)).waits_for == 1
    assert dear.wrong() == ()
