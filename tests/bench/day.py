"""Measure the day: `python -m tests.bench.day [--accounts 10000 100000 1000000] [--events 200]`.

For each size a company is simulated and landed, then six steps run, each in a process of its
own: two baselines over the raw events (`bare` counts days and names too, `plain` does not), the
look-back that segment outcomes rest on, the whole first day, the second day with its load, and
the weekly report with the morning it is made from.
Ratios are to `bare` of the same size in the same run; growth is the slope of log CPU seconds
over log accounts since the size before.
"""

import argparse
import math
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.company import Company, land_company
from tests.bench.measure import Taken, measure
from tests.bench.steps import STEPS

SIZES = (10_000, 100_000, 1_000_000)
HEADER = (
    f"{'accounts':>9} {'step':<11} {'seconds':>8} {'CPU':>8} {'peak GB':>8} {'× bare':>7} "
    f"{'× bare CPU':>10} {'growth':>7} {'load':>5}"
)


@dataclass(frozen=True)
class Figures:
    """What every step took over one company."""

    company: Company
    landing: float
    taken: dict[str, Taken]

    def ratio(self, step: str, to: str = "bare") -> float:
        """Wall seconds of a step over those of another."""
        return self.taken[step].wall / self.taken[to].wall

    def cpu_ratio(self, step: str, to: str = "bare") -> float:
        """CPU seconds of a step over those of another."""
        return self.taken[step].cpu / self.taken[to].cpu


def run_size(
    folder: Path,
    accounts: int,
    events: int,
    *,
    landed: bool = False,
    steps: tuple[str, ...] = tuple(STEPS),
) -> Figures:
    """Land a company, unless it was landed before, and take every step once."""
    started = time.perf_counter()
    company = Company.read(folder) if landed else land_company(folder, accounts, events)
    landing = time.perf_counter() - started
    return Figures(company, landing, {step: measure(step, folder) for step in steps})


def growth(small: Figures, large: Figures, step: str) -> float:
    """The exponent e of CPU seconds ~ accounts^e between two sizes."""
    times = math.log(large.taken[step].cpu / small.taken[step].cpu)
    return times / math.log(large.company.accounts / small.company.accounts)


def table(found: list[Figures]) -> str:
    """All figures as text."""
    parts = [rows(before, now) for before, now in zip([None, *found], found, strict=False)]
    return "\n".join([HEADER, *parts])


def rows(before: Figures | None, now: Figures) -> str:
    """The lines of one size, with its growth since the size before."""
    return "\n".join([*(_line(before, now, step) for step in now.taken), _notes(now)])


def _line(before: Figures | None, now: Figures, step: str) -> str:
    t = now.taken[step]
    slope = f"{growth(before, now, step):.2f}" if before else "-"
    return (
        f"{now.company.accounts:>9,} {step:<11} {t.wall:>8.2f} {t.cpu:>8.2f} {t.peak_gb:>8.2f} "
        f"{now.ratio(step):>7.2f} {now.cpu_ratio(step):>10.2f} {slope:>7} {t.load:>5.1f}"
    )


def _notes(now: Figures) -> str:
    c, indent = now.company, " " * 9
    share, days = c.new_events / c.events, c.second_day - c.first_day
    landed = f"{c.events:,} events, simulated and landed in {now.landing:.0f} s"
    lines = [f"{indent} {landed}; the second day brings {share:.2%} more in {days} days"]
    for step in (one for one in ("day", "second day", "report") if one in now.taken):
        phases = ", ".join(f"{n} {s:.2f}" for n, s in now.taken[step].phases.items())
        lines.append(f"{indent} {step}: {phases}")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Measure every size asked for, smallest first, and print each as it is done."""
    parser = argparse.ArgumentParser(description="The day against a bare aggregate.")
    parser.add_argument("--accounts", type=int, nargs="+", default=SIZES)
    parser.add_argument("--events", type=int, default=200, help="events an account, on average")
    parser.add_argument("--folder", type=Path, help="keep the companies here and use them again")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="lifecycle-bench-") as made:
        root, before = given.folder or Path(made), None
        print(HEADER)
        for accounts in sorted(given.accounts):
            now = _one_size(root / f"{accounts}-{given.events}", accounts, given.events)
            print(rows(before, now), flush=True)
            if given.folder is None:
                shutil.rmtree(now.company.folder)
            before = now


def _one_size(folder: Path, accounts: int, events: int) -> Figures:
    landed = (folder / "company.json").exists()
    folder.mkdir(parents=True, exist_ok=True)
    return run_size(folder, accounts, events, landed=landed)


if __name__ == "__main__":
    main(sys.argv[1:])
