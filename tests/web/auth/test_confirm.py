"""Decisions on the high tier need a fresh proof; giving it renews the session."""

from html.parser import HTMLParser

import pytest

from approvals.web.auth.who import RequestUser, is_fresh
from tests.web.auth.doors import COOKIE, HOME, NOW, PASSWORD, Door, csrf_in


class Labels(HTMLParser):
    """Which inputs a page shows, and which of them have a label."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inputs: set[str] = set()
        self.labels: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") != "hidden":
            self.inputs.add(given["id"] or "")
        if tag == "label":
            self.labels.add(given["for"] or "")


@pytest.mark.parametrize(("minutes", "fresh"), [(0, True), (15, True), (16, False)])
def test_a_proof_is_fresh_for_a_quarter_of_an_hour(door: Door, minutes: int, fresh: object) -> None:
    actor = RequestUser("u1", "Ann", "reviewer", "web", False, NOW, frozenset())
    door.clock.turn(minutes=minutes)

    assert is_fresh(door.auth, actor) is fresh


def test_a_token_is_never_fresh(door: Door) -> None:
    actor = RequestUser("u1", "Ann", "admin", "api", False, None, frozenset())

    assert not is_fresh(door.auth, actor)


def test_proving_it_again_renews_the_proof_and_the_id(door: Door) -> None:
    door.person()
    browser = door.inside()
    old = browser.cookies[COOKIE]
    door.clock.turn(hours=1)

    form = {"password": PASSWORD, "csrf": csrf_in(browser), "next": "/probe"}
    answer = browser.post("/confirm", data=form, headers=HOME)

    assert (answer.status_code, answer.headers["location"]) == (303, "/probe")
    assert browser.get("/probe").json()["confirmed_at"].startswith("2024-03-01T07:00")
    assert door.browser().get("/probe", headers={"cookie": f"{COOKIE}={old}"}).status_code == 401


def test_a_wrong_password_proves_nothing(door: Door) -> None:
    door.person()
    browser = door.inside()
    door.clock.turn(hours=1)

    form = {"password": "wrong horse battery", "csrf": csrf_in(browser)}
    answer = browser.post("/confirm", data=form, headers=HOME)

    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    assert browser.get("/probe").json()["confirmed_at"].startswith("2024-03-01T06:00")


def test_the_proof_needs_the_token_of_the_page(door: Door) -> None:
    door.person()

    answer = door.inside().post("/confirm", data={"password": PASSWORD}, headers=HOME)

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/login", "/confirm"])
def test_every_field_has_a_label(door: Door, path: str) -> None:
    door.person()

    found = Labels(door.inside().get(path).text)

    assert found.inputs
    assert found.inputs == found.labels


def test_without_a_password_the_page_says_what_to_do(door: Door) -> None:
    person = door.people.add("bob@example.com", "Bob", "viewer", NOW)
    browser = door.browser()
    browser.cookies.set(COOKIE, door.auth.sessions.start(person.id, NOW), domain="inbox.example")

    assert "Sign in again with a new link." in browser.get("/confirm").text
