"""Many at once in a real browser: the sample cannot be passed over."""

from typing import TYPE_CHECKING

import pytest

from tests.web.made import several

if TYPE_CHECKING:
    from tests.web.browser.people import People
    from tests.web.browser.served import House

pytestmark = pytest.mark.xdist_group("browser")


def test_the_sample_is_looked_at_first(house: "House", people: "People") -> None:
    ids = house.propose(*several("9", "8", "7", "6", "5", "20000"))
    ann = people.enter()
    page = ann.open("/queue")
    ann.press("j", "x")  # two must agree to the first: it cannot be ticked
    assert page.locator("[data-row] input:checked").count() == 0
    for _ in range(5):
        ann.press("j", "x")
    ann.press("k", "x", "x")
    assert page.locator("[data-row] input:checked").count() == 5

    ann.press("Shift+Tab", "Enter")
    ann.at("/bulk/preview")
    assert page.locator("article.card pre.words").count() == 3
    page.click("text=Approve all 5")  # the browser holds it back
    assert page.url.endswith("/bulk/preview")
    page.evaluate("document.querySelectorAll('[name=looked]').forEach(one => one.required = false)")
    page.locator("[name=looked]").first.check()
    page.click("text=Approve all 5")  # and so does the gate
    assert "2 of the sample" in page.inner_text("[role=alert]")
    assert page.locator("[name=looked]:checked").count() == 1

    for box in page.locator("[name=looked]").all()[1:]:
        box.press("Space")
    page.click("text=Approve all 5")
    page.wait_for_selector("h1:has-text('5 approved')")
    found = [house.store.proposals.get(one) for one in ids]
    assert [one.status for one in found if one] == ["approved"] * 5 + ["pending"]
    assert ann.seen.nothing(), ann.seen
