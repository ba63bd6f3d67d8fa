"""Run a day, go on with one that was killed, and replay one that is done."""

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from agent.checkpoints import forget, open_saver
from agent.day import Day
from agent.erasing import erased_since, working
from agent.figures import DOCUMENT, FIGURES, FIRST
from agent.graph import STEPS, day_graph
from agent.learning import known_by
from agent.morning import Morning
from agent.rerun import changed_since, check_morning, mend_failed, refusal, withdraw
from agent.steps import Steps
from agent.summary import summarise
from tools.days import from_number
from tools.errors import BadInput, Conflict
from tools.store.runs import run_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.wiring import Deps
    from tools.store.gate.rerun import Withdrawn
    from tools.store.records import Run

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ran:
    """A finished day: its summary, and whether this call did it or found it done.

    `changed` names what is no longer as the day recorded it, `kept` says why it cannot be run
    again, and `withdrawn` what was taken back before it was.
    """

    as_of: int
    summary: dict[str, Any]
    new: bool
    changed: tuple[str, ...] = ()
    kept: str = ""
    withdrawn: "Withdrawn | None" = None


def run_day(
    deps: "Deps",
    as_of: int,
    progress: "Callable[[str, int, int], None] | None" = None,
    *,
    again: bool = False,
) -> Ran:
    """Run the day, once: a second call finds it done, a call after a crash goes on where it was.

    `again` takes a finished run back first, as long as nobody has decided anything about it.

    Raises:
        Conflict: a later day is closed already; the past may be replayed but not run again. Or it
            cannot be run again, and why.
        BadInput: when there is no company, or none of its files.
    """
    with working(deps):
        withdrawn = None
        if again:
            check_morning(deps, as_of)
            withdrawn = withdraw(deps, as_of)
        return replace(_run_day(deps, as_of, progress), withdrawn=withdrawn)


def _run_day(deps: "Deps", as_of: int, progress: "Callable[[str, int, int], None] | None") -> Ran:
    _refuse_the_past(deps, as_of)
    before = deps.store.runs.run_of(as_of)
    if before is None or before.status != "done":
        check_morning(deps, as_of)
    if before is not None and before.status == "failed":
        mend_failed(deps, before)
    run = deps.store.runs.open_run(
        as_of, deps.rulebook.fingerprint, deps.recorded_texts, deps.clock()
    )
    if run.status == "done":
        forget_places(deps, run)
        summary = json.loads(run.summary)
        return Ran(
            as_of, summary, new=False, changed=changed_since(deps, run), kept=refusal(deps, run)
        )
    with structlog.contextvars.bound_contextvars(run=run.id):
        log.info("run.started", day=from_number(as_of).isoformat())
        try:
            _go(deps.as_recorded(run), as_of, run, progress)
        except Exception as error:
            log.exception("run.failed", error=type(error).__name__)
            _fail(deps, run)
            raise
        log.info("run.done")
    done = deps.store.runs.run_of(as_of)
    if done is None or done.status != "done":
        raise BadInput(f"run {run.id} ended without closing its day; see the log")
    return Ran(as_of, json.loads(done.summary), new=True)


def _go(
    deps: "Deps",
    as_of: int,
    run: "Run",
    progress: "Callable[[str, int, int], None] | None",
) -> None:
    """Run the graph from its start, or from the step at which it stopped."""
    thread = f"{run.id}-{run.started_at.isoformat()}"
    config: Any = {"configurable": {"thread_id": thread}}
    with open_saver(deps.settings.database, deps.settings.home) as saver:
        steps = Steps(deps, open_day(deps, as_of, run))
        graph = day_graph(steps.by_name(), saver)
        begun = bool(graph.get_state(config).next)
        if not begun:
            deps.store.manifest.withdraw_snapshots(as_of)
        given: Any = None if begun else {"as_of": as_of}
        for update in graph.stream(given, config, stream_mode="updates", durability="sync"):
            for name in update:
                log.info("step.done", step=name)
                deps.crash(f"after.{name}")
                if progress is not None:
                    progress(name, STEPS.index(name) + 1, len(STEPS))
        forget(saver, run.id)


def _fail(deps: "Deps", run: "Run") -> None:
    """Let a run that raised start again, with what a person mends until then.

    Once it has asked anybody anything, it goes on where it was, by what it recorded.
    """
    if deps.store.proposals.of_day(run.as_of):
        return
    forget_places(deps, run)
    deps.store.runs.fail_run(run.as_of, "", deps.clock())


def forget_places(deps: "Deps", run: "Run") -> None:
    """Delete what a run left in the checkpoints, whoever was killed before doing so."""
    with open_saver(deps.settings.database, deps.settings.home) as saver:
        forget(saver, run.id)


def _refuse_the_past(deps: "Deps", as_of: int) -> None:
    closed = deps.store.runs.closed_day()
    run = deps.store.runs.run_of(as_of)
    done = run is not None and run.status == "done"
    if closed is not None and as_of < closed and not done:
        raise Conflict(
            f"{from_number(closed)} is closed already, so {from_number(as_of)} cannot be run any "
            f"more; `lifecycle replay --as-of` recomputes a day that was run"
        )


def open_morning(deps: "Deps", as_of: int) -> Morning:
    """The numbers of any day, to look at; nothing is written."""
    stored = deps.store.transitions.known_before(as_of)
    return Morning(as_of, deps.dataset, deps.rulebook, stored, known=known_by(deps, as_of))


def open_day(deps: "Deps", as_of: int, run: "Run", *, upto: int | None = None) -> Day:
    """A day over the committed facts, by the policies of `deps`."""
    stored = deps.store.transitions.known_before(as_of)
    known = known_by(deps, as_of)
    morning = Morning(as_of, deps.dataset, deps.rulebook, stored, upto=upto, known=known)
    secret = deps.settings.secret.get_secret_value().encode()
    return Day(morning, deps.store, deps.zone, run.started_at, secret)


@dataclass(frozen=True)
class Replayed:
    """A day computed again beside what its run left behind.

    `erased` is how many people were erased since the run: with them went facts it was made from,
    so that it can be compared by nothing but what is left. `version` is the version of the product
    that counted its figures.
    """

    run: str
    text: str
    stored: str
    erased: int = 0
    version: str = FIGURES

    @property
    def restated(self) -> bool:
        """Whether another version of the product explains what differs: the facts are the same."""
        now, then = (json.loads(text).get("hashes", {}) for text in (self.text, self.stored))
        return self.version != FIGURES and now.get("facts") == then.get("facts")

    @property
    def identical(self) -> bool:
        """Whether every byte is the same."""
        return self.text == self.stored

    @property
    def differences(self) -> list[str]:
        """The keys of the summary that differ."""
        now, then = json.loads(self.text), json.loads(self.stored)
        return [key for key in then if now.get(key) != then[key]]


def replay_day(deps: "Deps", as_of: int) -> Replayed:
    """Compute a finished day again from what was known then, and write nothing.

    Nothing the run itself left behind is used: the model is trained again, the segments are
    frozen again, with the policies and economics the run recorded.

    Raises:
        BadInput: the day was not run, or not finished.
    """
    run = deps.store.runs.run_of(as_of)
    if run is None or run.status != "done":
        raise BadInput(f"{run_id(as_of)} is not done; `lifecycle run --as-of` runs a day")
    day = open_day(deps.as_recorded(run), as_of, run, upto=as_of - 1)
    return Replayed(
        run.id,
        summarise(day).to_json(),
        run.summary,
        erased_since(deps, run.finished_at),
        version_of(deps, run),
    )


def version_of(deps: "Deps", run: "Run") -> str:
    """By which version of the product the figures of a run were counted."""
    digest = dict(run.documents).get(DOCUMENT)
    return FIRST if digest is None else deps.store.documents.get(digest)
