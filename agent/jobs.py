"""What is done by the clock: each job is one function, run once for each of its slots."""

from datetime import time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import structlog

from agent.digest import send_digests
from agent.dispatching import open_executor
from agent.due import Daily, Hourly, Minutes
from agent.erased import remembered
from agent.erasing import working
from agent.facts import read_company
from agent.reporting.due import reports_due
from agent.rerun import take_back_ahead, words_of
from agent.run import open_morning, run_day
from agent.schedule import Beat, CatchUp, Every, Job, Schedule
from approvals.lease import LEASE, LeaseWatch
from approvals.upkeep import bring_forward, expire, remind, wake
from approvals.verify import Wrong, verify
from tools.errors import LifecycleError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.wiring import Deps
    from tools.store.slots import Slot

log = structlog.get_logger(__name__)
MORNING, AFTER = time(5, 30), time(6, 30)
DIGEST, EVENING = time(7, 0), time(23, 30)
# How long a dead worker's slot lies: a job's lease is renewed in a thread, however long it works.
SLOT = timedelta(minutes=1)
WorkerRole = Literal["both", "scheduler", "executor"]
ROLES: "Mapping[str, WorkerRole]" = MappingProxyType(
    {"dispatch": "executor", "reconcile": "executor"}
)


def open_schedule(
    deps: "Deps",
    worker: str,
    stopping: "Callable[[], bool]" = bool,
    role: WorkerRole = "both",
    watch: LeaseWatch | None = None,
) -> Schedule:
    """The jobs that a process of some role runs, in the order in which one tick runs them."""
    jobs = jobs_of(deps, worker, stopping, watch or LeaseWatch())
    chosen = [job for job in jobs if role in {"both", ROLES.get(job.name, "scheduler")}]
    return Schedule(chosen, deps.store.slots, deps.zone, deps.clock, worker, watch=deps.look)


def jobs_of(
    deps: "Deps", worker: str, stopping: "Callable[[], bool]", watch: LeaseWatch
) -> tuple[Job, ...]:
    """Every job there is."""
    hour, short = timedelta(hours=1), timedelta(minutes=15)

    def job(
        name: str,
        every: Every,
        run: "Callable[[Slot, Beat], str]",
        catch_up: CatchUp,
        grace: timedelta,
        lease: timedelta = SLOT,
    ) -> Job:
        return Job(name, every, run, catch_up, grace, lease, short)

    return (
        job("sync", Hourly(5), lambda _, beat: sync(deps, beat), "latest", hour),
        job("day", Daily(MORNING), lambda slot, _: day(deps, slot), "latest", 6 * hour),
        job("roster", Hourly(35), lambda _, beat: roster(deps, beat), "none", hour),
        job("expire", Hourly(0), lambda _, beat: upkeep(deps, beat), "latest", hour),
        job("remind", Daily(time(8, 0)), lambda *_: reminders(deps), "none", 6 * hour),
        job("digest", Daily(DIGEST), lambda *_: digest(deps), "none", 6 * hour),
        job(
            "dispatch",
            Minutes(1),
            lambda *_: dispatch(deps, worker, stopping, watch),
            "latest",
            short,
            LEASE,
        ),
        job("reconcile", Minutes(10), lambda *_: reconcile(deps, worker, watch), "latest", hour),
        job("report", Daily(AFTER), lambda *_: reports_due(deps, stopping), "latest", 6 * hour),
        job("verify", Daily(EVENING), lambda *_: verified(deps), "latest", 6 * hour),
    )


def sync(deps: "Deps", beat: Beat) -> str:
    """Read what the company's folder has brought, between the mornings."""
    if deps.settings.data is None:
        return "no folder is connected"
    beat()
    with working(deps):
        found = read_company(deps.today(), deps)
    return "nothing new" if found is None else f"{sum(found.new.values())} new rows"


def day(deps: "Deps", slot: "Slot") -> str:
    """The morning's run; a day somebody ran by hand is found done."""
    del slot
    take_back_ahead(deps)
    ran = run_day(deps, deps.today())
    if ran.new:
        return f"{ran.summary['chosen']} queued"
    return (
        f"was run before; changed since: {words_of(ran.changed)}"
        if ran.changed
        else "was run before"
    )


def roster(deps: "Deps", beat: Beat) -> str:
    """Stage everybody on the facts of now; what is kept is the day's, this is what would be."""
    if deps.settings.data is None:
        return "no folder is connected"
    beat()
    engine = open_morning(deps, deps.today() + 1).staged.engine
    moving = engine.run("SELECT COUNT(*) AS n FROM transition_inserts")["n"][0].as_py()
    return f"{moving} will have moved by tomorrow"


def upkeep(deps: "Deps", beat: Beat) -> str:
    """End what nobody decided in time, bring back what was snoozed, and export the chain's head."""
    deps.look()
    bring_forward(deps.gate)
    ended = expire(deps.gate)
    deps.store.gate.read(deps.ledger.export_head)
    beat()
    return f"{ended} expired, {wake(deps.gate)} came back"


def reminders(deps: "Deps") -> str:
    """Tell the log, and so whoever watches it, what will expire soon.

    Raises:
        Unavailable: before the clock can be believed; the slot fails, and is tried again.
    """
    if not deps.look().settled:
        raise Unavailable("nobody has watched the clock for long; reminders wait for it")
    found = remind(deps.gate)
    for one in found:
        log.warning(
            "proposal.reminder",
            proposal=one.proposal,
            last_day=one.last_day,
            escalated=one.escalated,
        )
    return f"{len(found)} reminders, {sum(one.escalated for one in found)} escalated"


def digest(deps: "Deps") -> str:
    """Mail each owner their list of accounts, or say why nothing was sent.

    Raises:
        Unavailable: while the morning was not run; the slot fails, and is tried again.
    """
    try:
        found = send_digests(deps)
    except Unavailable:
        raise
    except LifecycleError as error:
        log.warning("digest.not_sent", why=str(error))
        return str(error)
    return f"{sum(one.done for one in found)} of {len(found)} digests sent"


def dispatch(
    deps: "Deps",
    worker: str,
    stopping: "Callable[[], bool]" = bool,
    watch: LeaseWatch | None = None,
) -> str:
    """Carry out what was approved and is due, until told to end."""
    with working(deps):
        gone = open_executor(deps, worker, stopping, watch).dispatch()
    return ", ".join(f"{n} {status}" for status, n in sorted(gone.items())) or "nothing due"


def recover(deps: "Deps", worker: str, watch: LeaseWatch | None = None) -> int:
    """Settle calls that never came back; how many."""
    if not deps.store.gate.read(lambda tx: tx.actions.standing("calling", 1)):
        return 0
    with working(deps):
        return open_executor(deps, worker, watch=watch).recover().total()


def reconcile(deps: "Deps", worker: str, watch: LeaseWatch | None = None) -> str:
    """Settle calls that never came back, and count what only a person can settle."""
    settled = recover(deps, worker, watch)
    unknown = deps.store.gate.read(lambda tx: len(tx.actions.standing("unknown")))
    return f"{settled} settled, {unknown} wait for a person"


def verified(deps: "Deps") -> str:
    """Check every invariant and write the chain's head down outside of the database.

    Raises:
        LifecycleError: when an invariant is broken; the slot fails and everybody can see it.
    """
    wrong = broken(deps)
    if wrong:
        raise LifecycleError(f"{len(wrong)} invariants broken; first {wrong[0].words}")
    deps.store.gate.read(deps.ledger.export_head)
    return "every invariant holds"


def broken(deps: "Deps") -> tuple[Wrong, ...]:
    """Every promise that does not hold, asked of database, ledger, heads and erasures together."""
    kept, ledger = remembered(deps.settings.home), deps.ledger
    erased = [one.erasure for one in kept]
    found = deps.store.gate.read(
        lambda tx: verify(tx, deps.key, deps.clock(), ledger.last_head(), erased, ledger)
    )
    known = {key.key for key in deps.store.gate.read(lambda tx: tx.erasures.keys())}
    return (
        *found,
        *(
            Wrong("P12", f"erasure {one.erasure}: a hash its person is known by is gone")
            for one in kept
            if any(key.key not in known for key in one.keys)
        ),
    )
