"""An installation for a while: the facts of another, a clock that is set, and nothing kept."""

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agent.facts import read_company
from agent.rerun import check_files
from agent.wiring import Deps
from tools.days import start_of
from tools.scratch import BACKTEST, held_folder, scratch_folder
from tools.store.records import Batch
from tools.store.store import open_store
from tools.warehouse.dataset import FACT, USAGE_KIND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.store.manifest import Manifest
    from tools.store.records import DataFile

OFFICE_HOURS = timedelta(hours=6)
BATCH = "backtest-facts"


@dataclass
class SetClock:
    """A clock that stands where it is set."""

    now: datetime

    def __call__(self) -> datetime:
        """The moment it was set to."""
        return self.now


@dataclass(frozen=True)
class ScratchHome:
    """An installation nobody else sees; its clock is set to the morning of a day."""

    deps: Deps
    clock: SetClock

    def set_day(self, as_of: int) -> None:
        """Set the clock to the morning of a day."""
        self.clock.now = morning_of(as_of, self.deps)


def read_files(manifest: "Manifest") -> "tuple[DataFile, ...]":
    """The committed files that hold what was read: facts and use, and nothing a run kept."""
    return tuple(file for kind in (FACT, USAGE_KIND) for file in manifest.data_files(kind))


def morning_of(as_of: int, deps: Deps) -> datetime:
    """The hour at which a morning of that day would have run."""
    return datetime.fromtimestamp(start_of(as_of, deps.zone) / 1_000_000, UTC) + OFFICE_HOURS


@contextmanager
def scratch_home(deps: Deps, until: int) -> "Iterator[ScratchHome]":
    """A home in a temporary folder over the facts of an installation, which it only reads.

    What is committed there is used; without any, the company's files are read into this home.

    Raises:
        BadInput: when there are neither facts nor files.
    """
    facts = read_files(deps.store.manifest)
    if not facts:
        check_files(deps.settings)
    with held_folder(scratch_folder(), BACKTEST) as place:
        settings = deps.settings.model_copy(
            update={
                "home": place,
                "database_url": "",
                "live": False,
                "mapping": deps.mapping_path,
                "data": None if facts else deps.settings.data,
                "crash_at": "",
            }
        )
        with closing(open_store(settings.database)) as store:
            clock = SetClock(morning_of(until, deps))
            home = ScratchHome(Deps(settings, store, clock), clock)
            if facts:
                _link(deps, home)
            else:
                read_company(until, home.deps)
            read_once = settings.model_copy(update={"data": None})
            yield ScratchHome(Deps(read_once, store, clock), clock)


def _link(deps: Deps, home: ScratchHome) -> None:
    """Lend the committed files of facts to the scratch home; what runs kept stays behind."""
    theirs, ours = deps.dataset.folder.resolve(), home.deps.dataset.folder
    files = read_files(deps.store.manifest)
    for file in files:
        place = ours / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(theirs / file.path)
    rows = sum(file.rows for file in files)
    batch = Batch(BATCH, "backtest", rows, home.clock())
    home.deps.store.manifest.commit_batch(batch, files)
