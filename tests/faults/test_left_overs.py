"""Fault 85: what a killed run had copied does not stay on the disk, and a living one's does."""

import os
import re
import signal
import stat
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from agent.left_overs import remove_left_overs
from tests.conftest import CHECKOUT
from tests.faults.processes import Child, fork
from tools.scratch import (
    KINDS,
    HeldFolder,
    held_folder,
    remove_abandoned,
    scratch_folder,
    spill_folder,
)
from tools.warehouse.engine import DuckEngine

pytestmark = pytest.mark.fault(85)


def _work(place: Path, how: int) -> None:
    for prefix in KINDS:
        folder = HeldFolder(scratch_folder(place), prefix)
        (folder.path / "copy.csv").write_text("ann@example.com", encoding="utf-8")
    os.kill(os.getpid(), how)


def worker(folder: Path, how: int) -> Child:
    return fork(partial(_work, folder, how), folder / "told.json")


def copies(folder: Path) -> list[str]:
    return [p.read_text(encoding="utf-8") for p in folder.rglob("copy.csv")]


def test_what_a_killed_run_copied_is_removed_at_the_next_start(tmp_path: Path) -> None:
    assert worker(tmp_path, signal.SIGKILL).wait() == -signal.SIGKILL
    assert len(copies(tmp_path)) == len(KINDS)

    assert remove_left_overs(tmp_path / "home", tmp_path) == len(KINDS)
    assert copies(tmp_path) == []


def test_the_next_reading_removes_it_too(tmp_path: Path) -> None:
    worker(tmp_path, signal.SIGKILL).wait()
    with ExitStack() as living:
        for prefix in KINDS:
            living.enter_context(held_folder(scratch_folder(tmp_path), prefix))
        assert copies(tmp_path) == []


def test_what_a_living_process_has_is_left_alone(tmp_path: Path) -> None:
    living = worker(tmp_path, signal.SIGSTOP)
    assert living.stopped()
    assert remove_left_overs(tmp_path / "home", tmp_path) == 0
    assert len(copies(tmp_path)) == len(KINDS)

    os.kill(living.pid, signal.SIGKILL)
    living.wait()
    assert remove_left_overs(tmp_path / "home", tmp_path) == len(KINDS)


def test_what_ends_as_it_should_leaves_nothing(tmp_path: Path) -> None:
    with held_folder(scratch_folder(tmp_path), "read-") as folder:
        (folder / "copy.csv").write_text("x", encoding="utf-8")
    assert copies(tmp_path) == []


def _draft(home: Path) -> None:
    with held_folder(home / "reports", ".weekly-2026-W44.", ".part") as folder:
        (folder / "report.pdf").write_bytes(b"%PDF")
        os.kill(os.getpid(), signal.SIGKILL)


def test_half_a_report_of_a_killed_run_goes_and_whole_ones_stay(tmp_path: Path) -> None:
    (tmp_path / "reports" / "weekly-2026-W43").mkdir(parents=True)
    fork(partial(_draft, tmp_path), tmp_path / "told.json").wait()
    assert len(list((tmp_path / "reports").iterdir())) == 2

    assert remove_left_overs(tmp_path, tmp_path) == 1
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["weekly-2026-W43"]


def test_a_link_put_there_leads_nowhere(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (scratch_folder(tmp_path) / "read-0").symlink_to(precious)

    assert remove_abandoned(scratch_folder(tmp_path), "read-") == 0
    assert precious.is_dir()


def test_whoever_copies_people_into_a_temporary_folder_holds_it() -> None:
    """A folder made otherwise stays for ever when its process is killed."""
    made = re.compile(r"mkdtemp|TemporaryDirectory|NamedTemporaryFile|mkstemp")
    modules = [
        path
        for name in ("agent", "approvals", "tools", "config")
        for path in (CHECKOUT / name).rglob("*.py")
    ]
    makers = [path.name for path in modules if made.search(path.read_text(encoding="utf-8"))]
    assert makers == ["scratch.py"]


def test_nobody_else_can_read_the_copies(tmp_path: Path) -> None:
    assert stat.S_IMODE(scratch_folder(tmp_path).stat().st_mode) == 0o700
    scratch_folder(tmp_path).chmod(0o777)
    assert scratch_folder(tmp_path) != tmp_path / f"lifecycle-{os.geteuid()}"


def test_what_does_not_fit_in_memory_goes_where_it_is_cleared_away() -> None:
    told = DuckEngine()._con.execute("SELECT current_setting('temp_directory')").fetchone()
    assert told == (str(spill_folder()),)
    assert spill_folder().parent == scratch_folder()
    assert spill_folder().name.startswith(KINDS)
