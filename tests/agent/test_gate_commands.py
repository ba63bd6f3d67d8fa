"""The gate from the command line: nobody decides without a token, and what is approved is done."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
import yaml

from agent.wiring import system_clock
from tests.agent.company import FIRST
from tests.agent.homes import Home, Homes
from tools.store.engine import Database

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("agent-sqlite")]
GATE_COMMANDS = {
    "approve", "reject", "snooze", "undo", "revoke", "release", "dispatch", "settle", "pause",
    "lift", "resume", "restored", "verify", "serve", "web", "worker", "jobs",
}  # fmt: skip
OFFICE_HOUR = time(16, 30, tzinfo=UTC)


@pytest.fixture
def home(homes: Homes) -> Iterator[Home]:
    """A home after its first morning, that lives on that day, with people."""
    with homes.copy("sqlite") as copied:
        shift(copied, timedelta(0))
        for name, role in (
            ("ann", "reviewer"),
            ("cleo", "approver-2"),
            ("eve", "admin"),
            ("vic", "viewer"),
        ):
            said(copied, "people", "add", f"{name}@x.example", "--name", name, "--role", role)
        yield copied


def shift(home: Home, later: timedelta) -> None:
    """Let the home live at the office hour of its first morning, or some time later."""
    now = system_clock()
    seconds = round((datetime.combine(FIRST, OFFICE_HOUR) + later - now).total_seconds())
    text = yaml.safe_dump({"clock_shift_seconds": seconds})
    (home.folder / "lifecycle.yaml").write_text(text, encoding="utf-8")


def said(home: Home, *arguments: str, code: int = 0) -> str:
    ended = home.call(*arguments)
    assert ended.code == code, ended.text
    return ended.text


def token(home: Home, name: str, *more: str) -> str:
    return said(home, "people", "token", f"{name}@x.example", *more).strip().splitlines()[-1]


def seen(home: Home, proposal: str) -> tuple[str, str]:
    """The hash of its words, as a person reads it."""
    return "--hash", re.findall(r"sha256 ([0-9a-f]{64})", said(home, "explain", proposal))[0][:12]


def first(home: Home) -> str:
    """A proposal whose account was not drawn to be left out, and that one person may approve."""
    waiting = json.loads(said(home, "queue", "--json"))
    return str(waiting[-1]["id"])


def test_without_a_token_nobody_decides(home: Home) -> None:
    proposal = first(home)
    viewer, agent = token(home, "vic"), token(home, "eve", "--agent")
    reader = token(home, "ann", "--scope", "read")

    assert "set LIFECYCLE_TOKEN" in said(home, "approve", proposal, code=2)
    assert "set LIFECYCLE_TOKEN" in said(home, "approve", proposal, "--token", "lca_x", code=2)
    assert "may not decide" in said(home, "approve", proposal, "--token", viewer, code=2)
    for given in (agent, reader):
        assert "and not decide" in said(home, "approve", proposal, "--token", given, code=2)
    assert "cannot have 'decide'" in said(
        home, "people", "token", "eve@x.example", "--agent", "--scope", "decide", code=2
    )
    said(home, "people", "off", "ann@x.example")
    assert "nobody has" in said(home, "people", "token", "none@x.example", code=2)


def test_what_is_approved_is_carried_out_when_undo_has_run_out(home: Home) -> None:
    proposal, ann = first(home), token(home, "ann")

    assert f"{proposal} is approved" in said(
        home, "approve", proposal, "--token", ann, *seen(home, proposal)
    )
    assert "it was so already" in said(
        home, "approve", proposal, "--token", ann, *seen(home, proposal)
    )
    assert "nothing is due; approved and waiting: 1, the first until " in said(home, "dispatch")
    waiting = json.loads(said(home, "queue", "--json"))
    others = [one["id"] for one in waiting if one["envelope"]["what"]["play"] != "winback_offer"][
        :5
    ]
    for other in others:
        said(home, "approve", other, "--token", ann, *seen(home, other))
    shift(home, timedelta(minutes=10))
    gone = said(home, "dispatch")
    counts = {status: int(n) for n, status in re.findall(r"(\d+) (\w+)[, ]", gone)}
    assert sum(counts.values()) == 6
    assert counts["sent"] > 0
    lists = [path.read_text(encoding="utf-8") for path in home.folder.glob("tasks/*.csv")]
    tasks = sum(text.count("act:") for text in lists)
    assert len([*home.folder.glob("outbox/*.eml")]) + tasks == counts["sent"]
    assert "every invariant holds" in said(home, "verify")


def test_what_two_must_agree_to_is_not_agreed_to_here(home: Home) -> None:
    policies = home.company.policies / "limits.yaml"
    before = policies.read_text(encoding="utf-8")
    policies.write_text(before.replace("{value: 10000.00,", "{value: 0.01,"), encoding="utf-8")
    try:
        proposal, cleo = first(home), token(home, "cleo")
        assert "decide it there" in said(
            home, "approve", proposal, "--token", cleo, *seen(home, proposal), code=2
        )
    finally:
        policies.write_text(before, encoding="utf-8")


def test_the_other_decisions_have_their_commands(home: Home) -> None:
    ann, eve = token(home, "ann"), token(home, "eve")
    one, two, three, *_ = (p["id"] for p in json.loads(said(home, "queue", "--json")))

    assert "wrong_time" in said(home, "reject", one, "--token", ann, code=2)
    assert "is rejected" in said(
        home, "reject", one, "--reason", "wrong_time", "--note", "on leave", "--token", ann
    )
    assert "is pending" in said(home, "undo", one, "--token", ann)
    until = (FIRST + timedelta(days=2)).isoformat()
    assert "is snoozed" in said(home, "snooze", two, "--until", until, "--token", ann)
    answer = json.loads(said(home, "revoke", three, "--token", ann, "--json"))
    assert answer["status"] == "revoked"
    assert "--until 'soon'" in said(
        home, "snooze", three, "--until", "soon", "--token", ann, code=2
    )
    assert "did you mean 'play:retention_email'" in said(
        home, "pause", "play:retention_mail", "--reason", "a doubt", "--token", ann, code=2
    )
    assert "is paused" in said(home, "pause", "global", "--reason", "a doubt", "--token", ann)
    for command in ("dispatch", "jobs"):
        words = said(home, command)
        assert "look at this: global is paused since" in words
        assert "a doubt" in words
        assert "[bold" not in words
    assert "may not manage" in said(
        home, "resume", "global", "--reason", "fine", "--token", ann, code=2
    )
    assert "goes on" in said(home, "resume", "global", "--reason", "fine", "--token", eve)
    assert "none of that id" in said(
        home, "settle", "ax", "--finding", "sent", "--note", "seen", "--token", ann, code=2
    )
    assert "every invariant holds" in said(home, "verify")


def test_after_a_backup_nothing_leaves_before_a_person_has_looked(home: Home) -> None:
    proposal, ann, eve = first(home), token(home, "ann"), token(home, "eve")
    said(home, "approve", proposal, "--token", ann, *seen(home, proposal))

    assert "may not manage" in said(home, "restored", "--token", ann, code=2)
    assert "1 actions may have been done" in said(home, "restored", "--token", eve)
    shift(home, timedelta(minutes=10))
    assert "nothing is due" in said(home, "dispatch")


def test_people_are_listed_and_lose_what_they_had(home: Home) -> None:
    ann, proposal = token(home, "ann"), first(home)
    assert "ann@x.example" in said(home, "people", "list")
    assert "there already" in said(
        home, "people", "add", "Ann+two@x.example", "--name", "a", "--role", "admin", code=2
    )
    said(home, "people", "role", "ann@x.example", "--to", "viewer")

    assert "set LIFECYCLE_TOKEN" in said(home, "approve", proposal, "--token", ann, code=2)


def test_the_jobs_are_shown_with_their_lag(home: Home) -> None:
    shown = said(home, "jobs")

    for name in (
        "sync",
        "day",
        "roster",
        "expire",
        "remind",
        "dispatch",
        "reconcile",
        "report",
        "verify",
    ):
        assert name in shown


def test_a_broken_database_is_told_and_ends_with_one(home: Home) -> None:
    proposal, ann = first(home), token(home, "ann")
    said(home, "approve", proposal, "--token", ann, *seen(home, proposal))
    database = Database(home.database)
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE action SET seal = 'x'")
    database.close()

    assert "I3" in said(home, "verify", code=1)
