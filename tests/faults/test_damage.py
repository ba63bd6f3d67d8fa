"""Fault 65 on a real installation: the files of facts are damaged, gone or not to be opened."""

import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from approvals.alarms import alarms
from tests.faults.homes import Home, open_home
from tools.errors import FactsUnreadable
from tools.store.store import Store


def the_file(home: Home) -> Path:
    """The file that says who may be reached."""
    (listed,) = home.deps.store.manifest.data_files("fact", "contacts")
    return home.deps.dataset.folder / listed.path


def flip(path: Path) -> None:
    """Change one byte in the middle, which no reader of Parquet may notice."""
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0x01
    path.write_bytes(data)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link_to_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-7]),
    "cut to the half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "one bit": flip,
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "other words": lambda path: path.write_text("this is no Parquet"),
    "gone": lambda path: path.unlink(),
    "the folder is gone": lambda path: shutil.rmtree(path.parent),
    "a folder in its place": folder_instead,
    "a link to nowhere": link_to_nowhere,
}


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Home:
    return open_home(store, tmp_path)


def status_of(home: Home, account: str = "crm:A") -> list[str]:
    found = home.deps.store.gate.read(lambda tx: tx.actions.everything())
    return [one.status for one in found if one.account_id == account]


@pytest.mark.fault(65)
def test_damaged_facts_end_nothing_and_it_leaves_when_they_are_back(
    home: Home, tmp_path: Path
) -> None:
    proposal = home.propose()
    home.approve(proposal)
    folder, kept = home.deps.dataset.folder, tmp_path / "kept"
    shutil.copytree(folder, kept)

    for name, damage in DAMAGE.items():
        damage(the_file(home))
        home.clock.pass_(hours=1)
        assert dict(home.executor().dispatch()) == {"scheduled": 1}, name
        assert status_of(home) == ["scheduled"], name
        assert [alarm.kind for alarm in alarms(home.deps.gate)] == ["unchecked"]
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
    assert home.left() == []
    home.clock.pass_(hours=62)  # Monday
    assert dict(home.executor().dispatch()) == {"sent": 1}
    assert len(home.left()) == 1
    assert alarms(home.deps.gate) == ()


@pytest.mark.fault(65)
def test_damaged_facts_let_nobody_agree_and_say_why(home: Home) -> None:
    proposal = home.propose()
    path = the_file(home)
    good = path.read_bytes()
    flip(path)

    with pytest.raises(FactsUnreadable, match="try again"):
        home.approve(proposal)
    path.write_bytes(good)
    assert home.approve(proposal) == "approved"


@contextmanager
def few_handles() -> Iterator[None]:
    """No file can be opened any more by this process."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.fault(65)
def test_without_a_file_handle_nothing_ends(home: Home) -> None:
    """By whatever the first to want one fails: the database, the lock, DuckDB or a time zone."""
    proposal = home.propose()
    home.approve(proposal)
    executor = home.executor()
    del home.deps.__dict__["fresh_facts"]
    home.clock.pass_(minutes=10)

    with few_handles(), suppress(OSError, SQLAlchemyError):
        assert set(executor.dispatch()) <= {"scheduled", "error"}
    assert status_of(home) == ["scheduled"]
    home.clock.pass_(minutes=10)
    assert dict(home.executor().dispatch()) == {"sent": 1}


@pytest.mark.fault(65)
def test_a_play_with_another_name_for_a_while_ends_nothing(home: Home) -> None:
    proposal = home.propose()
    home.approve(proposal)
    rulebook = home.deps.rulebook
    renamed = [replace(one, id=f"{one.id}_2") for one in rulebook.plays]
    home.deps.__dict__["rulebook"] = replace(rulebook, plays=tuple(renamed))

    assert home.dispatch() == {"scheduled": 1}
    home.deps.__dict__["rulebook"] = rulebook
    assert home.dispatch() == {"sent": 1}
