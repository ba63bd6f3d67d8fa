"""One deadline for a whole conversation: a peer that sends a byte a second does not stretch it."""

import socket
from contextlib import contextmanager, suppress
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def deadline(seconds: float) -> "Iterator[Callable[[socket.socket], None]]":
    """Give a function that puts a socket under the deadline; past it, reads find the line cut."""
    watched: list[socket.socket] = []

    def cut() -> None:
        for one in watched:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        # TLS takes over the file of a socket; a twin still reaches the same connection.
        yield lambda one: watched.append(socket.fromfd(one.fileno(), one.family, one.type))
    finally:
        timer.cancel()
        timer.join()
        for one in watched:
            one.close()
