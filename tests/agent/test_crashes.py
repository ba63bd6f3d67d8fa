"""Killed with -9 at every crash point, on both databases, a run ends as if nothing had happened."""

import os
import subprocess
import sys
from functools import cache

import pytest

from tests.agent.company import MAPPING, SECOND
from tests.agent.homes import Home, Homes
from tests.agent.launcher import KILLED
from tests.agent.points import crash_points
from tests.agent.traces import places, trace
from tests.conftest import CHECKOUT
from tests.databases import KINDS
from tests.effort import WHOLE

pytestmark = pytest.mark.long

# Those of an erasure and of a day taken back are on no way of a run: test_erasing, test_rerun.
POINTS = tuple(point for point in crash_points() if not point.startswith(("erase.", "again.")))
# Every time: the points after a write to the store, and the chain of all steps below. With
# TESTS=whole, as before a change of the steps: every point there is, which costs minutes.
WRITTEN = {
    "sqlite": {"read.committed", "choose.written"},
    "postgresql": {"stage.written", "queue.proposed", "close.finished"},
}
SWEPT = [
    pytest.param(point, kind, marks=pytest.mark.xdist_group(f"agent-{kind}"))
    for kind in KINDS
    for point in POINTS
    if WHOLE or point in WRITTEN[kind]
]
ON_EACH = [pytest.param(kind, marks=pytest.mark.xdist_group(f"agent-{kind}")) for kind in KINDS]


class References:
    """What an uninterrupted run leaves, made once for each kind of database."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        self.of = cache(self._of)

    def _of(self, kind: str) -> dict[str, object]:
        home = self._homes.lived(kind, SECOND)
        return trace(home.database, home.folder)


@pytest.fixture(scope="session")
def references(homes: Homes) -> References:
    """What uninterrupted runs leave."""
    return References(homes)


def _finish(home: Home) -> dict[str, object]:
    """Run again without a crash, twice, and say what is there."""
    ended = home.run()
    assert ended.code == 0, ended.text
    again = home.run()
    assert again.code == 0, again.text
    assert "was run before; nothing new was created" in again.text
    return trace(home.database, home.folder)


def test_the_sweep_knows_every_crash_point() -> None:
    """At least one before and one after each write, the steps, and the snapshots."""
    assert {point.split(".")[0] for point in POINTS} == {
        "read",
        "keep",
        "stage",
        "choose",
        "queue",
        "close",
        "after",
    }
    assert len(POINTS) == len(set(POINTS)) >= 23
    assert set().union(*WRITTEN.values()) <= set(POINTS)


@pytest.mark.parametrize("kind", ON_EACH)
def test_the_reference_has_something_to_lose(kind: str, references: References) -> None:
    rows = references.of(kind)["rows"]
    assert isinstance(rows, dict)
    for table in ("proposal", "refusal", "transition", "data_file", "run", "document", "batch"):
        assert rows[table], table
    linked = [row for row in rows["proposal"] if "superseded" in row]
    assert linked


@pytest.mark.parametrize(("point", "kind"), SWEPT)
def test_killed_there_it_loses_and_doubles_nothing(
    point: str, kind: str, homes: Homes, references: References
) -> None:
    expected = references.of(kind)
    with homes.copy(kind) as home:
        killed = home.run(crash_at=point)
        assert killed.signal == KILLED, f"{point} is not on the way of a run: {killed}"
        assert _finish(home) == expected
        assert places(home.database, home.folder) == 0


@pytest.mark.parametrize("kind", ON_EACH if WHOLE else ON_EACH[:1])
def test_killed_everywhere_in_turn_it_still_arrives(
    kind: str, homes: Homes, references: References
) -> None:
    """One home, killed at the end of every step, each time going on from there."""
    expected = references.of(kind)
    with homes.copy(kind) as home:
        for step in [point for point in POINTS if point.startswith("after.")]:
            killed = home.run(crash_at=step)
            assert killed.signal == KILLED, f"{step}: {killed}"
        assert _finish(home) == expected


@pytest.mark.xdist_group("agent-postgresql")
def test_both_databases_say_the_same(references: References) -> None:
    """Which database keeps the rows is not to be seen in them."""
    sqlite, postgres = (references.of(kind)["rows"] for kind in KINDS)
    assert isinstance(sqlite, dict)
    assert sqlite == postgres


@pytest.mark.xdist_group("agent-sqlite")
def test_a_process_of_its_own_dies_and_goes_on_the_same(
    homes: Homes, references: References
) -> None:
    """The sweep forks; here is the command as a person starts it."""
    with homes.copy("sqlite") as home:
        command = [
            sys.executable,
            "-m",
            "agent.cli",
            "run",
            "--as-of",
            SECOND.isoformat(),
            "--home",
            str(home.folder),
            "--data",
            str(home.company.export(SECOND)),
            "--mapping",
            str(MAPPING),
        ]
        told = {**os.environ, **home.told("stage.written")}
        killed = subprocess.run(command, env=told, cwd=CHECKOUT, capture_output=True, check=False)
        assert killed.returncode == -KILLED
        assert _finish(home) == references.of("sqlite")
