"""Runs the parts of the service as processes of their own, and starts again what dies.

Each part is a fork of this process, which itself opens nothing, so that a part costs no start-up
and one that is killed, runs out of memory or out of open files takes no other with it. When this
process is gone, however it went, the parts notice and end.
"""

import gc
import os
import signal
import sys
import threading
import time as clocks
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = structlog.get_logger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY = 60.0  # seconds after which a part counts as having been well
LOOK = 0.1
SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Part:
    """A process of the service; `run` is told whether it is the part's first start.

    It ends with 0 when it was told to, and with 2 for what only a person can mend.
    """

    name: str
    run: "Callable[[bool], int]"


class _Process:
    """A part, its process, and when to start it again."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.pid, self.starts, self.deaths = 0, 0, 0
        self.since, self.due = 0.0, 0.0

    def code(self) -> int | None:
        """How the process ended; None while it lives or there is none."""
        if not self.pid:
            return None
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            pid, status = self.pid, 1
        if not pid:
            return None
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def signal(self, number: int) -> None:
        """Send a signal, if it lives."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Supervisor:
    """Keeps parts alive until it is told to end."""

    def __init__(
        self,
        parts: "Sequence[Part]",
        drain: float,
        closing: "Callable[[], None]" = lambda: None,
        monotonic: "Callable[[], float]" = clocks.monotonic,
    ) -> None:
        """Take the parts; all end within `drain` seconds, and first of all `closing` is called."""
        self._processes = tuple(_Process(part) for part in parts)
        self._drain, self._closing, self._monotonic = drain, closing, monotonic
        self._is_told = False  # no Event: a signal in the middle of its wait would lock it for good
        self._lifeline, self._held = os.pipe()

    def run(self, seconds: float = 0) -> None:
        """Keep the parts alive until SIGTERM or SIGINT, or for some seconds.

        Raises:
            BadInput: when a part says at its first start that a person has to mend something.
        """
        for number in SIGNALS:
            signal.signal(number, lambda *_: setattr(self, "_is_told", True))
        gc.freeze()
        ends = self._monotonic() + seconds if seconds else float("inf")
        refused = ""
        while not self._is_told and not refused and self._monotonic() < ends:
            refused = self._look()
            clocks.sleep(LOOK)
        self._end()
        gc.unfreeze()
        if refused:
            raise BadInput(f"{refused} cannot be started; its own words are above")

    def _look(self) -> str:
        """Start what is due, note what died; the name of a part that refused to start at all."""
        for one in self._processes:
            code = one.code()
            if code is not None and self._died(one, code):
                return one.part.name
            if not one.pid and self._monotonic() >= one.due:
                self._start(one)
        return ""

    def _died(self, one: _Process, code: int) -> bool:
        """Note a death and when to start again; whether it never was up and asks for a person."""
        now = self._monotonic()
        one.deaths = 1 if now - one.since > STEADY else one.deaths + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(one.deaths - 1, 10))
        one.due = now + pause
        log.error("part.died", part=one.part.name, code=code, again_in=pause)
        return code == 2 and one.starts == 1

    def _start(self, one: _Process) -> None:
        one.starts, one.since = one.starts + 1, self._monotonic()
        try:
            one.pid = _forked()
        except OSError as error:  # no memory or no process left; there may be in a moment
            log.error("part.not_started", part=one.part.name, error=type(error).__name__)  # noqa: TRY400 - the kind says it
            one.due = one.since + FIRST_PAUSE
            return
        if not one.pid:
            self._become(one.part, first=one.starts == 1)
        log.info("part.started", part=one.part.name, pid=one.pid, starts=one.starts)

    def _become(self, part: Part, *, first: bool) -> None:
        """In the new process: be the part, and never come back."""
        code = 1
        try:
            os.close(self._held)
            watch = threading.Thread(target=self._end_with_parent, daemon=True, name="lifeline")
            watch.start()
            code = part.run(first)
        except Exception as error:
            log.exception("part.failed", part=part.name, error=type(error).__name__)
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError, AttributeError):
                    stream.flush()
            os._exit(code)

    def _end_with_parent(self) -> None:
        """End once the process that holds the other end of the pipe is gone."""
        os.read(self._lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        clocks.sleep(self._drain)
        os._exit(1)

    def _end(self) -> None:
        """Tell all to end, wait, and kill what did not: its leases bring another to its work."""
        self._closing()
        for one in self._processes:
            one.signal(signal.SIGTERM)
        until = self._monotonic() + self._drain
        while self._living() and self._monotonic() < until:
            clocks.sleep(LOOK / 2)
        for one in self._living():
            log.error("part.killed", part=one.part.name, after=self._drain)
            one.signal(signal.SIGKILL)
            os.waitpid(one.pid, 0)
        os.close(self._lifeline)
        os.close(self._held)

    def _living(self) -> list[_Process]:
        return [one for one in self._processes if one.code() is None and one.pid]


def _forked() -> int:
    """Fork; no signal gets lost between our handlers and those of the new process."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        pid = os.fork()
        if not pid:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)
        return pid
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
