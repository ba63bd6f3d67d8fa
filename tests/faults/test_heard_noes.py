"""Fault 77: a "no" that came with the facts is heard again by a database that has forgotten it.

The export that told of it was overwritten, and the database goes back to a backup of before.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.heard_noes import hear_noes
from agent.wiring import Deps
from approvals.restore import after_restore
from approvals.settling import switch
from approvals.verify import verify
from config.settings import Settings
from tests.customers.consent.made import ANN, contact, message
from tests.faults.homes import Home, open_home
from tests.faults.test_no import OTHER, TODAY
from tests.faults.test_restore import back_up, drop
from tests.faults.troubled import is_sqlite
from tools.errors import Conflict
from tools.store.store import Store, open_store

pytestmark = pytest.mark.fault(77)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Way = Callable[[Home], None]
WAYS: dict[str, Way] = {
    "mail system": lambda home: home.land(
        contacts=[OTHER], messages=[message("unsubscribed", TODAY, "mail:9")]),
    "by its record alone": lambda home: home.land(
        messages=[message("unsubscribed", TODAY, "crm:1")]),
    "on the very day": lambda home: home.land(
        messages=[message("unsubscribed", TODAY + 1, None, address=ANN)]),
    "complaint": lambda home: home.land(
        messages=[message("complained", TODAY, None, address="ann+x@x.example")]),
    "hard bounce": lambda home: home.land(
        messages=[message("bounced", TODAY, None, address=ANN, bounce="hard")]),
    "consent field": lambda home: home.land(
        contacts=[contact("old:7", TODAY, account_ref=None, phone=None, email_consent=False)]),
    "deletion": lambda home: home.land(
        contacts=[contact("old:7", TODAY - 9, account_ref=None, phone=None),
                  contact("old:7", TODAY, account_ref=None, phone=None, deleted=True)]),
}  # fmt: skip


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Home:
    made = open_home(store, tmp_path)
    made.leave("zoe@z.example")  # a first entry of the chain, and so the ledger
    return made


def hear(home: Home) -> None:
    """What every morning does after reading."""
    hear_noes(home.deps, home.deps.today())


@contextmanager
def gone_back(home: Home, backup: str) -> Iterator[Home]:
    """The home over its backup, with what lay beside the database."""
    settings = Settings(home=home.deps.settings.home, database_url=backup)
    other = Home(Deps(settings, open_store(backup), home.clock), home.clock, home.ann, home.eve)
    try:
        yield other
    finally:
        other.store.close()
        if not is_sqlite(other.store):
            drop(backup)


def go_on(home: Home) -> None:
    """A person says that it was restored, and lets everything go on."""
    after_restore(home.deps.gate, home.eve)
    switch(home.deps.gate, home.eve, "global", on=False, reason="all were asked about")


def wrong(home: Home) -> list[str]:
    deps = home.deps
    return [
        one.words
        for one in home.store.gate.read(
            lambda tx: verify(tx, deps.key, deps.clock(), deps.ledger.last_head(), (), deps.ledger)
        )
    ]


def lines(home: Home) -> int:
    return (home.deps.settings.home / "ledger.txt").read_text().count(" heard ")


@pytest.mark.parametrize("way", WAYS)
def test_a_no_of_an_overwritten_export_is_heard_by_the_database_of_before(
    home: Home, way: str
) -> None:
    if way not in {"complaint", "consent field"} and not is_sqlite(home.store):
        pytest.skip("the ways differ in the facts, and two of them show the database")
    proposal = home.propose()
    backup = back_up(home)
    WAYS[way](home)
    hear(home)

    with gone_back(home, backup) as after:
        with pytest.raises(Conflict, match="suppression"):  # before anybody says `restored`
            after.approve(proposal)
        assert after.dispatch() == {}
        go_on(after)
        with pytest.raises(Conflict, match="suppression"):
            after.approve(proposal)
        assert wrong(after) == []
        keys = list(after.deps.ledger.state.heard)  # nor does a morning ask about them
        assert {one.key for one in after.store.switches.suppressions(keys, after.clock())} == set(
            keys
        )
        hear(after)
        go_on(after)  # said twice, it holds as well
        with pytest.raises(Conflict, match="suppression"):
            after.approve(proposal)
    assert home.left() == []


def test_what_was_approved_before_the_backup_is_blocked_by_it(home: Home) -> None:
    proposal = home.propose()
    home.approve(proposal)
    backup = back_up(home)
    WAYS["complaint"](home)
    hear(home)

    with gone_back(home, backup) as after:
        assert after.dispatch() == {}
        go_on(after)
        after.dispatch()
        action = after.action(proposal)
        assert action is not None
        assert action.status in {"blocked", "unknown"}
    assert home.left() == []


@ON_SQLITE
def test_it_is_about_the_person_too_whatever_their_address_is_by_now(home: Home) -> None:
    backup = back_up(home)
    WAYS["by its record alone"](home)
    hear(home)
    with gone_back(home, backup) as after:
        go_on(after)
        after.clock.pass_(hours=24)
        after.land(
            contacts=[
                contact(
                    "crm:1",
                    TODAY,
                    name="Ann Reed",
                    email="ann.reed@y.example",
                    phone=None,
                    email_consent=True,
                )
            ]
        )
        proposal = after.propose()
        assert after.whom().email == "ann.reed@y.example"
        with pytest.raises(Conflict, match="suppression"):
            after.approve(proposal)


@ON_SQLITE
@pytest.mark.parametrize(("way", "again"), [("complaint", True), ("hard bounce", False)])
def test_a_later_yes_takes_it_back_as_in_the_facts(home: Home, way: str, again: bool) -> None:
    proposal = home.propose()
    backup = back_up(home)
    WAYS[way](home)
    hear(home)
    with gone_back(home, backup) as after:
        go_on(after)
        after.clock.pass_(hours=48)
        after.land(messages=[message("subscribed", TODAY + 2, None, address=ANN)])
        if again:
            assert after.approve(proposal) == "approved"
            return
        with pytest.raises(Conflict, match="suppression"):
            after.approve(proposal)


def test_where_nothing_was_lost_the_facts_alone_say_what_holds(home: Home) -> None:
    """A record that comes back after a slip of the CRM may be reached again."""
    WAYS["deletion"](home)
    hear(home)
    number = lines(home)
    assert number
    hear(home)
    home.clock.pass_(hours=24)
    home.land(contacts=[contact("old:7", TODAY + 1, account_ref=None, phone=None)])
    hear(home)
    proposal = home.propose()

    assert home.approve(proposal) == "approved"
    assert lines(home) == number  # what is known is not written down again
    assert wrong(home) == []


@ON_SQLITE
def test_mail_that_came_back_for_a_while_is_no_word_of_a_person(home: Home) -> None:
    home.land(
        messages=[message("bounced", TODAY - n, None, address=ANN, bounce="soft") for n in range(5)]
    )
    assert home.whom().objection is not None
    hear(home)
    assert lines(home) == 0


@ON_SQLITE
def test_no_line_is_written_before_those_that_are_missing(home: Home) -> None:
    """An entry that could not be written down yet comes first: the ledger stays one story."""
    gate, ledger = home.store.gate, home.deps.ledger
    WAYS["complaint"](home)
    gate.export_to(lambda *_: None, lambda: None)
    hear(home)
    assert lines(home) == 0
    gate.export_to(ledger.export, ledger.read_new)
    hear(home)
    assert lines(home) > 0
    assert gate.read(ledger.why_not) == ""
    assert wrong(home) == []


@ON_SQLITE
def test_a_ledger_that_cannot_be_written_stops_no_morning_and_the_next_one_writes(
    home: Home,
) -> None:
    ledger = home.deps.settings.home / "ledger.txt"
    WAYS["complaint"](home)
    ledger.rename(ledger.with_name("away"))
    hear(home)
    ledger.with_name("away").rename(ledger)
    assert lines(home) == 0
    hear(home)
    assert lines(home) > 0
    assert wrong(home) == []
