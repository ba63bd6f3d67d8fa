"""How long somebody looked: measured by us, never more than that, and told of each reviewer."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.request import Actor, Seen, Wish
from approvals.web.looking import looked, stamp
from approvals.web.stamping import reviewers
from tests.approvals.made import KEY, NOW
from tests.web.made import Browser, Inbox, seen_in, several

SEEN = Seen("p1", 1, "ab")


@given(st.integers(-100, 100_000), st.none() | st.integers(0, 100_000))
def test_it_is_what_passed_and_at_most_what_the_browser_says(passed: int, told: int | None) -> None:
    stamped = stamp(KEY, "u1", SEEN, NOW)
    now = NOW + timedelta(seconds=passed, milliseconds=999)

    found = looked(KEY, "u1", replace(SEEN, seconds=told), stamped, now)

    least = [passed] if told is None else [passed, told]
    assert found == (min(least) if passed >= 0 else None)


@pytest.mark.parametrize("wrong", ["", "1", "1." + "0" * 64, "x" * 80, "١." + "0" * 64])
def test_a_stamp_that_is_not_ours_is_none(wrong: str) -> None:
    assert looked(KEY, "u1", SEEN, wrong, NOW) is None


@pytest.mark.parametrize(
    "other",
    [replace(SEEN, proposal="p2"), replace(SEEN, version=2), replace(SEEN, sha256="cd")],
)
def test_a_stamp_is_for_one_state_of_one_proposal(other: Seen) -> None:
    assert looked(KEY, "u1", other, stamp(KEY, "u1", SEEN, NOW), NOW) is None
    assert looked(KEY, "u2", SEEN, stamp(KEY, "u1", SEEN, NOW), NOW) is None


def send(ann: Browser, one: str, wait: int, **changed: str) -> int:
    """Open a proposal, wait, and say yes; the status of the answer."""
    form = seen_in(ann.get(f"/proposals/{one}"))
    ann.inbox.clock.turn(seconds=wait)
    return ann.post(f"/proposals/{one}/approve", form | changed).status_code


def test_a_yes_too_quick_for_two_is_refused_whatever_the_page_says(inbox: Inbox) -> None:
    [one] = inbox.propose(*several("20000"))
    ann = inbox.inside()

    assert send(ann, one, 2) == 422
    assert send(ann, one, 2, seconds="600") == 422
    assert send(ann, one, 60, seconds="2") == 422
    assert send(ann, one, 60, opened="") == 422
    assert inbox.gate.store.read(lambda tx: tx.log.of(one)) == ()
    assert send(ann, one, 3) == 303
    [deed] = inbox.gate.store.read(lambda tx: tx.log.of(one))
    assert deed.seconds == 3


def test_below_the_highest_tier_it_is_only_written_down(inbox: Inbox) -> None:
    one, two = inbox.propose(*several("20", "10"))
    ann = inbox.inside()

    assert send(ann, one, 1) == 303
    assert send(ann, two, 1, opened="") == 303
    deeds = inbox.gate.store.read(lambda tx: [tx.log.of(p)[0] for p in (one, two)])
    assert [deed.seconds for deed in deeds] == [1, None]


def test_the_first_of_two_takes_it_back_on_the_page(inbox: Inbox) -> None:
    [one] = inbox.propose(*several("20000"))
    ann, bob = inbox.inside(), inbox.inside("approver-2")
    ann.decide("approve", one)

    assert "Take my yes back" not in bob.get(f"/proposals/{one}")
    page = ann.get(f"/proposals/{one}")
    assert "Take my yes back" in page
    form = seen_in(page)
    assert ann.post(f"/proposals/{one}/undo", form).headers["location"] == f"/proposals/{one}"
    assert ann.post(f"/proposals/{one}/undo", {**form, "key": ""}).status_code == 409
    assert "Two people must agree." in ann.get(f"/proposals/{one}")
    assert "waits for a second person" not in bob.get("/queue")


def test_sent_twice_it_is_done_once_however_late(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = inbox.inside()
    form = seen_in(ann.get(f"/proposals/{one}"))

    answers = []
    for _ in range(2):
        inbox.clock.turn(seconds=4)
        answers.append(ann.post(f"/proposals/{one}/approve", form))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(inbox.gate.store.read(lambda tx: tx.log.of(one))) == 1


def test_the_log_tells_who_looks_for_how_long(inbox: Inbox) -> None:
    ids = inbox.propose(*several(*map(str, range(9, 0, -1))))
    ann, bob = inbox.person("reviewer"), inbox.person("approver-2")
    given: list[tuple[str, int | None]] = [(ann.id, s) for s in (1, 2, 9, 20, None)]
    given += [(bob.id, s) for s in (3, 3, 40)]
    for one, (who, seconds) in zip(ids, given, strict=False):
        role = ann.role if who == ann.id else bob.role
        now = inbox.store.proposals.get(one)
        assert now is not None
        seen = Seen(one, now.version, now.shown, seconds)
        inbox.gate.decide(Actor(who, role, "web"), Wish("approve", seen))
    now = inbox.store.proposals.get(ids[8])
    assert now is not None
    bulk = Actor(bob.id, bob.role, "bulk")
    inbox.gate.decide(bulk, Wish("approve", Seen(ids[8], 1, now.shown)))

    found = [
        (r.name, r.single, r.median, r.share, r.unknown, r.together) for r in reviewers(inbox.gate)
    ]
    assert found == [("Ann", 5, 2, 0.6, 1, 0), ("Bob", 3, 3, 0.0, 0, 1)]
    page = inbox.inside("auditor").get("/log")
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)[:6]
    assert [re.sub(r"<.*?>|\s+", " ", cell).split()[:2] for cell in cells] == [
        ["Ann"],
        ["5"],
        ["2", "s"],
        ["60.0%", "3"],
        ["1"],
        ["0"],
    ]
    inbox.clock.turn(days=31)
    assert reviewers(inbox.gate) == ()
