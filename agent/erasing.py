"""Erase a person from everything an installation keeps, however often it is killed on the way.

The gate's tables come first and in one transaction: from then on nothing of the person waits or
leaves. Their traces stay sealed in the erasure's row until everything is done, so that whoever
comes next goes on; only then the databases are written anew and the erasure is said to be done.

What left the building is not ours to take back: mail servers, webhooks, exports somebody made,
backups, and the sources themselves, whose rows of the person are left out from now on.
"""

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from agent.alone import alone, shared
from agent.checkpoints import compact_places, forget_all, open_saver
from agent.contact_facts import address_keys
from agent.erased import Remembered, lost, remember
from agent.facts import keyed_hash, keys_of, stored
from agent.left_overs import remove_left_overs
from agent.report_redaction import redact_reports
from approvals import erasing
from approvals.erasing import Begun, Request
from approvals.users.sealing import Sealer
from config.logs import mask_logs
from tools.channels.erasing import delete_messages, scrub_tasks
from tools.errors import BadInput, Conflict, LifecycleError
from tools.store.compact import compact
from tools.store.sends import suppression_key
from tools.traces import Traces
from tools.warehouse.engine import DuckEngine
from tools.warehouse.erasing import Eraser, Rewritten, delete_unlisted
from tools.warehouse.persons import PersonMatch, find, known_by, open_records, ref_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from agent.wiring import Deps
    from approvals.request import Actor
    from tools.store.erasures import Erasure
    from tools.warehouse.dataset import FileKind

log = structlog.get_logger(__name__)
KINDS: "tuple[FileKind, ...]" = ("fact", "usage", "snapshot")


@dataclass(frozen=True)
class ErasureRequest:
    """Who is to be erased: by an id, here or in a source, or by an address."""

    contact: str = ""
    email: str = ""

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if bool(self.contact.strip()) == bool(self.email.strip()):
            raise BadInput("erase: say who, by --contact ID or by --email ADDRESS")


def find_person(deps: "Deps", wanted: ErasureRequest, erasure: str = "") -> PersonMatch:
    """Somebody among the facts, with everything that names them.

    Raises:
        Absent: when there is nobody of that id or address, with the nearest.
    """
    engine = DuckEngine()
    open_records(deps.dataset, engine, deps.rulebook.identity)
    return find(engine, erasure, contact=wanted.contact.strip(), email=wanted.email)


def erased_before(deps: "Deps", wanted: ErasureRequest) -> "Erasure | None":
    """The erasure somebody fell to, when they are known by their keyed hash alone."""
    secret = deps.key.secret
    text = ref_key(wanted.contact.strip())
    key = suppression_key(secret, wanted.email) if wanted.email else keyed_hash(secret, text)
    return deps.store.gate.read(lambda tx: tx.erasures.of_keys([key]))


def erase(deps: "Deps", actor: "Actor", wanted: ErasureRequest, reason: str) -> "Erasure":
    """Erase somebody; an erasure that was begun before is gone on with.

    Raises:
        Forbidden: when this person may not manage.
        Absent: when there is nobody of that id or address.
        BadInput: without a reason.
        Conflict: when a run or a reader does not end in time; do it again.
    """
    actor.check("manage")
    if not reason.strip():
        raise BadInput("erase: say why, for example --reason 'asked for on 2026-11-03'")
    with alone(deps.settings.home):
        _finish_all(deps)
        before = erased_before(deps, wanted)
        if before is not None:
            return before
        found = find_person(deps, wanted, f"e{secrets.token_hex(8)}")
        begun = erasing.begin(deps.gate, actor, _request(deps, found.traces, reason))
        log.info("erasure.begun", erasure=begun.erasure.id)
        deps.crash("erase.begun")
        _finish(deps, begun, found.traces)
        return _ended(deps, begun.erasure.id)


def working(deps: "Deps") -> "AbstractContextManager[None]":
    """Work with facts, after whatever erasure was killed on its way has been ended.

    Raises:
        Conflict: when somebody is being erased and it does not end in time.
    """
    if deps.store.gate.read(lambda tx: tx.erasures.begun()) or _lost(deps):
        with alone(deps.settings.home):
            _finish_all(deps)
    return shared(deps.settings.home)


def erased_since(deps: "Deps", moment: "datetime | None") -> int:
    """How many people were erased after a moment; with them went facts of before."""
    every = deps.store.gate.read(lambda tx: tx.erasures.all())
    return sum(moment is None or one.begun_at >= moment for one in every)


def _request(deps: "Deps", traces: Traces, reason: str) -> Request:
    secret, now = deps.key.secret, deps.clock()
    addresses = {*traces.emails, *traces.phones}
    mailbox = deps.rulebook.limits.on(deps.gate.today()).same_mailbox
    keys = tuple(sorted(address_keys(secret, addresses, mailbox)))
    plan = _sealer(deps).seal(traces.to_json(), now)
    return Request(traces, reason, keys_of(traces, secret), keys, plan)


def _sealer(deps: "Deps") -> Sealer:
    return Sealer(deps.key.secret, "erasure")


def _finish_all(deps: "Deps") -> None:
    """Go on with every erasure that was killed on its way, and do again what a backup forgot."""
    _again(deps)
    for erasure in deps.store.gate.read(lambda tx: tx.erasures.begun()):
        if not erasure.plan:
            _close(deps, erasure)
            continue
        text = _sealer(deps).open(erasure.plan, deps.clock())
        if text is None:
            raise LifecycleError(f"erasure {erasure.id}: its plan was sealed with another secret")
        traces = Traces.from_json(text)
        _finish(deps, erasing.go_on(deps.gate, erasure, traces), traces)


def _lost(deps: "Deps") -> tuple[Remembered, ...]:
    """Erasures of before a backup, of which the restored database knows nothing."""
    every = deps.store.gate.read(lambda tx: tx.erasures.all())
    return lost(deps.settings.home, [one.id for one in every])


def _again(deps: "Deps") -> None:
    """Erase whom a restored backup has brought back, by the keyed hashes that are left of them."""
    for one in _lost(deps):
        engine = DuckEngine()
        open_records(deps.dataset, engine, deps.rulebook.identity)
        keys = [key.key for key in one.keys]
        traces = known_by(engine, one.erasure, keys, deps.key.secret)
        asked = _request(deps, traces, "a backup had brought them back")
        mails = {key.key for key in one.keys if key.kind == "email"}
        asked = replace(
            asked,
            keys=tuple({*asked.keys, *one.keys}),
            suppress=tuple(sorted({*asked.suppress, *mails})),
        )
        erasing.begin_again(deps.gate, "restored", asked)


def _finish(deps: "Deps", begun: Begun, traces: Traces) -> None:
    """Everything outside of the gate's tables; each step may be done twice."""
    home = deps.settings.home
    every = deps.store.gate.read(lambda tx: tx.erasures.keys())
    remember(home, begun.erasure.id, [key for key in every if key.erasure == begun.erasure.id])
    deps.crash("erase.remembered")
    with open_saver(deps.settings.database, home) as saver:
        forget_all(saver)
    deps.crash("erase.places")
    delete_messages(home / "outbox", traces, begun.nearby)
    deps.crash("erase.messages")
    scrub_tasks(home / "tasks", traces, begun.actions)
    deps.crash("erase.tasks")
    _facts(deps, traces)
    remove_left_overs(home)
    redact_reports(deps, begun.erasure, traces)
    deps.crash("erase.reports")
    mask_logs(home / "logs", traces.mask)
    deps.crash("erase.logs")
    deps.store.gate.write(lambda tx: tx.erasures.forget(begun.erasure.id))
    deps.crash("erase.forgotten")
    _close(deps, begun.erasure)


def _facts(deps: "Deps", traces: Traces) -> None:
    """Write the files anew that hold the person, and delete the old ones."""
    dataset, manifest = deps.dataset, deps.store.manifest
    rewritten = list(_rewritten(deps, traces))
    deps.crash("erase.files_written")
    pairs = [
        (stored(one.old, dataset), None if one.new is None else stored(one.new, dataset))
        for one in rewritten
    ]
    manifest.replace_files(pairs)
    deps.crash("erase.files_replaced")
    delete_unlisted(dataset.folder, [file.path for file in manifest.data_files()])
    deps.crash("erase.files_deleted")


def _rewritten(deps: "Deps", traces: Traces) -> "Iterator[Rewritten]":
    eraser = Eraser((traces,), deps.key.secret, DuckEngine())
    for kind in KINDS:
        for file in deps.dataset.manifest.data_files(kind):
            found = eraser.file(deps.dataset, file)
            if found is not None:
                yield found


def _close(deps: "Deps", erasure: "Erasure") -> None:
    """Leave no deleted byte in a database, and say that it is done."""
    compact_places(deps.settings.database, deps.settings.home)
    compact(deps.settings.database)
    deps.crash("erase.compacted")
    erasing.end(deps.gate, erasure)
    deps.crash("erase.ended")
    log.info("erasure.done", erasure=erasure.id)


def _ended(deps: "Deps", erasure: str) -> "Erasure":
    everything = deps.store.gate.read(lambda tx: tx.erasures.all())
    found = next(one for one in everything if one.id == erasure)
    if found.status != "done":
        raise Conflict(f"erasure {erasure}: it did not end; do it again")
    return found
