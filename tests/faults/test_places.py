"""Faults 7, 50 and 51: migrations killed, places tampered with, and forgotten beside others."""

import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from sqlalchemy import Engine, event

from agent.checkpoints import forget, open_saver
from tests.faults.processes import die, fork
from tests.faults.troubled import is_sqlite
from tests.gate.office import Office
from tools.store.engine import Database
from tools.store.migrate import HEAD, open_database, revision

KILLED = -signal.SIGKILL


def _migrate_and_die(url: str, nth: int) -> None:
    done: list[str] = []

    def count(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        done.append(statement)
        if len(done) == nth:
            die()

    if nth:
        event.listen(Engine, "before_cursor_execute", count)
    else:
        event.listen(Engine, "commit", lambda _: die())
    open_database(url).close()


@pytest.mark.fault(7)
def test_killed_in_a_migration_the_database_is_as_before_and_the_restart_works(
    empty_url: str, tmp_path: Path
) -> None:
    """At some statements, and (0) at the commit."""
    for nth in (4, 12, 25, 0):
        child = fork(lambda nth=nth: _migrate_and_die(empty_url, nth), tmp_path / "told")  # type: ignore[misc]  # bound now
        assert child.wait() == KILLED
        with closing(Database(empty_url)) as database:
            assert revision(database) is None
    for _ in range(2):
        with closing(open_database(empty_url)) as database:
            assert revision(database) == HEAD


@pytest.mark.fault(7)
def test_killed_in_a_vacuum_nothing_is_lost(office: Office, tmp_path: Path) -> None:
    if not is_sqlite(office.store):
        pytest.skip("n/a: PostgreSQL vacuums by itself, in a process of its own")
    path = str(office.store.database.url.database)
    office.store.close()

    def vacuum() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.set_progress_handler(die, 20)
        connection.execute("VACUUM")

    assert fork(vacuum, tmp_path / "told").wait() == KILLED
    proposal = office.store.proposals.pending(office.day)[0]
    office.decide("ann", "approve", proposal)
    assert office.dispatch() == {"sent": 1}
    assert office.wrong() == ()


class State(TypedDict):
    """What a small graph remembers."""

    steps: int


def graph(saver: Any, between: Callable[[], None] = lambda: None) -> Any:
    """Two steps, with something that happens between them."""

    def second(state: State) -> State:
        between()
        return {"steps": state["steps"] + 1}

    built = StateGraph(State)
    built.add_node("first", lambda state: {"steps": state["steps"] + 1})
    built.add_node("second", second)
    built.add_edge(START, "first")
    built.add_edge("first", "second")
    built.add_edge("second", END)
    return built.compile(checkpointer=saver)


def place(run: str) -> RunnableConfig:
    return {"configurable": {"thread_id": f"{run}-moment"}}


@pytest.fixture
def saver(database_url: str, tmp_path: Path) -> Iterator[Any]:
    """Where places are kept."""
    with open_saver(database_url, tmp_path) as opened:
        yield opened


def threads(saver: Any) -> set[str]:
    return {kept.config["configurable"]["thread_id"] for kept in saver.list(None)}


@pytest.mark.fault(51)
def test_forgetting_a_finished_run_leaves_one_that_is_running(saver: Any) -> None:
    for run in ("run-2024-02-28", "run-2024-02-29"):
        graph(saver).invoke({"steps": 0}, place(run))

    running = graph(saver, between=lambda: forget(saver, "run-2024-02-29"))
    assert running.invoke({"steps": 0}, place("run-2024-03-01")) == {"steps": 2}

    assert threads(saver) == {"run-2024-03-01-moment"}
    forget(saver, "run-2024-03-01")
    assert threads(saver) == set()


class Dying:
    """Places whose process is killed when the first of them is forgotten."""

    def __init__(self, saver: Any) -> None:
        self.list, self._saver = saver.list, saver

    def delete_thread(self, thread: str) -> None:
        """Forget it, and die."""
        self._saver.delete_thread(thread)
        die()


@pytest.mark.fault(7, 51)
def test_killed_while_forgetting_the_next_day_forgets_the_rest(
    database_url: str, tmp_path: Path
) -> None:
    def purge() -> None:
        with open_saver(database_url, tmp_path) as saver:
            forget(Dying(saver), "run-2024-02-29")  # type: ignore[arg-type]  # all that it uses

    with open_saver(database_url, tmp_path) as saver:
        for run in ("run-2024-02-28", "run-2024-02-29", "run-2024-03-01"):
            graph(saver).invoke({"steps": 0}, place(run))
    assert fork(purge, tmp_path / "told").wait() == KILLED

    with open_saver(database_url, tmp_path) as saver:
        assert threads(saver) == {"run-2024-02-29-moment", "run-2024-03-01-moment"}
        forget(saver, "run-2024-02-29")
        assert threads(saver) == {"run-2024-03-01-moment"}


@pytest.mark.fault(50)
def test_a_class_in_a_place_comes_back_as_data_and_never_as_code(saver: Any) -> None:
    """Bytes that name a class, as somebody who writes into the table would put them there."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer  # noqa: PLC0415

    assert saver.serde._allowed_msgpack_modules is None
    loose = JsonPlusSerializer(allowed_msgpack_modules=True)
    tampered = loose.dumps_typed({"steps": Path("/etc/passwd")})
    said: Any = saver.serde.loads_typed(tampered)
    assert said["steps"] is not None
    del said
    with pytest.raises(Exception, match=r".+"):
        saver.serde.loads_typed(("msgpack", b"\xc1 no msgpack"))
