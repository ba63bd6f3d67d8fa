"""One deadline for a whole conversation: a peer that sends a byte a second does not stretch it."""

import socket
from contextlib import contextmanager, suppress
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Watch:
    """The sockets under a deadline; `over` once they were cut, which a peer's end looks like."""

    def __init__(self) -> None:
        """Nothing is watched yet."""
        self.over = False
        self._watched: list[socket.socket] = []

    def __call__(self, one: socket.socket) -> None:
        """Put a socket under the deadline."""
        # TLS takes over the file of a socket; a twin still reaches the same connection.
        self._watched.append(socket.fromfd(one.fileno(), one.family, one.type))

    def cut(self) -> None:
        """End every watched conversation; `over` is set first, so that whoever wakes knows why."""
        self.over = True
        for one in self._watched:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the twins."""
        for one in self._watched:
            one.close()


@contextmanager
def deadline(seconds: float) -> "Iterator[Watch]":
    """Give a watch to put sockets under the deadline; past it, reads find the line cut."""
    watch = Watch()
    timer = Timer(seconds, watch.cut)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()
        timer.join()
        watch.close()
