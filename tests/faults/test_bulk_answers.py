"""Many at once: every item has its own answer, and the same request again the same one."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from approvals.bulk import approve_all, preview
from approvals.bulk_answers import BadItem, BulkResult
from approvals.live_facts import Facts, Subject
from approvals.request import Seen
from tests.approvals.made import DAY
from tests.effort import WHOLE
from tests.faults.offices import open_office
from tests.faults.processes import start
from tests.gate.office import Office, mail, only
from tools.errors import BadInput, Forbidden
from tools.store.store import Store

pytestmark = pytest.mark.fault(74)
MANY = 500 if WHOLE else 60


def opened(store: Store, folder: Path, many: int = 12, **more: Any) -> Office:
    mails = [mail(f"m{n:03}", "50.00") for n in range(many)]
    return open_office(store, folder, *mails, bulk_size=500, four_eyes_people=1_000, **more)


def chosen(office: Office) -> list[Seen]:
    return [office.seen(p, None) for p in office.store.proposals.pending(DAY)]


def approved(office: Office, items: Sequence[Seen | BadItem], key: str = "") -> BulkResult:
    ids = [one.proposal for one in items if isinstance(one, Seen)]
    sample = preview(office.gate, office.people["ann"], ids).sample
    return approve_all(office.gate, office.people["ann"], items, sample, key)


def outcomes(result: BulkResult) -> list[str]:
    return [one.outcome for one in result.answers]


def test_all_but_one_are_done_and_that_one_says_who_and_when(store: Store, tmp_path: Path) -> None:
    office = opened(store, tmp_path, MANY)
    items = chosen(office)
    sample = preview(office.gate, office.people["ann"], [i.proposal for i in items]).sample
    office.clock.pass_(minutes=1)
    office.decide("bob", "reject", items[7], reason="wrong_time")

    said = approve_all(office.gate, office.people["ann"], items, sample)

    assert len(said.results) == len(office.actions()) == MANY - 1
    assert [one.proposal for one in said.answers] == [one.proposal for one in items]
    stale = said.answers[7]
    assert (stale.outcome, stale.who) == ("changed", "bob")
    assert stale.at == office.clock().isoformat()
    assert "rejected (wrong_time)" in stale.detail
    assert office.wrong() == ()


def test_each_bad_item_has_its_own_answer_and_fails_no_other(store: Store, tmp_path: Path) -> None:
    office = opened(store, tmp_path, 8)
    office.propose(
        *(mail(f"m{n:03}", "50.00") for n in range(8)),
        mail("h1", "20000.00"),
        mail("o1", "50.00", play="other_email"),
    )
    items = {one.proposal: one for one in chosen(office)}
    high, other = only(office, "h1"), only(office, "o1")
    good = [one for name, one in items.items() if name not in {high, other}]
    given: list[Seen | BadItem] = [
        good[0],
        BadItem("x", "sha256: missing"),
        Seen("p-none", 1, "ab"),
        good[0],
        replace(good[1], sha256="ab" * 32),
        replace(good[2], version=9),
        items[high],
        items[other],
        replace(good[0], sha256="cd" * 32),
        *good[3:],
    ]

    said = approved(office, given)

    assert outcomes(said) == [
        "approved",
        "malformed",
        "unknown",
        "duplicate",
        "changed",
        "changed",
        "refused",
        "refused",
        "duplicate",
        *["approved"] * 5,
    ]
    assert "one by one" in said.answers[6].detail
    assert "of another kind" in said.answers[7].detail
    assert len(office.actions()) == 6
    assert office.wrong() == ()


def test_what_policy_refuses_and_what_cannot_be_read_are_told_apart(
    store: Store, tmp_path: Path
) -> None:
    office = opened(store, tmp_path, 6)
    items = chosen(office)
    accounts = [office.get(one.proposal).account_id for one in items]
    office.facts[accounts[1]] = {"email_consent": False}
    known = office.known

    def broken(subjects: Sequence[Subject]) -> Mapping[str, Facts]:
        if subjects[0].account_id == accounts[2]:
            raise OSError(24, "Too many open files")
        return known(subjects)

    office.gate = replace(office.gate, facts=broken)
    said = approved(office, items, "k1")

    assert outcomes(said) == ["approved", "refused", "unreadable", *["approved"] * 3]
    assert "consent" in said.answers[1].detail
    office.gate = replace(office.gate, facts=known)
    assert approved(office, items, "k1") == said  # the same request: nothing more is done
    assert len(office.actions()) == 4
    again = approved(office, items)
    assert outcomes(again) == ["already", "refused", "approved", *["already"] * 3]


@pytest.mark.parametrize("key", ["", "k1"])
def test_after_a_lost_reply_the_same_request_has_the_same_answer(
    store: Store, tmp_path: Path, key: str
) -> None:
    office = opened(store, tmp_path)
    items = chosen(office)
    sample = preview(office.gate, office.people["ann"], [i.proposal for i in items]).sample
    office.decide("bob", "snooze", items[3], until_day=DAY + 1)

    first, second = (
        approve_all(office.gate, office.people["ann"], items, sample, key) for _ in range(2)
    )

    assert second.refused == first.refused
    assert [one.proposal for one in second.results] == [one.proposal for one in first.results]
    stands = [(r.status, r.version, r.sha256, r.action) for r in first.results]
    assert [(r.status, r.version, r.sha256, r.action) for r in second.results] == stands
    assert len(office.actions()) == 11
    assert (second == first) == bool(key)


def test_a_key_answers_as_before_even_after_an_undo_and_only_the_same_request(
    store: Store, tmp_path: Path
) -> None:
    office = opened(store, tmp_path)
    items = chosen(office)
    first = approved(office, items, "k1")
    office.decide("ann", "undo", items[0].proposal)

    sample = [one.proposal for one in items]
    assert (
        approve_all(office.gate, office.people["ann"], items, first_sample(office, items), "k1")
        == first
    )
    assert office.get(items[0].proposal).status == "pending"
    with pytest.raises(BadInput, match="another request"):
        approve_all(office.gate, office.people["ann"], items[1:], sample, "k1")


def first_sample(office: Office, items: Sequence[Seen]) -> tuple[str, ...]:
    """The sample, which what became of the items since does not change."""
    ids = [one.proposal for one in items]
    return preview(office.gate, office.people["ann"], ids).sample


@pytest.mark.parametrize("key", ["", "k1"])
def test_killed_in_the_middle_and_repeated_it_ends_as_if_it_was_not(
    store: Store, tmp_path: Path, key: str
) -> None:
    office = opened(store, tmp_path)
    office.propose(
        *(mail(f"m{n:03}", "50.00") for n in range(12)), mail("o1", "50.00", play="other_email")
    )
    items = chosen(office)
    office.decide("bob", "reject", items[2], reason="other")
    sample = first_sample(office, items)
    commits = 0

    def kill(point: str) -> None:
        nonlocal commits
        commits += point == "gate.committed"
        if commits == 5:
            os._exit(9)

    office.crash = kill
    child = start(
        office,
        lambda one: len(approve_all(one.gate, one.people["ann"], items, sample, key).answers),
    )
    assert child.wait() == 9
    office.crash = None
    assert len(office.actions()) == 5

    said = approve_all(office.gate, office.people["ann"], items, sample, key)

    assert sorted(set(outcomes(said))) == ["already", "approved", "changed", "refused"]
    assert len(said.results) == len(office.actions()) == 11
    assert office.get(only(office, "o1")).status == "pending"
    assert office.wrong() == ()


def test_a_key_of_another_request_approves_nothing(store: Store, tmp_path: Path) -> None:
    office = opened(store, tmp_path, 6)
    items = chosen(office)
    approved(office, items[:3], "k1")

    with pytest.raises(BadInput, match="another request"):
        approved(office, items[3:], "k1")
    assert len(office.actions()) == 3


def test_what_was_edited_meanwhile_does_not_make_the_others_unlike(
    store: Store, tmp_path: Path
) -> None:
    office = opened(store, tmp_path, 4)
    items, ann = chosen(office), office.people["ann"]
    sample = preview(office.gate, ann, [one.proposal for one in items]).sample
    for number in (1, 2):
        office.decide("bob", "edit", items[number], subject=f"Room {number}?", body="Hello,\n")

    said = approve_all(office.gate, ann, items, sample)

    assert outcomes(said) == ["approved", "changed", "changed", "approved"]
    assert [one.who for one in said.answers] == ["", "bob", "bob", ""]


def test_the_limits_of_the_whole_stand(store: Store, tmp_path: Path) -> None:
    office = opened(store, tmp_path, 4)
    items, ann = chosen(office), office.people["ann"]

    with pytest.raises(BadInput, match="look at"):
        approve_all(office.gate, ann, items, [])
    with pytest.raises(BadInput, match="choose some"):
        approve_all(office.gate, ann, [], [])
    office.rules["bulk_size"] = 3
    office.gate = replace(office.gate, limits=office.limits)
    with pytest.raises(BadInput, match="too many"):
        approve_all(office.gate, ann, items, [one.proposal for one in items])
    with pytest.raises(Forbidden):
        approve_all(office.gate, office.people["vic"], items[:3], [])
    assert office.actions() == ()
