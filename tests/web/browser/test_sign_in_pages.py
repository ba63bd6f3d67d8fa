"""One's own page and the administrators' in a real browser, with scripts and without."""

from typing import TYPE_CHECKING

import pyotp
import pytest

if TYPE_CHECKING:
    from tests.web.browser.people import People
    from tests.web.browser.served import House

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_password_and_an_app_are_chosen_and_asked_for(
    house: "House", people: "People", *, scripts: bool
) -> None:
    ann = people.enter(java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    page = ann.open("/me")
    page.fill("#password", "another horse battery")
    page.fill("#again", "another horse battery")
    page.click("text=Change the password")
    assert "is changed" in page.inner_text("[role=status]")

    page.click("text=Use an app")
    secret = page.inner_text("code.secret")
    assert page.locator(".qr svg path").count() == 2
    page.fill("#code", pyotp.TOTP(secret).at(house.clock()))
    page.click("text=Use this app")
    assert "counts from now on" in page.inner_text("[role=status]")
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(wide)

    page.click("text=Sign out")
    page.fill("#mailbox", "ann@example.com")
    page.fill("#password", "another horse battery")
    page.fill("#code", pyotp.TOTP(secret).at(house.clock(), counter_offset=1))
    page.press("#code", "Enter")
    ann.at("/queue")
    assert ann.seen.nothing(), ann.seen


def test_an_administrator_lets_somebody_in(house: "House", people: "People") -> None:
    cid = people.enter("admin")
    house.clock.turn(minutes=16)
    page = cid.open("/people")
    page.click("text=confirm that it is you")
    page.fill("#password", "correct horse battery")
    page.press("#password", "Enter")
    cid.at("/people")

    page.fill("#mailbox", "eve@example.com")
    page.fill("#name", "Eve")
    page.select_option("#role", "reviewer")
    page.click("button.go")
    page.click("button:has-text('Make a link')")
    link = page.input_value("#text")
    eve = people.browser.new_context()
    people.opened.append(eve)
    other = eve.new_page()
    other.goto(link)
    other.click("button")
    other.wait_for_selector("text=Eve · reviewer")

    page.click("text=Done")
    page.click("button:has-text('Let in no more')")
    page.wait_for_selector("text=They cannot come in any more")
    other.reload()
    assert "/login" in other.url
    assert cid.seen.nothing(), cid.seen
