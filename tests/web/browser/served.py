"""The real application behind a real server, for a browser to look at."""

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import uvicorn

from approvals.request import Actor, Seen, Wish
from approvals.users.auth import Auth
from approvals.users.limits import RateLimit
from approvals.web.app import make_app
from tests.web.auth.doors import CHEAP, PASSWORD, SETTINGS
from tests.web.made import Inbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.store.people import Person, Role
    from tools.store.store import Store

HOST = "127.0.0.1"
# The clock of these tests stands still unless turned, and an empty bucket would stay empty.
RATES = dict.fromkeys(
    ("mailbox", "address", "token", "read", "change", "open"),
    RateLimit(10**6, timedelta(microseconds=1)),
)


class House(Inbox):
    """An inbox with an address of its own on this machine."""

    def __init__(self, store: "Store", base_url: str, **parts: Any) -> None:
        super().__init__(store, reviews_per_day=1000)
        self.base_url = base_url
        settings = replace(SETTINGS, base_url=base_url, rates=RATES)
        self.auth = Auth(self.people, settings, self.clock, CHEAP)
        self.parts = replace(self.parts, auth=self.auth, rates=RATES, **parts)
        self.app = make_app(self.parts)

    def somebody(self, role: "Role" = "reviewer", name: str = "") -> "Person":
        """A person who can sign in with a password."""
        person = self.person(role, name)
        self.auth.passwords.set(person.id, PASSWORD, self.auth.clock())
        return person

    def reject(self, proposal: str) -> None:
        """Somebody elsewhere says no."""
        bob, now = self.person("approver-2"), self.store.proposals.get(proposal)
        assert now is not None
        wish = Wish("reject", Seen(proposal, now.version, now.shown), "other")
        self.gate.decide(Actor(bob.id, bob.role, "web"), wish)

    def cookie(self, role: "Role" = "reviewer", name: str = "") -> str:
        """The secret of a new session of somebody."""
        return self.auth.sessions.start(self.somebody(role, name).id, self.clock())


@contextmanager
def served(store: "Store", **parts: Any) -> "Iterator[House]":
    """An inbox that answers at a free port until it is left; `parts` are what is other in it."""
    with socket.socket() as door:
        door.bind((HOST, 0))
        house = House(store, f"http://{HOST}:{door.getsockname()[1]}", **parts)
        server = uvicorn.Server(uvicorn.Config(house.app, log_level="error", lifespan="off"))
        house.app.state.site.ending = lambda: server.should_exit  # as `agent.serve` does
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while thread.is_alive() and not server.started:
            thread.join(0.01)
        yield house
        server.should_exit = True
        thread.join(10)
