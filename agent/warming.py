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
PAUSE, PATIENCE = 5.0, 5.0
LATER = 60  # pauses, after a failure: what fails now fails in a moment too, and fills the log


@contextmanager
def warming(
    warm: "Callable[[], None]", ready: "Callable[[], bool]", pause: float = PAUSE
) -> "Iterator[None]":
    """Call `warm` after every pause once `ready` says so, until it is left.

    Leaving waits for a moment only: what is opened is for looking at, and is lost without harm.
    """
    told = threading.Event()
    thread = threading.Thread(
        target=_go_on, args=(warm, ready, pause, told), daemon=True, name="warming"
    )
    thread.start()
    try:
        yield
    finally:
        told.set()
        thread.join(PATIENCE)


def _go_on(
    warm: "Callable[[], None]", ready: "Callable[[], bool]", pause: float, told: threading.Event
) -> None:
    rest = pause
    while not told.wait(rest):
        rest = pause
        try:
            if ready():
                warm()
        except Exception as error:  # one morning that cannot be opened does not end the service
            log.exception("warming.failed", error=type(error).__name__)
            rest *= LATER
