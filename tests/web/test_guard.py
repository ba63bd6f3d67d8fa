"""Around every reply: headers, limits, and no trace of what went wrong."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient
from starlette.types import Message

from approvals.users.limits import RateLimit
from approvals.web.app import make_app
from approvals.web.guard import LARGEST, Guard
from approvals.web.parts import RATES
from tests.web.auth.doors import BASE
from tests.web.made import HTML, Browser, FakeViews, Inbox
from tests.web.routes import CHANGES, GETS, OPEN, scene
from tools.errors import Conflict


def test_every_reply_has_the_headers(inbox: Inbox) -> None:
    stage, browser = scene(inbox), inbox.inside("admin")
    replies = [browser.client.get(stage.path(p), headers=HTML) for p in (*GETS, *OPEN, "/nothing")]
    replies += [browser.client.post(stage.path(one.path)) for one in CHANGES]
    for reply in replies:
        path, headers = reply.url.path, reply.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors" in policy, path
        framed = path.endswith(("/message", "/report.html", "/charts/curve"))
        assert framed or ("'unsafe" not in policy and "base-uri 'none'" in policy), path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert headers["strict-transport-security"] == "max-age=31536000", path
        assert headers["cache-control"] == "no-store", path
        assert len(headers["x-request-id"]) == 16, path
        assert "permissions-policy" in headers, path


def test_our_pages_keep_to_their_own_policy(inbox: Inbox) -> None:
    stage, browser = scene(inbox), inbox.inside("admin")
    for path in GETS:
        page = browser.client.get(stage.path(path), headers=HTML)
        if not path.endswith("/message"):
            assert "<style" not in page.text, path
            assert " style=" not in page.text, path
            assert "<script>" not in page.text, path


@pytest.mark.parametrize("said", [True, False])
def test_too_much_is_not_read(inbox: Inbox, *, said: bool) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(5):
            yield b"x" * (LARGEST // 4)

    much = {"content": b"x" * (LARGEST + 1)} if said else {"content": pieces()}
    answer = inbox.inside().client.post("/bulk/preview", **much)

    assert answer.status_code == 413
    assert answer.json()["error"] == "too_large"


def test_what_breaks_says_nothing_but_a_number(inbox: Inbox) -> None:
    class Broken(FakeViews):
        def rules(self) -> tuple[()]:
            raise ValueError("a secret detail")

    inbox.app = make_app(replace(inbox.parts, views=Broken()))
    answer = inbox.inside().client.get("/rules")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["detail"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError("select", {}, Exception("a secret")), 503), (Conflict("was first"), 409)],
)
def test_errors_become_pages_for_people_and_json_for_programs(
    inbox: Inbox, error: Exception, status: int
) -> None:
    class Broken(FakeViews):
        def rules(self) -> tuple[()]:
            raise error

    inbox.app = make_app(replace(inbox.parts, views=Broken()))
    client = inbox.inside().client
    page, problem = client.get("/rules", headers=HTML), client.get("/rules")

    assert (page.status_code, problem.status_code) == (status, status)
    assert "<h1>" in page.text
    assert set(problem.json()) == {"error", "detail"}
    assert "secret" not in page.text + problem.text
    assert ("retry-after" in page.headers) == (status == 503)


def test_whoever_asks_too_often_waits(inbox: Inbox) -> None:
    few = {
        **RATES,
        "read": RateLimit(2, timedelta(seconds=10)),
        "open": RateLimit(1, timedelta(seconds=5)),
    }
    inbox.app = make_app(replace(inbox.parts, rates=few))
    ann = inbox.inside()

    assert [ann.client.get("/log").status_code for _ in range(3)] == [200, 200, 429]
    assert ann.client.get("/log").headers["retry-after"] == "10"
    stranger = Browser(inbox).client
    assert [stranger.get("/ready").status_code for _ in range(2)] == [200, 429]
    assert stranger.get("/health").status_code == 200
    inbox.clock.turn(seconds=10)
    assert ann.client.get("/log").status_code == 200


def test_bad_values_in_an_address_are_refused_in_words(inbox: Inbox) -> None:
    browser = inbox.inside("admin")
    for path in (
        "/queue?after=1",
        "/queue?after=99999999999999999999.a",
        "/queue?q=%00",
        "/queue?holder=x",
        "/log?before=-1",
        "/log?before=2147483648",
        "/log?before=%C2%B2",
        "/actions?status=x",
        "/actions?after=-5.a",
        "/roster?as_of=soon",
        "/accounts/%00",
    ):
        assert browser.client.get(path, headers=HTML).status_code == 422, path
    for path in ("/proposals/%00", "/proposals/a'b", "/nothing"):
        assert browser.client.get(path, headers=HTML).status_code == 404, path


def test_plain_http_at_home_has_no_transport_header(inbox: Inbox) -> None:
    settings = replace(inbox.auth.settings, base_url="http://127.0.0.1:8000")
    inbox.auth.settings = settings
    app = make_app(inbox.parts)

    assert "strict-transport-security" not in TestClient(app, BASE).get("/health").headers


def test_what_says_it_is_too_much_is_refused_unread(inbox: Inbox) -> None:
    said: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("it was read")

    async def send(message: Message) -> None:
        said.append(message)

    length = [(b"content-length", str(LARGEST + 1).encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": length}
    asyncio.run(Guard(inbox.app, secure=True)(scope, receive, send))

    assert said[0]["status"] == 413
