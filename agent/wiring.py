"""Builds what a run is given: the only place that knows the clock, the settings and the disk."""

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agent.channel_check import check_channels
from agent.checkpoints import make_places
from agent.facts import CommittedFiles
from agent.figures import DOCUMENT, FIGURES
from agent.rulebook import Rulebook, parse_rulebook, read_rulebook
from approvals.audit import Key
from approvals.effect_ledger import EffectLedger
from approvals.queue import Desk
from approvals.service import Gate
from config.logs import close_logs, configure_logs
from config.settings import Settings
from tools.clock_watch import ClockState, ClockWatch, SteadyClock, Watch, always_believed
from tools.days import day_number
from tools.errors import BadInput
from tools.sources.batch import Source
from tools.sources.files import FileSource
from tools.sources.parse import read_mapping
from tools.store.documents import digest_of
from tools.store.store import Store, open_store
from tools.warehouse.dataset import Dataset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from approvals.live_facts import Facts, FactSource, Subject
    from tools.store.records import Run

Clock = Callable[[], datetime]
COMPANY = "company.yaml"
# Read from files, so that whatever deceives a process about its time does not deceive both clocks.
UPTIME, BOOT = Path("/proc/uptime"), Path("/proc/sys/kernel/random/boot_id")
NO_COMPANY = (
    "no company is connected: give --data FOLDER and --mapping FILE, or run "
    "`lifecycle connect FOLDER` first, which proposes a mapping"
)
# Under these names a run records the time zone and the mapping beside its rules.
ZONE, MAPPING = "zone", "mapping"


def system_clock() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class SystemClock:
    """The clocks of this machine; a demo lives in the days its company ends in, a shift away."""

    shift: timedelta
    boot: str

    def __call__(self) -> datetime:
        """The moment we live in."""
        return system_clock() + self.shift

    def wall(self) -> datetime:
        """What the wall clock says, whatever the shift."""
        return system_clock()

    def monotonic(self) -> float:
        """The seconds since the machine was started, those it was asleep included."""
        try:
            return float(UPTIME.read_text(encoding="ascii").split()[0])
        except OSError:
            return time.monotonic()


def shifted_clock(seconds: int) -> SystemClock:
    """The clocks of this machine, the wall clock put back or forward."""
    return SystemClock(timedelta(seconds=seconds), _boot())


def _boot() -> str:
    """A name for this start of the machine; where there is none, of this process."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return f"process-{secrets.token_hex(8)}"


def mapping_of(settings: Settings) -> Path:
    """Where the mapping of the company's files is."""
    return settings.mapping or settings.home / COMPANY


def read_day(given: str, option: str = "--as-of") -> int:
    """The day number of a day a person named.

    Raises:
        BadInput: when it is not written as 2026-01-31.
    """
    try:
        return day_number(date.fromisoformat(given))
    except ValueError as error:
        raise BadInput(f"{option} {given!r} is not a day; write it as 2026-01-31") from error


@dataclass(frozen=True)
class Deps:
    """Everything a command needs; nothing below the agent reads a setting or the clock."""

    settings: Settings
    store: Store
    clock: Clock

    @cached_property
    def dataset(self) -> Dataset:
        """The committed facts of the company."""
        folder = self.settings.home / "facts"
        with suppress(OSError):  # a home that can only be read is read as it is
            folder.mkdir(parents=True, exist_ok=True)
        return Dataset(folder, CommittedFiles(self.store.manifest))

    def as_recorded(self, run: "Run") -> "Deps":
        """The same installation by the rules and the time zone a run recorded when it began."""
        if dict(run.documents) == {n: digest_of(t) for n, t in self.recorded_texts.items()}:
            return self
        texts = {name: self.store.documents.get(digest) for name, digest in run.documents}
        for name in (MAPPING, DOCUMENT):  # of what was read, and by whom it was counted
            texts.pop(name, None)
        other = Deps(self.settings, self.store, self.clock)
        if zone := texts.pop(ZONE, None):
            other.__dict__["zone"] = ZoneInfo(zone)
        other.__dict__["rulebook"] = parse_rulebook(texts)
        return other

    @cached_property
    def gate(self) -> Gate:
        """Where people decide, by the limits in force when they do."""
        return Gate(
            self.store.gate,
            self.rulebook.limits.on,
            self.clock,
            self.zone,
            self.key,
            self.crash,
            self._facts,
            self.watch,
            self.ledger,
        )

    @cached_property
    def watch(self) -> Watch:
        """Whether the clock can be believed; one that is set by hand always is."""
        clock: object = self.clock
        if isinstance(clock, SteadyClock):
            return ClockWatch(clock, self.store.clocks)
        return always_believed

    def look(self) -> ClockState:
        """Look at the clock, and keep what was seen for the next process and for the pages."""
        return self.watch.keep() if isinstance(self.watch, ClockWatch) else self.watch()

    @cached_property
    def ledger(self) -> EffectLedger:
        """What left and who said no, beside the database; each commit of the gate adds to it."""
        ledger = EffectLedger(self.settings.home, self.key, self.clock)
        self.store.gate.export_to(ledger.export, ledger.read_new)
        return ledger

    def _facts(self, subjects: "Sequence[Subject]") -> "Mapping[str, Facts]":
        """The facts of now; nothing is opened before somebody asks."""
        return self.fresh_facts(subjects)

    @cached_property
    def fresh_facts(self) -> "FactSource":
        """What is known at this moment of whom something would reach."""
        from agent.fresh_facts import FreshFacts  # noqa: PLC0415 - it loads the warehouse

        return FreshFacts(self)

    def desk(self, as_of: int) -> Desk:
        """Where the proposals of a day are put, by the limits of that day."""
        windows = {play.id: play.window_days for play in self.rulebook.plays}
        run = self.store.runs.run_of(as_of)
        return Desk(
            self.store.gate,
            self.key,
            self.rulebook.limits.on(as_of),
            windows,
            run.attempt if run is not None else 0,
        )

    @property
    def key(self) -> Key:
        """The secret every keyed hash of the gate is made with."""
        return Key(self.settings.secret.get_secret_value().encode())

    @property
    def recorded_texts(self) -> dict[str, str]:
        """What a run records when it begins, so that it can go on and be replayed by it."""
        path = self.mapping_path
        mapping = {MAPPING: path.read_text(encoding="utf-8")} if path.is_file() else {}
        return {**self.rulebook.texts, **mapping, ZONE: self.zone.key, DOCUMENT: FIGURES}

    @cached_property
    def rulebook(self) -> Rulebook:
        """Policies and economics, checked."""
        policies = self.settings.policies or Path(str(files("policies")))
        economics = self.settings.economics or Path(str(files("config"))) / "economics.yaml"
        book = read_rulebook(policies, economics, self.settings.identity)
        check_channels(book.plays, book.limits, self.settings.outlets)
        return book

    @property
    def mapping_path(self) -> Path:
        """Where the mapping of the company's files is."""
        return mapping_of(self.settings)

    @cached_property
    def source(self) -> Source:
        """The company's files."""
        if self.settings.data is None or not self.mapping_path.exists():
            raise BadInput(NO_COMPANY)
        return FileSource(self.settings.data, read_mapping(self.mapping_path))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The tenant's time zone, by its mapping; UTC where nothing is mapped."""
        path = self.mapping_path
        return ZoneInfo(read_mapping(path).zone if path.exists() else "UTC")

    def today(self) -> int:
        """The local day number of this moment."""
        return day_number(self.clock().astimezone(self.zone).date())

    def day(self, given: str | None, option: str = "--as-of") -> int:
        """The day a person named by an option, or today."""
        if given is None:
            return self.today()
        return read_day(given, option)

    def crash(self, point: str) -> None:
        """Kill this very process at a named point, when a test asked for it."""
        if self.settings.crash_at == point:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def logs_of(settings: Settings) -> Iterator[Path]:
    """Let what is logged meanwhile go to the folder of the installation's logs."""
    folder = settings.home / "logs"
    logs = configure_logs(folder, settings.log_level, settings.secrets)
    try:
        yield folder
    finally:
        close_logs(logs)


def refuse_lost(settings: Settings) -> None:
    """Begin no new database where the old one is gone and what it knew of is still there.

    Raises:
        BadInput: when facts are in the home and the file of its database is missing or empty.
    """
    file = settings.home.resolve() / "lifecycle.db"
    if settings.database_url or (file.exists() and file.stat().st_size):
        return
    if next((settings.home / "facts").rglob("*.parquet"), None) is not None:
        state = "is empty" if file.exists() else "is gone"
        raise BadInput(
            f"database: {file} {state}, and facts/ holds what it knew of; restore it from a "
            "backup, then `lifecycle restored`, or move the home away to begin again"
        )


@contextmanager
def open_deps(settings: Settings, clock: Clock | None = None) -> Iterator[Deps]:
    """Open the home of an installation and let go of it afterwards."""
    clock = clock or shifted_clock(settings.clock_shift_seconds)
    settings.home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(logs_of(settings))
        refuse_lost(settings)
        store = stack.enter_context(closing(open_store(settings.database)))
        if store.database.is_migrated:
            make_places(settings.database, settings.home)
        deps = Deps(settings, store, clock)
        store.gate.export_to(deps.ledger.export, deps.ledger.read_new)
        yield deps
