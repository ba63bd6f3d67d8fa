"""Run a morning again that ran on wrong or no data, while nobody has decided anything about it."""

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from agent.facts import files_id
from agent.figures import DOCUMENT
from agent.wiring import MAPPING, NO_COMPANY, mapping_of
from approvals.audit import AGENT, record
from tools.days import from_number
from tools.errors import BadInput, Conflict
from tools.sources.files import FileSource
from tools.sources.parse import read_mapping
from tools.store.documents import digest_of
from tools.store.gate.rerun import Withdrawn, decided, withdraw_facts, withdraw_run

if TYPE_CHECKING:
    from agent.wiring import Deps
    from config.settings import Settings
    from tools.store.gate.gate import GateTx
    from tools.store.records import Run

log = structlog.get_logger(__name__)
DATA = "data"
AHEAD = timedelta(minutes=5)


def changed_since(deps: "Deps", run: "Run") -> tuple[str, ...]:
    """What is no longer as the run recorded it: rules by name, the mapping, the data."""
    recorded = dict(run.documents)
    now = {name: digest_of(text) for name, text in deps.recorded_texts.items()}
    # What a version of before did not record cannot be compared.
    changed = [name for name in sorted(recorded) if now.get(name) != recorded[name]]
    if deps.settings.data is not None and MAPPING not in changed:
        seen = files_id(deps.settings.data, deps.mapping_path)
        if not deps.store.manifest.has_batch(seen):
            changed.append(DATA if MAPPING in recorded else f"{MAPPING} or {DATA}")
    return tuple(changed)


def refusal(deps: "Deps", run: "Run") -> str:
    """Why a run cannot be taken back; '' when it can."""
    return deps.store.gate.read(lambda tx: _refusal(deps, tx, run))


def _refusal(deps: "Deps", tx: "GateTx", run: "Run", *, ahead: bool = False) -> str:
    day = from_number(run.as_of)
    closed = deps.store.runs.closed_day()
    if closed is not None and closed > run.as_of:
        return f"{from_number(closed)} has been run since, on what {day} left"
    if run.status == "running":
        return f"it is not finished; `lifecycle run --as-of {day}` goes on with it"
    n = 0 if ahead else decided(tx.session, run.as_of)
    return f"people have done something with what it asked {n} times" if n else ""


def withdraw(deps: "Deps", as_of: int, *, ahead: bool = False) -> Withdrawn | None:
    """Take back what the run of a day left, in one transaction; None when it was never run.

    That of a day `ahead` is taken back although people have done something with what it asked;
    those proposals stay.

    Raises:
        Conflict: when it cannot be taken back, and why.
    """
    run = deps.store.runs.run_of(as_of)
    if run is None:
        return None
    day = from_number(as_of)

    def work(tx: "GateTx") -> Withdrawn:
        why = _refusal(deps, tx, run, ahead=ahead)
        if why:
            raise Conflict(f"{day} cannot be run again: {why}")
        now = deps.clock()
        taken = withdraw_run(tx.session, as_of, now, f"the morning of {day} was run again")
        for one in taken.proposals:
            body = {"from": one.status, "to": "superseded", "version": one.version + 1}
            record(tx, deps.key, now, AGENT, "superseded", one.id, body)
        said = digest_of(run.summary) if run.summary else ""
        record(
            tx,
            deps.key,
            now,
            AGENT,
            "rerun",
            run.id,
            {
                "batches": list(taken.batches),
                "rows": taken.rows,
                "summary_sha256": said,
                "changed": list(changed_since(deps, run)),
                "proposals": len(taken.proposals),
                **({"left": list(taken.left)} if taken.left else {}),
            },
        )
        return taken

    taken = deps.store.gate.write(work)
    deps.crash("again.withdrawn")
    return taken


def take_back_ahead(deps: "Deps") -> None:
    """Take back the runs of days that have not come, begun by a clock that was ahead.

    Otherwise their morning would be found done when it comes. Only by a clock that has gone evenly
    for long. What people have done something with stays as they left it, and is named once.
    """
    while deps.look().settled:
        closed = deps.store.runs.closed_day()
        run = None if closed is None else deps.store.runs.run_of(closed)
        if run is None or run.as_of <= deps.today() or run.started_at <= deps.clock() + AHEAD:
            return
        taken = withdraw(deps, run.as_of, ahead=True)
        left = [] if taken is None else list(taken.left)
        log.error("run.taken_back", run=run.id, left=left)


def mend_failed(deps: "Deps", run: "Run") -> None:
    """Before a run that failed starts again by another mapping: take back what it had loaded."""
    recorded = dict(run.documents).get(MAPPING)
    now = deps.recorded_texts.get(MAPPING)
    if recorded is None or now is None or digest_of(now) == recorded:
        return

    def work(tx: "GateTx") -> None:
        batches, rows = withdraw_facts(tx.session, run.as_of)
        if batches:
            body = {"batches": list(batches), "rows": rows, "changed": [MAPPING]}
            record(tx, deps.key, deps.clock(), AGENT, "rerun", run.id, body)

    deps.store.gate.write(work)


def check_morning(deps: "Deps", as_of: int) -> None:
    """Refuse a morning that would read nothing or has no limits, before anything is written.

    Raises:
        BadInput: without any company, when no file the mapping names is in the folder, or when
            a limit has no value yet on the day.
    """
    deps.rulebook.limits.on(as_of)
    if deps.settings.data is None and deps.store.manifest.data_files("fact"):
        return
    check_files(deps.settings)


def check_files(settings: "Settings") -> None:
    """Look for the mapping and for every file it names.

    Raises:
        BadInput: when one is not there, or no company is connected at all.
    """
    path = mapping_of(settings)
    if settings.data is None:
        raise BadInput(NO_COMPANY)
    files_id(settings.data, path)
    FileSource(settings.data, read_mapping(path)).check()


def words_of(changed: "tuple[str, ...]") -> str:
    """What has changed since, as people say it."""
    besides = {MAPPING, DATA, f"{MAPPING} or {DATA}", DOCUMENT}
    rules = [name for name in changed if name not in besides]
    said = [f"the {name}" for name in changed if name not in rules and name != DOCUMENT]
    said += ["the version of the product"] if DOCUMENT in changed else []
    said += [f"the rules ({', '.join(rules)})"] if rules else []
    return ", ".join(said)
