"""From envelopes to rows: once, in order, and without losing the rest to one bad record."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from approvals.queue import Queued, pending, propose, sealed_proposal
from tests.approvals.made import DAY, NOW, desk, envelope, limits
from tools.errors import BadInput
from tools.store.records import Entered
from tools.store.store import Store


def test_a_day_is_queued_once_and_ranked(store: Store) -> None:
    day = [envelope("a1", "10"), envelope("a2", "30"), envelope("a3", "20")]

    first = propose(desk(store), DAY, day, NOW)
    second = propose(desk(store), DAY, reversed(day), NOW)

    assert [p.account_id for p in pending(store.proposals, DAY)] == ["a2", "a3", "a1"]
    assert second.entered == Entered(kept=first.entered.created)


def test_the_same_envelope_becomes_the_same_row() -> None:
    one, tomorrow = envelope(), envelope(as_of=DAY + 1)

    assert sealed_proposal(one, limits()) == sealed_proposal(envelope(), limits())
    assert sealed_proposal(one, limits()).id != sealed_proposal(tomorrow, limits()).id
    assert sealed_proposal(one, limits()).value_minor == 88_200


def test_tomorrow_the_same_question_stays_and_a_new_one_replaces_it(store: Store) -> None:
    propose(desk(store), DAY, [envelope("a1"), envelope("a2")], NOW)
    was = {p.account_id: p.id for p in pending(store.proposals, DAY)}

    tomorrow = [envelope("a1", as_of=DAY + 1), envelope("a2", "9.99", as_of=DAY + 1)]
    queued = propose(desk(store), DAY + 1, tomorrow, NOW)
    now = {p.account_id: p for p in pending(store.proposals, DAY + 1)}

    assert queued.entered.kept == (was["a1"],)
    assert queued.entered.superseded == (was["a2"],)
    assert (now["a1"].id, now["a2"].supersedes) == (was["a1"], was["a2"])


def test_of_two_for_one_account_the_one_worth_more_is_asked(store: Store) -> None:
    two = [envelope(net="5", play="retention_call"), envelope(net="7")]

    queued = propose(desk(store), DAY, two, NOW)

    assert [p.play for p in pending(store.proposals, DAY)] == ["upsell_seats"]
    assert queued.refused == (("a1", "upsell_seats is worth as much or more"),)


def test_one_bad_record_is_refused_and_the_rest_go_on(store: Store) -> None:
    poison = replace(envelope("a0"), who=replace(envelope().who, account_name="\ud800"))

    queued = propose(desk(store), DAY, [poison, envelope("a2")], NOW)

    assert [p.account_id for p in pending(store.proposals, DAY)] == ["a2"]
    assert queued.refused == (
        ("a1", "envelope.who.account_name: the text holds U+D800, which cannot be stored"),
    )


def test_what_no_longer_holds_is_withdrawn(store: Store) -> None:
    propose(desk(store), DAY, [envelope()], NOW)

    queued = propose(desk(store), DAY + 1, [], NOW, {"a1": "the person unsubscribed"})

    assert len(queued.entered.revoked) == 1
    assert pending(store.proposals, DAY + 1) == ()


def test_an_envelope_of_another_day_is_a_mistake(store: Store) -> None:
    with pytest.raises(BadInput, match=f"of day {DAY + 1}"):
        propose(desk(store), DAY, [envelope(as_of=DAY + 1)], NOW)
    assert propose(desk(store), DAY, [], NOW) == Queued(Entered(), ())


KILLED = """
import os, signal, sys
from sqlalchemy import event
from approvals.queue import propose
from tests.approvals.made import DAY, NOW, desk, envelope, limits
from tools.store.store import open_store

store = open_store(sys.argv[1])
seen = 0

def die(connection, cursor, statement, *rest):
    global seen
    seen += 1
    if seen > int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(store.database.engine, "after_cursor_execute", die)
propose(desk(store), DAY + 1, [envelope(f"a{n}", "9", as_of=DAY + 1) for n in (1, 2)], NOW)
"""


@pytest.mark.parametrize("statements", [0, 3, 8])
def test_a_kill_at_any_statement_leaves_all_or_nothing(
    store: Store, database_url: str, statements: int
) -> None:
    propose(desk(store), DAY, [envelope("a1"), envelope("a2")], NOW)
    before = pending(store.proposals, DAY)

    died = subprocess.run(
        [sys.executable, "-c", KILLED, database_url, str(statements)],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert died.returncode == -signal.SIGKILL
    assert pending(store.proposals, DAY) == before
    tomorrow = [envelope(f"a{n}", "9", as_of=DAY + 1) for n in (1, 2)]
    again = propose(desk(store), DAY + 1, tomorrow, NOW)
    assert len(again.entered.created) == len(again.entered.superseded) == 2
