"""An archived report that names people in its words, tables, picture and ids, and its mail."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from agent.reporting.archive import Filed, files_of
from agent.reporting.folders import MEMBERS, folder_of, hashed
from agent.reporting.sending import send_report
from agent.wiring import Deps
from tools.document.json import figures
from tools.document.model import (
    About,
    Chart,
    Figure,
    Line,
    Part,
    Report,
    Section,
    Series,
    Table,
    words,
)
from tools.reports.figure_ids import figure_id, slug
from tools.store.reports import Archived

READER = "ceo@x.example"
ABOUT = About("As a source wrote it.", "2026-10-26 to 2026-11-01")


def naming(marks: Iterable[str], as_of: int) -> Report:
    """A report of a week in which each mark stands wherever a text of a source may."""
    rows: list[tuple[Part, ...]] = []
    lines: list[Line] = []
    for number, mark in enumerate(marks):
        ids = (figure_id("campaigns", mark, "cost"), f"changes.{slug(mark)}.weeks")
        counts = [Figure(name, number, "count", drill=True) for name in ids]
        rows.append((words(f"Webinar with {mark}"), *counts))
        lines.append((counts[0], words(f" came of {mark}, as in every week.")))
    table = Table(
        "campaigns",
        "What it cost",
        ABOUT,
        ("campaign", "cost", "weeks"),
        tuple(rows),
        tuple(f"Asked by {mark}." for mark in marks),
    )
    series = tuple(Series(mark, (1, 2)) for mark in marks)
    chart = Chart(
        "course", "Its course", ABOUT, "line", ("1", "2"), "week", "count", "count", series
    )
    section = Section("campaigns", "Campaigns", tuple(lines), (table, chart))
    return Report("weekly", as_of, as_of - 7, "Acme", (section,), (("rulebook", "r1"),))


def archive(deps: Deps, report: Report, name: str, members: Iterable[tuple[str, str]]) -> Path:
    """Archive a report as the product does, some members behind its figures; its folder."""
    folder = folder_of(deps, name)
    folder.mkdir(parents=True)
    for file, content in files_of(report, ("Trials",), ()).items():
        (folder / file).write_bytes(content)
    drilled = sorted({one.id for _, one in figures(report) if one.drill})
    rows = [
        {"figure": figure, "account_id": account, "member_id": member}
        for figure in drilled
        for account, member in members
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / MEMBERS)
    files = tuple(hashed(path) for path in sorted(folder.iterdir()))
    assert deps.store.reports.add(
        Archived(name, "weekly", report.as_of, report.first_day, deps.clock(), files)
    )
    return folder


def mailed(deps: Deps, name: str, report: Report) -> None:
    """Mail an archived report to a reader, into the outbox."""
    archived = deps.store.reports.get(name)
    assert archived is not None
    assert send_report(deps, Filed(archived, report, (), (), new=True)).sent == (READER,)
