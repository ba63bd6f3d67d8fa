"""The service starts, answers, does its jobs, and ends in time when it is told to."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import yaml

from agent.serve import DRAIN_SECONDS
from tests.agent.homes import Home, Homes
from tests.agent.test_gate_commands import said, shift
from tests.conftest import CHECKOUT

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("agent-sqlite")]
PATIENCE = 120
started: list["subprocess.Popen[str]"] = []


def free_port(after: int = 0) -> int:
    """A free port below those that the system hands out, so that nobody gets it meanwhile."""
    for port in range(20_000 + after + os.getpid() % 10_000, 32_768):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@pytest.fixture
def home(homes: Homes) -> Iterator[Home]:
    """A home that lives on its first morning, with somebody who may decide, at a free port."""
    with homes.copy("sqlite") as copied, ExitStack() as ending:
        ending.callback(end_all)
        shift(copied, timedelta(0))
        file = copied.folder / "lifecycle.yaml"
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        told["base_url"] = f"http://127.0.0.1:{free_port()}"
        file.write_text(yaml.safe_dump(told), encoding="utf-8")
        said(copied, "people", "add", "ann@x.example", "--name", "Ann", "--role", "reviewer")
        yield copied


def serve(home: Home, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "agent.cli", *arguments, "--home", str(home.folder)]
    started.append(
        subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=home.told() | {"PATH": "/usr/bin"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    )
    return started[-1]


def end_all() -> None:
    """Kill what a failed test has left; the parts of a service end with it."""
    while started:
        with started.pop() as child:
            child.kill()


def answer(url: str) -> httpx2.Response:
    """The answer of a server that may still be starting."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return httpx2.get(url)
        except httpx2.TransportError:
            assert time.monotonic() < until, f"{url} does not answer"
            time.sleep(0.2)


def ended(child: "subprocess.Popen[str]") -> str:
    """What a process said, when it has ended as it should after SIGTERM."""
    started = time.monotonic()
    child.send_signal(signal.SIGTERM)
    said_, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, said_
    assert time.monotonic() - started < 60  # of PATIENCE; one action, or a section, is waited for
    return said_


def test_the_inbox_opens_by_the_printed_link_at_the_port_that_was_asked_for(home: Home) -> None:
    port = free_port(1)
    child = serve(home, "serve", "--as", "ann@x.example", "--port", str(port))
    assert child.stdout is not None
    first = child.stdout.readline()
    link = re.search(r"http://\S+/signin/\S+", first)
    assert link, first
    base, ticket = link[0].split("/signin/")
    assert base == f"http://127.0.0.1:{port}"

    assert answer(f"{base}/health").status_code == 200
    assert answer(f"{base}/ready").status_code == 200
    assert "Sign in" in answer(link[0]).text
    with httpx2.Client(base_url=base) as browser:
        sent = browser.post("/signin", data={"ticket": ticket}, headers={"origin": base})
        assert (sent.status_code, browser.get("/queue").status_code) == (303, 200)
    assert answer(f"{base}/queue").status_code == 401
    assert answer(f"{base}/metrics").status_code == 401
    ended(child)


def parts_of(child: "subprocess.Popen[str]", besides: frozenset[int] = frozenset()) -> set[int]:
    """The three processes of a service, once they are there and none of them an old one."""
    children = Path(f"/proc/{child.pid}/task/{child.pid}/children")
    if not children.exists():
        pytest.skip("this system does not list the children of a process")
    until = time.monotonic() + PATIENCE
    while len(found := set(map(int, children.read_text().split())) - besides) < 3:
        assert time.monotonic() < until, found
        time.sleep(0.1)
    return found


def test_idle_clients_and_killed_parts_stop_nothing(home: Home) -> None:
    child = serve(home, "serve", "--as", "ann@x.example")
    assert child.stdout is not None
    base = re.findall(r"(http://\S+)/signin", child.stdout.readline())[0]
    assert answer(f"{base}/health").status_code == 200
    host, port = base.removeprefix("http://").split(":")

    with ExitStack() as idle:
        for _ in range(1_100):
            idle.enter_context(socket.create_connection((host, int(port)), PATIENCE))
        assert answer(f"{base}/ready").status_code == 200

        killed = parts_of(child)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        parts_of(child, frozenset(killed))
        assert answer(f"{base}/ready").status_code == 200
        began = time.monotonic()
        ended(child)
        assert time.monotonic() - began < DRAIN_SECONDS + 5


def test_a_worker_does_its_jobs_and_ends_when_told(home: Home) -> None:
    child = serve(home, "worker")
    until = time.monotonic() + PATIENCE
    while not re.search(r"dispatch .*done", said(home, "jobs")):
        assert time.monotonic() < until, said(home, "jobs")
        time.sleep(1)
    ended(child)


def test_a_port_that_is_taken_is_said_so(home: Home) -> None:
    told = yaml.safe_load((home.folder / "lifecycle.yaml").read_text(encoding="utf-8"))
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(told["base_url"].rsplit(":", 1)[1])))
        other.listen()
        child = serve(home, "web")
        words, _ = child.communicate(timeout=PATIENCE)

    assert child.returncode != 0
    assert "address already in use" in words


def test_a_port_there_is_not_is_refused(home: Home) -> None:
    child = serve(home, "serve", "--port", "99999")
    words, _ = child.communicate(timeout=PATIENCE)

    assert child.returncode == 2
    assert "less than or equal to 65535" in words
    assert "Traceback" not in words


def test_a_link_for_nobody_is_refused(home: Home) -> None:
    child = serve(home, "serve", "--as", "none@x.example")
    words, _ = child.communicate(timeout=PATIENCE)

    assert child.returncode == 2
    assert "nobody has it" in words
