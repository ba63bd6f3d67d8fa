"""Runs of the foreign companies through public functions; none needs Python of its own."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.facts import read_company
from agent.run import run_day
from agent.wiring import open_deps
from config.settings import Settings
from tools.warehouse.asof.world import World, open_world
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from agent.wiring import Deps

MAPPINGS = Path(__file__).parent
# The morning after the last fact of each; relax as of the day its silence is asked about.
MORNINGS = {
    "ravenstack": "2025-01-01",
    "relax_asana_until_2014-03-31": "2014-03-01",
    "yammer_until_2022-07-31": "2022-08-01",
    "maven_crm_sales": "2018-01-01",
    "online_retail": "2011-12-10",
    "fightchurn_crm6": "2023-07-02",
}
# Read for its figures alone, without a morning: there is nobody to write to.
READ_ONLY = {"cdnow": "1998-07-01"}


@dataclass(frozen=True)
class CompanyRun:
    """One morning of one company: what was read, what was refused, and the day's summary."""

    name: str
    home: Path
    read: "Mapping[str, int]"
    quarantined: int
    summary: "Mapping[str, Any]"

    @property
    def day(self) -> str:
        """The morning, as written on a command line."""
        found: str = self.summary["day"]
        return found


@contextmanager
def installation(home: Path, data: Path, name: str) -> "Iterator[Deps]":
    """The installation of a company, as `--home --data --mapping` open it."""
    settings = Settings(home=home, data=data / name, mapping=MAPPINGS / f"{name}.yaml")
    with open_deps(settings) as deps:
        yield deps


@contextmanager
def world_of(home: Path, data: Path, name: str, day: str) -> "Iterator[World]":
    """The relations of a company as of a day, nothing computed yet."""
    with installation(home, data, name) as deps:
        yield open_world(deps.day(day), DuckEngine(), deps.dataset)


def read_only(name: str, home: Path, data: Path) -> Path:
    """Read a company's files into a home, and run nothing."""
    with installation(home, data, name) as deps:
        read_company(deps.day(READ_ONLY[name]), deps)
    return home


def run_company(name: str, home: Path, data: Path) -> CompanyRun:
    """Read a company's files and run its morning."""
    with installation(home, data, name) as deps:
        day = deps.day(MORNINGS[name])
        reading = read_company(day, deps)
        ran = run_day(deps, day)
        bad = sum(count.rows for count in deps.store.manifest.quarantine_counts())
    return CompanyRun(name, home, reading.read if reading else {}, bad, ran.summary)
