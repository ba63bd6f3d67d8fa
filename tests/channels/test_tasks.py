"""The task list: whole lines, once each, whatever crashes and whoever writes beside us."""

import os
import signal
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.deliveries import FINE, delivery, hostile_deliveries
from tests.channels.test_outbox import die_at
from tests.channels.ways import rows_of
from tools.channels.cells import safe_text
from tools.channels.contract import Delivery, NotNow, Refused
from tools.channels.sheet import read_sheet
from tools.channels.tasks import COLUMNS, CsvChannel

FILE = "tasks-2024-10-04.csv"
OTHER = delivery(key="act:43:aa", subject='He said "no"', body='one\ntwo, "three"\r\n')


def test_the_line_says_what_to_do(tmp_path: Path) -> None:
    receipt = CsvChannel(tmp_path).deliver(FINE)
    assert receipt.reference == FILE
    assert rows_of(tmp_path) == [
        {
            "day": "2024-10-04",
            "action": "42",
            "play": "save_call",
            "account_id": "a-1",
            "account": "Globex",
            "contact": "Ann Lee",
            "address": "ann@globex.example",
            "owner": "sam",
            "value": "-120.50",
            "currency": "EUR",
            "subject": "A word",
            "body": FINE.body,
            "campaign": "play=save_call; utm_source=lifecycle",
            "key": "act:42:5f2c",
        }
    ]


def test_one_header_for_the_day_and_one_file_per_day(tmp_path: Path) -> None:
    channel = CsvChannel(tmp_path)
    for one in (FINE, OTHER, delivery(key="act:44:bb", day=20_001)):
        channel.deliver(one)
    assert [row["key"] for row in rows_of(tmp_path)] == ["act:42:5f2c", "act:43:aa", "act:44:bb"]
    assert rows_of(tmp_path)[1]["body"] == OTHER.body
    data = (tmp_path / FILE).read_bytes()
    assert data.count(b'"day"') == 1
    assert data.startswith(b'"day","action",')


def test_a_key_done_yesterday_is_done(tmp_path: Path) -> None:
    channel = CsvChannel(tmp_path)
    first = channel.deliver(FINE)
    assert channel.deliver(delivery(day=20_001)) == first
    assert len(rows_of(tmp_path)) == 1


def test_a_key_inside_a_text_is_not_a_task(tmp_path: Path) -> None:
    channel = CsvChannel(tmp_path)
    channel.deliver(delivery(body='x","act:43:aa"\r\nact:43:aa\n,act:43:aa'))
    assert channel.find("act:43:aa") is None
    channel.deliver(OTHER)
    assert [row["key"] for row in rows_of(tmp_path)] == [FINE.key, OTHER.key]


def test_a_file_saved_by_a_spreadsheet_is_understood(tmp_path: Path) -> None:
    saved = ",".join(COLUMNS) + "\n" + "2024-10-04" + ",x" * 12 + ",act:42:5f2c"
    (tmp_path / FILE).write_text(saved)
    channel = CsvChannel(tmp_path)
    channel.deliver(FINE)
    channel.deliver(OTHER)
    assert [row["key"] for row in rows_of(tmp_path)] == ["act:42:5f2c", "act:43:aa"]


@pytest.mark.parametrize(
    "data", ["a;b\r\n", '"day","more"\r\n', '"x" y\r\n', '5" disk\n', '"a""\n"b" c\n']
)
def test_what_is_no_task_list_any_more_is_left_alone(tmp_path: Path, data: str) -> None:
    (tmp_path / FILE).write_bytes(data.encode())
    with pytest.raises(NotNow, match="move it away"):
        CsvChannel(tmp_path).deliver(FINE)
    assert (tmp_path / FILE).read_bytes() == data.encode()


@pytest.mark.parametrize("point", ["repaired", "half", "written", "synced"])
@pytest.mark.parametrize("first", [True, False])
def test_a_crash_at_any_step_leaves_one_line(tmp_path: Path, point: str, *, first: bool) -> None:
    if not first:
        CsvChannel(tmp_path).deliver(OTHER)
    channel = CsvChannel(tmp_path, step=die_at(point))
    child = get_context("fork").Process(target=channel.deliver, args=(FINE,))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    again = CsvChannel(tmp_path)
    assert (again.find(FINE.key) is not None) == (point in {"written", "synced"})
    again.deliver(FINE)
    assert [row["key"] for row in rows_of(tmp_path)] == [*([] if first else [OTHER.key]), FINE.key]


def test_a_write_torn_at_any_byte_is_mended(tmp_path: Path) -> None:
    channel = CsvChannel(tmp_path)
    channel.deliver(FINE)
    path = tmp_path / FILE
    before = path.stat().st_size
    channel.deliver(OTHER)
    whole, rows = path.read_bytes(), rows_of(tmp_path)
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        if cut <= before - 2:
            channel.deliver(FINE)
        channel.deliver(OTHER)
        assert rows_of(tmp_path) == rows, cut


def test_two_processes_and_a_spare_write_each_task_once(tmp_path: Path) -> None:
    channel = CsvChannel(tmp_path)
    tasks = [delivery(key=f"act:{n}:x", body="line\n" * 500) for n in range(20)]

    def work() -> None:
        for task in tasks:
            channel.deliver(task)

    children = [get_context("fork").Process(target=work) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 3
    assert sorted(row["key"] for row in rows_of(tmp_path)) == sorted(task.key for task in tasks)


@pytest.mark.parametrize("point", ["half", "written"])
def test_a_full_disk_takes_the_half_line_back(tmp_path: Path, point: str) -> None:
    def full(here: str) -> None:
        if here == point:
            raise OSError(28, "No space left on device")

    CsvChannel(tmp_path).deliver(OTHER)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(NotNow, match="No space"):
        CsvChannel(tmp_path, step=full).deliver(FINE)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_folder_that_cannot_be_made_is_not_now(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotNow, match="tasks"):
        CsvChannel(tmp_path / "file" / "tasks").deliver(FINE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile_deliveries())
def test_every_cell_is_the_text_guarded(tmp_path: Path, one: Delivery) -> None:
    folder = tmp_path / os.urandom(8).hex()
    try:
        CsvChannel(folder).deliver(one)
    except Refused:
        return
    (row,) = rows_of(folder)
    for column, text in (("subject", one.subject), ("body", one.body), ("owner", one.owner)):
        assert row[column] == safe_text(text or "")
    assert row["key"] == one.key


@given(st.binary(max_size=60) | st.text('",\r\nab', max_size=60).map(str.encode))
def test_reading_any_bytes_ends_within_them(data: bytes) -> None:
    sheet = read_sheet(data, 3)
    assert 0 <= sheet.end <= len(data)
    assert read_sheet(data[: sheet.end], 3).records == sheet.records
