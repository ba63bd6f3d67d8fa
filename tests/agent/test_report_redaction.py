"""An erasure and the archive of reports: words go, figures stay, whatever became of the files."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from agent.report_redaction import redact_reports, reports_naming
from agent.reporting.archive import HTML, JSON, NOTES, PDF, read_report
from agent.reporting.folders import MEMBERS
from agent.reporting.shelf import ReportShelf
from agent.wiring import Deps, open_deps
from approvals import erasing
from approvals.erasing import Begun, Request
from approvals.request import Actor
from approvals.verify import verify
from config.settings import read_settings
from tests.agent.archived import READER, archive, mailed, naming
from tests.agent.grep import leaks, texts
from tests.effort import WHOLE
from tools.document.json import figures
from tools.traces import Traces

MARA = Traces(
    "e1", ("crm:9",), ("acct-9",), ("mara.quist@x.example",), ("Mara Quist",), ("+44 20 7946 0123",)
)
MARKS = ("Mara Quist", "mara.quist@x.example", "+44 20 7946 0123", "crm:9")
MEMBER = [("acct-9", "crm:9"), ("acct-1", "crm:1")]
DAY = 20_759
WEEK = "weekly-2026-W44"


@pytest.fixture
def deps(database_url: str, tmp_path: Path) -> Iterator[Deps]:
    """An installation that has done nothing yet."""
    settings = read_settings(home=tmp_path / "home", database_url=database_url, report_to=[READER])
    with open_deps(settings) as opened:
        yield opened


def begun(deps: Deps) -> Begun:
    person = deps.store.people.add("eve@x.example", "Eve", "admin", deps.clock())
    asked = Request(MARA, "asked for it", (), (), "")
    return erasing.begin(deps.gate, Actor(person.id, "admin", "cli"), asked)


def erased(deps: Deps) -> None:
    """What an erasure does about reports, to its end."""
    of = begun(deps)
    redact_reports(deps, of.erasure, MARA)
    assert erasing.end(deps.gate, of.erasure)
    assert deps.store.gate.read(lambda tx: verify(tx, deps.key, deps.clock())) == ()


def as_archived(deps: Deps, folder: Path) -> bool:
    """Whether the files of a report are those the archive knows, and no others."""
    known = deps.store.reports.get(folder.name)
    assert known is not None
    now = {p.name: sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
    return now == {one.name: one.sha256 for one in known.files}


def test_every_text_loses_the_person_and_every_figure_stays(deps: Deps) -> None:
    shelf, report = ReportShelf(deps, lambda _: {}), naming(MARKS, DAY)
    folder = archive(deps, report, WEEK, MEMBER)
    mailed(deps, WEEK, report)
    assert set(leaks(texts(folder), set(MARKS))) == {
        JSON,
        HTML,
        PDF,
        MEMBERS,
        "campaigns.csv",
    }
    assert reports_naming(deps, MARA) == (WEEK,)
    assert "Mara Quist" in str(shelf.report(WEEK))
    erased(deps)

    assert (leaks(texts(deps.settings.home), set(MARKS)), as_archived(deps, folder)) == ({}, True)
    assert (list((deps.settings.home / "outbox").iterdir()), reports_naming(deps, MARA)) == ([], ())
    now = shelf.report(WEEK)
    assert "were taken out of this report (erasure e1)" in str(now.sections[-1])
    assert [one.value for _, one in figures(now)] == [one.value for _, one in figures(report)]
    drilled = {one.id for _, one in figures(now)}
    assert len(drilled) == len({one.id for _, one in figures(report)})
    assert all(shelf.members(WEEK, one, None, 9) for one in drilled)


def test_a_report_that_names_nobody_stays_as_it_was_and_so_does_its_mail(deps: Deps) -> None:
    report = naming(("Mara Quistling", "other@x.example"), DAY)
    folder = archive(deps, report, WEEK, MEMBER[1:])
    mailed(deps, WEEK, report)
    before = deps.store.reports.list()
    erased(deps)

    assert (deps.store.reports.list(), as_archived(deps, folder)) == (before, True)
    assert len(list((deps.settings.home / "outbox").iterdir())) == 1


def _changed(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("Acme", "Acne"), encoding="utf-8")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink, "changed": _changed, "torn": lambda path: path.write_bytes(b'{"as_of'),
    "no text": lambda path: path.write_bytes(b"\xff\xfe"),
}  # fmt: skip


@pytest.mark.parametrize("damage", list(DAMAGES) if WHOLE else ["gone", "changed"])
def test_one_that_cannot_be_read_any_more_is_replaced_by_a_note(deps: Deps, damage: str) -> None:
    folder = archive(deps, naming(MARKS, DAY), WEEK, MEMBER)
    DAMAGES[damage](folder / JSON)
    erased(deps)

    assert (leaks(texts(folder), set(MARKS)), as_archived(deps, folder)) == ({}, True)
    (report,) = deps.store.reports.list()
    assert "was deleted on" in str(read_report(deps, report))


def test_a_file_that_is_not_what_was_archived_is_made_again(deps: Deps) -> None:
    """Nobody can tell what a print that was exchanged says."""
    folder = archive(deps, naming(("nobody",), DAY), WEEK, MEMBER[1:])
    other = archive(deps, naming(MARKS, DAY + 7), "weekly-2026-W45", MEMBER[1:])
    before = deps.store.reports.get(WEEK)
    for name in (PDF, HTML):
        (folder / name).write_bytes((other / name).read_bytes())
    erased(deps)

    assert (leaks(texts(folder), set(MARKS)), as_archived(deps, folder)) == ({}, True)
    assert deps.store.reports.get(WEEK) == before


def test_what_no_reader_knows_of_goes(deps: Deps, tmp_path: Path) -> None:
    folder = archive(deps, naming(("nobody",), DAY), WEEK, MEMBER[1:])
    precious = tmp_path / "precious"
    precious.mkdir()
    (folder / "copy.pdf").write_bytes(b"%PDF")
    (folder.parent / "notes.txt").write_text("Mara Quist", encoding="utf-8")
    (folder.parent / "linked").symlink_to(precious)
    (folder.parent / "weekly-2026-W43").mkdir()
    erased(deps)

    assert ([path.name for path in folder.parent.iterdir()], precious.is_dir()) == ([WEEK], True)
    assert as_archived(deps, folder)


def test_without_its_notes_it_is_not_mailed_by_itself(deps: Deps) -> None:
    folder = archive(deps, naming(MARKS, DAY), WEEK, MEMBER)
    (folder / NOTES).unlink()
    erased(deps)

    assert "its notes were lost" in (folder / NOTES).read_text(encoding="utf-8")
