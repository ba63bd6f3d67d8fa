"""The list of accounts by keyboard and by mouse, wide and narrow, and nothing else happens."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.web.browser.people import People
    from tests.web.browser.served import House

pytestmark = pytest.mark.xdist_group("browser")


def kinds(house: "House") -> list[str]:
    """What was said of the first account, oldest first."""
    return [one.kind for one in house.gate.store.read(lambda tx: tx.care.of("a1"))]


def test_a_claim_and_its_undo_take_a_key_each(house: "House", people: "People") -> None:
    ann = people.enter()
    page = ann.open("/accounts?owner=Ann")

    ann.press("j", "c")
    page.wait_for_selector(".flash >> text=claim")
    ann.press("u")
    page.wait_for_selector(".flash >> text=open")

    assert kinds(house) == ["claim", "open"]
    assert "owner=Ann" in page.url
    assert ann.seen.nothing(), ann.seen


def test_what_asks_for_more_opens_its_form(house: "House", people: "People") -> None:
    ann = people.enter()
    page = ann.open("/accounts")

    ann.press("j", "s")
    assert page.locator("[data-row].on details[data-care=s] input[type=date]").is_visible()
    page.keyboard.press("Escape")
    ann.press("n")
    page.locator("[data-row].on details[data-care=n] select").select_option("too_small")
    page.click("[data-row].on details[data-care=n] button")
    page.wait_for_selector(".flash >> text=not useful")

    assert kinds(house) == ["not_useful"]
    assert ann.seen.nothing(), ann.seen


def test_done_works_without_scripts_on_a_phone(house: "House", people: "People") -> None:
    ann = people.enter(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = ann.open("/accounts")

    box = page.locator("[data-row]").first.bounding_box()
    assert box is not None
    assert box["width"] <= 390
    page.click("form[data-care=d] button >> nth=0")
    page.wait_for_selector(".flash >> text=done")

    assert kinds(house) == ["done"]
