"""A process of its own that ticks once, when told to; see `Other` in `schedule_made`."""

import os
import sys
import time as clocks
from datetime import timedelta
from pathlib import Path

import structlog

from agent.schedule import Beat, Schedule
from tests.agent.schedule_made import BERLIN, job, steady
from tools.store.engine import Database
from tools.store.slots import Slot, Slots


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def main(url: str, ledger: str, lease: str, ending: str) -> None:
    """Say `ready`, wait, tick, and say what became of it."""

    def run(slot: Slot, beat: Beat) -> str:
        with Path(ledger).open("a", encoding="utf-8") as lines:
            lines.write(slot.slot + "\n")
        say("running")
        while ending == "hangs":
            clocks.sleep(0.01)
            beat()
        return str(os.getpid())

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    one = job(run, lease=timedelta(seconds=float(lease)))
    database = Database(url)
    made = Schedule([one], Slots(database), BERLIN, steady, f"process {os.getpid()}")
    say("ready")
    sys.stdin.readline()
    say(" ".join(outcome.status for outcome in made.tick()) or "nothing")
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
