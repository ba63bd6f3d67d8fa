"""An open queue is told that it has moved on, without asking again and again."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.web.made import several

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.web.browser.people import People
    from tests.web.browser.served import House

pytestmark = pytest.mark.xdist_group("browser")
MOVED = "text=The queue has moved on (1 entry)"


def test_an_open_page_is_told_at_once(house: "House", people: "People") -> None:
    one, _ = house.propose(*several("2", "1"))
    ann = people.enter()
    page = ann.open("/queue")
    page.wait_for_selector("#news[hx-trigger=live]", state="attached")

    house.reject(one)
    page.wait_for_selector(MOVED)
    page.click("text=Show it as it is now")
    page.wait_for_selector("#news[hx-trigger=live]", state="attached")
    assert page.locator("#news p").count() == 0
    assert page.locator("[data-row]").count() == 1
    assert ann.seen.nothing(), ann.seen


def test_a_browser_that_cannot_be_told_asks(house: "House", people: "People") -> None:
    one, _ = house.propose(*several("2", "1"))
    ann = people.enter()
    ann.page.add_init_script("delete window.EventSource")
    sooner = re.compile(rb"every 20s")

    def shorten(route: "Route") -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=sooner.sub(b"every 1s", answer.body()))

    ann.page.route("**/queue", shorten)
    page = ann.open("/queue")
    house.reject(one)

    page.wait_for_selector(MOVED)
    assert page.get_attribute("#news", "hx-trigger") == "every 1s"
    assert ann.seen.nothing(), ann.seen


def test_one_who_has_too_many_pages_asks_too(house: "House", people: "People") -> None:
    house.propose()
    ann = people.enter()
    pages = [ann.context.new_page() for _ in range(4)]
    for page in pages[:3]:
        page.goto(f"{house.base_url}/queue")
        page.wait_for_selector("#news[hx-trigger=live]", state="attached")

    with pages[3].expect_response(lambda answer: "/queue/events" in answer.url) as found:
        pages[3].goto(f"{house.base_url}/queue")

    assert found.value.status == 429
    pages[3].wait_for_selector("#news[hx-trigger='every 20s']", state="attached")
