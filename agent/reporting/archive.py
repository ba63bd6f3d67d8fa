"""The archive on disk: a folder for each report, its files known to the store by their hashes.

Files are written beside their place and moved there whole; what the store does not name does not
exist for a reader, and what is not the bytes it names is refused.
"""

import json
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import structlog

from agent.left_overs import DRAFT, PART, remove_left_overs
from agent.reporting.folders import MEMBERS, folder_of, hashed
from agent.reporting.making import Made, make_report
from agent.reporting.sections import SECTIONS
from tools.channels.cells import safe_text
from tools.document.csv import as_sheets
from tools.document.html import as_page, inside, pictures
from tools.document.json import figures, from_json, to_json
from tools.errors import Absent, BadInput, Conflict, LifecycleError
from tools.scratch import held_folder
from tools.store.reports import Archived, ReportFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from agent.reporting.period import Period
    from agent.reporting.sections import SectionMaker
    from agent.wiring import Deps
    from tools.document.model import Report

log = structlog.get_logger(__name__)
PAUSES = (0.5, 2.0)  # seconds before what failed in passing is made again
JSON, HTML, PDF = "report.json", "report.html", "report.pdf"
NOTES = "notes.json"
_NOBODY = (
    "SELECT CAST('' AS TEXT) AS figure, CAST('' AS TEXT) AS account_id, "
    "CAST('' AS TEXT) AS member_id WHERE FALSE"
)


@dataclass(frozen=True)
class Filed:
    """A report in the archive; `new` when this call put it there."""

    archived: Archived
    report: "Report"
    failed: tuple[str, ...]
    unfit: tuple[str, ...]
    new: bool


def file_report(
    deps: "Deps",
    period: "Period",
    stopping: "Callable[[], bool]" = bool,
    makers: "Sequence[SectionMaker]" = SECTIONS,
    pause: "Callable[[float], None]" = time.sleep,
) -> Filed:
    """Make the report of a period and archive it; one that is archived is given as it is.

    Raises:
        LifecycleError: when a section failed in passing every time: what is archived is final, so
            that nothing is, and the next slot or command makes it again.
    """
    if (kept := deps.store.reports.get(period.id)) is not None:
        return _filed(deps, kept)
    remove_left_overs(deps.settings.home)
    previous = deps.store.reports.latest(period.kind, period.as_of)
    before = read_report(deps, previous) if previous else None
    made = _whole(lambda: make_report(deps, period, before, makers, stopping), period, pause)
    try:
        archived = _write(deps, period, made)
        new = deps.store.reports.add(archived)
    except Conflict:
        if (kept := deps.store.reports.get(period.id)) is None:
            raise
        return _filed(deps, kept)
    deps.crash("report.archived")
    return Filed(archived, made.report, made.failed, made.unfit, new)


def _whole(make: "Callable[[], Made]", period: "Period", pause: "Callable[[float], None]") -> Made:
    """A report no section of which failed in passing, made again a few times to get there."""
    made = make()
    for seconds in PAUSES:
        if not made.passing:
            return made
        log.warning("report.again", report=period.id, sections=list(made.failed))
        pause(seconds)
        made = make()
    if made.passing:
        raise LifecycleError(
            f"{period.id} is not archived: {', '.join(made.passing)} could not be made just now, "
            f"{len(PAUSES) + 1} times; `lifecycle report {period.id}` and the job `report` make it "
            "again"
        )
    return made


def _filed(deps: "Deps", kept: Archived) -> Filed:
    notes = json.loads(read_file(deps, kept, NOTES))
    failed, unfit = tuple(notes["failed"]), tuple(notes["unfit"])
    return Filed(kept, read_report(deps, kept), failed, unfit, new=False)


def files_of(report: "Report", failed: "Sequence[str]", unfit: "Sequence[str]") -> dict[str, bytes]:
    """Every file of a report but its members, by name: the same bytes for the same report."""
    from tools.document.pdf import as_pdf  # noqa: PLC0415 - slow to load, seldom wanted

    drawn = pictures(report)
    texts = {
        JSON: to_json(report),
        HTML: as_page(report, drawn, inside(drawn)),
        NOTES: notes_text(failed, unfit),
    }
    texts |= {f"{name}.csv": text for name, text in as_sheets(report, safe_text).items()}
    return {name: text.encode() for name, text in texts.items()} | {PDF: as_pdf(report, drawn)}


def notes_text(failed: "Sequence[str]", unfit: "Sequence[str]") -> str:
    """What could not be computed and why it must not be sent by itself, as it is archived."""
    return json.dumps({"failed": list(failed), "unfit": list(unfit)}) + "\n"


def _write(deps: "Deps", period: "Period", made: Made) -> Archived:
    folder = folder_of(deps, period.id)
    with held_folder(folder.parent, f"{DRAFT}{folder.name}.", PART) as draft:
        for name, content in files_of(made.report, made.failed, made.unfit).items():
            (draft / name).write_bytes(content)
        _write_members(made, draft / MEMBERS)
        deps.crash("report.written")
        files = tuple(hashed(path) for path in sorted(draft.iterdir()))
        _place(draft, folder)
    return Archived(period.id, period.kind, period.as_of, period.first_day, deps.clock(), files)


def _write_members(made: Made, path: "Path") -> None:
    """Who is behind each figure that can be drilled into, sorted: the same bytes every time."""
    drilled = sorted({one.id for _, one in figures(made.report) if one.drill})
    made.engine.put("report_drilled", pa.table({"figure": pa.array(drilled, pa.string())}))
    query = " UNION ALL ".join(f"({one})" for one in made.members) or _NOBODY
    made.engine.export(
        "SELECT DISTINCT m.figure AS figure, m.account_id AS account_id, m.member_id AS member_id "
        f"FROM ({query}) AS m JOIN report_drilled AS d ON d.figure = m.figure "
        "ORDER BY 1, 2, 3",
        path,
    )


def _place(draft: "Path", folder: "Path") -> None:
    """Move a whole report to its place; one that no row names is left over from a crash."""
    if folder.exists():
        shutil.rmtree(folder)
    try:
        draft.rename(folder)
    except FileNotFoundError as error:
        raise Conflict(f"report {folder.name} was made by somebody else meanwhile") from error
    for left in folder.parent.glob(f"{DRAFT}{folder.name}.*{PART}"):  # of who was slower
        shutil.rmtree(left, ignore_errors=True)


def read_report(deps: "Deps", archived: Archived) -> "Report":
    """The report itself, from its JSON."""
    return from_json(read_file(deps, archived, JSON).decode())


def read_file(deps: "Deps", archived: Archived, name: str) -> bytes:
    """The bytes of one file of a report.

    Raises:
        Absent: when the report has no such file.
        BadInput: when the file is gone, or is not what was archived.
    """
    path = checked_path(deps, archived, name)
    return path.read_bytes()


def checked_path(deps: "Deps", archived: Archived, name: str) -> "Path":
    """Where a file of a report is, after its bytes were compared with the archive."""
    known: Mapping[str, ReportFile] = {file.name: file for file in archived.files}
    if name not in known:
        raise Absent(f"report {archived.id} has no file {name[:80]!r}")
    path = folder_of(deps, archived.id) / name
    if not path.is_file():
        raise BadInput(f"report {archived.id}: {name} is gone; restore the home from a backup")
    if hashed(path).sha256 != known[name].sha256:
        raise BadInput(
            f"report {archived.id}: {name} is not what was archived; restore it from a backup"
        )
    return path
