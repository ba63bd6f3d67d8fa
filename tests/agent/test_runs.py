"""A day is run once; the next one replaces what nobody decided; the past stays closed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from agent import checkpoints
from agent.graph import STEPS
from agent.run import run_day
from agent.wiring import Deps, open_deps
from approvals.envelope import drawn_to_learn
from tests.agent.company import FIRST, LATER, SECOND, number
from tests.agent.homes import Homes
from tests.agent.points import crash_points
from tests.agent.traces import places, trace
from tests.databases import KINDS
from tools.errors import BadInput, Conflict, LifecycleError

pytestmark = pytest.mark.long

ON_EACH = [pytest.param(kind, marks=pytest.mark.xdist_group(f"agent-{kind}")) for kind in KINDS]
ON_SQLITE = pytest.mark.xdist_group("agent-sqlite")


class Watched(Deps):
    """Notes the crash points it passes, and raises at one of them when told to."""

    def __init__(self, deps: Deps, fails_at: str = "", error: Exception | None = None) -> None:
        super().__init__(deps.settings, deps.store, deps.clock)
        object.__setattr__(self, "passed", [])
        object.__setattr__(self, "fails_at", fails_at)
        object.__setattr__(self, "error", error or RuntimeError("the disk is full"))

    def crash(self, point: str) -> None:
        self.__dict__["passed"].append(point)
        if point == self.__dict__["fails_at"]:
            raise self.__dict__["error"]


@ON_SQLITE
def test_a_run_passes_every_crash_point_there_is(homes: Homes) -> None:
    """What grep finds is what a run meets: the sweep leaves nothing out and invents nothing."""
    with homes.copy("sqlite") as home:
        settings = home.company.settings(home.folder, home.database, SECOND)
        with open_deps(settings) as deps:
            watched = Watched(deps)
            run_day(watched, number(SECOND))

        assert sorted(watched.__dict__["passed"]) == sorted(
            point
            for point in crash_points()
            if not point.startswith(("erase.", "again.", "keep.evidence"))  # once a week, on FIRST
        )


@pytest.mark.parametrize("kind", ON_EACH)
def test_a_second_run_of_the_day_changes_nothing(kind: str, homes: Homes) -> None:
    with homes.copy(kind) as home:
        before = trace(home.database, home.folder)

        again = home.run(FIRST)
        assert (again.code, "nothing new was created" in again.text) == (0, True), again.text
        assert trace(home.database, home.folder) == before
        assert places(home.database, home.folder) == 0


@pytest.mark.parametrize("kind", ON_EACH)
def test_the_next_day_replaces_what_nobody_decided_with_links_both_ways(
    kind: str, homes: Homes
) -> None:
    with homes.copy(kind, SECOND) as home:
        with open_deps(home.company.settings(home.folder, home.database, SECOND)) as deps:
            old = {p.id: p for p in deps.store.proposals.of_day(number(FIRST))}
            new = {p.id: p for p in deps.store.proposals.of_day(number(SECOND))}
            limits = deps.rulebook.limits.on(number(SECOND))

        replaced = [p for p in new.values() if p.supersedes]
        assert replaced
        for proposal in replaced:
            before = old[str(proposal.supersedes)]
            assert (before.status, before.superseded_by) == ("superseded", proposal.id)
            assert (before.account_id, proposal.status) == (proposal.account_id, "pending")
        waiting = [p for p in (*old.values(), *new.values()) if p.status == "pending"]
        assert len({p.account_id for p in waiting}) == len(waiting)
        assert {p.status for p in old.values()} <= {"pending", "superseded", "revoked"}
        assert len(waiting) <= limits.reviews_per_day
        assert sum(map(drawn_to_learn, waiting)) == limits.explore_places > 0


@pytest.mark.parametrize("kind", ON_EACH)
def test_the_past_is_refused_and_nothing_happens(kind: str, homes: Homes) -> None:
    with homes.copy(kind, SECOND) as home:
        before = trace(home.database, home.folder)
        refused = home.run(FIRST)
        assert refused.code == 0, "a day that was run is found done"
        missed = home.call("run", "--as-of", "2026-11-03")

        assert missed.code == 2
        said = " ".join(missed.text.split())
        assert "2026-11-04 is closed already, so 2026-11-03 cannot be run any more" in said
        assert "lifecycle replay --as-of" in said
        assert trace(home.database, home.folder) == before


@pytest.mark.parametrize(("point", "kind"), [
    pytest.param(point, kind, marks=pytest.mark.xdist_group(f"agent-{kind}"))
    for point, kind in (("read.files_written", "sqlite"), ("stage.written", "postgresql"),
                        ("queue.proposed", "sqlite"), ("queue.proposed", "postgresql"))
])  # fmt: skip
def test_a_step_that_raises_leaves_a_run_that_can_go_on(
    point: str, kind: str, homes: Homes
) -> None:
    whole = homes.lived(kind, SECOND)
    with homes.copy(kind) as home:
        settings = home.company.settings(home.folder, home.database, SECOND)
        with open_deps(settings) as deps, pytest.raises(RuntimeError, match="the disk is full"):
            run_day(Watched(deps, point), number(SECOND))
        assert home.run(SECOND).code == 0

        assert trace(home.database, home.folder) == trace(whole.database, whole.folder)
        assert places(home.database, home.folder) == 0


@ON_SQLITE
def test_what_a_person_mends_after_a_failure_counts(homes: Homes, tmp_path: Path) -> None:
    """A run that failed before it asked anybody anything starts again by the rules of now."""
    with homes.copy("sqlite") as home, homes.copy("sqlite") as other:
        mended = home.company.with_policies(
            tmp_path / "mended",
            ("limits.yaml", "{value: 8, valid_from", "{value: 3, valid_from"),
            ("churn.yaml", "snapshots: 3", "snapshots: 2"),
        )
        settings = home.company.settings(home.folder, home.database, SECOND)
        with open_deps(settings) as deps, pytest.raises(RuntimeError):
            run_day(Watched(deps, "choose.written"), number(SECOND))
        assert replace(home, company=mended).run(SECOND).code == 0
        assert replace(other, company=mended).run(SECOND).code == 0

        assert trace(home.database, home.folder) == trace(other.database, other.folder)


@ON_SQLITE
def test_a_killed_run_goes_on_by_the_rules_it_began_with(homes: Homes, tmp_path: Path) -> None:
    whole = homes.lived("sqlite", SECOND)
    with homes.copy("sqlite") as home:
        other = home.company.with_policies(
            tmp_path / "other", ("limits.yaml", "{value: 8, valid_from", "{value: 3, valid_from")
        )
        assert home.run(SECOND, crash_at="after.price").signal
        assert replace(home, company=other).run(SECOND).code == 0

        assert trace(home.database, home.folder) == trace(whole.database, whole.folder)


@ON_SQLITE
def test_a_later_day_forgets_the_place_of_one_that_was_left(homes: Homes) -> None:
    with homes.copy("sqlite") as home:
        assert home.run(SECOND, crash_at="after.score").signal
        assert places(home.database, home.folder) > 0
        assert home.run(LATER).code == 0

        assert places(home.database, home.folder) == 0


@pytest.mark.parametrize("kind", ON_EACH)
def test_a_place_is_plain_ids_and_counts(kind: str, homes: Homes) -> None:
    """Strict reading, no class in the database, and nothing but ids, counts and hashes."""
    with homes.copy(kind) as home:
        assert home.run(SECOND, crash_at="after.queue").signal
        with checkpoints.open_saver(home.database, home.folder) as saver:
            assert saver.serde._allowed_msgpack_modules is None  # type: ignore[attr-defined]  # strict
            kept = list(saver.list(None))
        last = max(kept, key=lambda one: one.checkpoint["id"]).checkpoint["channel_values"]

        state = {name: value for name, value in last.items() if not name.startswith("branch:")}
        assert set(state) == {
            "as_of",
            "batch",
            "model",
            "transitions",
            "priced",
            "choice",
            "drafts",
            "created",
        }
        for name, value in state.items():
            assert isinstance(value, int) or (isinstance(value, str) and len(value) <= 64), name
        assert len(STEPS) == 8


@dataclass(frozen=True)
class Strange:
    """A class that must not come back from a database."""

    name: str


def test_a_class_does_not_come_back_from_a_place(tmp_path: Path) -> None:
    """Even one that somebody managed to write."""
    with checkpoints.open_saver(f"sqlite:///{tmp_path / 'x.db'}", tmp_path) as saver:
        kind, data = saver.serde.dumps_typed({"when": datetime(2026, 1, 1, tzinfo=UTC)})
        assert saver.serde.loads_typed((kind, data))["when"].year == 2026
        strange = saver.serde.dumps_typed(Strange("a class of ours"))
        assert not isinstance(saver.serde.loads_typed(strange), Strange)


@ON_SQLITE
def test_an_unfinished_graph_is_an_error_and_not_a_silent_success(homes: Homes) -> None:
    """Whatever the reason a later day was closed first, this day is refused."""
    with homes.copy("sqlite") as home:
        settings = home.company.settings(home.folder, home.database, LATER)
        with open_deps(settings) as deps:
            run_day(deps, number(LATER))
            with pytest.raises(Conflict, match="cannot be run any more"):
                run_day(deps, number(SECOND))
        structlog.reset_defaults()


@ON_SQLITE
def test_a_first_run_without_data_says_what_to_do(homes: Homes) -> None:
    with homes.fresh("sqlite") as home:
        settings = home.company.settings(home.folder, home.database, FIRST)
        with open_deps(settings.model_copy(update={"mapping": home.folder / "no.yaml"})) as deps:
            with pytest.raises((BadInput, LifecycleError, OSError)) as caught:
                run_day(deps, number(FIRST))
            assert "lifecycle connect" in str(caught.value)
