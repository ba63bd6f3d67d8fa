"""Take a person out of the archive of reports: page, print, tables, JSON, and the mails of them.

A report is made anew from its own JSON, in which every text lost the person, and not from facts:
its figures stay as they were reported. It says that words were taken out; its new hashes are
archived together with an entry of the audit chain. One that is not what was archived, and so may
name anybody, is replaced by a note.
"""

import json
import shutil
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import structlog

from agent.left_overs import DRAFT, PART
from agent.reporting.archive import JSON, NOTES, files_of, notes_text, read_report
from agent.reporting.folders import MEMBERS, folder_of, hashed, letter_key
from approvals.erasing import redact_report
from tools.channels.erasing import delete_letters
from tools.days import day_number
from tools.document.json import from_json
from tools.document.redaction import redacted, told, withdrawn
from tools.errors import BadInput
from tools.warehouse.engine import DuckEngine
from tools.warehouse.erasing import Eraser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from agent.wiring import Deps
    from tools.document.model import Report
    from tools.store.erasures import Erasure
    from tools.store.reports import Archived
    from tools.traces import Traces

log = structlog.get_logger(__name__)
LAST = 1_000_000
LOST = ("its notes were lost",)
NOBODY = pa.schema([(name, pa.string()) for name in ("figure", "account_id", "member_id")])
RENAMED = pa.schema([("old", pa.string()), ("new", pa.string())])
_RENAME = """
SELECT COALESCE(r.new, m.figure) AS figure, m.account_id AS account_id, m.member_id AS member_id
FROM members AS m LEFT JOIN renamed AS r ON r.old = m.figure
ORDER BY 1, 2, 3
"""


@dataclass(frozen=True)
class Redone:
    """The files of a report that are made anew, by name, and the figures with other ids.

    `is_note` says that nothing of the report is left, and nobody behind its figures.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)
    is_note: bool = False


def redact_reports(deps: "Deps", erasure: "Erasure", traces: "Traces") -> None:
    """Take a person out of every archived report; a killed erasure does it again to the end."""
    archived = deps.store.reports.list(limit=LAST)
    _remove_unknown(deps.settings.home / "reports", archived)
    for report in archived:
        if folder_of(deps, report.id).is_dir():
            _redact(deps, erasure, traces, report)


def reports_naming(deps: "Deps", traces: "Traces") -> tuple[str, ...]:
    """The archived reports that name a person in their words."""
    return tuple(one.id for one in deps.store.reports.list(limit=LAST) if _names(deps, one, traces))


def _names(deps: "Deps", archived: "Archived", traces: "Traces") -> bool:
    try:
        report = read_report(deps, archived)
    except BadInput:
        return False
    return redacted(report, traces).report != report


def _remove_unknown(folder: "Path", archived: "Iterable[Archived]") -> None:
    """Remove what a killed report left: no reader knows of it."""
    known = {one.id for one in archived}
    for path in folder.glob("*"):
        if path.name not in known:
            log.info("reports.unknown_removed", name=path.name)
            path.unlink() if path.is_symlink() or path.is_file() else shutil.rmtree(path)


def _redact(deps: "Deps", erasure: "Erasure", traces: "Traces", archived: "Archived") -> None:
    """Files are written beside their places, archived by their hashes, then put there.

    JSON comes last: as long as the old one is there, a killed erasure knows what to do.
    """
    folder = folder_of(deps, archived.id)
    _remove_unlisted(folder, archived)
    redone = _redone(deps, erasure, traces, archived)
    drafts = {name: _draft(folder, name, content) for name, content in redone.files.items()}
    members = _members(deps, traces, folder, redone)
    drafts |= {} if members is None else {MEMBERS: members}
    if JSON in drafts:
        _delete_letters(deps, archived)
    known = {file.name: file for file in archived.files}
    files = [replace(hashed(path), name=name) for name, path in drafts.items() if name in known]
    redact_report(deps.gate, erasure, archived.id, [f for f in files if f != known[f.name]])
    deps.crash("erase.report_archived")
    for name in sorted(drafts, key=lambda name: (name == JSON, name)):
        drafts[name].replace(folder / name)
    _remove_unlisted(folder, archived)


def _remove_unlisted(folder: "Path", archived: "Archived") -> None:
    known = {file.name for file in archived.files}
    for path in folder.iterdir():
        if path.name not in known and path.is_file():
            path.unlink()


def _draft(folder: "Path", name: str, content: bytes) -> "Path":
    draft = folder / f"{DRAFT}{name}{PART}"
    draft.write_bytes(content)
    return draft


def _redone(deps: "Deps", erasure: "Erasure", traces: "Traces", archived: "Archived") -> Redone:
    """The files of a report without a person; none when it names nobody."""
    folder, known = folder_of(deps, archived.id), {one.name: one.sha256 for one in archived.files}
    day = day_number(erasure.begun_at.astimezone(deps.zone).date())
    report, scrub = _parsed(folder / JSON), partial(traces.scrub, near=True)
    if report is not None:
        plain, now = redacted(report, traces), hashed(folder / JSON).sha256
        notes = _notes(folder / NOTES, known, scrub)
        if plain.report == report and now == known.get(JSON):
            return Redone(_mended(folder, archived, partial(files_of, report, *notes)))
        files = files_of(told(plain.report, erasure.id, day), *notes)
        if known.get(JSON) in {now, sha256(files[JSON]).hexdigest()}:
            return Redone(_every(folder, known, files, scrub), plain.figures)
    if JSON not in known:
        return Redone()
    log.warning("report.withdrawn", report=archived.id)
    note = withdrawn(archived.kind, archived.as_of, archived.first_day, erasure.id, day)
    return Redone(_every(folder, known, files_of(note, (), LOST), lambda _: ""), is_note=True)


def _parsed(path: "Path") -> "Report | None":
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, BadInput):
        return None


def _notes(
    path: "Path", known: "Mapping[str, str]", scrub: "Callable[[str], str]"
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What could not be computed and why it was not sent; without it, it is not sent again."""
    try:
        raw = path.read_bytes()
        notes = json.loads(raw)
        failed, unfit = (tuple(map(scrub, notes[name])) for name in ("failed", "unfit"))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return (), LOST
    fits = {sha256(raw).hexdigest(), sha256(notes_text(failed, unfit).encode()).hexdigest()}
    return (failed, unfit) if known.get(NOTES) in fits else ((), LOST)


def _mended(
    folder: "Path", archived: "Archived", files: "Callable[[], Mapping[str, bytes]]"
) -> dict[str, bytes]:
    """What is not as it was archived, and so may name anybody, as it is made now."""
    strange = [
        one.name
        for one in archived.files
        if one.name not in {MEMBERS, NOTES}
        and (folder / one.name).is_file()
        and hashed(folder / one.name).sha256 != one.sha256
    ]
    made = files() if strange else {}
    return {name: made.get(name, b"") for name in strange}


def _every(
    folder: "Path",
    known: "Mapping[str, str]",
    files: "Mapping[str, bytes]",
    scrub: "Callable[[str], str]",
) -> dict[str, bytes]:
    """Every archived file; what this version does not make any more is scrubbed as text."""
    return {
        name: files[name] if name in files else _text(folder / name, scrub)
        for name in known
        if name != MEMBERS
    }


def _text(path: "Path", scrub: "Callable[[str], str]") -> bytes:
    """A file scrubbed as text; nothing of one that is none."""
    try:
        return scrub(path.read_text(encoding="utf-8")).encode()
    except (FileNotFoundError, UnicodeDecodeError):
        return b""


def _members(deps: "Deps", traces: "Traces", folder: "Path", redone: Redone) -> "Path | None":
    """Who is behind the figures, without the person; None when it stays as it is."""
    path, draft = folder / MEMBERS, folder / f"{DRAFT}{MEMBERS}{PART}"
    if not path.is_file():
        return None
    if redone.is_note:
        pq.write_table(NOBODY.empty_table(), draft)
        return draft
    named = _renamed(path, redone.figures) if redone.figures else path
    eraser = Eraser((traces,), deps.key.secret, DuckEngine())
    if eraser.rewrite(named, draft, order=("figure", "account_id", "member_id")) is None:
        return named if redone.figures else None
    return draft


def _renamed(path: "Path", figures: "Mapping[str, str]") -> "Path":
    """The members under the ids their figures have now."""
    engine, draft = DuckEngine(), path.with_name(f"{DRAFT}renamed-{MEMBERS}{PART}")
    engine.put("renamed", pa.table([list(figures), list(figures.values())], schema=RENAMED))
    engine.scan("members", [path], pq.read_schema(path))
    engine.export(_RENAME, draft)
    return draft


def _delete_letters(deps: "Deps", archived: "Archived") -> None:
    """Delete the mails of a report in the outbox: their enclosed print says what it said."""
    keys = [letter_key(archived.id, p.recipient) for p in deps.store.reports.posts(archived.id)]
    delete_letters(deps.settings.home / "outbox", keys)
