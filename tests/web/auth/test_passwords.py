"""Passwords: right, wrong, of nobody, too short, and made with yesterday's parameters."""

from typing import Literal

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from approvals.users.passwords import Passwords
from tests.web.auth.doors import CHEAP, HOME, NOW, PASSWORD, Door, sign_in
from tools.errors import BadInput


class CountingHasher(PasswordHasher):
    """Counts how often it did the work for nothing; a hash that is none takes no work."""

    work = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - argon2's
        try:
            return super().verify(hash, password)
        except VerifyMismatchError:
            self.work += 1
            raise


@pytest.mark.parametrize(
    ("mailbox", "password"),
    [
        ("ann@example.com", "wrong horse battery"),
        ("ann@example.com", ""),
        ("ann@example.com", PASSWORD + " "),
        ("ann@example.com", "x" * 5000),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
        ("new@example.com", ""),
        ("new@example.com", "no password has this hash"),
    ],
)
def test_a_refusal_never_tells_what_was_wrong(door: Door, mailbox: str, password: str) -> None:
    door.person()
    door.people.add("new@example.com", "New", "viewer", NOW)

    answer = sign_in(door.browser(), mailbox, password)

    assert answer.status_code == 401
    assert "The e-mail address, the password or the code is not right." in answer.text
    assert "set-cookie" not in answer.headers


def test_nobody_costs_as_much_work_as_somebody(door: Door) -> None:
    person = door.person()
    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(door.people, hasher)

    work = []
    new = door.people.add("new@example.com", "New", "viewer", NOW)
    for one in (person.id, None, "u0", new.id):
        hasher.work = 0
        passwords.verify(one, "wrong horse battery")
        work.append(hasher.work)

    assert work == [1, 1, 1, 1]


def test_the_hash_of_nobody_is_as_costly_as_todays() -> None:
    assert not CHEAP.check_needs_rehash(CHEAP.hash("x"))
    assert PasswordHasher().check_needs_rehash(CHEAP.hash("x"))


def test_an_older_hash_is_renewed_at_sign_in_and_nobody_is_thrown_out(door: Door) -> None:
    person = door.person()
    before = door.people.credentials(person.id)
    browser = door.inside()
    dearer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)

    assert not Passwords(door.people, dearer).verify(person.id, "wrong horse battery")
    assert door.people.credentials(person.id) == before
    assert Passwords(door.people, dearer).verify(person.id, PASSWORD)

    after = door.people.credentials(person.id)
    assert before is not None
    assert after is not None
    assert after.password.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert browser.get("/probe").status_code == 200
    assert not door.people.rehash(person.id, before.password, "late")
    assert sign_in(door.browser()).status_code == 303


@pytest.mark.parametrize("length", [0, 11, 1001])
def test_a_password_has_a_sensible_length(door: Door, length: int) -> None:
    person = door.person()

    with pytest.raises(BadInput, match=f"password: {length} characters; use 12 or more"):
        door.auth.passwords.set(person.id, "x" * length, door.auth.clock())


def test_a_password_is_the_same_from_any_keyboard(door: Door) -> None:
    person = door.person(password="u\u0308ber alle Berge")

    assert door.auth.passwords.verify(person.id, "\u00fcber alle Berge")


def test_the_form_works_without_scripts_and_is_not_kept_by_caches(door: Door) -> None:
    page = door.browser().get("/login?next=/inbox")

    assert '<form method="post" action="/login">' in page.text
    for wanted in (
        'autocomplete="username"',
        'autocomplete="current-password"',
        'autocomplete="one-time-code"',
        'name="next" value="/inbox"',
    ):
        assert wanted in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_what_was_typed_comes_back_as_text(door: Door) -> None:
    answer = sign_in(door.browser(), '"><script>alert(1)</script>', then='/"><b>')

    assert "<script" not in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_no_other_site_can_sign_somebody_in(door: Door, headers: dict[str, str]) -> None:
    door.person()

    assert sign_in(door.browser(), headers=headers).status_code == 403
    assert sign_in(door.browser(), headers=HOME).status_code == 303
