"""Jobs, clocks and processes for the tests of the schedule, with as little said as needed."""

import subprocess
import sys
import time as clocks
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agent.due import Daily, Hourly, Minutes, Weekly
from agent.schedule import Beat, CatchUp, Job, Schedule
from tests.conftest import CHECKOUT
from tools.store.slots import Slot, Slots

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2027, 6, 2, 12, tzinfo=UTC)  # a Wednesday; 14:00 in Berlin
MORNING = Daily(time(6))  # 04:00 UTC in summer
LEASE = timedelta(minutes=10)
PATIENCE = 60.0


class Hands:
    """A clock whose hands are moved: time passes on both dials, or one is put back or forward."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now, self.seconds = now, 0.0

    def clock(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.seconds

    def passes(self, delta: timedelta) -> None:
        self.jumps(delta)
        self.seconds += delta.total_seconds()

    def jumps(self, delta: timedelta) -> None:
        self.now += delta


class Ran:
    """The job itself: writes down which slots it ran."""

    def __init__(self) -> None:
        self.slots: list[str] = []

    def __call__(self, slot: Slot, beat: Beat) -> str:
        beat()
        self.slots.append(slot.slot)
        return f"ran {slot.slot}"


def job(
    run: "Ran | object",
    every: Daily | Weekly | Hourly | Minutes = MORNING,
    catch_up: CatchUp = "latest",
    name: str = "morning",
    grace: timedelta = timedelta(hours=1),
    lease: timedelta = LEASE,
) -> Job:
    assert callable(run)
    return Job(name, every, run, catch_up, grace, lease)


def schedule(slots: Slots, hands: Hands, *jobs: Job, worker: str = "w1") -> Schedule:
    return Schedule(jobs, slots, BERLIN, hands.clock, worker, hands.monotonic)


def steady() -> datetime:
    """A clock that all processes of this machine share, and that nobody puts forward or back."""
    return NOON + timedelta(seconds=clocks.monotonic())


def wait_until(told: "Callable[[], bool]") -> None:
    """Wait for what another thread or process does when its turn comes."""
    until = clocks.monotonic() + PATIENCE
    while not told():
        assert clocks.monotonic() < until, f"it did not happen within {PATIENCE} seconds"
        clocks.sleep(0.01)


def lease_of(slots: Slots, name: str = "morning") -> datetime:
    """Until when the slot that runs is somebody's."""
    running = slots.running(name)
    assert running is not None
    assert running.lease_until is not None
    return running.lease_until


class Other:
    """A process that ticks once; its job writes the slot into a file, then ends or hangs."""

    def __init__(self, url: str, ledger: "Path", lease: float, *, hangs: bool = False) -> None:
        order = [url, str(ledger), str(lease), "hangs" if hangs else "ends"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.agent.schedule_worker", *order],
            cwd=CHECKOUT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
