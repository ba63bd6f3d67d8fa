"""The queue, live: what happens is told to open pages, and streams end when they must."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy.exc import OperationalError

from approvals.web.streams import MOST_OF_ONE, Pulse, Streams, event, events
from tests.approvals.made import NOW
from tests.web.auth.doors import bearer
from tests.web.browser.served import House, served
from tests.web.made import Inbox, several
from tools.store.gate.overview import head
from tools.store.store import Store

LATER = NOW + timedelta(hours=1)
Lines = Iterator[str]


@pytest.fixture
def house(store: Store) -> Iterator[House]:
    """An inbox that answers on this machine."""
    with served(store) as found:
        yield found


def number(house: House) -> int:
    return house.gate.store.read(lambda tx: head(tx.session))


@contextmanager
def stream(
    house: House, after: int, cookie: str, heard: str = "", status: int = 200
) -> Iterator[Lines]:
    """The lines of an open stream."""
    headers = {"cookie": f"lifecycle={cookie}", "accept": "text/event-stream"}
    headers |= {"last-event-id": heard} if heard else {}
    url = f"{house.base_url}/queue/events?after={after}"
    with httpx2.stream("GET", url, headers=headers, timeout=20) as answer:
        assert answer.status_code == status
        yield answer.iter_lines()


def next_event(lines: Lines) -> dict[str, str]:
    """The next event of a stream, without signs of life."""
    found: dict[str, str] = {}
    for line in lines:
        if not line and "id" in found:
            return found
        name, colon, value = line.partition(": ")
        if colon and name in {"id", "event", "data"}:
            found[name] = value
    raise AssertionError("the stream ended")


def test_what_happens_is_told_with_its_number(house: House) -> None:
    one, two = house.propose(*several("2", "1"))
    before = number(house)
    with stream(house, before, house.cookie()) as lines:
        house.reject(one)
        first = next_event(lines)
        house.reject(two)
        second = next_event(lines)

    assert (int(first["id"]), first["event"]) == (before + 1, "moved")
    assert "has moved on (1 entry)" in first["data"]
    assert int(second["id"]) == before + 2
    assert "has moved on (2 entries)" in second["data"]


def test_who_lost_the_line_is_told_what_they_missed_and_nothing_twice(house: House) -> None:
    one, two = house.propose(*several("2", "1"))
    shown = number(house)
    house.reject(one)
    cookie = house.cookie()

    with stream(house, shown, cookie) as lines:
        missed = next_event(lines)
    with stream(house, shown, cookie, heard=missed["id"]) as lines:
        house.reject(two)
        fresh = next_event(lines)

    assert [int(missed["id"]), int(fresh["id"])] == [shown + 1, shown + 2]
    assert "(2 entries)" in fresh["data"]


def test_one_person_has_so_many_and_gets_them_back(house: House) -> None:
    house.propose()
    ann, bob = house.cookie(), house.cookie("approver-2")
    with ExitStack() as held:
        opened = [held.enter_context(stream(house, 0, ann)) for _ in range(MOST_OF_ONE)]
        assert all(next(lines) == "retry: 3000" for lines in opened)
        with stream(house, 0, ann, status=429):
            pass
        with stream(house, 0, bob) as lines:
            assert next_event(lines)["event"] == "moved"

    until(lambda: house.app.state.site.streams.count == 0)
    with stream(house, 0, ann) as lines:
        assert next_event(lines)["event"] == "moved"


def test_a_stream_ends_with_its_session(house: House) -> None:
    house.propose()
    with stream(house, 0, house.cookie()) as lines:
        next_event(lines)
        house.clock.turn(hours=8)

        assert list(lines) == []


def test_a_stream_does_not_keep_a_session_alive(house: House) -> None:
    house.propose()
    cookie = house.cookie()
    house.clock.turn(hours=7)
    with stream(house, 0, cookie) as lines:  # opening a page is a use of it, and counts
        next_event(lines)
    ends_at = house.auth.sessions.until(cookie)
    house.clock.turn(hours=1)

    assert house.auth.sessions.until(cookie) == ends_at == NOW + timedelta(hours=15)


def test_open_streams_do_not_hold_up_the_end(store: Store) -> None:
    with ExitStack() as held:
        with served(store) as house:
            house.propose()
            lines = held.enter_context(stream(house, 0, house.cookie()))
            next_event(lines)
            began = time.monotonic()
        assert list(lines) == []
        assert time.monotonic() - began < 8


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_tokens_and_strangers_have_no_stream(inbox: Inbox) -> None:
    client = inbox.stranger().client

    assert client.get("/queue/events?after=0").status_code == 401
    headers = bearer(inbox.token())
    assert client.get("/queue/events?after=0", headers=headers).status_code == 403


@pytest.mark.parametrize("after", ["", "-1", "x", "²", "99999999999"])
def test_what_is_no_number_is_refused(inbox: Inbox, after: str) -> None:
    ann = inbox.inside().client

    assert ann.get("/queue/events", params={"after": after}).status_code == 422
    headers = {"last-event-id": "abc"}
    assert ann.get("/queue/events?after=1", headers=headers).status_code == 422


def test_many_readers_ask_once() -> None:
    asked: list[int] = []

    def read() -> int:
        asked.append(1)
        time.sleep(0.05)
        return 7

    async def ask() -> list[int | None]:
        pulse = Pulse(read)
        first = await asyncio.gather(*(pulse.number() for _ in range(50)))
        return [*first, await pulse.number()]

    found = asyncio.run(ask())
    assert len(asked) == 1
    assert (set(found) - {None}, found[-1]) == ({7}, 7)


def test_a_database_that_does_not_answer_ends_no_stream() -> None:
    answers = iter([3])

    def read() -> int:
        for one in answers:
            return one
        raise OperationalError("select", {}, Exception("down"))

    async def ask() -> list[int | None]:
        pulse = Pulse(read)
        first = await pulse.number()
        await asyncio.sleep(1.05)
        return [first, await pulse.number()]

    assert asyncio.run(ask()) == [3, 3]


def test_a_session_that_was_ended_is_noticed_at_a_beat() -> None:
    ends = iter([LATER, LATER, None])

    async def read() -> list[str]:
        pulse = Pulse(lambda: 5)
        found = events(pulse, 5, str, lambda: next(ends), lambda at: at < NOW, 0.01)
        return [line async for line in found]

    assert asyncio.run(read()) == ["retry: 3000\n\n", ": still here\n\n", ": still here\n\n"]


def test_all_together_have_so_many() -> None:
    streams = Streams(of_one=2, in_all=3)
    with ExitStack() as held:
        free = [held.enter_context(streams.held(one)) for one in "aaabbb"]
        assert free == [True, True, False, True, False, False]
        assert streams.count == 3
    assert streams.count == 0


def test_words_of_many_lines_are_one_event() -> None:
    assert event(3, "a\nb\n") == "id: 3\nevent: moved\ndata: a\ndata: b\n\n"
