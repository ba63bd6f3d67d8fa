"""A wire to PostgreSQL that can be cut at a statement: before it, or before its answer."""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

from sqlalchemy.engine import make_url


@dataclass
class Proxy:
    """Hands bytes on, until a client says `cut_at`; then the wire is dead, once.

    With `answer_lost` the statement still reaches the server and its answer is awaited, unseen.
    """

    upstream: str
    cut_at: bytes = b""
    answer_lost: bool = False
    cuts: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def run(self) -> None:
        """Take one client after the other, until the listener is closed."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self.upstream)
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(65_536)
                    if not data or (ready is client and self._cut(data, server)):
                        return
                    (server if ready is client else client).sendall(data)

    def _cut(self, data: bytes, server: socket.socket) -> bool:
        if not self.cut_at or self.cut_at not in data:
            return False
        if self.answer_lost:
            server.sendall(data)
            server.recv(65_536)
        self.cut_at, self.cuts = b"", self.cuts + 1
        return True


@contextmanager
def through_a_proxy(url: str) -> Iterator[tuple[str, Proxy]]:
    """The URL of the same database by way of a proxy."""
    parsed = make_url(url)
    proxy = Proxy(f"{parsed.query['host']}/.s.PGSQL.{parsed.port or 5432}")
    Thread(target=proxy.run, daemon=True).start()
    port = proxy.listener.getsockname()[1]
    there = parsed.set(host="127.0.0.1", port=port).difference_update_query(["host"])
    yield there.render_as_string(hide_password=False), proxy
    proxy.listener.shutdown(socket.SHUT_RDWR)
    proxy.listener.close()
