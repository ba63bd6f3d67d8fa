"""The report of a week: made once, the same for ever, sent once, and nothing lost in a crash."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from agent.reporting.archive import (
    HTML,
    JSON,
    NOTES,
    PDF,
    file_report,
    read_file,
)
from agent.reporting.due import reports_due
from agent.reporting.folders import MEMBERS, folder_of
from agent.reporting.making import make_report, open_context
from agent.reporting.period import Period, month_before, read_period, week_before
from agent.reporting.sections import SECTIONS, SectionMaker
from agent.reporting.sending import send_report
from agent.wiring import Deps, open_deps
from config.settings import Settings
from tests.agent.company import FIRST, LATER, OUR_OWN, SECOND, number
from tests.agent.homes import Home, Homes
from tests.agent.points import crash_points
from tests.databases import KINDS
from tests.document.mail_check import mail_faults
from tests.document.tracing import figures_on, untraced
from tests.effort import WHOLE
from tools.document.html import as_mail, pictures
from tools.document.json import figures
from tools.document.model import Section, words
from tools.errors import Absent, BadInput, Conflict, LifecycleError
from tools.reports.context import SectionResult
from tools.warehouse.engine import DuckEngine

pytestmark = pytest.mark.long

ON_EACH = [pytest.param(kind, marks=pytest.mark.xdist_group(f"agent-{kind}")) for kind in KINDS]
ON_SQLITE = pytest.mark.xdist_group("agent-sqlite")
WEEK = week_before(number(FIRST))
POINTS = [point for point in crash_points("reporting") if point]
SENDING = ("report.calling", "report.called")
READERS = ["ceo@x.example", "cfo@x.example"]


Opened = Callable[..., Deps]


def settings(home: Home, **more: object) -> Settings:
    return home.company.settings(home.folder, home.database, FIRST, **more)


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens a home; what was opened is closed when the test is over."""
    with ExitStack() as stack:
        yield lambda home, **more: stack.enter_context(open_deps(settings(home, **more)))


def hashes(deps: Deps) -> dict[str, str]:
    folder = folder_of(deps, WEEK.id)
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.parametrize("kind", ON_EACH if WHOLE else ON_EACH[:1])
def test_made_on_its_monday_or_a_month_later_it_is_the_same_to_the_byte(
    kind: str, homes: Homes, opened: Opened
) -> None:
    with homes.copy(kind) as home, homes.copy(kind, SECOND) as waited:
        made = file_report(deps := opened(home), WEEK)
        ended = waited.run(LATER)
        again = file_report(later := opened(waited), WEEK)

        assert ended.code == 0, ended.text
        assert made.new
        assert again.new
        assert made.failed == ()
        assert hashes(later) == hashes(deps)


@pytest.fixture(scope="module")
def archive(homes: Homes) -> Iterator[Home]:
    """An installation whose week was reported, to be looked at."""
    with homes.copy("sqlite") as home:
        with open_deps(settings(home)) as deps:
            file_report(deps, WEEK)
        yield home


@pytest.fixture
def reported(archive: Home, opened: Opened) -> Deps:
    """The same, opened."""
    return opened(archive)


@pytest.fixture
def own(archive: Home, tmp_path: Path) -> Home:
    """A copy of it to do with as a test likes."""
    folder = tmp_path / "home"
    shutil.copytree(archive.folder, folder)
    return replace(archive, folder=folder, database=f"sqlite:///{folder / 'lifecycle.db'}")


@ON_SQLITE
def test_every_number_of_a_real_report_is_in_its_json_and_its_mail_is_shown(
    reported: Deps,
) -> None:
    deps, made = reported, file_report(reported, WEEK)
    page = read_file(deps, made.archived, HTML).decode()

    assert untraced(page, made.report) == []
    assert figures_on(page) > 100
    assert mail_faults(as_mail(made.report, pictures(made.report))) == []
    assert read_file(deps, made.archived, PDF).startswith(b"%PDF")
    assert json.loads(read_file(deps, made.archived, JSON))["kind"] == "weekly"


@ON_SQLITE
def test_our_own_account_is_behind_no_figure_but_those_of_the_work(reported: Deps) -> None:
    engine = DuckEngine()
    path = folder_of(reported, WEEK.id) / MEMBERS
    engine.create("behind", f"SELECT * FROM read_parquet('{path}')")
    sql = "SELECT DISTINCT SPLIT_PART(figure, '.', 1) AS section FROM behind"
    ours = engine.run(f"{sql} WHERE account_id = $own", own=OUR_OWN)["section"].to_pylist()

    assert {"retention", "stages", "trials"} <= set(engine.run(sql)["section"].to_pylist())
    assert set(ours) <= {"work"}


@ON_SQLITE
def test_whoever_is_behind_a_figure_is_as_many_as_it_says(reported: Deps) -> None:
    deps, made = reported, file_report(reported, WEEK)
    path = folder_of(deps, WEEK.id) / MEMBERS
    rows = DuckEngine().run(
        f"SELECT figure, COUNT(*) AS n FROM read_parquet('{path}') GROUP BY figure"
    )
    behind = {row["figure"]: row["n"] for row in rows.to_pylist()}
    drilled = {one.id: one for _, one in figures(made.report) if one.drill}

    assert len(drilled) > 20
    assert behind.keys() <= drilled.keys()
    assert {
        name: (one.value, one.n, behind.get(name, 0))
        for name, one in drilled.items()
        if behind.get(name, 0) not in {one.value, one.n}
    } == {}


@ON_SQLITE
def test_a_week_that_is_not_over_or_not_run_is_refused(reported: Deps) -> None:
    deps = reported
    following = Period("weekly", WEEK.first_day + 7, WEEK.as_of + 7)

    with pytest.raises(BadInput, match="once 2026-11-09 has been run"):
        file_report(deps, following)
    assert not folder_of(deps, following.id).exists()


@ON_SQLITE
def test_a_section_that_fails_says_so_and_stops_no_other_and_is_not_sent(
    own: Home, opened: Opened
) -> None:
    deps = opened(own, report_to=READERS)

    def broken(_: object) -> SectionResult:
        raise ZeroDivisionError

    other = make_report(deps, WEEK, None, (SectionMaker("broken", broken),))
    filed = replace(file_report(deps, WEEK), failed=other.failed)

    assert other.failed == ("Broken",)
    assert "ZeroDivisionError" in str(other.report.sections[0].lines)
    assert "not every section" in send_report(deps, filed).words
    assert deps.store.reports.posts(WEEK.id) == ()


PASSING = (OSError(24, "Too many open files"), MemoryError(), OSError(5, "Input/output error"))


@pytest.mark.parametrize("kind", ON_EACH)
def test_a_section_that_failed_in_passing_is_made_again_before_anything_is_archived(
    kind: str, homes: Homes, opened: Opened
) -> None:
    """Two failures are waited out; one that stays leaves the report unmade, until it is gone."""
    with homes.copy(kind) as home:
        deps, left, waits = opened(home, report_to=READERS), list(PASSING), list[float]()

        def weak(_: object) -> SectionResult:
            if left:
                raise left.pop()
            return SectionResult(Section("weak", "Weak", ((words("It can be said."),),)))

        said = r"not archived: Weak \(Too many open files\) could not be made"
        with pytest.raises(LifecycleError, match=said) as on:
            file_report(deps, WEEK, makers=(SectionMaker("weak", weak),), pause=waits.append)
        assert f"lifecycle report {WEEK.id}" in str(on.value)
        assert (deps.store.reports.get(WEEK.id), len(waits)) == (None, 2)
        assert not folder_of(deps, WEEK.id).exists()
        assert deps.store.reports.posts(WEEK.id) == ()
        left.append(PASSING[0])
        filed = file_report(deps, WEEK, makers=(SectionMaker("weak", weak),), pause=waits.append)

        assert (filed.new, filed.failed, len(waits)) == (True, (), 3)
        assert "It can be said." in read_file(deps, filed.archived, JSON).decode()


@ON_SQLITE
def test_whatever_section_comes_first_every_cell_is_the_same(reported: Deps) -> None:
    """Each prepares what it reads; some accounts are our own, whom some sections count."""
    context = open_context(reported, WEEK)
    assert OUR_OWN in context.policy.money.internal.accounts
    shipped = {maker.name: maker(context) for maker in SECTIONS}
    draw = Random(7)
    drawn = [draw.sample(SECTIONS, len(SECTIONS)) for _ in range(2 if WHOLE else 0)]
    for order in (SECTIONS[::-1], *drawn):
        again = open_context(reported, WEEK)
        for maker in order:
            assert maker(again) == shipped[maker.name], [one.name for one in order]


@ON_SQLITE
def test_a_service_that_ends_leaves_a_report_for_later(reported: Deps) -> None:
    with pytest.raises(Conflict, match="the service is ending"):
        make_report(reported, WEEK, None, stopping=lambda: True)


@ON_SQLITE
def test_what_is_not_what_was_archived_is_not_shown(own: Home, opened: Opened) -> None:
    deps = opened(own)
    made = file_report(deps, WEEK)
    page = folder_of(deps, WEEK.id) / HTML
    page.write_text(page.read_text() + " ")

    with pytest.raises(BadInput, match="is not what was archived"):
        read_file(deps, made.archived, HTML)
    page.unlink()
    with pytest.raises(BadInput, match="is gone"):
        read_file(deps, made.archived, HTML)
    with pytest.raises(Absent, match="has no file"):
        read_file(deps, made.archived, "../lifecycle.db")


@ON_SQLITE
def test_each_reader_gets_it_once_with_page_pictures_and_print(own: Home, opened: Opened) -> None:
    deps = opened(own, report_to=READERS, company="Bäcker")
    made = file_report(deps, WEEK)

    first, again = send_report(deps, made), send_report(deps, made)

    assert first.words == "sent to 2"
    assert again.words == "sent to 0, 2 had it"
    mails = sorted((own.folder / "outbox").glob("*.eml"))
    assert len(mails) == 2
    message = message_from_bytes(mails[0].read_bytes())
    kinds = [part.get_content_type() for part in message.walk()]
    assert {"text/plain", "text/html", "image/png", "application/pdf"} <= set(kinds)


@ON_SQLITE
def test_nothing_is_sent_on_bad_grounds_and_it_says_why(own: Home, opened: Opened) -> None:
    deps = opened(own)
    made = file_report(deps, WEEK)
    asked = opened(own, report_to=READERS)
    stale = replace(made, unfit=("orders are 9 days old",))

    assert "report_to" in send_report(deps, made).words
    assert send_report(asked, stale).words == "not sent: orders are 9 days old"
    assert not (own.folder / "outbox").exists()


@ON_SQLITE
def test_the_clock_makes_what_is_over_once_and_waits_for_its_morning(
    homes: Homes, opened: Opened
) -> None:
    with homes.copy("sqlite") as home:
        deps = opened(home, clock_shift_seconds=_shift(opened, home, FIRST))

        first = reports_due(deps)

        assert "weekly-2026-W44" in first
        assert "monthly-2026-10" in first
        later = opened(home, clock_shift_seconds=_shift(opened, home, FIRST + timedelta(days=7)))
        with pytest.raises(LifecycleError, match="waits for the run of 2026-11-09"):
            reports_due(later)
        assert reports_due(deps) == "nothing is due"


def _shift(opened: Opened, home: Home, day: date) -> int:
    deps = opened(home)
    return round((day - deps.clock().date()).total_seconds())


@ON_SQLITE
@pytest.mark.parametrize("point", [p for p in POINTS if p not in SENDING])
def test_killed_while_it_is_made_it_is_made_once(point: str, homes: Homes, opened: Opened) -> None:
    with homes.copy("sqlite") as home:
        _killed_and_again(opened, home, point)


@ON_SQLITE
@pytest.mark.parametrize("point", SENDING)
def test_killed_while_it_is_sent_it_is_sent_at_most_once(
    point: str, own: Home, opened: Opened
) -> None:
    assert point in POINTS
    _killed_and_again(opened, own, point)


def _killed_and_again(opened: Opened, home: Home, point: str) -> None:
    told = home.told(point) | {"LIFECYCLE_REPORT_TO": json.dumps(READERS[:1])}
    arguments = ["report", "2026-W44", "--send", "--home", str(home.folder)]
    killed = home.launcher.run(arguments, told)
    again = home.launcher.run(arguments, told | {"LIFECYCLE_CRASH_AT": ""})
    deps = opened(home)
    (kept,) = deps.store.reports.list()

    assert killed.code != 0
    assert again.code == 0, again.text
    assert all(read_file(deps, kept, file.name) for file in kept.files)
    assert [path.name for path in (home.folder / "reports").iterdir()] == [WEEK.id]
    assert len(list((home.folder / "outbox").glob("*.eml"))) <= 1
    assert len(deps.store.reports.posts(WEEK.id)) == 1


@ON_SQLITE
def test_the_command_line_makes_shows_copies_checks_and_lists(homes: Homes, tmp_path: Path) -> None:
    with homes.copy("sqlite") as home:
        first = home.call("report", "--out", str(tmp_path / "copy"))
        again = home.call("report", "2026-W44", "--check")
        listed = home.call("reports")
        wrong = home.call("report", "2026-W60")
        early = home.call("report", "2026-W45")

        assert first.code == 0, first.text
        assert "Lifecycle week 2026-W44" in first.text
        assert {path.name for path in (tmp_path / "copy").iterdir()} >= {HTML, PDF, JSON, NOTES}
        assert "from the archive" in again.text
        assert "every byte is the same" in again.text
        assert "weekly-2026-W44" in listed.text
        assert (wrong.code, "is no week or month" in wrong.text) == (2, True)
        assert (early.code, "once 2026-11-09 has been run" in early.text) == (2, True)
        as_json = home.call("report", "--json")
        assert json.loads(as_json.text)["first_day"] == WEEK.first_day


@pytest.mark.parametrize(
    ("day", "week", "month"),
    [
        (date(2026, 11, 2), "weekly-2026-W44", "monthly-2026-10"),
        (date(2026, 11, 8), "weekly-2026-W44", "monthly-2026-10"),
        (date(2026, 11, 9), "weekly-2026-W45", "monthly-2026-10"),
        (date(2026, 11, 1), "weekly-2026-W43", "monthly-2026-09"),
        (date(2027, 1, 1), "weekly-2026-W52", "monthly-2026-11"),
        (date(2027, 1, 4), "weekly-2026-W53", "monthly-2026-12"),
        (date(2024, 3, 1), "weekly-2024-W08", "monthly-2024-01"),
        (date(2024, 3, 2), "weekly-2024-W08", "monthly-2024-02"),
    ],
)
def test_what_is_over_on_a_day(day: date, week: str, month: str) -> None:
    for period, name in ((week_before(number(day)), week), (month_before(number(day)), month)):
        assert period.id == name
        assert read_period(name) == period
        assert period.first_day < period.as_of <= number(day)
