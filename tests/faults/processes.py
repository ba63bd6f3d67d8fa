"""Processes and threads that work at once, are killed, stopped, and say how it ended.

A child is a fork of the test: the store is closed before, so that it inherits no connection, and
opened again by whoever uses it first, in the child and here alike.
"""

import gc
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, is_dataclass
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any, Literal

from tests.gate.office import Office
from tools.errors import LifecycleError

PATIENCE = 60.0
_children: set[int] = set()
Work = Callable[[Office], Any]
How = Literal["threads", "processes"]
HOWS: tuple[How, ...] = ("threads", "processes")


@dataclass(frozen=True)
class Said:
    """What one of several came to: a value, or the error that refused it."""

    value: Any
    refused: str = ""
    words: str = ""


@dataclass(frozen=True)
class Child:
    """A process of its own; `told` is where it writes what it came to."""

    pid: int
    told: Path

    def wait(self) -> int:
        """How it ended: its exit code, or minus the signal that killed it."""
        return os.waitstatus_to_exitcode(self._status(0))

    def stopped(self) -> bool:
        """Wait until it is stopped; False when it ended instead."""
        return os.WIFSTOPPED(self._status(os.WUNTRACED))

    def said(self) -> Said:
        """What it came to, once it has ended by itself."""
        code = self.wait()
        text = self.told.read_text(encoding="utf-8") if self.told.exists() else ""
        assert code == 0, f"the child ended with {code}: {text}"
        return Said(**json.loads(text))

    def _status(self, options: int) -> int:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, options | os.WNOHANG)
            if pid:
                return status
            time.sleep(0.003)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError(f"the child did not end within {PATIENCE} seconds")


def start(office: Office, work: Work, name: str = "child", before: Any = None) -> Child:
    """Do work in a process of its own; `before` is called there first."""
    office.store.close()
    return fork(partial(work, office), office.folder / f"{name}.json", before)


def fork(work: Callable[[], Any], told: Path, before: Any = None) -> Child:
    """Do work in a process that holds nothing of ours open."""
    told.unlink(missing_ok=True)
    pid = os.fork()
    if pid:
        _children.add(pid)
        return Child(pid, told)
    os.setpgid(0, 0)  # what it starts is of its group, and ends with it
    gc.disable()  # what the parent's threads held open is not this process's to tidy up
    code = 1
    try:
        if before is not None:
            before()
        told.write_text(json.dumps(asdict(_said(work))), encoding="utf-8")
        code = 0
    except BaseException as error:  # noqa: BLE001 - a child never comes back into the test
        told.write_text(repr(error), encoding="utf-8")
    finally:
        os._exit(code)


def end_children() -> None:
    """Kill whatever a test has left, so that one that fails ends as one that passes does."""
    while _children:
        pid = _children.pop()
        with suppress(OSError):  # it has ended, or has no group yet
            os.killpg(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while not os.waitpid(pid, os.WNOHANG)[0]:
                os.kill(pid, signal.SIGKILL)
                time.sleep(0.003)


def killed_at(point: str) -> Callable[[str], None]:
    """What kills this process at a crash point."""

    def crash(reached: str) -> None:
        if reached == point:
            die()

    return crash


def die() -> None:
    """Kill this process, so that nothing of it can tidy up."""
    os.kill(os.getpid(), signal.SIGKILL)


def race(office: Office, how: How, works: Sequence[Work]) -> list[Said]:
    """Do all of them at one moment, in threads or in processes of their own."""
    return _threads(office, works) if how == "threads" else _processes(office, works)


def _threads(office: Office, works: Sequence[Work]) -> list[Said]:
    barrier = Barrier(len(works))

    def one(work: Work) -> Said:
        barrier.wait(PATIENCE)
        return _said(partial(work, office))

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def _processes(office: Office, works: Sequence[Work]) -> list[Said]:
    ready, say_ready = os.pipe()
    go, say_go = os.pipe()

    def before() -> None:
        office.store.gate.read(lambda tx: tx.chain.head())  # its connection is open
        os.write(say_ready, b"r")
        os.read(go, 1)

    children = [start(office, work, f"child{n}", before) for n, work in enumerate(works)]
    for _ in works:
        os.read(ready, 1)
    os.write(say_go, b"g" * len(works))
    said = [child.said() for child in children]
    for end in (ready, say_ready, go, say_go):
        os.close(end)
    return said


def _said(work: Callable[[], Any]) -> Said:
    try:
        value = work()
    except LifecycleError as error:
        return Said(None, type(error).__name__, str(error))
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    return Said(plain)
