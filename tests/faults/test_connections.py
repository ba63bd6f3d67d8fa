"""Fault 61: clients that connect and say nothing, or go on slowly, keep nobody else out."""

import socket
import time
from contextlib import suppress

import pytest

from tests.faults.clients import HEAD, Served, lasts, served

QUICK = {"head": 0.4, "body": 0.4, "idle": 1.0, "reading": 0.4}
pytestmark = pytest.mark.fault(61)


def wait_for(open_: int, server: Served) -> None:
    until = time.monotonic() + 5
    while len(server.connections) != open_:
        assert time.monotonic() < until, len(server.connections)
        time.sleep(0.01)


def answer(client: socket.socket) -> bytes:
    """All that is said to one request; it ends in oo."""
    client.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    said = b""
    while not said.endswith(b"oo") and (more := client.recv(4096)):
        said += more
    return said


def test_idle_connections_keep_nobody_out_and_end_nothing() -> None:
    with served(total=40, of_address=40) as server:
        for _ in range(200):
            server.connect()

        assert [server.get() for _ in range(5)] == [200] * 5
        assert len(server.connections) <= 40
        assert server.end() < 2


@pytest.mark.parametrize("said", [b"", b"G", HEAD, HEAD + b"x"])
def test_whatever_they_have_begun_to_say(said: bytes) -> None:
    with served(total=20, of_address=20) as server:
        for _ in range(60):
            server.connect(said=said)

        assert server.get() == 200
        assert server.end() < 2


def test_one_address_takes_no_place_from_another() -> None:
    with served(total=40, of_address=10) as server:
        polite = [server.connect("127.0.0.2") for _ in range(8)]
        wait_for(8, server)
        for _ in range(100):
            server.connect("127.0.0.9")
        wait_for(18, server)

        for client in polite:
            assert answer(client).startswith(b"HTTP/1.1 200")


def test_the_proxy_named_by_us_may_have_all_places() -> None:
    with served(total=40, of_address=5) as server:
        server.connections._is_proxy = {"127.0.0.7"}.__contains__
        for _ in range(30):
            server.connect("127.0.0.7")
        wait_for(30, server)


def test_who_is_being_answered_makes_no_room_and_who_cannot_get_in_is_told() -> None:
    ask = b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"
    with served(total=5, of_address=5) as server:
        asking = [server.connect(said=ask) for _ in range(5)]
        server.site.wait_for(5)

        assert server.get() == 503
        server.site.go_on.set()
        assert [client.recv(12) for client in asking] == [b"HTTP/1.1 200"] * 5


def test_who_was_answered_before_stays_longer_than_who_never_asked() -> None:
    with served(total=10, of_address=10) as server:
        known = server.connect()
        assert answer(known).startswith(b"HTTP/1.1 200")
        for _ in range(50):
            server.connect()
        wait_for(10, server)

        assert answer(known).startswith(b"HTTP/1.1 200")


LARGE = b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n"
TOO_LONG = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 999999\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
DRIPS = {
    "says nothing": (b"", b""),
    "a head byte by byte": (b"", b"x"),
    "header after header": (b"GET / HTTP/1.1\r\n", b"a: b\r\n"),
    "a second head after an answer": (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"x"),
    "a body byte by byte": (HEAD, b"x"),
    "chunks of one byte": (CHUNKED, b"1\r\nx\r\n"),
    "on and on after it was refused": (TOO_LONG, b"x"),
    "empty lines": (b"", b"\r\n"),
}


@pytest.mark.parametrize("drip", DRIPS)
def test_a_client_that_goes_on_slowly_gains_no_time(drip: str) -> None:
    said, more = DRIPS[drip]
    with served(**QUICK) as server:
        assert lasts(server.connect(said=said), more) < 2.5
        wait_for(0, server)


@pytest.mark.parametrize(
    "said", [LARGE, LARGE * 2, LARGE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")]
)
def test_a_client_that_does_not_read_is_left(said: bytes) -> None:
    with served(**QUICK) as server:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.sendall(said)
        server.site.wait_for(1)
        wait_for(0, server)
        client.close()


@pytest.mark.parametrize("how", [b"", b"connection: close\r\n"])
def test_a_little_that_is_not_read_holds_no_connection_either(how: bytes) -> None:
    """So little that the server takes it for sent."""
    with served(**QUICK) as server:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.sendall(b"GET /medium HTTP/1.1\r\nhost: x\r\n" + how + b"\r\n")
        server.site.wait_for(1)
        wait_for(0, server)
        client.close()


def test_half_a_request_is_none() -> None:
    with served(**QUICK) as server:
        for said in (HEAD + b"half", CHUNKED + b"4\r\nhalf\r\n"):
            client = server.connect(said=said)
            client.close()
            lasts(server.connect(said=said))
        assert server.get() == 200
        assert server.site.bodies == [b""]


def test_no_http_is_refused_and_the_next_is_served() -> None:
    broken = (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03",
        b"GET /\x00 HTTP/1.1\r\n\r\n",
        CHUNKED + b"zz\r\n",
        b"A" * 70_000,
        HEAD[:-2] + b"te: x\r\nhost\r\n\r\n",
    )
    with served(**QUICK) as server:
        for said in broken:
            with suppress(ConnectionError):
                lasts(server.connect(said=said))
        assert server.get() == 200
        wait_for(0, server)


def test_told_to_end_it_ends_whatever_its_clients_do() -> None:
    with served(total=100, of_address=100) as server:
        for said in (*(b"", b"G", HEAD, TOO_LONG) * 20, LARGE, LARGE * 2):
            server.connect(said=said)
        server.site.wait_for(2)
        assert server.end() < 2
