"""A small application with sign-in, a clock to turn, and pages that say who came through."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from argon2 import PasswordHasher
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient

from approvals.users.auth import Auth
from approvals.users.settings import AuthSettings
from approvals.web.auth.routes import set_up
from approvals.web.auth.who import EVERYTHING, RequestUser, csrf_token, need, signed_in
from tools.store.people import People, Person, Role

if TYPE_CHECKING:
    from httpx2 import Response

    from tools.store.store import Store

NOW = datetime(2024, 3, 1, 6, 0, tzinfo=UTC)
BASE = "https://inbox.example"
HOME = {"origin": BASE}
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SETTINGS = AuthSettings(secret=b"s" * 32, base_url=BASE)
COOKIE = "__Host-lifecycle"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


class Door:
    """Sign-in over a store; `done` is what was changed through it."""

    def __init__(self, store: "Store", clock: Clock | None = None, **settings: Any) -> None:
        self.store = store
        self.clock = clock or Clock()
        self.people = People(store.database)
        self.auth = Auth(self.people, replace(SETTINGS, **settings), self.clock, CHEAP)
        self.done: list[str] = []
        self.app = FastAPI()
        set_up(self.app, self.auth)
        _add_probes(self.app, self.done)

    def browser(self) -> TestClient:
        """A browser nobody is signed in with."""
        return TestClient(self.app, self.auth.settings.origin, follow_redirects=False)

    def person(
        self, role: Role = "reviewer", mailbox: str = "ann@example.com", password: str = PASSWORD
    ) -> Person:
        person = self.people.add(mailbox, "Ann", role, self.clock())
        self.auth.passwords.set(person.id, password, self.auth.clock())
        return person

    def inside(self, mailbox: str = "ann@example.com") -> TestClient:
        """A browser somebody signed in with."""
        browser = self.browser()
        assert sign_in(browser, mailbox).status_code == 303
        return browser


def sign_in(
    browser: TestClient,
    mailbox: str = "ann@example.com",
    password: str = PASSWORD,
    code: str = "",
    then: str = "/probe",
    headers: dict[str, str] | None = None,
) -> "Response":
    form = {"mailbox": mailbox, "password": password, "code": code, "next": then}
    return browser.post("/login", data=form, headers=HOME if headers is None else headers)


def csrf_in(browser: TestClient) -> str:
    """The token that a page gives this browser."""
    return str(browser.get("/csrf").json())


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def _add_probes(app: FastAPI, done: list[str]) -> None:
    def look(actor: Annotated[RequestUser, Depends(signed_in)]) -> dict[str, object]:
        return asdict(replace(actor, permissions=frozenset()))

    def change(actor: Annotated[RequestUser, Depends(signed_in)]) -> str:
        done.append(actor.person_id)
        return "done"

    for method in METHODS:
        route = look if method in {"GET", "HEAD", "OPTIONS"} else change
        app.add_api_route("/probe", route, methods=[method])
    app.add_api_route("/csrf", csrf_token, dependencies=[Depends(signed_in)], response_model=str)
    for permission in sorted(EVERYTHING):
        path = f"/may/{permission}"
        app.add_api_route(path, change, methods=["POST"], dependencies=[Depends(need(permission))])
