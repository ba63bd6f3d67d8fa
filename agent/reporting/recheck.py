"""Make an archived report again and say cell by cell what comes out otherwise, and why."""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from agent.erasing import erased_since
from agent.figures import DOCUMENT, FIGURES, FIRST, reason_of
from agent.reporting.archive import files_of, read_report
from agent.reporting.folders import MEMBERS
from agent.reporting.making import make_report
from agent.reporting.period import read_period
from tools.document.format import band, shown
from tools.reports.restatement.section import ID, named

if TYPE_CHECKING:
    from agent.wiring import Deps
    from tools.document.model import Figure, Report
    from tools.reports.restatement.section import Named
    from tools.store.reports import Archived

NOT_THERE = "not there"


@dataclass(frozen=True)
class Restatement:
    """One cell that comes out otherwise: where it stands, what it said, what it says, why."""

    place: str
    figure: str
    then: str
    now: str
    reason: str


@dataclass(frozen=True)
class Recheck:
    """A report made again: the files that differ, the cells that do, and of how many.

    Attributes:
        version: by which version of the product its figures were counted.
        reason: why the whole report may differ; '' when nothing explains it.
    """

    files: tuple[str, ...]
    cells: tuple[Restatement, ...]
    compared: int
    version: str
    reason: str

    @property
    def explained(self) -> bool:
        """Whether there is a reason for every difference."""
        return not self.files or bool(self.reason)


def recheck(deps: "Deps", archived: "Archived") -> Recheck:
    """Make a report again from what was known then; the archive is only read."""
    period = read_period(archived.id)
    previous = deps.store.reports.latest(period.kind, period.as_of)
    before = read_report(deps, previous) if previous else None
    old, made = read_report(deps, archived), make_report(deps, period, before)
    again = files_of(made.report, made.failed, made.unfit)
    known = {file.name: file.sha256 for file in archived.files if file.name != MEMBERS}
    now = {name: sha256(content).hexdigest() for name, content in again.items()}
    files = tuple(sorted(n for n in known.keys() | now.keys() if known.get(n) != now.get(n)))
    version = dict(old.versions).get(DOCUMENT, FIRST)
    reason = _reason(deps, archived, version)
    cells, compared = _compare(old, made.report, version, reason)
    return Recheck(files, cells, compared, version, reason)


def _reason(deps: "Deps", archived: "Archived", version: str) -> str:
    """Why a report made now may say something else than it did."""
    found = []
    run = deps.store.runs.run_of(archived.as_of)
    if run is not None and run.attempt and run.started_at > archived.made_at:
        found.append(f"the morning was run again on {run.started_at.date().isoformat()}")
    if gone := erased_since(deps, archived.made_at):
        found.append(f"people erased since: {gone}")
    if version != FIGURES:
        found.append(f"counted by version {FIGURES} of the figures now, by {version} then")
    return "; ".join(found)


def _compare(
    old: "Report", new: "Report", version: str, reason: str
) -> tuple[tuple[Restatement, ...], int]:
    then, now = _cells(old), _cells(new)
    names = [*then, *(name for name in now if name not in then)]
    cells = tuple(
        _restated(now.get(name) or then[name], then.get(name), now.get(name), version, reason)
        for name in names
        if _raw(then.get(name)) != _raw(now.get(name))
    )
    return cells, len(names)


def _cells(report: "Report") -> "dict[str, Named]":
    """Every figure once, by its id; what compares with another report is no figure of this one."""
    found: dict[str, Named] = {}
    for section in report.sections:
        for one in named(section) if section.id != ID else ():
            found.setdefault(one.figure.id, one)
    return found


def _restated(
    one: "Named", then: "Named | None", now: "Named | None", version: str, reason: str
) -> Restatement:
    why = reason
    if version != FIGURES:
        why = "; ".join(filter(None, [reason, reason_of(one.figure.id, version)]))
    texts = [_said(then), _said(now)]
    if texts[0] == texts[1]:  # beyond the digits that are shown
        texts = [f"{text} ({_raw(cell)})" for text, cell in zip(texts, (then, now), strict=True)]
    said = why or "no reason known"
    return Restatement(one.place, one.figure.id, texts[0], texts[1], said)


def _said(one: "Named | None") -> str:
    """A cell as the report shows it, with what is behind it."""
    if one is None:
        return NOT_THERE
    figure: Figure = one.figure
    ends = f" ({band(figure)})" if figure.low is not None and figure.high is not None else ""
    behind = "" if figure.n is None else f", of {figure.n}"
    return f"{shown(figure)}{ends}{behind}"


def _raw(one: "Named | None") -> tuple[object, ...]:
    """Everything of a cell that a reader can see, before it is rounded."""
    if one is None:
        return ()
    cell = one.figure
    return (cell.value, cell.low, cell.high, cell.n, cell.currency, cell.missing, cell.mark)
