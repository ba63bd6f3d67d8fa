"""A mail server that accepts, refuses, drops and hangs, and what we then know."""

import socket
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.channels.certificates import contexts
from tests.channels.deliveries import FINE, SENDER, delivery
from tests.channels.mail_server import PASSWORD, USER, Post, post_office
from tools.channels.contract import Denied, NotNow, Refused, Undelivered, Unsure
from tools.channels.message import compose
from tools.channels.smtp import SmtpChannel
from tools.errors import BadInput

# The server of these tests warns that a login without TLS is unwise; it is on loopback.
ALLOW_AUTH = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
OUTCOMES = [
    ("451 at RCPT", NotNow),
    ("550 at RCPT", Refused),
    ("530 at MAIL", Denied),
    ("451 after DATA", NotNow),
    ("554 after DATA", Refused),
    ("354 after DATA", Unsure),
    ("drop", Unsure),
    ("hang", Unsure),
]


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as opened:
        yield opened


def channel(port: int, **options: Any) -> SmtpChannel:
    usual: dict[str, Any] = {"security": "none", "timeout": 15}
    return SmtpChannel("127.0.0.1", port, SENDER, **(usual | options))


def test_the_server_gets_the_message_for_one_recipient(post: Post) -> None:
    dotted = delivery(body=".\n..\nend")
    receipt = channel(post.port).deliver(dotted)
    assert post.accepted == [compose(dotted, SENDER)]
    assert post.recipients == ["ann@globex.example"]
    assert receipt.reference.encode() in post.accepted[0]


@pytest.mark.parametrize(("mode", "kind"), OUTCOMES)
def test_each_failure_says_what_is_known(post: Post, mode: str, kind: type[Undelivered]) -> None:
    post.mode = mode
    with pytest.raises(Undelivered) as failed:
        channel(post.port, timeout=3 if mode == "hang" else 15).deliver(FINE)
    assert type(failed.value) is kind
    assert "ann@" not in str(failed.value)
    assert "channel smtp" in str(failed.value)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NotNow, match="no mail server"):
        channel(port).deliver(FINE)


def test_what_may_not_leave_is_refused_before_anybody_is_called() -> None:
    with pytest.raises(Refused, match="Subject"):
        channel(1).deliver(delivery(subject="x\r\nBcc: eve@evil.example"))


SCRIPTS = [
    ([b"554 go away\r\n"], NotNow),
    ([b"hello?\r\n"], NotNow),
    ([b"220 hi\r\n"], NotNow),
    ([b"220 hi\r\n", b"250 ok\r\n", b"421 bye\r\n"], NotNow),
    ([b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n"], NotNow),
    ([b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"251 ok\r\n", b"451 later\r\n"], NotNow),
    ([b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"], Unsure),
]


@pytest.mark.parametrize(("script", "kind"), SCRIPTS)
def test_a_server_that_stops_after_some_words(script: list[bytes], kind: type[Undelivered]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=_talk, args=(server, script))
        thread.start()
        with pytest.raises(Undelivered) as failed:
            channel(server.getsockname()[1]).deliver(FINE)
        thread.join()
    assert type(failed.value) is kind


@pytest.mark.parametrize(("answer", "kind"), [(b"454 later\r\n", NotNow), (b"535 no\r\n", Denied)])
def test_only_a_final_no_to_the_login_is_denied(answer: bytes, kind: type[Undelivered]) -> None:
    script = [b"220 hi\r\n", b"250-hi\r\n250 AUTH PLAIN\r\n", answer]
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=_talk, args=(server, script))
        thread.start()
        with pytest.raises(NotNow) as failed:
            channel(server.getsockname()[1], username=USER, password=PASSWORD).deliver(FINE)
        thread.join()
    assert type(failed.value) is kind


def test_a_host_that_is_no_name_is_not_now() -> None:
    with pytest.raises(NotNow):
        SmtpChannel("a..b", 25, SENDER, security="none").deliver(FINE)


def test_a_server_that_says_a_letter_a_second_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = [b"220 hi\r\n", *([b"250-x\r\n"] * 400)]
        thread = Thread(target=_drip, args=(server, words))
        thread.start()
        started = time.monotonic()
        with pytest.raises(NotNow):
            channel(server.getsockname()[1], timeout=0.6).deliver(FINE)
        assert time.monotonic() - started < 15
        thread.join()


@ALLOW_AUTH
def test_a_login_is_needed_and_accepted() -> None:
    with post_office(auth=True) as post:
        with pytest.raises(Denied):
            channel(post.port).deliver(FINE)
        channel(post.port, username=USER, password=PASSWORD).deliver(FINE)
        assert len(post.accepted) == 1


@ALLOW_AUTH
def test_a_revoked_password_is_denied_and_never_shown() -> None:
    wrong = "canary-wrong-55"
    with post_office(auth=True) as post:
        refused = channel(post.port, username=USER, password=wrong, name="mail")
        with pytest.raises(Denied, match="channel mail") as failed:
            refused.deliver(FINE)
    assert wrong not in "".join(traceback.format_exception(failed.value))
    assert wrong not in repr(refused)


@ALLOW_AUTH
def test_a_password_outside_ascii_fails_without_being_shown() -> None:
    secret = "canärie"
    with post_office(auth=True) as post, pytest.raises(NotNow) as failed:
        channel(post.port, username=USER, password=secret).deliver(FINE)
    shown = "".join(traceback.format_exception(failed.value))
    assert secret not in shown
    assert "xe4" not in shown  # nor the letter that could not be sent


@pytest.mark.parametrize("options", [{"username": "u", "password": "p"}, {"username": "u"},
                                     {"password": "p", "security": "tls"}])  # fmt: skip
def test_a_password_is_not_sent_in_the_clear(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="channel smtp"):
        SmtpChannel("mail.example", 25, SENDER, **({"security": "none"} | options))


@pytest.mark.parametrize(("name", "sent"), [("localhost", 1), ("other.example", 0)])
def test_starttls_checks_whose_certificate_it_is(tmp_path: Path, name: str, sent: int) -> None:
    server, client = contexts(name, tmp_path)
    with post_office(tls=server) as post:
        one = SmtpChannel("localhost", post.port, SENDER, context=client, timeout=5)
        if sent:
            one.deliver(FINE)
        else:
            with pytest.raises(NotNow, match="CertVerification"):
                one.deliver(FINE)
        assert len(post.accepted) == sent


def test_a_server_without_starttls_gets_nothing(post: Post) -> None:
    with pytest.raises(NotNow):
        channel(post.port, security="starttls").deliver(FINE)
    assert post.accepted == []


def test_tls_from_the_first_byte_does_not_fall_back(post: Post) -> None:
    with pytest.raises(NotNow):
        channel(post.port, security="tls", timeout=1).deliver(FINE)
    assert post.accepted == []


def _talk(server: socket.socket, script: list[bytes]) -> None:
    peer, _ = server.accept()
    with peer, peer.makefile("rb") as lines:
        peer.settimeout(5)
        peer.sendall(script[0])
        for words in script[1:]:
            lines.readline()
            peer.sendall(words)
        if script[-1].startswith(b"354"):
            while lines.readline() not in {b".\r\n", b""}:
                pass


def _drip(server: socket.socket, words: list[bytes]) -> None:
    peer, _ = server.accept()
    with peer:
        try:
            for word in words:
                peer.sendall(word)
                time.sleep(0.05)
        except OSError:
            return
