"""Attempts are limited: so many at once, then one after each while."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.users import limits
from approvals.users.limits import Limiter, RateLimit, TooMany
from approvals.users.settings import Oidc
from tests.web.auth.doors import HOME, PASSWORD, Clock, Door, bearer, csrf_in, sign_in

SECOND = timedelta(seconds=1)
FEW = {
    "mailbox": RateLimit(2, 60 * SECOND),
    "address": RateLimit(5, SECOND),
    "token": RateLimit(3, SECOND),
}


def passes(limiter: Limiter, key: str = "k") -> bool:
    try:
        limiter.take("x", key)
    except TooMany:
        return False
    return True


@given(st.integers(1, 5), st.integers(1, 9), st.lists(st.integers(0, 12), max_size=40))
def test_no_stretch_of_time_sees_more_than_the_burst_and_what_came_back(
    burst: int, each: int, gaps: list[int]
) -> None:
    clock = Clock()
    limiter = Limiter({"x": RateLimit(burst, each * SECOND)}, clock)
    taken = []
    for gap in gaps:
        clock.turn(seconds=gap)
        if passes(limiter):
            taken.append(clock.now)

    for first, start in enumerate(taken):
        for count, end in enumerate(taken[first:], 1):
            assert count <= burst + (end - start) / (each * SECOND)


def test_after_the_wait_it_says_the_next_attempt_passes() -> None:
    clock = Clock()
    limiter = Limiter({"x": RateLimit(2, 10 * SECOND)}, clock)
    assert [passes(limiter), passes(limiter), passes(limiter, "other")] == [True] * 3

    clock.turn(seconds=0.5)
    with pytest.raises(TooMany, match="try again in 10 seconds") as refused:
        limiter.take("x", "k")
    clock.turn(seconds=refused.value.seconds)

    assert [passes(limiter), passes(limiter)] == [True, False]


def test_a_clock_set_back_locks_nobody_out_for_longer() -> None:
    clock = Clock()
    limiter = Limiter({"x": RateLimit(2, 10 * SECOND)}, clock)
    passes(limiter)
    clock.turn(hours=-2)

    assert not passes(limiter)
    clock.turn(seconds=10)
    assert passes(limiter)


def test_a_kind_without_a_rate_is_no_free_pass() -> None:
    with pytest.raises(KeyError):
        Limiter({}, Clock()).take("x", "k")


def test_memory_is_bounded_and_the_latest_keys_stay() -> None:
    limiter = Limiter({"x": RateLimit(1, timedelta(hours=1))}, Clock())
    for number in range(limits.MOST_KEYS + 10):
        limiter.take("x", str(number))

    assert len(limiter._full_at) < limits.MOST_KEYS
    assert not passes(limiter, str(limits.MOST_KEYS))


def test_a_mailbox_can_be_guessed_at_only_so_often_under_any_spelling(door: Door) -> None:
    limited = Door(door.store, rates=FEW)
    limited.person()
    browser = limited.browser()
    for spelling in ("ann@example.com", " ANN+x@example.com"):
        assert sign_in(browser, spelling, "wrong horse battery").status_code == 401

    answer = sign_in(browser, "ann+y@example.com", PASSWORD)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert "Too many attempts; try again in 60 seconds." in answer.text
    limited.clock.turn(minutes=1)
    assert sign_in(browser).status_code == 303
    assert sign_in(browser, password="wrong horse battery").status_code == 401


def test_an_address_can_try_only_so_many_mailboxes(door: Door) -> None:
    limited = Door(door.store, rates=FEW)
    seen = [sign_in(limited.browser(), f"a{n}@example.com").status_code for n in range(6)]

    assert seen == [401] * 5 + [429]


@pytest.mark.parametrize(
    ("path", "refused"), [("/signin", 403), ("/login/oidc", 502), ("/login/oidc/callback", 403)]
)
def test_other_ways_in_are_limited_by_address_too(door: Door, path: str, refused: int) -> None:
    limited = Door(door.store, rates=FEW, oidc=Oidc("http://127.0.0.1:9", "c", "s"))
    browser = limited.browser()
    method = "POST" if path == "/signin" else "GET"

    seen = [browser.request(method, path, headers=HOME).status_code for _ in range(6)]

    assert seen == [refused] * 5 + [429]


def test_proving_it_again_is_limited_too(door: Door) -> None:
    limited = Door(door.store, rates=FEW)
    limited.person()
    browser = limited.inside()
    form = {"password": "wrong horse battery", "csrf": csrf_in(browser)}

    seen = [browser.post("/confirm", data=form, headers=HOME).status_code for _ in range(3)]

    assert seen == [401, 401, 429]


def test_a_token_is_limited_and_so_are_guesses_at_one(door: Door) -> None:
    limited = Door(door.store, rates=FEW)
    person = limited.person()
    text, _ = limited.auth.tokens.create(person.id, "t", ["read"], timedelta(days=1))
    browser = limited.browser()

    good = [browser.get("/probe", headers=bearer(text)).status_code for _ in range(4)]
    guesses = [browser.get("/probe", headers=bearer("x")).status_code for _ in range(6)]

    assert good == [200] * 3 + [429]
    assert guesses == [401] * 5 + [429]
