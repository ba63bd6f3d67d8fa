"""Fault 52 in our folders: the person's mails go, their lines stay without them, others stay."""

from pathlib import Path

import pytest

from config.logs import mask_logs
from tests.channels.deliveries import SENDER, delivery
from tools.channels.checks import key_name
from tools.channels.contract import Delivery
from tools.channels.erasing import delete_letters, delete_messages, scrub_tasks, tasks_of
from tools.channels.letter import Letter
from tools.channels.outbox import OutboxChannel
from tools.channels.tasks import CsvChannel
from tools.errors import Conflict
from tools.traces import GONE, Traces

UNA = Traces(
    "e1", ("crm:9",), ("acct-9",), ("una@nine.example",), ("Ünä Nine",), ("+49 30 999888",)
)
TERMS = ("una@nine.example", "Ünä Nine", "999888")


def to_una(n: int, **changes: str) -> Delivery:
    given = {
        "key": f"act:a{n}:x",
        "action": f"a{n}",
        "account_id": "acct-9",
        "recipient": "una@nine.example",
        "recipient_name": "Ünä Nine",
        "body": "Dear Ünä Nine,\ncall +49 30 999888.\n",
        **changes,
    }
    return delivery(**given)


def test_her_mails_are_deleted_and_those_of_a_namesake_elsewhere_stay(tmp_path: Path) -> None:
    outbox = OutboxChannel(tmp_path, SENDER)
    other = to_una(3, recipient="other@x.example", account_id="acct-1", body="Dear Ünä Nine,\n")
    near = to_una(4, recipient="other@nine.example", body="Ask Ünä Nine.\n", recipient_name="Bo")
    for each in (to_una(1), to_una(2), other, near):
        outbox.deliver(each)
    (tmp_path / ".x.1-2.part").write_bytes(b"To: una@nine.example\n\ntorn")
    nearby = frozenset({"a1", "a2", "a4"})

    assert delete_messages(tmp_path, UNA, nearby) == 4
    assert delete_messages(tmp_path, UNA, nearby) == 0
    assert outbox.find(other.key) is not None
    assert len(list(tmp_path.iterdir())) == 1


def test_a_mail_to_our_own_people_that_says_her_name_goes_whatever_it_encloses(
    tmp_path: Path,
) -> None:
    """It is about nobody in particular; what is enclosed is not read, but known by its key."""
    outbox = OutboxChannel(tmp_path, SENDER)
    digest = {"key": "digest:19783:u1", "recipient": "cs@x.example", "recipient_name": ""}
    outbox.deliver(to_una(5, **digest, body="1. Call Ünä Nine.\n"))
    said = {"a": "As Ünä Nine asked.", "b": "See the print."}
    letters = [
        Letter(f"report:w1:{name}", "ceo@x.example", "Week 1", text, "<p>x</p>", 19_783)
        for name, text in said.items()
    ]
    for letter in letters:
        outbox.post(letter)
    torn = tmp_path / f".{key_name(letters[1].key)}.1-2.part"
    torn.write_bytes(b"")

    assert delete_messages(tmp_path, UNA, frozenset()) == 2
    assert delete_letters(tmp_path, [letters[1].key, "report:w2:b"]) == 2
    assert list(tmp_path.iterdir()) == []


def test_her_lines_lose_her_and_no_task_is_written_a_second_time(tmp_path: Path) -> None:
    tasks = CsvChannel(tmp_path)
    said = to_una(2, recipient="", recipient_name="", body="by +493099 9888 only", subject="=1+1")
    other = delivery(key="act:a3:x", action="a3", recipient_name="Ünä Nine")
    for each in (to_una(1), said, other):
        tasks.deliver(each)
    mine = frozenset({"a1"})
    assert {record[1] for record in tasks_of(tmp_path, UNA, mine)} == {"a1", "a2"}

    assert scrub_tasks(tmp_path, UNA, mine) == 2
    assert scrub_tasks(tmp_path, UNA, mine) == 0
    (path,) = tmp_path.glob("tasks-*.csv")
    before = path.read_bytes()
    for each in (to_una(1), said, other):
        tasks.deliver(each)
    assert path.read_bytes() == before
    lines = before.decode().split("\r\n")
    hers = [line for line in lines if "a1" in line or "a2" in line]
    assert [line.count(GONE) for line in hers] == [4, 4]
    assert not [term for term in TERMS for line in hers if term in line]
    assert "Ünä Nine" in next(line for line in lines if '"a3"' in line)


def test_a_folder_that_is_not_there_holds_nobody(tmp_path: Path) -> None:
    assert delete_messages(tmp_path / "none", UNA, frozenset()) == 0
    assert scrub_tasks(tmp_path / "none", UNA, frozenset()) == 0


def test_what_is_no_task_list_any_more_is_told(tmp_path: Path) -> None:
    (tmp_path / "tasks-2024-01-01.csv").write_bytes(b'"a"b"\r\n"c"\r\n')
    with pytest.raises(Conflict, match="not a task list"):
        scrub_tasks(tmp_path, UNA, frozenset())


def test_logs_are_masked_in_their_place_while_others_write(tmp_path: Path) -> None:
    log = tmp_path / "lifecycle.log"
    log.write_bytes(b'{"e": "una@nine.example \\u00dcn\\u00e4 Nine"}\nfine\n\xff Nine\n')
    with log.open("ab") as writing:
        size = log.stat().st_size
        assert mask_logs(tmp_path, UNA.mask) == 1
        writing.write(b"later\n")
    data = log.read_bytes()

    assert len(data) == size + 6
    assert data.endswith(b"fine\n\xff Nine\nlater\n")
    assert b"una@nine" not in data
    assert mask_logs(tmp_path, UNA.mask) == 0
