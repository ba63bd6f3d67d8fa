"""Fault 62: many passwords at once need no more memory than a few, and nobody learns who exists."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal

import pytest
from argon2 import PasswordHasher

from approvals.users.limits import RateLimit, TooMany
from approvals.users.passwords import Passwords
from approvals.users.turns import Busy, Turns
from tests.web.auth.doors import NOW, PASSWORD, Door, sign_in

if TYPE_CHECKING:
    from tools.store.store import Store

pytestmark = pytest.mark.fault(62)


class Watched(PasswordHasher):
    """Notes how many were at work at once; each waits until it is let go."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.now, self.most = 0, 0
        self.go_on = threading.Event()
        self._lock = threading.Lock()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - argon2's
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go_on.wait(5)
        with self._lock:
            self.now -= 1
        return super().verify(hash, password)


@pytest.mark.parametrize("known", [True, False])
def test_forty_at_once_are_two_at_work_some_waiting_and_the_rest_told(
    store: "Store", known: bool
) -> None:
    door, hasher = Door(store), Watched()
    person = door.people.add("ann@example.com", "Ann", "viewer", NOW).id if known else None
    passwords = Passwords(door.people, hasher, Turns(2, 8, 5.0))

    def check(_: int) -> str:
        try:
            return str(passwords.verify(person, PASSWORD))
        except Busy:
            return "busy"

    with ThreadPoolExecutor(40) as pool:
        came = [pool.submit(check, n) for n in range(40)]
        while sum(one.done() for one in came) < 30:
            threading.Event().wait(0.01)
        hasher.go_on.set()
        told = Counter(one.result() for one in came)

    assert told == {"busy": 30, "False": 10}
    assert hasher.most == 2


def test_a_wait_that_is_too_long_is_over_and_the_place_is_free_again() -> None:
    turns = Turns(1, 1, 0.05)
    with turns.turn():
        with pytest.raises(Busy, match="try again in 5 seconds"), turns.turn():
            pass
        with pytest.raises(Busy), turns.turn():
            pass
    for _ in range(3):
        with turns.turn():
            pass


def test_an_error_gives_the_place_back() -> None:
    turns = Turns(1, 0, 0.05)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn():
            raise ZeroDivisionError


def test_the_page_says_come_again_and_signs_nobody_in(store: "Store") -> None:
    door = Door(
        store, rates={"mailbox": RateLimit(9, NOW - NOW), "address": RateLimit(9, NOW - NOW)}
    )
    door.person()
    door.auth.passwords._turns = Turns(0, 1, 0.01)

    answer = sign_in(door.browser())

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    assert "Many people are signing in" in answer.text
    assert "set-cookie" not in answer.headers
    assert issubclass(Busy, TooMany)
