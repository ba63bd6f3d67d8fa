"""One-time links: looking at one changes nothing, using it works once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.web.auth.doors import BASE, HOME, Door


def test_a_link_signs_in_once_and_only_by_the_button(door: Door) -> None:
    person = door.person()
    link = door.auth.sign_in_link(person.id)
    ticket = link.removeprefix(f"{BASE}/signin/")
    scanner, browser = door.browser(), door.browser()

    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        assert "set-cookie" not in scanner.request(method, link).headers
    page = browser.get(link)
    first = browser.post("/signin", data={"ticket": ticket}, headers=HOME)
    second = scanner.post("/signin", data={"ticket": ticket}, headers=HOME)

    assert f'<input type="hidden" name="ticket" value="{ticket}">' in page.text
    assert page.headers["referrer-policy"] == "same-origin"
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert browser.get("/probe").json()["person_id"] == person.id
    assert (second.status_code, "set-cookie" in second.headers) == (403, False)
    assert "This link was used already, or is too old." in second.text


def test_of_many_uses_of_a_ticket_at_once_one_wins(door: Door) -> None:
    ticket = door.auth.tickets.issue(door.person().id)
    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(door.auth.tickets.redeem, [ticket] * 6))

    assert len(won) - won.count(None) == 1


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (15, 403)])
def test_a_link_grows_old(door: Door, minutes: int, status: int) -> None:
    ticket = door.auth.tickets.issue(door.person().id)
    door.clock.turn(minutes=minutes)

    answer = door.browser().post("/signin", data={"ticket": ticket}, headers=HOME)

    assert answer.status_code == status


def test_a_link_of_somebody_switched_off_opens_nothing(door: Door) -> None:
    person = door.person()
    ticket = door.auth.tickets.issue(person.id)
    door.people.set_active(person.id, active=False, now=door.clock())

    answer = door.browser().post("/signin", data={"ticket": ticket}, headers=HOME)

    assert answer.status_code == 403


def test_no_other_site_can_press_the_button(door: Door) -> None:
    ticket = door.auth.tickets.issue(door.person().id)
    theirs = {"origin": "https://evil.example"}

    assert (
        door.browser().post("/signin", data={"ticket": ticket}, headers=theirs).status_code == 403
    )
    assert door.browser().post("/signin", data={"ticket": ticket}, headers=HOME).status_code == 303


@pytest.mark.parametrize("ticket", ["", "x", "a" * 43, "é"])
def test_a_guess_opens_nothing(door: Door, ticket: str) -> None:
    door.auth.tickets.issue(door.person().id)

    answer = door.browser().post("/signin", data={"ticket": ticket}, headers=HOME)

    assert answer.status_code == 403


def test_the_ticket_on_the_page_is_text(door: Door) -> None:
    assert "<script" not in door.browser().get("/signin/%22%3E%3Cscript%3E").text
