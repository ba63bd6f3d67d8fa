"""The CSM's list over a company that lived: commands, the digest, and the silence about the lot."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import duckdb
import pytest

from agent.account_desk import AccountDesk
from agent.digest import refuse_stale, send_digests
from agent.run import open_morning
from agent.wiring import Deps, open_deps
from approvals.request import Actor, Seen, Wish
from tests.agent.company import FIRST, number
from tests.agent.homes import Home, Homes
from tests.agent.test_gate_commands import said, shift, token
from tests.reports.accounts.made import Told, account, the_list
from tools.errors import LifecycleError
from tools.reports.accounts import AccountList, ListRequest
from tools.reports.accounts.model import CALL
from tools.store.records import Send
from tools.store.sends import suppression_key

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("agent-sqlite")]


@pytest.fixture
def home(homes: Homes) -> Iterator[Home]:
    """A home that lives on its first morning, with a person of each kind."""
    with homes.copy("sqlite") as copied:
        shift(copied, timedelta(0))
        for name, role in (("ann", "reviewer"), ("vic", "viewer")):
            said(copied, "people", "add", f"{name}@x.example", "--name", name, "--role", role)
        yield copied


@contextmanager
def inside(home: Home) -> Iterator[Deps]:
    """The installation, in this process."""
    with open_deps(home.company.settings(home.folder, home.database, FIRST)) as deps:
        yield deps


def the_desk(deps: Deps) -> AccountDesk:
    day = number(FIRST)
    return AccountDesk(deps, open_morning(deps, day), day)


def test_the_command_shows_saves_and_takes_a_word(home: Home) -> None:
    rows = list(csv.DictReader(io.StringIO(said(home, "accounts", "--csv").lstrip("\ufeff"))))
    first = next(row for row in rows if row["state"] == "today")

    ann = token(home, "ann")
    assert "may not decide" in said(
        home, "accounts", "claim", first["account_id"], "--token", token(home, "vic"), code=2
    )
    claimed = said(home, "accounts", "claim", first["account"], "--token", ann, "--json")
    assert json.loads(claimed)["kind"] == "claim"
    shown = said(home, "accounts", "--limit", "5")

    assert re.search(
        r"^Call today, everybody: \d+, net value [\d,]+\.\d\d USD$", shown, re.MULTILINE
    )
    for words in (
        first["account"],
        "ann has it",
        "Leave alone",
        "Let go",
        "newest fact 2026-11-01",
        "no real change",
    ):
        assert words in shown, words
    assert "every invariant holds" in said(home, "verify")


def test_every_active_account_is_in_the_file_once(home: Home) -> None:
    with inside(home) as deps:
        desk = the_desk(deps)
        found = desk.read(ListRequest(limit=10_000))
        active = desk.engine.run("SELECT account_id FROM features WHERE active")
        ids = [line.account.account_id for line in found.lines]
        ids += [one.account.account_id for one in (*found.leave_alone, *found.let_go)]
        ids += [one.account.account_id for one in found.unscored]

        assert len(ids) == len(set(ids))
        assert set(active["account_id"].to_pylist()) <= set(ids)


def test_the_list_says_nothing_of_the_lot(home: Home) -> None:
    """Two were approved; one was carried out, the other left out: nobody can tell which."""
    with inside(home) as deps:
        person = deps.store.people.by_mailbox("ann@x.example")
        assert person is not None
        actor = Actor(person.id, "reviewer", "cli")
        pending = deps.store.proposals.pending(number(FIRST))
        one, other = [p for p in pending if p.value_minor > 0][-2:]  # not who was drawn to learn
        for p in (one, other):
            deps.gate.decide(actor, Wish("approve", Seen(p.id, p.version, p.shown)))
        left = Send("s1", None, one.account_id, "email", one.play, number(FIRST) - 1)
        deps.store.sends.record_sends([left], deps.clock())
        found = the_desk(deps).read(ListRequest(limit=10_000))
        lines = {line.account.account_id: line for line in found.lines}
        labels = {play.id: play.name for play in deps.rulebook.plays}

        for p in (one, other):
            line = lines[p.account_id]
            assert (line.state, line.waiting) == ("decided", "")
            assert line.way.startswith(f"{labels[p.play]} was approved on {FIRST}; ")
            assert "leave the account alone until 202" in line.way
            assert line.account.touch is None or "we sent" not in line.account.touch.words


def test_a_no_in_the_inbox_takes_the_step_off_a_list_that_is_open(home: Home) -> None:
    """Even when the list could not be made anew at the first look after it."""
    with inside(home) as deps:
        person = deps.store.people.by_mailbox("ann@x.example")
        assert person is not None
        desk, asked = the_desk(deps), ListRequest(limit=10_000)
        before = {line.account.account_id: line.step.play for line in desk.read(asked).lines}
        one = next(
            p
            for p in deps.store.proposals.pending(number(FIRST))
            if before.get(p.account_id) == p.play
        )
        seen = Seen(one.id, one.version, one.shown)
        deps.gate.decide(Actor(person.id, "reviewer", "cli"), Wish("reject", seen, "wrong_time"))
        touches = desk.engine.run("SELECT * FROM account_touches")
        desk.engine.put("account_touches", touches.select(["account_id"]))
        with pytest.raises(duckdb.Error):
            desk.read(asked)
        desk.engine.put("account_touches", touches)
        found = desk.read(asked)

        after = {line.account.account_id: line.step.play for line in found.lines}
        assert after.get(one.account_id) != one.play
        told = [step.words for line in found.lines for step in line.others]
        told += [left.arithmetic for left in found.leave_alone]
        assert any("a reviewer said no: wrong_time" in words for words in told)


def test_what_was_said_is_honoured_the_same_day(home: Home) -> None:
    said_by = token(home, "ann")
    with inside(home) as deps:
        lines = [
            line.account.account_id
            for line in the_desk(deps).read(ListRequest(limit=50)).lines
            if line.state in CALL
        ]
    until = (FIRST + timedelta(days=2)).isoformat()
    said(home, "accounts", "snooze", lines[0], "--until", until, "--token", said_by)
    said(home, "accounts", "not-useful", lines[1], "--reason", "too_small", "--token", said_by)

    with inside(home) as deps:
        now = {
            line.account.account_id: line
            for line in the_desk(deps).read(ListRequest(limit=10_000)).lines
        }
    assert [now[name].state for name in lines[:2]] == ["snoozed", "hidden"]
    assert now[lines[0]].care.who == "ann"
    assert now[lines[1]].care.reason == "too_small"


def test_each_owner_gets_a_digest_once_and_none_on_old_data(home: Home) -> None:
    with inside(home) as deps:
        owner = str(the_desk(deps).read(ListRequest(limit=1)).lines[0].account.owner)
    assert "nobody under whose name" in said(home, "accounts", "--mail")
    said(home, "people", "add", "own@x.example", "--name", owner, "--role", "reviewer")

    assert re.search(r"own@x\.example: \d+ to call \(dry run", said(home, "accounts", "--mail"))
    assert "had it before" in said(home, "accounts", "--mail")
    (mail,) = (home.folder / "outbox").glob("*.eml")
    assert "to call, " in mail.read_text(encoding="utf-8")
    shift(home, timedelta(days=1))
    assert "no digest: the morning of 2026-11-03 was not run; the last is 2026-11-02's" in said(
        home, "accounts", "--mail", code=2
    )


def test_a_digest_that_is_not_wanted_is_not_sent(home: Home) -> None:
    with inside(home) as deps:
        owner = the_desk(deps).read(ListRequest(limit=1)).owners[0]
        deps.store.people.add("own@x.example", owner, "reviewer", deps.clock())
        key = suppression_key(deps.key.secret, "own@x.example")
        deps.store.switches.suppress(key, "digest", "asked", deps.clock() - timedelta(days=1))
        (sent,) = send_digests(deps)

    assert (sent.words, sent.done) == ("does not want it", False)
    assert not (home.folder / "outbox").exists()


@pytest.mark.parametrize(("accounts", "said_"), [((), "no account"), (("a",), "")])
def test_nothing_is_sent_about_nothing(accounts: tuple[str, ...], said_: str) -> None:
    found: AccountList = the_list(Told(tuple(account(name) for name in accounts)))
    if not said_:
        refuse_stale(found, 3)
        return
    with pytest.raises(LifecycleError, match=said_):
        refuse_stale(found, 3)


def test_old_facts_are_named() -> None:
    found = the_list(Told((account("a"),)))
    with pytest.raises(LifecycleError, match="older than -1 days, it is of 2026-11-01"):
        refuse_stale(found, -1)
