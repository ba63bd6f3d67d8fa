"""Cross-site requests: every method by every origin, token and kind of authority."""

from datetime import timedelta
from itertools import product

import pytest

from approvals.web.auth.csrf import is_ours
from tests.web.auth.doors import BASE, COOKIE, HOME, METHODS, PASSWORD, Door, bearer, csrf_in

SAFE = {"GET", "HEAD", "OPTIONS"}
ORIGINS: dict[str, dict[str, str]] = {
    "ours": HOME,
    "our referer": {"referer": f"{BASE}/inbox?x=1"},
    "theirs": {"origin": "https://evil.example"},
    "theirs, our referer": {"origin": "https://evil.example", "referer": f"{BASE}/inbox"},
    "their referer": {"referer": "https://evil.example/inbox.example"},
    "null": {"origin": "null"},
    "plain http": {"origin": "http://inbox.example"},
    "a longer name": {"origin": f"{BASE}.evil.example"},
    "another port": {"origin": f"{BASE}:8443"},
    "none": {},
}
OURS = {"ours", "our referer"}


def test_a_cookie_changes_something_only_with_both_proofs(door: Door) -> None:
    person, other = door.person(), door.person(mailbox="bob@example.com")
    browser = door.inside()
    tokens = {
        "right": csrf_in(browser),
        "none": "",
        "of another": csrf_in(door.inside(other.mailbox)),
        "wrong": "0" * 64,
        "odd": "\xe9",
    }

    for method, origin, token, by in product(METHODS, ORIGINS, tokens, ("header", "field")):
        form = {"csrf": tokens[token]} if by == "field" else None
        sent = {"x-csrf-token": tokens[token].encode("latin-1")} if by == "header" else {}
        headers = {k.encode(): v.encode() for k, v in ORIGINS[origin].items()}
        headers |= {k.encode(): v for k, v in sent.items()}
        door.done.clear()
        answer = browser.request(method, "/probe", data=form, headers=headers)
        allowed = method in SAFE or (origin in OURS and token == "right")
        case = (method, origin, token, by)
        assert answer.status_code == (200 if allowed else 403), case
        assert door.done == ([person.id] if allowed and method not in SAFE else []), case


def test_a_token_needs_no_proof_and_lends_the_cookie_none(door: Door) -> None:
    door.person()
    bob = door.person("viewer", "bob@example.com")
    browser = door.inside()
    text, _ = door.auth.tokens.create(bob.id, "ci", ["read"], timedelta(days=1))

    for headers in ORIGINS.values():
        door.done.clear()
        answer = browser.post("/probe", headers=headers | bearer(text))
        assert (answer.status_code, door.done) == (200, [bob.id])
    for scheme in ("Bearer", "bearer", "BEARER"):
        wrong = {"authorization": f"{scheme} {text[:-1]}"}
        assert browser.get("/probe", headers=wrong).status_code == 401


@pytest.mark.parametrize("path", ["/logout", "/confirm"])
def test_a_token_cannot_touch_the_session_beside_it(door: Door, path: str) -> None:
    person = door.person()
    browser = door.inside()
    text, _ = door.auth.tokens.create(person.id, "ci", ["read"], timedelta(days=1))

    form = {"password": PASSWORD}
    assert browser.post(path, data=form, headers=bearer(text)).status_code == 403
    assert browser.get("/probe").status_code == 200


def test_another_kind_of_authorization_leaves_the_cookie_its_proofs(door: Door) -> None:
    door.person()
    browser, basic = door.inside(), {"authorization": "Basic eDp5"}

    assert browser.get("/probe", headers=basic).status_code == 200
    assert browser.post("/probe", headers=basic | HOME).status_code == 403


def test_without_any_authority_nothing_is_done(door: Door) -> None:
    for method in METHODS:
        assert door.browser().request(method, "/probe", headers=HOME).status_code == 401
    assert door.done == []


def test_a_form_with_files_sends_the_token_in_the_header(door: Door) -> None:
    door.person()
    browser = door.inside()
    token = csrf_in(browser)

    def post(headers: dict[str, str]) -> int:
        files: dict[str, bytes | tuple[None, bytes]] = {
            "csrf": (None, token.encode()),
            "file": b"x",
        }
        return browser.post("/probe", files=files, headers=HOME | headers).status_code

    assert (post({}), door.done) == (403, [])
    assert post({"x-csrf-token": token}) == 200


def test_reading_changes_nothing(door: Door) -> None:
    person = door.person()
    browser = door.inside()
    link = door.auth.sign_in_link(person.id).removeprefix(BASE)
    paths = (
        "/login",
        "/logout",
        "/confirm",
        "/signin",
        link,
        "/login/oidc",
        "/login/oidc/callback?state=x&code=y",
        "/probe",
        "/may/decide",
    )
    before = (door.people.everybody(), browser.cookies[COOKIE], door.people.credentials(person.id))

    for method, path in product(("GET", "HEAD", "OPTIONS"), paths):
        answer = browser.request(method, path)
        assert COOKIE not in answer.headers.get("set-cookie", ""), (method, path)

    assert door.done == []
    assert before == (
        door.people.everybody(),
        browser.cookies[COOKIE],
        door.people.credentials(person.id),
    )
    assert browser.get("/probe").status_code == 200
    ticket = link.rpartition("/")[2]
    assert browser.post("/signin", data={"ticket": ticket}, headers=HOME).status_code == 303


def test_saying_nothing_about_the_origin_is_not_ours() -> None:
    assert not is_ours({}, BASE)
    assert not is_ours({"referer": "://"}, BASE)
    assert not is_ours({"origin": ""}, BASE)
