"""A receiver that accepts, refuses, hangs, drips and bombs, and what we then know."""

import hmac
import json
import socket
import time
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.channels.certificates import contexts
from tests.channels.deliveries import FINE, delivery
from tests.channels.hook_server import Hook, hook_server
from tests.channels.ways import NOW, SECRET
from tools.channels.contract import Denied, NotNow, Refused, Undelivered, Unsure
from tools.channels.webhook import WebhookChannel, direct_transport
from tools.errors import BadInput

OUTCOMES = [
    ("429 Retry-After=7", NotNow),
    ("503", NotNow),
    ("401", Denied),
    ("403", Denied),
    ("400", Refused),
    ("404", Refused),
    ("422", Refused),
    ("500", Unsure),
    ("502", Unsure),
    ("302 Location=http://169.254.169.254/", Refused),
    ("307 Location=https://hook.test/", Refused),
    ('200 {"ok": false}', Unsure),
    ('200 {"errors": ["x"]}', Unsure),
    ('409 {"key": "another"}', Unsure),
    ("reset", Unsure),
    ("hang", Unsure),
    ("drip head", Unsure),
    ("drip body", Unsure),
]
STUCK = {"hang", "drip head", "drip body"}  # for twenty seconds, unless we end it


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hook_server() as opened:
        yield opened


def channel(port: int, **options: Any) -> WebhookChannel:
    usual: dict[str, Any] = {
        "allowed_hosts": (),
        "clock": lambda: NOW,
        "resolve": lambda _: ["127.0.0.1"],
        "loopback_hosts": {"hook.test"},
        "timeout": 15,
    }
    scheme = options.pop("scheme", "http")
    return WebhookChannel(f"{scheme}://hook.test:{port}/in?x=1", SECRET, **(usual | options))


def test_the_request_is_signed_whole_and_keyed(hook: Hook) -> None:
    receipt = channel(hook.port).deliver(FINE)
    ((headers, body),) = hook.requests
    stamp = headers["X-Lifecycle-Timestamp"]
    mac = hmac.new(SECRET, f"{stamp}.".encode() + body, sha256).hexdigest()
    assert receipt.reference == "r-7"
    assert stamp == str(int(NOW.timestamp()))
    assert headers["X-Lifecycle-Signature"] == f"v1={mac}"
    assert headers["Idempotency-Key"] == FINE.key
    assert headers["Host"] == f"hook.test:{hook.port}"
    assert headers["Accept-Encoding"] == "identity"


def test_the_body_is_one_text_for_one_delivery(hook: Hook) -> None:
    channel(hook.port).deliver(delivery(subject="Grüße"))
    said = json.loads(hook.requests[0][1])
    again = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hook.requests[0][1] == again.encode()
    assert said["subject"] == "Grüße"
    assert said["day"] == "2024-10-04"
    assert said["tags"] == {"play": "save_call", "utm_source": "lifecycle"}
    assert set(vars(FINE)) < set(said)


@pytest.mark.parametrize(("mode", "kind"), OUTCOMES)
def test_each_answer_says_what_is_known(hook: Hook, mode: str, kind: type[Undelivered]) -> None:
    hook.mode = mode
    started = time.monotonic()
    with pytest.raises(Undelivered) as failed:
        channel(hook.port, timeout=2 if mode in STUCK else 15).deliver(FINE)
    assert type(failed.value) is kind
    assert time.monotonic() - started < 15
    assert len(hook.requests) == 1
    if isinstance(failed.value, NotNow):
        assert failed.value.after_seconds == (7.0 if "Retry" in mode else None)


def test_after_a_reset_the_same_key_says_done(hook: Hook) -> None:
    hook.mode = "reset"
    with pytest.raises(Unsure):
        channel(hook.port).deliver(FINE)
    hook.mode = "ok"
    assert channel(hook.port).deliver(FINE).reference == "r-7"
    assert hook.keys == [FINE.key]


@pytest.mark.parametrize("mode", ["10 MB", "gzip bomb", "204", '200 ["x"]', '200 {"id": true}',
                                  '200 {"id": "a\\nb"}', "200 {"])  # fmt: skip
def test_an_answer_is_never_swallowed_whole(hook: Hook, mode: str) -> None:
    hook.mode = mode
    assert channel(hook.port, timeout=5).deliver(FINE).reference in {"HTTP 200", "HTTP 204"}


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NotNow, match="not reached"):
        channel(port).deliver(FINE)


def test_a_name_that_changes_its_answer_is_asked_once(hook: Hook) -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    channel(hook.port, resolve=lambda _: answers.pop(0)).deliver(FINE)
    assert answers == [["169.254.169.254"]]
    with pytest.raises(Refused, match="not a public"):
        channel(hook.port, resolve=lambda _: answers.pop(0)).deliver(FINE)


def test_a_public_name_on_this_machine_is_never_called(hook: Hook) -> None:
    inside = WebhookChannel(
        f"https://hook.test:{hook.port}/",
        SECRET,
        allowed_hosts={"hook.test"},
        clock=lambda: NOW,
        resolve=lambda _: ["8.8.8.8", "127.0.0.1"],
    )
    with pytest.raises(Refused, match="not a public"):
        inside.deliver(FINE)
    assert hook.requests == []


def test_the_checked_address_is_called_under_the_name_of_the_host() -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, stream=httpx2.ByteStream(b"{}"))

    WebhookChannel(
        "https://hooks.example/in",
        SECRET,
        allowed_hosts={"hooks.example"},
        clock=lambda: NOW,
        resolve=lambda _: ["2606:4700::1", "8.8.4.4"],
        transport=lambda: httpx2.MockTransport(answer),
    ).deliver(FINE)
    assert str(seen[0].url) == "https://8.8.4.4/in"
    assert seen[0].headers["Host"] == "hooks.example"
    assert seen[0].extensions["sni_hostname"] == "hooks.example"


@pytest.mark.parametrize(("name", "done"), [("hook.test", 1), ("other.test", 0)])
def test_tls_checks_the_name_and_not_the_address(tmp_path: Path, name: str, done: int) -> None:
    server, client = contexts(name, tmp_path)
    with hook_server(server) as hook:
        one = channel(
            hook.port, scheme="https", timeout=5, transport=partial(direct_transport, client)
        )
        if done:
            one.deliver(FINE)
        else:
            with pytest.raises(NotNow, match="not reached"):
                one.deliver(FINE)
        assert len(hook.keys) == done


def test_a_proxy_of_the_environment_is_passed_by(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert channel(hook.port).deliver(FINE).reference == "r-7"


def test_an_empty_secret_is_bad_input() -> None:
    with pytest.raises(BadInput, match="secret"):
        WebhookChannel("https://a.example", b"", allowed_hosts={"a.example"}, clock=lambda: NOW)
