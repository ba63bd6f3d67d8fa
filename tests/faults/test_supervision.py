"""Fault 63: web, schedule and executor are processes of their own; none ends with another."""

import os
import resource
import signal
import sqlite3
import time
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from agent.commands.failures import failure_of
from agent.commands.service import exit_code_of
from agent.supervisor import Part, Supervisor
from tests.faults.clients import served
from tests.faults.processes import Child, fork
from tools.errors import BadInput

NAMES = ("web", "scheduler", "executor")
DRAIN, PATIENCE = 0.5, 10.0
pytestmark = pytest.mark.fault(63)


def _live(folder: Path, name: str, *, deaf: bool = False) -> int:
    """A part that says which process it is and lives until it is told to end."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, signal.SIG_IGN if deaf else lambda *_: told.append(1))
    with (folder / name).open("a", encoding="utf-8") as known:
        known.write(f"{os.getpid()}\n")
    while not told:
        time.sleep(0.01)
    return 0


def _supervised(folder: Path, deaf: str = "", *, minutes: float = 0) -> str:
    parts = [
        Part(name, lambda _, name=name: _live(folder, name, deaf=name == deaf))  # type: ignore[misc]  # bound early
        for name in NAMES
    ]
    Supervisor(parts, DRAIN).run(minutes * 60)
    return "ended"


def supervised(folder: Path, deaf: str = "", *, minutes: float = 0) -> Child:
    return fork(partial(_supervised, folder, deaf, minutes=minutes), folder / "told.json")


def pids(folder: Path, name: str, starts: int = 1) -> list[int]:
    """The processes that a part has been, once there are so many."""
    until = time.monotonic() + PATIENCE
    while True:
        path = folder / name
        lines = path.read_text(encoding="utf-8").split() if path.exists() else []
        if len(lines) >= starts:
            return [int(line) for line in lines]
        assert time.monotonic() < until, f"{name} was started {len(lines)} times"
        time.sleep(0.01)


def gone(pid: int, patience: float = PATIENCE) -> bool:
    """Whether a process is no more, within a moment."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        with suppress(FileNotFoundError):  # dead, and its new parent has not heard of it yet
            if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] == "Z":
                return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("killed", NAMES)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_part_that_dies_is_started_again_and_the_others_go_on(
    tmp_path: Path, killed: str, how: signal.Signals
) -> None:
    service = supervised(tmp_path)
    first = {name: pids(tmp_path, name)[0] for name in NAMES}
    os.kill(first[killed], how)

    again = pids(tmp_path, killed, starts=2)
    assert again[1] != first[killed]
    others = [pids(tmp_path, name) for name in NAMES if name != killed]
    assert others == [[first[name]] for name in NAMES if name != killed]

    os.kill(service.pid, signal.SIGTERM)
    assert service.said().value == "ended"
    assert all(gone(pid) for name in NAMES for pid in pids(tmp_path, name))


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("deaf", ["", "web"])
def test_told_to_end_all_end_in_time(tmp_path: Path, told: signal.Signals, deaf: str) -> None:
    service = supervised(tmp_path, deaf)
    living = [pids(tmp_path, name)[0] for name in NAMES]
    began = time.monotonic()
    os.kill(service.pid, told)

    assert service.said().value == "ended"
    assert time.monotonic() - began < DRAIN + 1
    assert all(gone(pid, DRAIN / 10) for pid in living)


def test_after_its_minutes_it_ends(tmp_path: Path) -> None:
    assert supervised(tmp_path, minutes=0.005).said().value == "ended"


def test_when_the_supervisor_is_killed_no_part_stays(tmp_path: Path) -> None:
    service = supervised(tmp_path, "executor")
    living = [pids(tmp_path, name)[0] for name in NAMES]
    os.kill(service.pid, signal.SIGKILL)

    assert service.wait() == -signal.SIGKILL
    assert all(gone(pid) for pid in living)


def _refused(folder: Path) -> str:
    parts = [Part("web", lambda _: 2), Part("executor", lambda _: _live(folder, "executor"))]
    try:
        Supervisor(parts, DRAIN).run()
    except BadInput as error:
        return str(error)
    return ""


def test_what_a_person_has_to_mend_at_the_start_ends_it_all(tmp_path: Path) -> None:
    told = fork(partial(_refused, tmp_path), tmp_path / "told.json").said()
    assert "web cannot be started" in str(told.value)


def _dying(folder: Path) -> str:
    def run(_: bool) -> int:
        with (folder / "starts").open("a", encoding="utf-8") as known:
            known.write(f"{time.monotonic()}\n")
        raise OSError("too many open files")

    Supervisor([Part("web", run)], DRAIN).run(2.5)
    return "ended"


def test_what_dies_again_and_again_is_started_ever_more_seldom(tmp_path: Path) -> None:
    assert fork(partial(_dying, tmp_path), tmp_path / "told.json").said().value == "ended"
    times = [float(line) for line in (tmp_path / "starts").read_text(encoding="utf-8").split()]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert 2 <= len(pauses) <= 3
    assert pauses[0] >= 0.5
    assert pauses[1] >= 1.0


def _out_of_files() -> list[int]:
    """More clients than this process may open files, and the bound is set too high."""
    with served(total=10_000, of_address=10_000, head=1.0) as server:
        before = server.get()
        handles = len(list(Path("/proc/self/fd").iterdir()))
        clients = []
        resource.setrlimit(resource.RLIMIT_NOFILE, (handles + 60, handles + 60))
        with suppress(OSError):
            for _ in range(60):
                clients.append(server.connect())  # noqa: PERF401 - what was opened is kept
        time.sleep(0.2)
        for client in clients[::2]:
            client.close()
        time.sleep(1.2)  # as long as the server waits before it accepts again
        return [before, server.get(), server.end() < 2]


@pytest.mark.fault(61)
def test_out_of_files_the_server_waits_and_goes_on(tmp_path: Path) -> None:
    assert fork(_out_of_files, tmp_path / "told.json").said().value == [200, 200, True]


@pytest.mark.fault(63)
@pytest.mark.parametrize(("error", "code"), [
    (BadInput("port: take another"), 2),
    (OperationalError("BEGIN", {}, sqlite3.OperationalError("database is locked")), 1),
    (OSError(28, "No space left on device"), 1),
])  # fmt: skip
def test_a_part_that_cannot_go_on_says_why_once_as_every_command_does(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        raise error

    assert exit_code_of(work) == code
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("lifecycle: ")
    known = failure_of(error)
    assert known is not None
    assert known.words in line


def test_what_nobody_foresaw_is_raised_and_logged_by_the_supervisor() -> None:
    def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        exit_code_of(work)
