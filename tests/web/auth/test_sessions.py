"""A session begins at sign-in under a new id, and is over when it should be."""

import pytest

from tests.web.auth.doors import COOKIE, HOME, NOW, PASSWORD, Door, csrf_in, sign_in
from tools.store.people import People


def test_signing_in_leads_on_and_says_who_one_is(door: Door) -> None:
    person = door.person()
    browser = door.browser()

    answer = sign_in(browser)

    assert (answer.status_code, answer.headers["location"]) == (303, "/probe")
    assert browser.get("/probe").json() == {
        "person_id": person.id,
        "name": "Ann",
        "role": "reviewer",
        "via": "web",
        "agent": False,
        "confirmed_at": NOW.isoformat().replace("+00:00", "Z"),
        "permissions": [],
    }


def test_the_cookie_is_for_this_host_over_https_and_not_for_scripts(door: Door) -> None:
    door.person()

    cookie = sign_in(door.browser()).headers["set-cookie"]

    name, *rest = cookie.split("; ")
    assert name.startswith(f"{COOKIE}=")
    assert {part.lower() for part in rest} == {
        "httponly",
        "max-age=604800",
        "path=/",
        "samesite=lax",
        "secure",
    }


def test_on_ones_own_machine_the_cookie_goes_over_plain_http(door: Door) -> None:
    near = Door(door.store, base_url="http://127.0.0.1:8000")
    near.person()

    answer = sign_in(near.browser(), headers={"origin": "http://127.0.0.1:8000"})

    assert answer.headers["set-cookie"].startswith("lifecycle=")
    assert "secure" not in answer.headers["set-cookie"].lower()


def test_an_id_planted_before_the_sign_in_is_worth_nothing_after_it(door: Door) -> None:
    door.person()
    browser = door.browser()
    browser.cookies.set(COOKIE, "planted", domain="inbox.example")

    sign_in(browser)

    assert door.browser().get("/probe", headers={"cookie": f"{COOKIE}=planted"}).status_code == 401
    assert browser.cookies[COOKIE] != "planted"


def test_every_sign_in_gives_a_new_id_and_ends_the_one_it_replaces(door: Door) -> None:
    door.person()
    browser = door.inside()
    first = browser.cookies[COOKIE]

    sign_in(browser)

    assert browser.cookies[COOKIE] != first
    assert door.browser().get("/probe", headers={"cookie": f"{COOKIE}={first}"}).status_code == 401


def test_after_signing_out_the_old_cookie_opens_nothing(door: Door) -> None:
    door.person()
    browser = door.inside()
    old = browser.cookies[COOKIE]

    answer = browser.post("/logout", data={"csrf": csrf_in(browser)}, headers=HOME)

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert COOKIE not in browser.cookies
    replay = {"cookie": f"{COOKIE}={old}"}
    assert door.browser().get("/probe", headers=replay).status_code == 401


def test_a_browser_without_a_session_is_led_to_the_form(door: Door) -> None:
    answer = door.browser().get("/probe?a=1&b=2", headers={"accept": "text/html"})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/probe%3Fa%3D1%26b%3D2"


@pytest.mark.parametrize(("hours", "status"), [(7.9, 200), (8.1, 401)])
def test_a_session_left_idle_ends(door: Door, hours: float, status: int) -> None:
    door.person()
    browser = door.inside()

    door.clock.turn(hours=hours)

    assert browser.get("/probe").status_code == status


def test_a_session_in_use_ends_after_a_week_all_the_same(door: Door) -> None:
    door.person()
    browser = door.inside()

    seen = []
    for _ in range(25):
        door.clock.turn(hours=7)
        seen.append(browser.get("/probe").status_code)

    assert seen == [200] * 23 + [401] * 2


@pytest.mark.parametrize("change", ["role", "off", "password"])
def test_losing_a_role_access_or_password_ends_every_session_at_once(
    door: Door, change: str
) -> None:
    person, other = door.person(), door.person(mailbox="bob@example.com")
    browsers, bob = [door.inside(), door.inside()], door.inside(other.mailbox)

    if change == "role":
        door.people.set_role(person.id, "viewer", door.clock())
    elif change == "off":
        door.people.set_active(person.id, active=False, now=door.clock())
    else:
        door.auth.passwords.set(person.id, PASSWORD + "!", door.auth.clock())

    assert [browser.get("/probe").status_code for browser in browsers] == [401, 401]
    assert bob.get("/probe").status_code == 200


def test_somebody_switched_off_is_out_even_if_a_session_was_left(door: Door) -> None:
    person = door.person()
    secret = door.auth.sessions.start(person.id, NOW)
    door.people.set_active(person.id, active=False, now=NOW)
    late = door.auth.sessions.start(person.id, NOW)

    assert [door.auth.sessions.find(each) for each in (secret, late)] == [None, None]
    assert sign_in(door.browser()).status_code == 401


def test_ended_sessions_are_swept_at_the_next_sign_in(door: Door) -> None:
    person = door.person()
    door.inside()
    door.clock.turn(hours=9)
    door.inside()

    assert door.people.logins.purge(door.clock(), door.auth.settings.idle) == 0
    assert door.people.logins.end_all(person.id) == 1


@pytest.mark.parametrize("path", ["/probe", "/confirm"])
def test_when_sessions_cannot_be_looked_up_nobody_gets_in(door: Door, path: str) -> None:
    door.person()
    browser = door.inside()
    with door.store.database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE login")

    assert browser.get(path).status_code == 503
    assert browser.post(path, headers=HOME).status_code == 503
    assert sign_in(door.browser()).status_code == 503
    assert door.done == []


def test_when_people_cannot_be_looked_up_tokens_open_nothing(door: Door) -> None:
    with door.store.database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE token")
    text = f"lca_{'0' * 12}_{'a' * 43}"

    answer = door.browser().post("/probe", headers={"authorization": f"bearer {text}"})

    assert (answer.status_code, door.done) == (503, [])


def test_two_processes_share_sessions_through_the_database(door: Door) -> None:
    door.person()
    cookie = {"cookie": f"{COOKIE}={door.inside().cookies[COOKIE]}"}
    second = Door(door.store, door.clock)

    assert isinstance(second.people, People)
    assert second.browser().get("/probe", headers=cookie).status_code == 200
