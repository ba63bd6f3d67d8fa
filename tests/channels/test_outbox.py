"""The outbox folder: same bytes, one file, also after a crash at any step."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.channels.deliveries import FINE, SENDER, delivery
from tools.channels.contract import NotNow
from tools.channels.message import compose
from tools.channels.outbox import OutboxChannel

STEPS = ["opened", "written", "synced", "linked"]


def die_at(point: str) -> Callable[[str], None]:
    def step(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def deliver_in_child(folder: Path, point: str) -> int | None:
    channel = OutboxChannel(folder, SENDER, step=die_at(point))
    child = get_context("fork").Process(target=channel.deliver, args=(FINE,))
    child.start()
    child.join()
    return child.exitcode


def test_the_file_is_the_message(tmp_path: Path) -> None:
    receipt = OutboxChannel(tmp_path / "new" / "outbox", SENDER).deliver(FINE)
    written = tmp_path / "new" / "outbox" / receipt.reference
    assert written.read_bytes() == compose(FINE, SENDER)
    assert written.suffix == ".eml"


def test_a_key_cannot_choose_the_folder(tmp_path: Path) -> None:
    OutboxChannel(tmp_path / "outbox", SENDER).deliver(delivery(key="a/../../x"))
    assert [path.name for path in tmp_path.iterdir()] == ["outbox"]


def test_what_was_written_is_never_written_over(tmp_path: Path) -> None:
    channel = OutboxChannel(tmp_path, SENDER)
    first = channel.deliver(FINE)
    assert channel.deliver(delivery(body="other words")) == first
    assert (tmp_path / first.reference).read_bytes() == compose(FINE, SENDER)


def test_what_is_done_stays_done_when_the_rules_change(tmp_path: Path) -> None:
    first = OutboxChannel(tmp_path, SENDER).deliver(FINE)
    assert OutboxChannel(tmp_path, replace(SENDER, postal_address="")).deliver(FINE) == first


def test_a_file_that_appears_while_we_write_is_kept(tmp_path: Path) -> None:
    name = OutboxChannel(tmp_path / "other", SENDER).deliver(FINE).reference

    def twin(here: str) -> None:
        if here == "synced":
            (tmp_path / name).write_bytes(b"first")

    OutboxChannel(tmp_path, SENDER, step=twin).deliver(FINE)
    assert (tmp_path / name).read_bytes() == b"first"


def test_a_twin_that_wins_while_we_write_is_kept(tmp_path: Path) -> None:
    def twin(here: str) -> None:
        if here == "synced":
            OutboxChannel(tmp_path, SENDER).deliver(FINE)

    other = delivery(body="other words")
    receipt = OutboxChannel(tmp_path, SENDER, step=twin).deliver(other)
    assert (tmp_path / receipt.reference).read_bytes() == compose(FINE, SENDER)
    assert [path.name for path in tmp_path.iterdir()] == [receipt.reference]


@pytest.mark.parametrize("point", STEPS)
def test_a_crash_at_any_step_leaves_all_or_nothing(tmp_path: Path, point: str) -> None:
    assert deliver_in_child(tmp_path, point) == -signal.SIGKILL
    channel = OutboxChannel(tmp_path, SENDER)
    known = channel.find(FINE.key)
    assert (known is not None) == (point == "linked")
    receipt = channel.deliver(FINE)
    assert (tmp_path / receipt.reference).read_bytes() == compose(FINE, SENDER)
    assert [path.name for path in tmp_path.iterdir()] == [receipt.reference]


def test_two_processes_write_one_file(tmp_path: Path) -> None:
    channel = OutboxChannel(tmp_path, SENDER)
    children = [get_context("fork").Process(target=channel.deliver, args=(FINE,)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 4
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_made_is_not_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotNow, match="outbox"):
        OutboxChannel(tmp_path / "file" / "outbox", SENDER).deliver(FINE)


@pytest.mark.parametrize("point", STEPS[:3])
def test_a_full_disk_leaves_nothing(tmp_path: Path, point: str) -> None:
    def full(here: str) -> None:
        if here == point:
            raise OSError(28, "No space left on device")

    with pytest.raises(NotNow, match="No space"):
        OutboxChannel(tmp_path, SENDER, step=full).deliver(FINE)
    assert list(tmp_path.iterdir()) == []
