"""Without scripts: everything can be read, and decided with a mouse."""

from typing import TYPE_CHECKING

import pytest

from tests.web.made import several

if TYPE_CHECKING:
    from tests.web.browser.people import People
    from tests.web.browser.served import House

pytestmark = pytest.mark.xdist_group("browser")
PAGES = {
    "/queue": "Expected net value", "/actions": "Actions", "/log": "Log of decisions",
    "/accounts": "to call today", "/roster": "Roster", "/accounts/a1": "Account a1",
    "/why-not?account=a1": "Why not", "/decide": "Accept this customer?",
    "/decide/retain?account=a1&renewal=.35": "At most 65.0%",
    "/audit": "Tables", "/quarantine": "Quarantine", "/runs": "Runs", "/rules": "Limits",
    "/switches": "Switches",
    "/api/v1/docs": "API", "/me": "Your sign-in", "/people": "People",
}  # fmt: skip


def test_everything_can_be_read(house: "House", people: "People") -> None:
    [one] = house.propose()
    ann = people.enter("admin", java_script_enabled=False)
    for path, words in PAGES.items():
        assert words in ann.open(path).inner_text("main"), path

    page = ann.open(f"/proposals/{one}")
    assert page.frame_locator("iframe.message").locator(".b").inner_text().startswith("Hello Ann")
    page.click("summary:has-text('As text')")
    assert "Hello Ann," in page.inner_text("pre.words >> nth=0")
    page.click("text=Everything known of this account")
    ann.at("/accounts/a1")
    assert ann.seen.nothing(), ann.seen


def test_everything_can_be_decided(house: "House", people: "People") -> None:
    one, other = house.propose(*several("20", "10"))
    ann = people.enter(java_script_enabled=False)
    page = ann.open("/queue")

    page.click("[data-row] a >> nth=0")
    page.click("button.go")
    ann.at("/queue")
    page.click("[data-row] a >> nth=0")
    page.click("summary:has-text('Reject')")
    page.select_option("details[data-key=r] select", "other")
    page.click("button.danger >> nth=0")
    ann.at("/queue")

    assert "Nothing waits here" in page.inner_text("main")
    found = [house.store.proposals.get(which) for which in (one, other)]
    assert [which.status for which in found if which] == ["approved", "rejected"]


def test_unsubscribing_takes_one_press(house: "House", people: "People") -> None:
    ann = people.enter(java_script_enabled=False)
    page = ann.open(house.leaving())

    page.click("text=Unsubscribe >> nth=-1")

    page.wait_for_selector("text=You are unsubscribed")
    assert ann.seen.nothing(), ann.seen
