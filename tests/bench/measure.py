"""Run one step in a process of its own, and tell what it took: `python -m tests.bench.measure`."""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.company import Company
from tests.bench.pipeline import Clock
from tests.bench.steps import STEPS

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Taken:
    """What a step took: seconds, peak resident memory in GB, load of the machine before it."""

    step: str
    wall: float
    cpu: float
    peak_gb: float
    load: float
    rows: int
    phases: dict[str, float]


def measure(step: str, folder: Path) -> Taken:
    """Run a step over a landed company in a fresh process."""
    command = [sys.executable, "-m", "tests.bench.measure", step, str(folder)]
    # The engine spills into the folder it is started in.
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, check=True, text=True
    )
    return Taken(**json.loads(done.stdout.splitlines()[-1]))


def take(step: str, folder: Path) -> Taken:
    """Run a step in this process."""
    company, clock, load = Company.read(folder), Clock(), os.getloadavg()[0]
    started, busy = time.perf_counter(), time.process_time()
    rows = STEPS[step](company, clock)
    wall, cpu = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return Taken(step, wall, cpu, peak, load, rows, clock.phases)


if __name__ == "__main__":
    print(json.dumps(asdict(take(sys.argv[1], Path(sys.argv[2])))))
