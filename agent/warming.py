"""Opens the morning's list before anybody asks for it, so that no page has to wait for it.

A thread looks now and then whether a morning was closed since; what it opens is kept by the pages.
That it fails is written down, and the page says why when it is asked for.
"""

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = structlog.get_logger(__name__)
PAUSE, PATIENCE = 20.0, 20.0
LATER = 15  # pauses, after a failure: what fails now fails in a moment too, and fills the log


@contextmanager
def warming(warm: "Callable[[], None]", pause: float = PAUSE) -> "Iterator[None]":
    """Call `warm` at once and after every pause, until it is left."""
    told = threading.Event()
    thread = threading.Thread(target=_go_on, args=(warm, pause, told), daemon=True, name="warming")
    thread.start()
    try:
        yield
    finally:
        told.set()
        thread.join(PATIENCE)


def _go_on(warm: "Callable[[], None]", pause: float, told: threading.Event) -> None:
    while not told.is_set():
        rest = pause
        try:
            warm()
        except Exception as error:  # one morning that cannot be opened does not end the service
            log.exception("warming.failed", error=type(error).__name__)
            rest *= LATER
        told.wait(rest)
