"""Each due moment of a job is run once, however many processes look.

Any timer, at any moment, may call `tick`: it finds out what is due by itself (`agent.due`), and
the row in `tools.store.slots` decides who runs it.
"""

import logging
import threading
import time as clocks
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Literal, Self

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from agent.due import Daily, Due, Hourly, Minutes, Weekly, known
from config.logs import redact
from tools.errors import BadInput, Conflict
from tools.store.patience import OF_A_JOB, OF_A_PERSON, OF_A_RESULT, patient
from tools.store.slots import Ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from zoneinfo import ZoneInfo

    from tools.clock_watch import ClockState
    from tools.store.slots import Slot, Slots

log = structlog.get_logger(__name__)
Beat = Callable[[], None]
Clock = Callable[[], datetime]
CatchUp = Literal["latest", "none"]
Every = Daily | Weekly | Hourly | Minutes
SETTLED = frozenset({"done", "skipped"})
KEPT = 1000
AHEAD = timedelta(minutes=5)
DOUBT = "the clock has jumped; nothing is begun before it has run evenly for a while"


@dataclass(frozen=True)
class Job:
    """Something to run at every due moment.

    `run` is given its slot and a `beat` to call between two steps: it raises once somebody else
    has taken the slot over. It returns what to write down. After an outage `latest` runs the
    newest slot, however old, and `none` only one that is due for less than the `grace`. A slot
    that is not done by its grace is late. `lease` is how long a dead worker goes unnoticed, and
    `pause` how long a slot rests that failed; as long as the lease when left out.
    """

    name: str
    every: Every
    run: "Callable[[Slot, Beat], str]"
    catch_up: CatchUp
    grace: timedelta
    lease: timedelta
    pause: timedelta | None = None

    def __post_init__(self) -> None:
        known(f"{self.name}: catch_up", self.catch_up, CatchUp)
        if self.lease <= timedelta(0) or self.grace <= timedelta(0):
            raise BadInput(f"{self.name}: grace and lease must be longer than nothing")


@dataclass(frozen=True)
class SlotOutcome:
    """What a tick did about a slot; `waiting` for another slot, or `lost` to another worker."""

    job: str
    slot: str
    status: Literal["done", "failed", "skipped", "waiting", "lost"]
    detail: str = ""


@dataclass(frozen=True)
class Health:
    """How a job stands: its last slot, and by how many seconds it is away from the clock.

    The lag is the age of the oldest slot that is due and not done, negative when the last slot is
    ahead of a clock that was put back; `late` when that is more than the job's grace.
    """

    job: str
    slot: "Slot | None"
    status: str
    lag: float
    late: bool


def latest_due(job: Job, zone: "ZoneInfo", now: datetime) -> Due:
    """The newest slot that is due."""
    return next(job.every.before(zone, now))


def due_slots(job: Job, zone: "ZoneInfo", since: datetime, now: datetime) -> tuple[Due, ...]:
    """All slots that became due after `since` and by now, oldest first."""
    return tuple(reversed(list(_since(job, zone, since, now))))


def _since(job: Job, zone: "ZoneInfo", since: datetime, now: datetime) -> "Iterator[Due]":
    return takewhile(lambda due: due.at > since, job.every.before(zone, now))


class Lost(Conflict):
    """Somebody else has taken the slot over; what is left to do is theirs."""


class _Heart:
    """Renews a lease three times in its length, in a thread of its own, while a job runs."""

    def __init__(
        self,
        slots: "Slots",
        slot: "Slot",
        lease: timedelta,
        clock: Clock,
        monotonic: Callable[[], float],
    ) -> None:
        self._slots, self._slot, self._lease = slots, slot, lease
        self._clock, self._monotonic = clock, monotonic
        self._pause = lease.total_seconds() / 3
        self._renewed = monotonic()
        self._stop, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._go,), name=f"heart of {slot.job}", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: "TracebackType | None",
    ) -> None:
        self._stop.set()
        self._thread.join()

    def beat(self) -> None:
        """Raise once the slot is lost; a worker that was stopped for long asks before going on."""
        if self._monotonic() - self._renewed > self._pause * 3 / 2:
            self._renew()
        if self._lost.is_set():
            raise Lost(f"{self._slot.job} {self._slot.slot}: another worker has taken it over")

    def _go(self) -> None:
        while not self._lost.is_set() and not self._stop.wait(self._pause):
            try:
                with patient(OF_A_PERSON):
                    self._renew()
            except Exception as error:  # noqa: BLE001 - the database may be back for the next one
                log.warning("heartbeat.failed", error=type(error).__name__)

    def _renew(self) -> None:
        if self._slots.heartbeat(self._slot, self._clock(), self._lease):
            self._renewed = self._monotonic()
        else:
            self._lost.set()


class Schedule:
    """Jobs, and who runs what is due of them."""

    def __init__(
        self,
        jobs: "Sequence[Job]",
        slots: "Slots",
        zone: "ZoneInfo",
        clock: Clock,
        worker: str,
        monotonic: Callable[[], float] = clocks.monotonic,
        watch: "Callable[[], ClockState] | None" = None,
    ) -> None:
        """Take jobs of different names; `worker` tells this process from all others.

        `watch` says whether the clock can be believed; without one it is taken as it is.
        """
        if len({job.name for job in jobs}) < len(jobs):
            raise BadInput("two jobs have the same name; a slot would be run for one of them only")
        self._jobs, self._slots, self._zone = tuple(jobs), slots, zone
        self._clock, self._worker, self._monotonic = clock, worker, monotonic
        self._watch = watch
        self._seen: dict[str, tuple[Slot, float]] = {}
        self._waits: dict[str, str] = {}
        self._timer: Any = None

    def tick(self) -> list[SlotOutcome]:
        """Run what is due now, one job after the other; what a job raises stops no other."""
        return [outcome for job in self._jobs for outcome in self._tick(job)]

    def _tick(self, job: Job) -> list[SlotOutcome]:
        names = structlog.contextvars.bound_contextvars(job=job.name, worker=self._worker)
        with names, patient(OF_A_JOB):
            try:
                return self._turn(job)
            except Exception as error:
                self._seen.pop(job.name, None)  # shut out like us, the holder could not renew
                log.exception("tick.failed", error=type(error).__name__)
                return [SlotOutcome(job.name, "", "failed", _told(error))]

    def _turn(self, job: Job) -> list[SlotOutcome]:
        if self._watch is not None and self._watch().doubted:
            return [self._doubting(job)]
        now = self._clock()
        self._take_back(job, now)
        due, last = latest_due(job, self._zone, now), self._slots.last(job.name)
        if last is not None and (due.at, due.slot) < (last.due_at, last.slot):
            return []  # the clock was put back: what it comes to again has been run
        if last is not None and last.slot == due.slot and last.status in SETTLED:
            return []
        if self._is_held(job, due, now):
            return self._waiting(job, due)
        skipped = self._skip(job, due, last, now)
        slot = self._slots.claim(job.name, due.slot, due.at, self._worker, now, job.lease)
        outcomes = skipped if slot is None else [*skipped, self._run(job, slot)]
        if outcomes:
            self._slots.prune(job.name, 1 if isinstance(job.every, Minutes) else KEPT)
        return outcomes

    def _doubting(self, job: Job) -> SlotOutcome:
        if self._waits.get(job.name) != DOUBT:
            self._waits[job.name] = DOUBT
            log.error("slot.clock_in_doubt")
        return SlotOutcome(job.name, "", "waiting", DOUBT)

    def _take_back(self, job: Job, now: datetime) -> None:
        """Take back the slots this machine began by a clock that was ahead: their time will come.

        Only by a clock that has gone evenly for long; what still runs is not taken from anybody.
        """
        if self._watch is None or not self._watch().settled:
            return
        for slot in self._slots.take_back(job.name, now + AHEAD, self._worker):
            log.error("slot.taken_back", slot=slot.slot, by=slot.worker, was=slot.status)

    def _is_held(self, job: Job, due: Due, now: datetime) -> bool:
        """Whether somebody alive runs a slot of the job; a dead one's older slot is given up.

        The clock alone does not tell: put forward by a day it ends every lease. A living worker
        changes its row three times a lease, so who takes over must have watched it lie still.
        """
        held = self._slots.running(job.name)
        if held is None:
            return False
        seen, since = self._seen.get(job.name, (None, 0.0))
        if seen != held:
            seen, since = self._seen[job.name] = held, self._monotonic()
        still = self._monotonic() - since >= job.lease.total_seconds() / 2
        if not still:
            return True
        return held.slot != due.slot and not self._slots.give_up(held, now)

    def _waiting(self, job: Job, due: Due) -> list[SlotOutcome]:
        held = self._seen[job.name][0]
        if held.slot == due.slot:
            return []
        if self._waits.get(job.name) != due.slot:
            self._waits[job.name] = due.slot
            log.warning("slot.waits", slot=due.slot, running=held.slot, by=held.worker)
        return [SlotOutcome(job.name, due.slot, "waiting", f"{held.slot} is still running")]

    def _skip(self, job: Job, due: Due, last: "Slot | None", now: datetime) -> list[SlotOutcome]:
        """Record what will not be run: all but the newest, and that as well when it is stale."""
        missed: list[Due] = []
        if last is not None and last.slot != due.slot and not isinstance(job.every, Minutes):
            missed = list(islice(_since(job, self._zone, last.due_at, now), 1, KEPT))[::-1]
        stale = job.catch_up == "none" and now - due.at > job.grace
        if stale and (last is None or last.slot != due.slot):
            missed.append(due)
        new = [one for one in missed if self._slots.skip(job.name, one.slot, one.at, now)]
        for one in new:
            log.warning("slot.skipped", slot=one.slot)
        return [SlotOutcome(job.name, one.slot, "skipped", "missed") for one in new]

    def _run(self, job: Job, slot: "Slot") -> SlotOutcome:
        with structlog.contextvars.bound_contextvars(slot=slot.slot, fence=slot.fence):
            log.info("slot.started")
            heart = _Heart(self._slots, slot, job.lease, self._clock, self._monotonic)
            with heart:
                status, detail = _tried(job, slot, heart.beat)
            with patient(OF_A_RESULT):
                held = self._slots.finish(slot, status, detail, self._clock(), job.pause)
            if held:
                log.info("slot.ended", status=status)
                return SlotOutcome(job.name, slot.slot, status, detail)
            log.warning("slot.lost")
            return SlotOutcome(job.name, slot.slot, "lost", detail)

    def start(self, seconds: int = 5) -> None:
        """Tick every so many seconds, each job in a thread of its own, until stopped.

        The timer knows nothing of slots: what it misses or does twice, the next tick finds out.
        """
        if self._timer is not None:
            raise Conflict("the schedule is started already; stop it first")
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it tells of every single tick
        timer = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(max(1, len(self._jobs)))}
        )
        for job in self._jobs:
            timer.add_job(
                self._tick,
                "interval",
                [job],
                id=job.name,
                seconds=seconds,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        timer.start()
        self._timer = timer

    def stop(self, *, wait: bool = True) -> None:
        """Begin nothing any more and, unless told otherwise, wait for what is running."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.shutdown(wait=wait)

    def health(self, now: datetime) -> tuple[Health, ...]:
        """How every job stands, in the order they were given in."""
        latest = self._slots.latest()
        return tuple(self._health(job, latest.get(job.name), now) for job in self._jobs)

    def _health(self, job: Job, last: "Slot | None", now: datetime) -> Health:
        late_since = self._late_since(job, last, now)
        lag = (now - late_since).total_seconds()
        status = "never" if last is None else last.status
        return Health(job.name, last, status, lag, abs(lag) > job.grace.total_seconds())

    def _late_since(self, job: Job, last: "Slot | None", now: datetime) -> datetime:
        if last is None:
            return latest_due(job, self._zone, now).at
        if last.due_at > now or last.status in {"running", "failed"}:
            return last.due_at
        first = deque(_since(job, self._zone, last.due_at, now), maxlen=1)
        return first[0].at if first else now


def _tried(job: Job, slot: "Slot", beat: Beat) -> tuple[Ending, str]:
    try:
        return "done", job.run(slot, beat)
    except Exception as error:
        log.exception("slot.failed", error=type(error).__name__)
        return "failed", _told(error)


def _told(error: Exception) -> str:
    """The type and the first line, without addresses and what is quoted: rows outlive people."""
    said = redact(None, "", {"exc_value": str(error)})["exc_value"]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
