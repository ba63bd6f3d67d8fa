"""Fault 52 over a whole installation: nothing names the person any more, and everything holds."""

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agent.alone import alone, shared
from agent.erasing import ErasureRequest, erase, find_person, working
from agent.jobs import dispatch
from agent.pages import Pages
from agent.person import person_of
from agent.reporting.archive import read_report
from agent.reporting.folders import MEMBERS, hashed
from agent.wiring import Deps, open_deps
from approvals.request import Actor, Seen, Wish
from approvals.restore import after_restore
from approvals.verify import verify
from tests.agent.archived import READER, archive, mailed, naming
from tests.agent.company import FIRST, SECOND, Company, number
from tests.agent.grep import everything, leaks
from tests.agent.homes import Home, Homes
from tests.agent.launcher import KILLED
from tests.agent.points import crash_points
from tests.agent.traces import places
from tests.databases import KINDS
from tests.effort import WHOLE
from tools.document import json as report_json
from tools.errors import Absent, BadInput, Conflict, Forbidden
from tools.store.personal import erased_by
from tools.store.records import Proposal

pytestmark = pytest.mark.long

ON_EACH = [pytest.param(kind, marks=pytest.mark.xdist_group(f"agent-{kind}")) for kind in KINDS]
ON_SQLITE = pytest.mark.xdist_group("agent-sqlite")
# In the order in which an erasure comes by them; on PostgreSQL those after a write to the store.
ORDER = (
    "erase.begun", "erase.remembered", "erase.places", "erase.messages", "erase.tasks",
    "erase.files_written", "erase.files_replaced", "erase.files_deleted",
    "erase.report_archived", "erase.reports", "erase.logs",
    "erase.forgotten", "erase.compacted", "erase.ended",
)  # fmt: skip
WRITTEN = {
    "erase.begun",
    "erase.files_replaced",
    "erase.report_archived",
    "erase.forgotten",
    "erase.ended",
}
YEAR = 366 * 24 * 60  # in minutes: later than the moment at which the tests let days be run
NOON = datetime.combine(FIRST, time(16, 30, tzinfo=UTC))


@dataclass(frozen=True)
class Person:
    """Somebody of the company, as its files know them."""

    contact: str
    account: str
    email: str
    terms: frozenset[str]


@contextmanager
def open_home(home: Home, minutes: int = 0) -> Iterator[Deps]:
    """The home at the office hour of its first morning, or some minutes later."""
    settings = home.company.settings(home.folder, home.database, FIRST, report_to=[READER])
    with open_deps(settings, lambda: NOON + timedelta(minutes=minutes)) as deps:
        yield deps


def admin(deps: Deps) -> Actor:
    """An administrator; the first time somebody is let in as one."""
    found = deps.store.people.by_mailbox("eve@x.example")
    person = found or deps.store.people.add("eve@x.example", "Eve", "admin", deps.clock())
    return Actor(person.id, "admin", "cli")


def people_of(company: Company) -> list[dict[str, str]]:
    with (company.export(FIRST) / "crm_contacts.csv").open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


BY_HAND = ("retention_call", "retention_task", "upsell_seats", "winback_task")


def asked(deps: Deps, company: Company) -> tuple[Proposal, Person]:
    """A proposal to call somebody whose name nobody else has, and who that is."""
    rows = people_of(company)
    names = Counter(row[who].strip().lower() for row in rows for who in ("name", "owner"))
    by_id = {f"simulated:{row['contact_id']}": row for row in rows}
    for proposal in deps.store.proposals.pending(number(FIRST)):
        row = by_id[str(proposal.contact_id)]
        if proposal.play not in BY_HAND:
            continue
        if names[row["name"].strip().lower()] == 1 and row["email"].strip():
            return proposal, as_person(proposal, row)
    raise AssertionError("nobody of a name of their own is asked about")


def as_person(proposal: Proposal, row: dict[str, str]) -> Person:
    email, phone = row["email"].strip(), row["phone"].strip()
    terms = {email, row["name"].strip(), phone, f"simulated:{row['contact_id']}"}
    return Person(str(proposal.contact_id), proposal.account_id, email, frozenset(terms - {""}))


def approved(deps: Deps, proposal: Proposal, note: str = "") -> None:
    seen = Seen(proposal.id, proposal.version, proposal.shown)
    deps.gate.decide(admin(deps), Wish("approve", seen, note=note))


def wrong(deps: Deps) -> list[str]:
    return [w.words for w in deps.store.gate.read(lambda tx: verify(tx, deps.key, deps.clock()))]


@pytest.mark.parametrize("kind", ON_EACH)
def test_a_person_is_erased_from_everything_and_does_not_come_back(kind: str, homes: Homes) -> None:
    with homes.copy(kind) as home:
        with open_home(home) as deps:
            proposal, person = asked(deps, home.company)
            approved(deps, proposal, f"called {person.email}")
            reported(deps, person)
        with open_home(home, minutes=10) as deps:
            assert "1" in dispatch(deps, "w1")
        assert home.run(SECOND, crash_at="after.queue").signal == KILLED
        log = home.folder / "logs" / "lifecycle.log"
        with log.open("a", encoding="utf-8") as written:
            written.write(json.dumps({"event": f"bounced: {person.email}"}) + "\n")
        left = home.folder / "facts" / "fact" / "contacts" / "left-by-a-killed-load.parquet"
        shutil.copy(next(left.parent.glob("*.parquet")), left)
        holders = set(leaks(everything(home), set(person.terms)))
        assert {"logs/lifecycle.log"} < holders
        assert {name.split("/")[0] for name in holders} >= {"facts", "tasks", "logs", "outbox"}
        archived = {name for name in holders if name.startswith("reports/weekly")}
        assert {Path(name).suffix for name in archived} == {
            ".csv",
            ".html",
            ".json",
            ".parquet",
            ".pdf",
        }

        with open_home(home, minutes=YEAR) as deps:
            done = erase(deps, admin(deps), ErasureRequest(contact=person.contact), "asked for it")
            assert (done.status, done.plan, wrong(deps)) == ("done", "", [])
            assert places(home.database, home.folder) == 0
            (report,) = deps.store.reports.list()
            assert "were taken out of this report" in str(read_report(deps, report))
        assert leaks(everything(home), set(person.terms)) == {}

        ended = home.run(SECOND)  # the export of that morning has all their rows again
        assert ended.code == 0, ended.text
        assert leaks(everything(home), set(person.terms)) == {}
        shown = home.call("verify").text
        assert "every invariant holds" in shown
        assert "erased proposals" in shown
        with open_home(home, minutes=YEAR) as deps:
            again = erase(deps, admin(deps), ErasureRequest(email=person.email), "asked for it")
            assert again.id == done.id
            assert erase(deps, admin(deps), ErasureRequest(person.contact), "again").id == done.id
            with pytest.raises(Absent):
                find_person(deps, ErasureRequest(email=person.email))


@ON_SQLITE
def test_a_day_of_before_says_erased_since_and_does_not_fail(homes: Homes) -> None:
    with homes.copy("sqlite") as home:
        with open_home(home, minutes=YEAR) as deps:
            _, person = asked(deps, home.company)
            erase(deps, admin(deps), ErasureRequest(contact=person.contact), "asked for it")
        told = home.call("replay", "--as-of", FIRST.isoformat())
        assert (told.code, "erased since: 1" in told.text) == (0, True), told.text


@ON_SQLITE
def test_what_is_the_companys_stays(homes: Homes) -> None:
    """As many events, tickets and cents as before, on the same days, of the same accounts."""
    with homes.copy("sqlite") as home, open_home(home) as deps:
        _, person = asked(deps, home.company)
        before, pages, folder = figures(deps), Pages(deps), reported(deps, person)
        shown = str(pages.roster(None, "", person.contact))
        assert person.contact in shown
        erase(deps, admin(deps), ErasureRequest(contact=person.contact), "asked for it")
        assert figures(deps) == before
        (report,) = deps.store.reports.list()
        assert tuple(hashed(path) for path in sorted(folder.iterdir())) == report.files
        drilled = {one.id for _, one in report_json.figures(read_report(deps, report)) if one.drill}
        behind = pq.read_table(folder / MEMBERS).to_pylist()
        assert {row["figure"] for row in behind} == drilled
        assert {row["member_id"].split(":")[0] for row in behind} == {"erased", "simulated"}
        assert [path.name for path in folder.parent.iterdir()] == [report.id]
        assert person.contact not in str(pages.roster(None, "", ""))


def reported(deps: Deps, person: Person) -> Path:
    """A report that names the person, is about them and somebody else, and was mailed.

    And beside it what a process that was killed made of it.
    """
    report = naming(sorted(person.terms), number(FIRST))
    members = [(person.account, member) for member in (person.contact, "simulated:C-x")]
    folder = archive(deps, report, "weekly-2026-W44", members)
    shutil.copytree(folder, folder.with_name(".weekly-2026-W44.7.part"))
    mailed(deps, folder.name, report)
    return folder


def figures(deps: Deps) -> dict[str, list[object]]:
    """The rows of every fact, without what is about people."""
    found: dict[str, list[object]] = {}
    for file in deps.store.manifest.data_files():
        rows = pq.read_table(deps.dataset.folder / file.path)
        names = [
            n
            for n in (
                "day",
                "account_ref",
                "name",
                "amount_minor",
                "quantity",
                "events",
                "kind",
                "state",
            )
            if n in rows.schema.names
        ]
        if file.table == "contacts":
            names = ["day", "account_ref"]
        kept = found.setdefault(file.table, [])
        kept += [tuple(row.values()) for row in rows.select(names).to_pylist()]
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def test_the_sweep_knows_every_point_and_their_order() -> None:
    assert set(ORDER) == {point for point in crash_points() if point.startswith("erase.")}


@pytest.mark.parametrize("kind", ON_EACH)
def test_killed_everywhere_in_turn_it_ends_erased_and_is_never_half_told(
    kind: str, homes: Homes
) -> None:
    """One home, killed at every point, each time going on; the next command ends what was begun."""
    with homes.copy(kind) as home:
        with open_home(home) as deps:
            proposal, person = asked(deps, home.company)
            reported(deps, person)
            token = home_token(home, deps)
        order = [
            "erase",
            "--contact",
            person.contact,
            "--reason",
            "asked for it",
            "--yes",
            "--token",
            token,
        ]
        for point in [one for one in ORDER if WHOLE or kind == "sqlite" or one in WRITTEN]:
            killed = home.call(*order, crash_at=point)
            assert killed.signal == KILLED, f"{point}: {killed}"
            with open_home(home) as deps:
                half = any("has begun and not ended" in words for words in wrong(deps))
                now = deps.store.proposals.get(proposal.id)
            assert half == (point != "erase.ended"), point
            assert now is not None
            assert (now.status, erased_by(now.envelope) is None) == ("revoked", False)
        ended = home.call(*order)
        assert (ended.code, "erased as e" in ended.text) == (0, True), ended.text
        assert leaks(everything(home), set(person.terms)) == {}
        with open_home(home) as deps:
            assert wrong(deps) == []


def home_token(home: Home, deps: Deps) -> str:
    admin(deps)
    return home.call("people", "token", "eve@x.example").text.strip().splitlines()[-1]


@ON_SQLITE
def test_the_next_job_ends_what_a_killed_erasure_began(homes: Homes) -> None:
    with homes.copy("sqlite") as home:
        with open_home(home) as deps:
            _, person = asked(deps, home.company)
            token = home_token(home, deps)
        order = ["erase", "--contact", person.contact, "--reason", "r", "--yes", "--token", token]
        assert home.call(*order, crash_at="erase.begun").signal == KILLED
        with open_home(home) as deps:
            assert dispatch(deps, "w1") == "nothing due"
            assert wrong(deps) == []
        assert leaks(everything(home), set(person.terms)) == {}


@ON_SQLITE
def test_a_restored_backup_brings_nobody_back(homes: Homes, tmp_path: Path) -> None:
    with homes.copy("sqlite") as home:
        shutil.copytree(home.folder, tmp_path / "backup")
        with open_home(home) as deps:
            _, person = asked(deps, home.company)
            done = erase(deps, admin(deps), ErasureRequest(contact=person.contact), "asked for it")
        shutil.rmtree(home.folder / "facts")
        shutil.copytree(tmp_path / "backup" / "facts", home.folder / "facts")
        for name in home.folder.glob("lifecycle.db*"):
            name.unlink()
        shutil.copy(tmp_path / "backup" / "lifecycle.db", home.folder)
        assert leaks(everything(home), set(person.terms)) != {}

        assert f"erasure {done.id}: it was done once" in home.call("verify").text
        with open_home(home) as deps:
            with working(deps):
                after_restore(deps.gate, admin(deps))
                assert wrong(deps) == []
            assert (
                erase(deps, admin(deps), ErasureRequest(email=person.email), "again").id == done.id
            )
        assert leaks(everything(home), set(person.terms)) == {}
        assert "every invariant holds" in home.call("verify").text


@ON_SQLITE
def test_everything_that_is_kept_about_a_person_can_be_shown(homes: Homes) -> None:
    lived = homes.lived("sqlite")
    with open_home(lived) as deps:
        proposal, person = asked(deps, lived.company)
        shown = person_of(deps, ErasureRequest(email=person.email))

    assert shown["contact"] == person.contact
    assert {row["id"] for row in shown["kept"]["proposal"]} >= {proposal.id}
    assert {row["entity_id"] for row in shown["kept"]["transition"]} >= {person.contact}
    assert {"contacts", "messages"} <= set(shown["facts"])
    text = lived.call("person", person.contact).text
    assert json.loads(text)["named_by"]["emails"] == [person.email.lower()]


@ON_SQLITE
def test_bad_wishes_are_told_what_to_do(homes: Homes) -> None:
    lived = homes.lived("sqlite")
    with open_home(lived) as deps:
        _, person = asked(deps, lived.company)
        viewer = Actor("u1", "viewer", "cli")
        with pytest.raises(Absent, match=f"did you mean '{person.contact}'"):
            find_person(deps, ErasureRequest(contact=person.contact + "x"))
        with pytest.raises(Absent, match="no contact has the address") as told:
            find_person(deps, ErasureRequest(email="x" + person.email))
        assert str(told.value).count("@") == 1  # the one that was asked for, and nobody else's
        with pytest.raises(BadInput, match="say who"):
            ErasureRequest()
        with pytest.raises(BadInput, match="say why"):
            erase(deps, Actor("u1", "admin", "cli"), ErasureRequest("x"), " ")
        with pytest.raises(Forbidden):
            erase(deps, viewer, ErasureRequest(person.contact), "r")
    assert "set LIFECYCLE_TOKEN" in lived.call("erase", "--contact", "x").text


def test_an_erasure_waits_for_a_run_and_gives_up_in_words(tmp_path: Path) -> None:
    home = tmp_path
    with shared(home), pytest.raises(Conflict, match="under way"), alone(home, patience=0.1):
        pass
    with shared(home), shared(home):
        pass
    with alone(home):
        pass
