"""One reviewer, one proposal, in a real browser: every way a decision goes."""

from typing import TYPE_CHECKING

import pytest

from tests.approvals.made import envelope
from tests.web.made import several

if TYPE_CHECKING:
    from tests.web.browser.people import People, Profile
    from tests.web.browser.served import House

LOOK = 3
pytestmark = pytest.mark.xdist_group("browser")


def status(house: "House", proposal: str) -> str:
    found = house.store.proposals.get(proposal)
    assert found is not None
    return found.status


def look(house: "House", somebody: "Profile") -> None:
    """Look at a page for as long as what two must agree to asks for."""
    somebody.page.wait_for_timeout(LOOK * 1000)
    house.clock.turn(seconds=LOOK)


def test_two_keys_approve_and_one_takes_it_back(house: "House", people: "People") -> None:
    [one] = house.propose()
    ann = people.enter()
    page = ann.open("/queue")

    ann.press("j", "a")
    ann.at(f"/proposals/{one}")
    assert page.locator('form[data-key="a"] button').evaluate("e => e === document.activeElement")
    ann.press("a")
    ann.at("/queue")
    assert "is now approved" in page.inner_text(".flash")
    assert status(house, one) == "approved"
    ann.press("u")
    ann.at(f"/proposals/{one}")
    assert status(house, one) == "pending"
    assert ann.seen.nothing()


def test_the_seconds_somebody_looked_are_sent_along(house: "House", people: "People") -> None:
    [one] = house.propose()
    ann = people.enter()
    ann.open(f"/proposals/{one}").wait_for_timeout(600)
    house.clock.turn(seconds=50)

    ann.press("a")
    ann.at("/queue")

    [deed] = house.gate.store.read(lambda tx: tx.log.of(one))
    assert deed.seconds in range(1, 60)


def test_a_no_takes_a_reason(house: "House", people: "People") -> None:
    [one] = house.propose()
    ann = people.enter()
    page = ann.open(f"/proposals/{one}")

    ann.press("r")
    page.keyboard.type("not now")
    ann.press("Tab")
    page.keyboard.type("after the fair: a u r s x")
    ann.press("Tab", "Enter")
    ann.at("/queue")

    [deed] = house.gate.store.read(lambda tx: tx.log.of(one))
    assert (deed.kind, deed.reason[:6], deed.note) == (
        "reject",
        "wrong_",
        "after the fair: a u r s x",
    )


def test_refused_words_stay_in_the_form(house: "House", people: "People") -> None:
    [one] = house.propose()
    ann = people.enter()
    page = ann.open(f"/proposals/{one}")
    typed = "Hello <Ann>,\n\n  pay at https://evil.example/\n"

    ann.press("e")
    page.fill("input[name=subject]", 'Mine & "yours"')
    page.fill("textarea[name=body]", typed)
    page.click("text=Save the words")
    page.wait_for_selector("[role=alert]")

    assert page.input_value("input[name=subject]") == 'Mine & "yours"'
    assert page.input_value("textarea[name=body]") == typed
    page.fill("textarea[name=body]", "Hello Ann,\n")
    page.click("text=Save the words")
    page.wait_for_selector("text=wrote these words")
    assert page.locator('form[data-key="a"]').count() == 0


def test_somebody_else_was_first(house: "House", people: "People") -> None:
    [one] = house.propose()
    ann, bob = people.enter(), people.enter("approver-2")
    page = ann.open(f"/proposals/{one}")
    bob.open(f"/proposals/{one}")
    bob.press("a")
    bob.at("/queue")

    ann.press("r")
    page.select_option("select[name=reason] >> nth=0", "wrong_time")
    ann.press("Tab")
    page.keyboard.type("not now")
    ann.press("Tab", "Enter")

    shown = page.inner_text("[role=alert]")
    assert "Somebody was first." in shown
    assert "Bob" in shown
    assert status(house, one) == "approved"


def test_what_expired_is_said_and_cannot_be_decided(house: "House", people: "People") -> None:
    [one] = house.propose()
    ann = people.enter()
    page = ann.open(f"/proposals/{one}")
    house.clock.turn(days=7)
    house.auth.sessions.end(ann.secret)
    late = people.enter()

    shown = late.open(f"/proposals/{one}")
    assert "Expired." in shown.inner_text("main")
    assert shown.locator(".decide form[data-key]").count() == 0
    assert status(house, one) == "pending"
    assert page.url.endswith(one)


def test_it_expires_while_somebody_looks(house: "House", people: "People") -> None:
    [one] = house.propose()
    house.clock.turn(days=6, hours=17, minutes=30)
    ann = people.enter()
    page = ann.open(f"/proposals/{one}")
    house.clock.turn(hours=1)

    ann.press("a")

    assert "Expired." in page.wait_for_selector(".banner").inner_text()  # type: ignore[union-attr]  # it waits until it is there
    assert status(house, one) == "pending"


def test_four_eyes(house: "House", people: "People") -> None:
    [one] = house.propose(envelope("a1", "20000"))
    ann, bob = people.enter(), people.enter("approver-2")
    page = ann.open(f"/proposals/{one}")

    ann.press("a")
    assert "look for at least 3" in page.inner_text("[role=alert]")
    look(house, ann)
    ann.press("a")
    page.wait_for_selector("text=Waits for a second person.")
    assert page.locator('form[data-key="a"]').count() == 0
    page.click("text=Take my yes back")
    page.wait_for_selector("text=Two people must agree.")
    look(house, ann)
    ann.press("a")
    page.wait_for_selector("text=Waits for a second person.")
    bob.open("/queue")
    assert "waits for a second person" in bob.page.inner_text("table.queue")
    bob.press("j", "a")
    bob.at(f"/proposals/{one}")
    look(house, bob)
    bob.press("a")
    bob.at("/queue")
    assert status(house, one) == "approved"


def test_a_session_that_ended_leads_back_to_the_proposal(house: "House", people: "People") -> None:
    [one, _] = house.propose(*several("20", "10"))
    ann = people.enter()
    page = ann.open(f"/proposals/{one}")
    house.auth.sessions.end(ann.secret)

    ann.press("r")
    page.select_option("select[name=reason] >> nth=0", "other")
    ann.press("Tab")
    page.keyboard.type("what I had typed")
    ann.press("Tab", "Enter")
    page.wait_for_selector("text=Your session has ended")
    assert page.input_value("textarea >> nth=-1") in {"what I had typed", "other"}
    assert "what I had typed" in [box.input_value() for box in page.locator("textarea").all()]
    page.click("text=Sign in and come back")
    ann.at("/login")
    ann.sign_in("ann@example.com")
    ann.at(f"/proposals/{one}")
    assert status(house, one) == "pending"
    ann.press("a")
    ann.at("/queue")
    assert status(house, one) == "approved"
