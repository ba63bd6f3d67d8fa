"""An installation of an earlier version opens: it verifies, lists, reports, replays, runs."""

import json
import tarfile
from dataclasses import fields
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from agent.figures import CHANGES, FIGURES, FIRST, differences, reason_of
from agent.reporting.archive import file_report
from agent.reporting.period import read_period
from agent.reporting.recheck import recheck
from agent.run import replay_day, run_day, version_of
from agent.summary import Summary
from agent.wiring import Deps, open_deps
from approvals.verify import verify
from config.settings import read_settings
from tests.agent.company import MAPPING
from tests.agent.launcher import Launcher
from tools.days import day_number

pytestmark = pytest.mark.long

ON_SQLITE = pytest.mark.xdist_group("agent-sqlite")
ARCHIVE = Path(__file__).parent / "before" / "home.tar.xz"
DAYS = (date(2026, 11, 1), date(2026, 11, 2))
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
WEEK = read_period("2026-W44")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The installation, unpacked."""
    with tarfile.open(ARCHIVE) as packed:
        packed.extractall(tmp_path / "home", filter="data")
    return tmp_path / "home"


def opened(home: Path, **more: Any) -> Any:
    return open_deps(read_settings(home=home, **more), lambda: NOON)


def bytes_of(folder: Path) -> dict[str, str]:
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    return {one.name: sha256(one.read_bytes()).hexdigest() for one in files}


def whole(deps: Deps) -> bool:
    return deps.store.gate.read(lambda tx: verify(tx, deps.key, deps.clock())) == ()


@ON_SQLITE
def test_it_opens_verifies_and_replays_with_a_reason_for_every_difference(home: Path) -> None:
    with opened(home) as deps:
        assert whole(deps)
        assert len(deps.store.proposals.pending(day_number(DAYS[1]))) > 0
        for day in DAYS:
            run = deps.store.runs.run_of(day_number(day))
            assert run is not None
            assert version_of(deps, run) == FIRST
            again = replay_day(deps, day_number(day))
            found, figures = differences(again.stored, again.text)
            assert again.identical or again.restated, again.differences
            assert len(found) < figures
            assert "hashes.facts" not in {one.name for one in found}


@ON_SQLITE
def test_its_report_is_kept_and_every_cell_that_differs_has_its_reason(home: Path) -> None:
    before = bytes_of(home / "reports")
    with opened(home) as deps:
        filed = file_report(deps, WEEK)
        found = recheck(deps, filed.archived)

        assert not filed.new
        assert found.version == FIRST
        assert found.explained
        assert found.compared > 300
        assert all(one.reason and one.then != one.now for one in found.cells)
    assert bytes_of(home / "reports") == before


@ON_SQLITE
def test_what_was_said_of_accounts_before_is_heeded_for_every_goal(home: Path) -> None:
    """A word of before names no goal and no channel: it holds for all, and was a contact."""
    with opened(home) as deps:
        said = deps.store.gate.read(
            lambda tx: tx.care.feedback(["simulated:A-0000043", "simulated:A-0000033"])
        )
        assert {(w[0].kind, w[0].goal) for w in said.values()} == {("claim", ""), ("done", "")}
        sends = deps.store.sends.histories(day_number(DAYS[1]), ["simulated:A-0000043"])
        assert [one.channel for one in sends["simulated:A-0000043"].sends] == ["call"]


@ON_SQLITE
def test_it_lives_through_another_morning(home: Path, tmp_path: Path) -> None:
    """No folder is connected any more: the morning works with the facts there are."""
    del tmp_path
    with opened(home, mapping=MAPPING) as deps:
        ran = run_day(deps, day_number(DAYS[1]) + 1)
        run = deps.store.runs.run_of(ran.as_of)

        assert ran.new
        assert run is not None
        assert version_of(deps, run) == FIGURES
        assert replay_day(deps, ran.as_of).identical
        assert whole(deps)


@ON_SQLITE
def test_a_figure_of_a_day_of_before_that_differs_is_told_with_its_reason(
    home: Path, launcher: Launcher
) -> None:
    """A summary as another version would have counted it; with other facts it is tampered with."""
    with opened(home) as deps:
        run = deps.store.runs.run_of(day_number(DAYS[0]))
        assert run is not None
        told = json.loads(run.summary)
        told["stages"]["active"] += 3
        _put(deps, told)
    ended = launcher.run(
        ["replay", "--as-of", str(DAYS[0]), "--home", str(home)], {"COLUMNS": "200"}
    )
    assert ended.code == 0, ended.text
    assert f"computed by version {FIRST} of the figures, now {FIGURES};" in ended.text
    assert "stages.active" in ended.text

    with opened(home) as deps:
        told["hashes"]["facts"] = "0" * 64
        _put(deps, told)
        assert not replay_day(deps, day_number(DAYS[0])).restated


def test_every_kind_of_figure_that_was_counted_before_has_a_reason_of_its_own() -> None:
    """Every field of a summary, every hash and every section; the rest says only that it differs.

    A hash of the facts has none: facts do not change with the product.
    """
    kept = {"day", "staged", "missing", "currency", "hashes"}
    named = {field.name for field in fields(Summary)} - kept
    named |= {"features", "scores", "roster", "segments", "candidates", "envelopes"}
    named |= {"retention", "money", "trials", "stages", "work", "attribution", "changes", "data"}

    assert named <= CHANGES["2"].keys()


@ON_SQLITE
def test_every_figure_of_before_has_a_reason_and_none_of_now_has_one() -> None:
    for name in ("stages.active", "hashes.roster", "something.new", "money.mrr"):
        assert reason_of(name, FIRST)
        assert reason_of(name, FIGURES) == ""
    assert reason_of("hashes.roster", FIRST) == reason_of("roster", FIRST)


def _put(deps: Deps, told: dict[str, Any]) -> None:
    changed = "UPDATE run SET summary = :summary WHERE as_of = :day"
    with deps.store.database.write() as session:
        session.connection().execute(
            text(changed), {"summary": json.dumps(told), "day": day_number(DAYS[0])}
        )
