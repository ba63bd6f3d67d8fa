"""API tokens: what a role and a scope allow together, and never more for an agent."""

from datetime import timedelta
from itertools import product

import pytest

from approvals.users.tokens import SCOPES
from approvals.web.auth.who import EVERYTHING, PERMISSIONS, need
from tests.web.auth.doors import NOW, Door, bearer, csrf_in
from tools.errors import BadInput
from tools.store.people import Person, Role, Token

DAY = timedelta(days=1)
ROLES: tuple[Role, ...] = ("viewer", "auditor", "reviewer", "approver-2", "admin")
ROLE_MAY: dict[str, set[str]] = {
    "viewer": {"read"},
    "auditor": {"read", "audit"},
    "reviewer": {"read", "decide"},
    "approver-2": {"read", "decide", "second"},
    "admin": {"read", "audit", "propose", "decide", "second", "admin"},
}
SCOPE_MAY: dict[str, set[str]] = {
    "read": {"read", "audit"},
    "propose": {"propose"},
    "decide": {"decide", "second"},
    "admin": {"admin"},
}


def people(door: Door) -> dict[Role, Person]:
    return {role: door.people.add(f"{role}@example.com", role, role, NOW) for role in ROLES}


def reach(door: Door, headers: dict[str, str]) -> set[str]:
    """The permissions a request with these headers has."""
    browser = door.browser()
    answers = {p: browser.post(f"/may/{p}", headers=headers).status_code for p in EVERYTHING}
    assert set(answers.values()) <= {200, 403}
    return {permission for permission, status in answers.items() if status == 200}


def test_a_token_may_what_its_owner_and_its_scope_both_allow(door: Door) -> None:
    owners = people(door)

    for role, scope in product(ROLES, SCOPES):
        text, _ = door.auth.tokens.create(owners[role].id, "t", [scope], DAY)
        assert reach(door, bearer(text)) == ROLE_MAY[role] & SCOPE_MAY[scope], (role, scope)


def test_somebody_in_the_browser_may_what_the_role_allows(door: Door) -> None:
    for role in ROLES:
        person = door.person(role, f"{role}@example.com")
        browser = door.inside(person.mailbox)
        headers = {"origin": "https://inbox.example", "x-csrf-token": csrf_in(browser)}
        found = {
            p for p in EVERYTHING if browser.post(f"/may/{p}", headers=headers).status_code == 200
        }
        assert found == ROLE_MAY[role]


def test_an_agents_token_never_decides_whatever_its_row_says(door: Door) -> None:
    admin = people(door)["admin"]
    text, token = door.auth.tokens.create(admin.id, "agent", ["read", "propose"], DAY, agent=True)
    assert token.scopes == ("propose", "read")
    assert reach(door, bearer(text)) == {"read", "audit", "propose"}

    with door.store.database.write() as session:
        session.connection().exec_driver_sql("UPDATE token SET scopes = 'read decide admin'")

    assert reach(door, bearer(text)) == {"read", "audit"}


@pytest.mark.parametrize(
    ("scopes", "lasts", "agent", "says"),
    [
        (["approve"], DAY, False, "scope: 'approve' is not known"),
        (["decide"], DAY, True, "an agent cannot have 'decide'"),
        (["read", "admin"], DAY, True, "an agent cannot have 'admin'"),
        ([], DAY, False, "scope: none given"),
        (["read"], timedelta(0), False, "choose between 1 and 366"),
        (["read"], timedelta(days=367), False, "choose between 1 and 366"),
    ],
)
def test_a_bad_token_is_not_made(
    door: Door, scopes: list[str], lasts: timedelta, agent: bool, says: str
) -> None:
    person = door.person()

    with pytest.raises(BadInput, match=says):
        door.auth.tokens.create(person.id, "t", scopes, lasts, agent=agent)

    assert door.people.tokens.list_all() == ()


@pytest.mark.parametrize("ending", ["expiry", "revoked", "role", "off"])
def test_a_token_that_ended_opens_nothing(door: Door, ending: str) -> None:
    person = door.person()
    text, token = door.auth.tokens.create(person.id, "t", ["read"], DAY)
    assert door.browser().get("/probe", headers=bearer(text)).status_code == 200

    if ending == "expiry":
        door.clock.turn(days=1)
    elif ending == "revoked":
        assert door.people.tokens.revoke(token.prefix, NOW)
        assert not door.people.tokens.revoke(token.prefix, NOW)
    elif ending == "role":
        door.people.set_role(person.id, "admin", NOW)
    else:
        door.people.set_active(person.id, active=False, now=NOW)

    answer = door.browser().get("/probe", headers=bearer(text))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_left_to_somebody_switched_off_opens_nothing(door: Door) -> None:
    person = door.person()
    door.people.set_active(person.id, active=False, now=NOW)
    text, _ = door.auth.tokens.create(person.id, "t", ["read"], DAY)

    assert door.auth.tokens.find(text) is None


def test_switching_somebody_on_again_revives_no_token(door: Door) -> None:
    person = door.person()
    text, _ = door.auth.tokens.create(person.id, "t", ["read"], DAY)
    door.people.set_active(person.id, active=False, now=NOW)
    door.people.set_active(person.id, active=True, now=NOW)

    assert door.auth.tokens.find(text) is None


def test_its_last_use_is_noted_once_a_minute(door: Door) -> None:
    person = door.person()
    text, made = door.auth.tokens.create(person.id, "t", ["read"], DAY)
    used = []
    for seconds in (0, 30, 31):
        door.clock.turn(seconds=seconds)
        door.auth.tokens.find(text)
        used.append(door.people.tokens.list_all(person.id)[0].used_at)

    assert made == Token(made.prefix, person.id, "t", ("read",), False, NOW, NOW + DAY)
    assert used == [NOW, NOW, NOW + timedelta(seconds=61)]
    assert door.people.tokens.list_all("u0") == ()


@pytest.mark.parametrize("text", ["", "x", "lca_", "lca_000000000000_" + "a" * 43, "lca_é_ü"])
def test_what_is_no_token_is_nobody(door: Door, text: str) -> None:
    headers = {b"authorization": f"Bearer {text}".encode("latin-1")}

    assert door.browser().get("/probe", headers=headers).status_code == 401


def test_the_table_of_roles_is_the_one_that_was_promised() -> None:
    assert {role: set(may) for role, may in PERMISSIONS.items()} == ROLE_MAY


def test_a_route_that_needs_what_does_not_exist_is_not_built() -> None:
    with pytest.raises(BadInput, match=r"need: 'decides'; did you mean 'decide'\?"):
        need("decides")
