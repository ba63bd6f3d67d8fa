"""Codes: right now, one step early or late, never twice, and for their owner only."""

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from approvals.users.totp import enrolment_uri, matching_step, new_secret
from tests.web.auth.doors import HOME, NOW, PASSWORD, Door, csrf_in, sign_in
from tools.store.people import Person

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(NOW, counter_offset=steps)


@pytest.fixture
def ann(door: Door) -> Person:
    """Somebody who enrolled an app two minutes ago."""
    person = door.person()
    door.clock.turn(minutes=-2)
    assert door.auth.totp.enrol(person, SECRET, code(-4))
    door.clock.turn(minutes=2)
    return person


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 303), (0, 303), (1, 303), (2, 401)])
def test_a_code_counts_one_step_early_or_late(
    door: Door, ann: Person, steps: int, status: int
) -> None:
    assert ann.totp is False  # as it was added; the row knows better
    assert sign_in(door.browser(), code=code(steps)).status_code == status


@pytest.mark.parametrize("wrong", ["", "000000", "abc", "٠٠٠٠٠٠", "\ud800"])
@pytest.mark.usefixtures("ann")
def test_the_password_alone_is_not_enough(door: Door, wrong: str) -> None:
    assert matching_step(SECRET, wrong, NOW) is None
    assert not door.auth.by_password("ann@example.com", PASSWORD, wrong, "x")


@pytest.mark.usefixtures("ann")
def test_a_code_is_used_up(door: Door) -> None:
    assert sign_in(door.browser(), code=code()).status_code == 303
    assert sign_in(door.browser(), code=code()).status_code == 401
    assert sign_in(door.browser(), code=code(-1)).status_code == 401
    assert sign_in(door.browser(), code=code(1)).status_code == 303


def test_of_many_uses_of_a_code_at_once_one_wins(door: Door, ann: Person) -> None:
    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(lambda _: door.auth.totp.verify(ann.id, code()), range(6)))

    assert won.count(True) == 1


def test_the_code_that_enrolled_the_app_is_used_up(door: Door) -> None:
    person = door.person()

    assert not door.auth.totp.enrol(person, SECRET, "000000")
    assert door.auth.totp.enrol(person, SECRET, code())
    assert not door.auth.totp.verify(person.id, code())


def test_a_code_typed_with_a_space_is_the_same(door: Door, ann: Person) -> None:
    assert door.auth.totp.verify(ann.id, f"{code()[:3]} {code()[3:]}")


def test_a_wrong_password_uses_no_code_up(door: Door, ann: Person) -> None:
    sign_in(door.browser(), password="wrong horse battery", code=code())

    assert door.auth.totp.verify(ann.id, code())


def test_a_sealed_secret_in_another_row_is_worth_nothing(door: Door, ann: Person) -> None:
    thief = door.person(mailbox="bob@example.com")
    held = door.people.credentials(ann.id)
    assert held is not None
    door.people.set_totp(thief.id, held.totp, 0)

    assert not door.auth.totp.verify(thief.id, code())
    assert sign_in(door.browser(), thief.mailbox, code=code()).status_code == 401


def test_under_another_installations_secret_no_code_is_right(door: Door, ann: Person) -> None:
    other = Door(door.store, door.clock, secret=b"t" * 32)

    assert not other.auth.totp.verify(ann.id, code())


@pytest.mark.usefixtures("ann")
def test_a_fresh_proof_needs_the_code_too(door: Door) -> None:
    browser = door.browser()
    sign_in(browser, code=code(-1))
    form = {"password": PASSWORD, "csrf": csrf_in(browser)}

    assert 'name="code"' in browser.get("/confirm").text
    assert browser.post("/confirm", data=form, headers=HOME).status_code == 401
    assert browser.post("/confirm", data=form | {"code": code()}, headers=HOME).status_code == 303


def test_an_app_can_read_the_address(door: Door) -> None:
    uri = enrolment_uri(door.person(), SECRET)

    assert uri.startswith("otpauth://totp/Lifecycle%20Agent:ann%40example.com?secret=")
    assert len(new_secret()) == 32
    assert new_secret() != new_secret()
