"""What our folders hold of a person: messages are deleted, lines of task lists lose the person."""

import fcntl
import os
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from tools.channels.cells import row
from tools.channels.checks import key_name
from tools.channels.outbox import sync_folder
from tools.channels.sheet import read_sheet
from tools.channels.tasks import COLUMNS
from tools.errors import Conflict
from tools.traces import GONE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tools.traces import Traces

PERSONAL = ("contact", "address", "subject", "body")
ACTION, ACCOUNT = COLUMNS.index("action"), COLUMNS.index("account_id")


def messages_of(folder: "Path", traces: "Traces", nearby: frozenset[str]) -> tuple["Path", ...]:
    """The `.eml` files to the person, or that name them, torn drafts too.

    `nearby` are the actions about the person's companies: elsewhere a name is somebody else's.
    """
    found = sorted(folder.glob("*.eml")) + sorted(folder.glob(".*.part"))
    return tuple(path for path in found if _names(path, traces, nearby))


def delete_messages(folder: "Path", traces: "Traces", nearby: frozenset[str]) -> int:
    """Delete them; how many there were."""
    found = messages_of(folder, traces, nearby)
    for path in found:
        path.unlink(missing_ok=True)
    if found:
        sync_folder(folder)
    return len(found)


def delete_letters(folder: "Path", keys: "Iterable[str]") -> int:
    """Delete the mails written under some keys, and their torn drafts; how many there were."""
    names = [key_name(key) for key in keys]
    found = [
        p for name in names for p in (*folder.glob(f"{name}.eml"), *folder.glob(f".{name}.*.part"))
    ]
    for path in found:
        path.unlink(missing_ok=True)
    if found:
        sync_folder(folder)
    return len(found)


def tasks_of(folder: "Path", traces: "Traces", actions: frozenset[str]) -> list[tuple[str, ...]]:
    """The lines of the task lists about the person."""
    sheets = [_records(path) for path in sorted(folder.glob("tasks-*.csv"))]
    return [record for sheet in sheets for record in sheet if _is_theirs(record, traces, actions)]


def scrub_tasks(folder: "Path", traces: "Traces", actions: frozenset[str]) -> int:
    """Take the person out of the task lists; how many lines were changed.

    The line and its key stay, so that the task is not written a second time.
    """
    if not folder.is_dir():
        return 0
    with (folder / ".tasks.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return sum(_scrub(path, traces, actions) for path in sorted(folder.glob("tasks-*.csv")))


def _scrub(path: "Path", traces: "Traces", actions: frozenset[str]) -> int:
    records = _records(path)
    theirs = [_is_theirs(record, traces, actions) for record in records]
    if not any(theirs):
        return 0
    kept = [
        _without(record, traces) if own else record
        for record, own in zip(records, theirs, strict=True)
    ]
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(b"".join(row(list(record)) for record in kept))
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)
    return sum(theirs)


def _records(path: "Path") -> list[tuple[str, ...]]:
    sheet = read_sheet(path.read_bytes(), len(COLUMNS))
    if not sheet.readable:
        raise Conflict(
            f"{path.name}: is not a task list any more; erase the person in it by hand, "
            "move it away and do it again"
        )
    return [tuple(cell.decode(errors="replace") for cell in record) for record in sheet.records]


def _is_theirs(record: tuple[str, ...], traces: "Traces", actions: frozenset[str]) -> bool:
    near = len(record) > ACCOUNT and traces.about(None, record[ACCOUNT])
    own = len(record) > ACTION and record[ACTION] in actions
    return (own and GONE not in record) or traces.found(" ".join(record), near=near)


def _without(record: tuple[str, ...], traces: "Traces") -> tuple[str, ...]:
    """A line whose words about the person are gone, and whose other cells do not name them."""
    gone = {COLUMNS.index(name) for name in PERSONAL}
    return tuple(
        GONE if n in gone else traces.scrub(cell, near=True) for n, cell in enumerate(record)
    )


def _names(path: "Path", traces: "Traces", nearby: frozenset[str]) -> bool:
    """Whether a message names the person, headers and texts decoded.

    What is no message of the gate, as a digest or a report to one of our own people, is about
    nobody in particular: there a name is looked for as well.
    """
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    kind, *action = str(message["X-Entity-Ref-ID"] or "").split(":")[:2]
    parts = [str(value) for _, value in message.items()]
    texts = (part for part in message.walk() if part.get_content_maintype() == "text")
    parts += [str(part.get_content()) for part in texts]
    near = path.suffix == ".part" or kind != "act" or nearby.issuperset(action)
    return traces.found("\n".join(parts), near=near)
