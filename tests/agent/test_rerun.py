"""A morning on wrong data is taken back and run again, while nobody has decided anything."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from agent.rerun import changed_since, refusal, withdraw
from agent.run import replay_day, run_day
from agent.wiring import Deps, open_deps
from approvals.request import Actor, Seen, Wish
from approvals.verify import verify
from tests.agent.company import FIRST, MAPPING, copied_policies, number
from tests.agent.homes import Home, Homes
from tests.agent.launcher import KILLED, Launcher
from tests.conftest import CHECKOUT
from tests.databases import KINDS
from tests.effort import WHOLE
from tools.errors import BadInput, Conflict

pytestmark = pytest.mark.long

ON_EACH = [pytest.param(kind, marks=pytest.mark.xdist_group(f"agent-{kind}")) for kind in KINDS]
ON_SQLITE = pytest.mark.xdist_group("agent-sqlite")
DAY = number(FIRST)
LONG_AGO = number(date(1998, 7, 1))
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def wrong_mapping(folder: Path) -> Path:
    """A mapping that takes amounts for cents."""
    right = MAPPING.read_text(encoding="utf-8")
    wrong = right.replace("{from: mrr, unit: main}", "{from: mrr, unit: minor}")
    assert wrong != right
    path = folder / "wrong.yaml"
    path.write_text(wrong, encoding="utf-8")
    return path


def opened(home: Home, **more: Any) -> Any:
    settings = home.company.settings(home.folder, home.database, FIRST, **more)
    return open_deps(settings, lambda: NOON)


def asked(deps: Deps) -> set[tuple[str, str, str]]:
    """What waits, without the ids."""
    return {(p.account_id, p.play, p.sha256) for p in deps.store.proposals.pending(DAY)}


def holds(deps: Deps) -> bool:
    return deps.store.gate.read(lambda tx: verify(tx, deps.key, deps.clock())) == ()


@pytest.mark.parametrize("kind", ON_EACH)
def test_after_the_mapping_was_mended_nothing_of_the_wrong_one_is_left(
    kind: str, homes: Homes, tmp_path: Path
) -> None:
    """Run again by a wrong mapping, killed, and again by the right one: all is as at first."""
    with homes.copy(kind) as home:
        wrong = wrong_mapping(tmp_path)
        with opened(home) as deps:
            before, summary = asked(deps), deps.store.runs.run_of(DAY)
            files = {(f.path, f.rows) for f in deps.store.manifest.data_files()}
            assert before
            assert changed_since(deps, summary) == ()
        with opened(home, mapping=wrong) as deps:
            found = run_day(deps, DAY)
            assert (found.new, found.changed, found.kept) == (False, ("mapping",), "")
            again = run_day(deps, DAY, again=True)
            assert again.withdrawn is not None
            assert len(again.withdrawn.proposals) == len(before)
            assert asked(deps) != before
            assert holds(deps)
        data = ["--data", str(home.company.export(FIRST)), "--mapping", str(MAPPING)]
        rerun = ("run", "--as-of", FIRST.isoformat(), *data)
        killed = home.call(*rerun, "--again", crash_at="again.withdrawn")
        assert killed.signal == KILLED
        with opened(home) as deps:
            assert asked(deps) == set()
        ended = home.call(*rerun)
        assert ended.code == 0, ended.text
        with opened(home) as deps:
            last = deps.store.runs.run_of(DAY)
            assert last is not None
            assert summary is not None
            assert (last.summary, last.attempt) == (summary.summary, 2)
            assert asked(deps) == before
            assert {(f.path, f.rows) for f in deps.store.manifest.data_files()} == files
            assert replay_day(deps, DAY).identical
            assert holds(deps)
            chain = deps.store.gate.read(lambda tx: tx.chain.about([last.id]))
            assert [link.kind for link in chain] == ["rerun", "rerun"]
            assert json.loads(chain[0].body)["changed"] == ["mapping"]


@pytest.mark.parametrize("kind", ON_EACH if WHOLE else ON_EACH[:1])
def test_what_a_version_of_before_loaded_is_known_by_its_time(kind: str, homes: Homes) -> None:
    with homes.copy(kind) as home, opened(home) as deps:
        with deps.store.database.write() as session:
            session.connection().execute(text("UPDATE batch SET as_of = NULL"))
        taken = withdraw(deps, DAY)

        assert taken is not None
        assert taken.rows > 1_000
        assert deps.store.manifest.data_files("fact") == ()


@pytest.mark.parametrize("kind", ON_EACH if WHOLE else ON_EACH[:1])
def test_who_has_decided_keeps_the_morning(kind: str, homes: Homes, tmp_path: Path) -> None:
    with homes.copy(kind) as home, opened(home, mapping=wrong_mapping(tmp_path)) as deps:
        person = deps.store.people.add("ann@x.example", "ann", "reviewer", deps.clock())
        first = deps.store.proposals.pending(DAY)[0]
        seen = Seen(first.id, first.version, first.shown)
        deps.gate.decide(Actor(person.id, "reviewer", "cli"), Wish("reject", seen, "wrong_time"))
        before = asked(deps)
        found = run_day(deps, DAY)

        assert found.changed == ("mapping",)
        assert "people have done something with what it asked 1 times" in found.kept
        with pytest.raises(Conflict, match="cannot be run again: people have done something"):
            run_day(deps, DAY, again=True)
        assert asked(deps) == before
        run = deps.store.runs.run_of(DAY)
        assert run is not None
        assert (run.status, run.attempt) == ("done", 0)


@pytest.mark.parametrize("kind", ON_EACH if WHOLE else ON_EACH[:1])
def test_a_day_others_were_built_on_is_kept(kind: str, homes: Homes) -> None:
    with homes.copy(kind) as home, opened(home) as deps:
        deps.store.runs.open_run(DAY + 1, "", {}, deps.clock())
        deps.store.runs.finish_run(DAY + 1, "{}", deps.clock())
        run = deps.store.runs.run_of(DAY)

        assert run is not None
        assert str(FIRST + timedelta(days=1)) in refusal(deps, run)
        with pytest.raises(Conflict, match="has been run since"):
            run_day(deps, DAY, again=True)


@ON_SQLITE
def test_what_leads_nowhere_is_refused_and_makes_nothing(
    launcher: Launcher, homes: Homes, tmp_path: Path
) -> None:
    """A mistyped home, folder, mapping or day; no company; a folder without its files."""
    data = str(homes.lived("sqlite").company.export(FIRST))
    empty = tmp_path / "empty"
    empty.mkdir()
    run = ["run", "--as-of", "2026-11-02"]
    for arguments, words in (
        (["queue"], "there is no installation"),
        (["accounts"], "there is no installation"),
        (["verify"], "there is no installation"),
        (["serve", "--minutes", "1"], "there is no installation"),
        (["people", "list"], "there is no installation"),
        (["replay", "--as-of", "2026-11-02"], "there is no installation"),
        (run, "no company is connected"),
        ([*run, "--data", f"{data}x", "--mapping", str(MAPPING)], "there is no such folder"),
        ([*run, "--data", data, "--mapping", f"{MAPPING}x"], "there is no such file"),
        (["run", "--as-of", "2026-11-32", "--data", data, "--mapping", str(MAPPING)], "not a day"),
        ([*run, "--data", str(empty), "--mapping", str(MAPPING)], "there is no"),
        ([*run, "--data", data], "there is no such mapping"),
    ):
        home = tmp_path / "typo"
        ended = launcher.run([*arguments, "--home", str(home)], {"COLUMNS": "300"})
        assert (ended.code, words in ended.text) == (2, True), (arguments, ended.text)
        assert not home.exists(), arguments


@ON_SQLITE
def test_empty_files_and_a_day_of_another_year_are_refused_and_an_old_history_runs(
    homes: Homes, tmp_path: Path
) -> None:
    data = tmp_path / "blank"
    data.mkdir()
    (data / "a.csv").write_text("id,name,made\n", encoding="utf-8")
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "company: X\nsource: x\nzone: UTC\ninputs:\n  - table: accounts\n    file: a.csv\n"
        "    occurred: made\n    columns: {account_ref: id, name: name}\n",
        encoding="utf-8",
    )
    with homes.fresh("sqlite") as home, opened(home, data=data, mapping=mapping) as deps:
        with pytest.raises(BadInput, match="every file the mapping names is empty"):
            run_day(deps, LONG_AGO)
        (data / "a.csv").write_text("id,name,made\n1,A,1998-06-01\n", encoding="utf-8")
        with pytest.raises(BadInput, match=r"more than a year before; give the day after it"):
            run_day(deps, LONG_AGO + 800)
        with pytest.raises(BadInput, match=r"no row of .* is of a day before it"):
            run_day(deps, LONG_AGO - 800)
        assert run_day(deps, LONG_AGO).new


@ON_SQLITE
def test_a_day_before_the_limits_is_refused_before_anything_is_read(
    homes: Homes, tmp_path: Path
) -> None:
    """Whoever dates limits of their own says what held on every day they run."""
    own = copied_policies(
        tmp_path / "own",
        CHECKOUT / "policies",
        ("limits.yaml", "value: 7, valid_from: 1900-01-01", f"value: 7, valid_from: {FIRST}"),
    )
    with homes.fresh("sqlite") as home, opened(home, policies=own) as deps:
        with pytest.raises(BadInput, match=f"rest_days has no value before {FIRST}.*earlier"):
            run_day(deps, DAY - 1)
        assert deps.store.runs.run_of(DAY - 1) is None
        assert deps.store.manifest.batches() == ()
