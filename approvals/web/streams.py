"""What is told to open pages as it happens: one question a second for all of them together.

A stream holds no thread. It ends when its session does, when its reader leaves (which cancels it)
and when the service is told to end; a session ended elsewhere is noticed at the next beat.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from starlette.types import Receive, Scope, Send

LOOK, TICK, BEAT = 1.0, 0.25, 15.0
# A browser has six connections to a host over plain http/1.1; its pages must find some free.
MOST_OF_ONE, MOST = 3, 200
RETRY = "retry: 3000\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
FULL = {"error": "too_many", "detail": "so many pages are open that this one asks now and then"}


class Pulse:
    """The number of the chain's last entry, read at most once a second however many ask."""

    def __init__(self, read: Callable[[], int]) -> None:
        self._read = read
        self._known: int | None = None
        self._asked_at = float("-inf")

    async def number(self) -> int | None:
        """The number as it was a moment ago; None while it is not known yet."""
        now = asyncio.get_running_loop().time()
        if now - self._asked_at >= LOOK:
            self._asked_at = now  # whoever comes meanwhile takes what is known
            try:
                self._known = await run_in_threadpool(self._read)
            except SQLAlchemyError:  # it is asked again in a second, and pages stay as they are
                return self._known
        return self._known


class Streams:
    """Counts open streams, so many for one person and so many in all."""

    def __init__(self, of_one: int = MOST_OF_ONE, in_all: int = MOST) -> None:
        self._of_one, self._in_all = of_one, in_all
        self._open: Counter[str] = Counter()

    @contextmanager
    def held(self, person: str) -> "Iterator[bool]":
        """Hold one of a person's streams for a while; False when there is none left."""
        free = self._open[person] < self._of_one and self._open.total() < self._in_all
        self._open[person] += free
        try:
            yield free
        finally:
            self._open[person] -= free
            self._open += Counter()  # forgets whoever has none

    @property
    def count(self) -> int:
        """How many are open."""
        return self._open.total()


class Bounded(Response):
    """A stream as an answer, or 429 when its person has too many already."""

    def __init__(self, streams: Streams, person: str, lines: AsyncIterator[str]) -> None:
        super().__init__()
        self._streams, self._person, self._lines = streams, person, lines

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer; the place is given back however it ends."""
        with self._streams.held(self._person) as free:
            answer: Response = JSONResponse(FULL, 429, {"Retry-After": "20"})
            if free:
                answer = StreamingResponse(
                    self._lines, 200, HEADERS, media_type="text/event-stream"
                )
            await answer(scope, receive, send)


async def events(
    pulse: Pulse,
    seen: int,
    words: Callable[[int], str],
    until: "Callable[[], datetime | None]",
    gone: Callable[["datetime"], bool],
    beat: float = BEAT,
) -> AsyncIterator[str]:
    """An event for every number after the one seen, and a sign of life now and then.

    `until` says when the session ends, None when it has; it is asked at every beat. `gone` is
    asked several times a second whether to end, given that instant.
    """
    yield RETRY
    loop = asyncio.get_running_loop()
    asked_at, ends_at = loop.time(), await run_in_threadpool(until)
    while ends_at is not None and not gone(ends_at):
        number = await pulse.number()
        if number is not None and number != seen:
            seen = number
            yield event(number, words(number))
        if loop.time() - asked_at >= beat:
            asked_at, ends_at = loop.time(), await run_in_threadpool(until)
            yield ": still here\n\n"
        await asyncio.sleep(TICK)


def event(number: int, words: str) -> str:
    """An event in the form browsers read, whatever lines its words have."""
    data = "".join(f"data: {line}\n" for line in words.splitlines())
    return f"id: {number}\nevent: moved\n{data}\n"
