"""Requests of one kind never use up what the others need: each kind has so many places and no more.

Whoever finds no place waits without holding a thread, for as long as they would wait for a lock,
and is then told to come again. So a table that somebody else holds costs those who want it a
moment, and nobody else anything.
"""

import time
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING

import anyio
from anyio.to_thread import current_default_thread_limiter
from starlette.requests import Request

from approvals.web.auth.csrf import SAFE
from approvals.web.errors import AGAIN, DOWN, answer
from tools.store.patience import OF_A_PERSON, patient

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

THREADS, CHANGES, READS = 80, 16, 8
LOOK = 0.02
# They hold no thread: an open stream, and what is answered in the loop itself.
FREE = frozenset({"/queue/events", "/health"})


class Bulkheads:
    """Counts the requests under way, by kind: everything that changes, and each group of pages."""

    def __init__(self, app: "ASGIApp", *, patience: float = OF_A_PERSON) -> None:
        """Wrap an application; `patience` is how many seconds a request waits in all."""
        self._app, self._patience = app, patience
        self._busy: Counter[str] = Counter()
        self._lock = Lock()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request, when there is a place for its kind."""
        if scope["type"] != "http" or scope["path"] in FREE:
            await self._app(scope, receive, send)
            return
        limiter = current_default_thread_limiter()
        limiter.total_tokens = max(limiter.total_tokens, THREADS)
        kind, asked = kind_of(scope["method"], scope["path"]), time.monotonic()
        while not self._enter(kind):
            if time.monotonic() - asked > self._patience:
                await answer(Request(scope), 503, DOWN, dict(AGAIN))(scope, receive, send)
                return
            await anyio.sleep(LOOK)
        waited = time.monotonic() - asked
        try:
            with patient(self._patience - (waited if waited > LOOK else 0)):
                await self._app(scope, receive, send)
        finally:
            self._leave(kind)

    def _enter(self, kind: str) -> bool:
        with self._lock:
            free = self._busy[kind] < (READS if kind else CHANGES)
            self._busy[kind] += free
            return free

    def _leave(self, kind: str) -> None:
        with self._lock:
            self._busy[kind] -= 1
            if not self._busy[kind]:
                del self._busy[kind]


def kind_of(method: str, path: str) -> str:
    """The kind of a request: '' for what changes something, else the first part of its path."""
    if method not in SAFE:
        return ""
    parts = path.split("/")
    return "/".join(parts[:4] if path.startswith("/api/") else parts[:2]) or "/"
