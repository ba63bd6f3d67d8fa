"""Signing in through a provider: the happy path, and every way it can be bent."""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey

from approvals.users.settings import Oidc
from tests.web.auth.doors import COOKIE, NOW, PASSWORD, Door
from tests.web.auth.provider import FakeProvider

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tools.store.store import Store

AT = int(NOW.timestamp())
STATE = "__Host-lifecycle-oidc"


@pytest.fixture
def door(store: "Store", provider: FakeProvider) -> Door:
    """Sign-in with an honest provider."""
    provider.reset()
    return Door(store, oidc=provider.oidc())


def visit(browser: "TestClient", path: str = "/login/oidc?next=/probe") -> str:
    """Go to the provider and give the address it sends the browser back to."""
    begun = browser.get(path)
    assert begun.status_code == 303, begun.text
    with httpx2.Client() as client:
        back = client.get(begun.headers["location"]).headers["location"]
    return str(back)


def test_somebody_known_by_verified_mailbox_gets_in_and_is_linked(
    door: Door, provider: FakeProvider
) -> None:
    person = door.person()
    browser = door.browser()

    answer = browser.get(visit(browser))

    assert (answer.status_code, answer.headers["location"]) == (303, "/probe")
    assert browser.get("/probe").json()["person_id"] == person.id
    linked = door.people.by_id(person.id)
    assert linked is not None
    assert linked.subject == f"{provider.issuer}|42"
    assert STATE not in browser.cookies


def test_what_we_ask_for_carries_pkce_state_and_nonce(door: Door, provider: FakeProvider) -> None:
    asked = parse_qs(urlsplit(door.browser().get("/login/oidc").headers["location"]).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["https://inbox.example/login/oidc/callback"]
    assert asked["scope"] == ["openid email profile"]
    assert min(len(asked[name][0]) for name in ("state", "nonce", "code_challenge")) == 43
    assert provider.issuer in door.browser().get("/login/oidc").headers["location"]


def test_the_cookie_between_the_halves_tells_nothing(door: Door) -> None:
    begun = door.browser().get("/login/oidc")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)

    cookie = begun.headers["set-cookie"]

    assert cookie.startswith(f"{STATE}=")
    assert {"HttpOnly", "Secure", "Max-Age=600"} <= set(cookie.split("; "))
    assert asked["state"][0] not in cookie
    assert asked["nonce"][0] not in cookie


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "forged"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": "another client", "azp": "inbox"},
        {"aud": ["inbox", "another client"]},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": AT - 61},
        {"exp": None},
        {"iat": AT + 3600},
        {"nbf": AT + 3600},
        {"azp": "another client"},
        {"sub": None},
        {"sub": ""},
        {"sub": 42},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": ["ann@example.com"]},
        {"email": "stranger@example.com"},
        {"email": "no address"},
        {"at_hash": "wrong"},
    ],
    ids=repr,
)
def test_claims_that_are_not_as_they_must_be_let_nobody_in(
    door: Door, provider: FakeProvider, claims: dict[str, Any]
) -> None:
    door.person()
    provider.claims = claims
    browser = door.browser()

    answer = browser.get(visit(browser))

    assert (answer.status_code, COOKIE in browser.cookies) == (403, False)
    assert "<h1>Not signed in</h1>" in answer.text
    assert browser.get("/probe").status_code == 401


def test_a_token_signed_by_somebody_else_lets_nobody_in(door: Door, provider: FakeProvider) -> None:
    door.person()
    provider.signing = RSAKey.generate_key(2048, {"kid": "one"})
    browser = door.browser()

    assert browser.get(visit(browser)).status_code == 403


@pytest.mark.parametrize("forged", ["state=forged&code=x", "code=x", "state=%E9&code=x", ""])
def test_a_forged_state_lets_nobody_in(door: Door, forged: str) -> None:
    door.person()
    browser = door.browser()
    visit(browser)

    answer = browser.get(f"/login/oidc/callback?{forged}")

    assert (answer.status_code, COOKIE in browser.cookies) == (403, False)
    assert "This sign-in was not begun here" in answer.text
    assert STATE not in browser.cookies


def test_a_good_answer_in_another_browser_lets_nobody_in(door: Door) -> None:
    door.person()
    back = visit(door.browser())
    victim = door.browser()

    assert victim.get(back).status_code == 403
    visit(victim)
    assert victim.get(back).status_code == 403


def test_an_answer_works_once_even_with_the_cookie_put_back(door: Door) -> None:
    door.person()
    browser = door.browser()
    back = visit(browser)
    state = browser.cookies[STATE]
    assert browser.get(back).status_code == 303

    assert door.browser().get(back).status_code == 403
    assert door.browser().get(back, headers={"cookie": f"{STATE}={state}"}).status_code == 403


def test_a_code_without_its_verifier_is_worth_nothing(door: Door) -> None:
    door.person()
    thief, owner = door.browser(), door.browser()
    stolen = parse_qs(urlsplit(visit(owner)).query)["code"][0]
    own = parse_qs(urlsplit(visit(thief)).query)["state"][0]

    assert thief.get(f"/login/oidc/callback?code={stolen}&state={own}").status_code == 403


def test_a_sign_in_begun_long_ago_is_begun_again(door: Door, provider: FakeProvider) -> None:
    door.person()
    provider.claims = {"iat": AT + 601, "exp": AT + 900}
    browser = door.browser()
    back = visit(browser)
    state = browser.cookies[STATE]
    door.clock.turn(minutes=10, seconds=1)

    answer = door.browser().get(back, headers={"cookie": f"{STATE}={state}"})

    assert answer.status_code == 403
    assert "too long ago" in answer.text


def test_the_provider_said_no(door: Door) -> None:
    browser = door.browser()
    state = parse_qs(urlsplit(browser.get("/login/oidc").headers["location"]).query)["state"][0]

    answer = browser.get(f"/login/oidc/callback?error=access_denied&state={state}")

    assert answer.status_code == 403
    assert "did not let you in" in answer.text


def test_somebody_switched_off_stays_out(door: Door) -> None:
    person = door.person()
    door.people.set_active(person.id, active=False, now=NOW)
    for _ in range(2):
        browser = door.browser()
        assert browser.get(visit(browser)).status_code == 403
    found = door.people.by_id(person.id)
    assert found is not None
    assert found.subject is None


def test_a_mailbox_that_passed_to_another_account_opens_nothing(
    door: Door, provider: FakeProvider
) -> None:
    door.person()
    browser = door.browser()
    browser.get(visit(browser))
    provider.claims = {"sub": "43"}
    heir = door.browser()

    answer = heir.get(visit(heir))

    assert answer.status_code == 403
    assert "tied to another account" in answer.text


def test_a_linked_account_is_known_by_its_subject_not_its_mailbox(
    door: Door, provider: FakeProvider
) -> None:
    ann = door.person()
    door.person(mailbox="bob@example.com")
    browser = door.browser()
    browser.get(visit(browser))
    provider.claims = {"email": "bob@example.com"}

    browser.get(visit(browser))

    assert browser.get("/probe").json()["person_id"] == ann.id


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
    ids=repr,
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    door: Door, provider: FakeProvider, discovery: dict[str, Any]
) -> None:
    provider.discovery = discovery

    answer = door.browser().get("/login/oidc")

    assert answer.status_code == 502
    assert "no answer we can trust" in answer.text


def test_a_provider_out_of_reach_is_said_plainly(store: "Store") -> None:
    browser = Door(store, oidc=Oidc("http://127.0.0.1:9", "c", "s")).browser()

    assert browser.get("/login/oidc").status_code == 502
    assert "Sign in with your organisation" in browser.get("/login").text


def test_without_a_provider_there_is_no_such_page(store: "Store") -> None:
    browser = Door(store).browser()

    assert browser.get("/login/oidc").status_code == 404
    assert browser.get("/login/oidc/callback").status_code == 404
    assert "/login/oidc" not in browser.get("/login").text


@pytest.mark.parametrize(
    ("claims", "status", "proved"),
    [
        ({}, 303, "2024-03-01T06:00"),
        ({"auth_time": AT - 300}, 303, "2024-03-01T05:55"),
        ({"auth_time": AT - 601}, 403, "1970-01-01"),
        ({"auth_time": None}, 403, "1970-01-01"),
    ],
)
def test_a_fresh_proof_is_the_providers_word_that_it_asked_again(
    door: Door, provider: FakeProvider, claims: dict[str, Any], status: int, proved: str
) -> None:
    door.person()
    browser = door.browser()
    browser.get(visit(browser))
    assert browser.get("/probe").json()["confirmed_at"].startswith("1970-01-01")
    assert "/login/oidc?confirm=1&amp;next=/inbox" in browser.get("/confirm?next=/inbox").text
    provider.claims = claims

    answer = browser.get(visit(browser, "/login/oidc?confirm=1"))

    assert answer.status_code == status
    assert browser.get("/probe").json()["confirmed_at"].startswith(proved)


def test_coming_back_from_the_provider_gives_a_new_id(door: Door) -> None:
    door.person()
    browser = door.inside()
    old = browser.cookies[COOKIE]

    browser.get(visit(browser, "/login/oidc?next=//evil.example"))

    assert browser.cookies[COOKIE] != old
    assert door.browser().get("/probe", headers={"cookie": f"{COOKIE}={old}"}).status_code == 401
    assert door.auth.by_password("ann@example.com", PASSWORD, "", "x")
