"""Fault 77: a backup is restored; what left since leaves no second time, and every "no" is heard.

The law: whatever was done and whenever the backup was taken, the vendor sees each effect once, and
whoever said no, or was taken back, is not reached any more.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from approvals.effect_ledger import FILE, HEADS
from approvals.restore import after_restore
from approvals.settling import settle, switch, unsubscribe
from approvals.verify import verify
from tests.approvals.made import KEY
from tests.databases import KINDS, Fresh
from tests.effort import WHOLE
from tests.faults.hands import by_hand
from tests.faults.offices import open_office, other_office, with_ledger
from tests.faults.test_restore import back_up, restored
from tests.gate.office import Office, only
from tools.errors import BadInput, Conflict, LifecycleError
from tools.store.gate.records import Action
from tools.store.sends import suppression_key

pytestmark = pytest.mark.long

ANN = suppression_key(KEY.secret, "ann@example.com")
ACCOUNTS = ("a1", "a2", "a3")


@pytest.fixture
def kept(office: Office) -> Office:
    """An office with a ledger beside its database."""
    return with_ledger(office)


def file_of(office: Office, name: str = FILE) -> Path:
    """A file of the office's home."""
    return office.folder / "home" / name


def why_not(office: Office) -> str:
    """Why nothing may leave."""
    assert office.gate.ledger is not None
    return office.store.gate.read(office.gate.ledger.why_not)


def wrong(office: Office) -> list[str]:
    """What verify says of database and ledger."""
    ledger = office.gate.ledger
    assert ledger is not None
    found = office.store.gate.read(
        lambda tx: verify(tx, KEY, office.clock(), ledger.last_head(), (), ledger)
    )
    return [one.words for one in found]


@contextmanager
def gone_back(office: Office, backup: str) -> Iterator[Office]:
    """The office over its backup, with the ledger that lay beside the database."""
    with restored(office, backup) as after:
        yield with_ledger(after)


def paused(office: Office) -> set[str]:
    """The switches that are on."""
    return {one.scope for one in office.store.gate.read(lambda tx: tx.ledger.pauses())}


def go_on(office: Office) -> None:
    """A person says that it was restored, asks the other side of each, and lets it go on."""
    eve = office.people["eve"]
    after_restore(office.gate, eve)
    switch(office.gate, eve, "global", on=False, reason="all were asked about")
    for action in office.actions():
        if action.status == "unknown":
            say_again(office, action)


def say_again(office: Office, action: Action) -> None:
    """Let an action leave again, unless it left: by the ledger, or by who was asked."""
    eve, ledger = office.people["eve"], office.gate.ledger
    assert ledger is not None
    arrived = bool(office.vendor.effects().get(f"act:{action.id}:{action.sha256}"))
    if arrived and not ledger.was_sent(action.id):
        settle(office.gate, eve, action.id, "sent", "they have it", live=True)
        return
    try:
        settle(office.gate, eve, action.id, "again", "try", live=True, sha256=action.sha256)
        assert not arrived
    except Conflict:
        settle(office.gate, eve, action.id, "sent", "by the ledger", live=True)


@pytest.mark.fault(77)
def test_a_database_older_than_its_ledger_lets_nothing_leave_and_says_what_to_do(
    kept: Office,
) -> None:
    kept.decide("ann", "approve", only(kept))
    backup = back_up(kept)
    kept.dispatch()
    with gone_back(kept, backup) as after:
        for _ in range(2):  # that it paused itself is one more entry, and hides nothing
            assert after.dispatch() == {}
            assert "lifecycle restored" in why_not(after)
        assert any("a backup was restored" in one for one in wrong(after))
        assert [one.scope for one in after.store.switches.pauses(after.clock())] == ["global"]
        go_on(after)
        assert after.dispatch() == {}
        assert list(kept.vendor.effects().values()) == [1]
        assert why_not(after) == ""
        assert wrong(after) == []


@pytest.mark.fault(77)
@pytest.mark.parametrize("how", ["revoke", "undo"])
def test_what_was_taken_back_after_the_backup_is_not_sent(kept: Office, how: str) -> None:
    kept.decide("ann", "approve", only(kept))
    backup = back_up(kept)
    kept.decide("ann", how, only(kept))
    with gone_back(kept, backup) as after:
        go_on(after)
        after.dispatch()
        assert kept.vendor.effects() == {}
        assert after.get(only(after)).status == "revoked"
        assert wrong(after) == []


@pytest.mark.fault(77)
def test_what_was_paused_after_the_backup_is_paused_and_what_was_let_go_stays_so(
    kept: Office,
) -> None:
    """Everything is paused first; who lets everything go has not let go of each channel."""
    eve = kept.people["eve"]
    kept.decide("ann", "approve", only(kept))
    switch(kept.gate, eve, "play:winback_task", on=True, reason="no budget")
    backup = back_up(kept)
    switch(kept.gate, eve, "channel:email", on=True, reason="the text is wrong")
    switch(kept.gate, eve, "play:upsell_seats", on=True, reason="a slip")
    switch(kept.gate, eve, "play:upsell_seats", on=False, reason="a slip")
    with gone_back(kept, backup) as after:
        assert after.dispatch(hours=1) == {}
        assert paused(after) >= {"global"}
        go_on(after)
        assert paused(after) == {
            "channel:email",
            "play:winback_task",
        }
        assert after.dispatch(hours=1) == {}
        switch(after.gate, eve, "channel:email", on=False, reason="it is right now")
        assert after.dispatch(hours=1) == {"sent": 1}
        assert wrong(after) == []


@pytest.mark.fault(77)
def test_a_claim_knows_by_itself_what_was_taken_back_after_the_backup(kept: Office) -> None:
    """Whatever became of the switch that pauses everything then."""
    kept.decide("ann", "approve", only(kept))
    backup = back_up(kept)
    kept.decide("ann", "revoke", only(kept))
    kept.decide("ann", "reject", only(kept, "a2"))
    kept.clock.pass_(minutes=10)
    with gone_back(kept, backup) as after:
        action = after.action(only(after))
        assert action is not None
        assert after.executor().one(action, after.known([action])[action.id]) == "blocked"
        assert kept.vendor.effects() == {}
        with pytest.raises(Conflict, match="taken back after the backup"):
            after.decide("ann", "approve", only(after, "a2"))


@pytest.mark.fault(77)
def test_a_yes_that_a_release_after_the_backup_made_void_carries_nothing(kept: Office) -> None:
    kept.decide("ann", "approve", only(kept))
    backup = back_up(kept)
    kept.facts["a1"] = {"unsubscribed": True}
    assert kept.dispatch() == {"blocked": 1}
    kept.facts.clear()
    kept.decide("cleo", "release", only(kept), note="they had not said no")
    with gone_back(kept, backup) as after:
        go_on(after)
        after.dispatch()
        assert kept.vendor.effects() == {}
        assert wrong(after) == []


@pytest.mark.fault(77)
def test_an_unsubscribe_after_the_backup_is_not_lost_even_before_anybody_says_restored(
    kept: Office,
) -> None:
    backup = back_up(kept)
    unsubscribe(kept.gate, ANN, "email")
    said = kept.store.switches.suppressions([ANN], kept.clock())
    with gone_back(kept, backup) as after:
        with pytest.raises(Conflict, match="suppress"):
            after.decide("ann", "approve", only(after))
        after.clock.pass_(hours=1)
        go_on(after)
        assert after.store.switches.suppressions([ANN], after.clock()) == said
        assert after.gate.ledger is not None
        assert after.gate.ledger.refusals([ANN]) == said  # a yes since then still is the last word
        assert wrong(after) == []


@pytest.mark.fault(77)
@pytest.mark.parametrize("approved", [False, True])
def test_what_nobody_asks_for_again_after_a_backup_is_no_broken_promise(
    kept: Office, approved: bool
) -> None:
    if approved:
        kept.decide("ann", "approve", only(kept))
    backup = back_up(kept)
    if not approved:
        kept.decide("ann", "approve", only(kept))
    kept.vendor.modes = ["later"] if approved else []
    kept.dispatch()
    if approved:
        kept.decide("ann", "revoke", only(kept))
    with gone_back(kept, backup) as after:
        assert any("called after" in one for one in wrong(after))
        go_on(after)
        if not approved:
            after.decide("ann", "reject", only(after))
        assert wrong(after) == []


TWO = ("dispatch", "a2")
DEEDS = ("approve", "approve", "dispatch", "dispatch", "revoke", "undo", "reject", "lost",
         "unsubscribe")  # fmt: skip


def do(office: Office, deed: str, account: str) -> bool:
    """Do something, if it can be done now."""
    if deed in {"dispatch", "lost"}:
        office.vendor.modes = ["lost after"] if deed == "lost" else []
        office.dispatch()
    elif deed == "unsubscribe":
        unsubscribe(office.gate, ANN, "email")
    else:
        try:
            office.decide("ann", deed, only(office, account))
        except LifecycleError:
            return False
    return True


@pytest.mark.fault(77)
@pytest.mark.parametrize("kind", KINDS)
def test_wherever_the_backup_was_taken_each_effect_is_seen_once_and_each_no_is_heard(
    kind: str,
) -> None:
    """By example: any deeds, a backup anywhere among them, and everything approved once more."""
    many = 60 if WHOLE else 8 if kind == "sqlite" else 2
    deed = st.tuples(st.sampled_from(DEEDS), st.sampled_from(ACCOUNTS))

    @settings(max_examples=many, derandomize=True, deadline=None)
    @example(before=[("approve", "a1")], after=[("dispatch", "a1")])
    @example(before=[("approve", "a1"), ("lost", "a1")], after=[("approve", "a2"), TWO])
    @example(before=[("approve", "a1"), ("approve", "a2")], after=[("revoke", "a1"), TWO])
    @example(before=[("approve", "a1")], after=[("unsubscribe", "a1"), TWO])
    @example(before=[], after=[("approve", "a1"), ("dispatch", "a1"), ("reject", "a2")])
    @given(before=st.lists(deed, max_size=4), after=st.lists(deed, min_size=1, max_size=4))
    def law(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            fresh = Fresh(kind, Path(folder))
            office = with_ledger(open_office(fresh.store(), Path(folder)))
            for one in before:
                do(office, *one)
            backup = back_up(office)
            stopped = {
                account
                for deed, account in after
                if do(office, deed, account) and deed in {"revoke", "reject"}
            }
            _law_holds(office, backup, stopped)
            fresh.close()

    law()


def _law_holds(office: Office, backup: str, stopped: set[str]) -> None:
    """Restore, go on, and approve what waits; then ask the vendor's own ledger."""
    left = dict(office.vendor.effects())
    quiet = bool(office.store.switches.suppressions([ANN], office.clock()))
    gone = {f"act:{a.id}:{a.sha256}": a.account_id for a in office.actions()}
    with gone_back(office, backup) as after:
        go_on(after)
        for account in ACCOUNTS:
            do(after, "approve", account)
        after.dispatch()
        after.dispatch(hours=2)
        effects = after.vendor.effects()
        assert set(effects.values()) <= {1}
        new = {key for key in effects if key not in left}
        assert not (quiet and new)
        assert not {gone.get(key) for key in new} & stopped
        assert wrong(after) == []


@pytest.mark.fault(77)
def test_a_torn_last_line_is_written_again(kept: Office) -> None:
    kept.decide("ann", "approve", only(kept))
    text = file_of(kept).read_bytes()
    file_of(kept).write_bytes(text[:-30])
    again = with_ledger(other_office(kept, kept.store))

    assert again.dispatch() == {"sent": 1}
    assert why_not(again) == ""
    assert wrong(again) == []


@pytest.mark.fault(77)
@pytest.mark.parametrize("what", ["gone", "of another home", "changed", "a folder"])
def test_a_ledger_that_is_not_ours_lets_nothing_leave(kept: Office, what: str) -> None:
    kept.decide("ann", "approve", only(kept))
    path = file_of(kept)
    if what == "gone":
        path.unlink()
    elif what == "of another home":
        first, _, rest = path.read_text().partition("\n")
        name = first.split(" ")[3]
        path.write_text(resealed(kept, first.replace(name, "f" * 16)) + "\n" + rest)
    elif what == "changed":
        path.write_text(path.read_text().replace(" head ", " held ", 1))
    else:
        path.unlink()
        path.mkdir()
    again = with_ledger(other_office(kept, kept.store))

    assert again.dispatch() == {}
    assert FILE in why_not(again)
    if what in {"of another home", "changed"}:
        with pytest.raises(BadInput, match="put the one of this home back"):
            after_restore(again.gate, again.people["eve"])


def resealed(office: Office, line: str) -> str:
    """A line as another installation with the same secret would have written it."""
    assert office.gate.ledger is not None
    text = line.rpartition(" ")[0]
    return f"{text} {KEY.mac('ledger', text)[:16]}"


@pytest.mark.fault(77)
def test_a_ledger_that_is_gone_begins_again_when_a_person_says_so(kept: Office) -> None:
    kept.decide("ann", "approve", only(kept))
    kept.dispatch()
    unsubscribe(kept.gate, ANN, "email")
    file_of(kept).unlink()
    again = with_ledger(other_office(kept, kept.store))
    after_restore(again.gate, again.people["eve"])

    assert why_not(again) == ""
    assert again.gate.ledger is not None
    assert again.gate.ledger.refusals([ANN])
    assert wrong(again) == []


@pytest.mark.fault(77)
def test_a_home_of_before_begins_its_ledger_with_what_its_database_knows(office: Office) -> None:
    office.decide("ann", "approve", only(office))
    assert office.dispatch() == {"sent": 1}
    unsubscribe(office.gate, ANN, "email")
    assert why_not(with_ledger(office)) == ""
    office.decide("ann", "reject", only(office, "a2"))
    ledger = office.gate.ledger
    assert ledger is not None

    assert ledger.refusals([ANN])
    assert [ledger.called(action.id) for action in office.actions()] == [1]
    assert wrong(office) == []


@pytest.mark.fault(77)
def test_nobody_is_called_while_the_ledger_cannot_be_written(kept: Office) -> None:
    kept.decide("ann", "approve", only(kept))
    ledger = kept.gate.ledger
    assert ledger is not None

    kept.store.gate.export_to(lambda *_: None)  # a disk that is full
    assert kept.dispatch() == {"scheduled": 1}
    assert kept.vendor.effects() == {}
    kept.store.gate.export_to(ledger.export)
    assert kept.dispatch() == {"sent": 1}
    assert wrong(kept) == []


@pytest.mark.fault(71, 77)
def test_the_head_is_exported_at_each_dispatch(kept: Office) -> None:
    kept.decide("ann", "approve", only(kept))
    kept.dispatch()
    head = kept.store.gate.read(lambda tx: tx.chain.head())
    assert head is not None

    assert file_of(kept, HEADS).read_text().splitlines()[-1] == f"{head.seq} {head.mac}"
    by_hand(kept.store, f"UPDATE audit SET mac = 'x' WHERE seq = {head.seq}")
    assert "another one" in why_not(kept)


@pytest.mark.fault(71)
def test_a_tail_cut_from_database_and_ledger_alike_is_seen_by_the_exported_head(
    kept: Office,
) -> None:
    kept.decide("ann", "approve", only(kept))
    kept.dispatch()
    lines = file_of(kept).read_text().splitlines(keepends=True)
    last = int(lines[-1].split()[0]) - 2
    by_hand(kept.store, f"DELETE FROM audit WHERE seq > {last}")
    file_of(kept).write_text("".join(one for one in lines if int(one.split()[0]) <= last))
    again = with_ledger(other_office(kept, kept.store))

    assert "was there once and is gone" in why_not(again)
    assert again.dispatch() == {}


@pytest.mark.fault(77)
def test_what_only_the_ledger_knows_is_said_and_then_verify_is_clean_again(kept: Office) -> None:
    """It was approved and sent after the backup; in the backup nobody has decided it."""
    backup = back_up(kept)
    kept.decide("ann", "approve", only(kept))
    kept.dispatch()
    with gone_back(kept, backup) as after:
        assert any("by the ledger it was called" in one for one in wrong(after))
        go_on(after)
        assert wrong(after) == []

        after.decide("bob", "approve", only(after))
        assert wrong(after) == []
        assert after.dispatch() == {"unknown": 1}
        assert wrong(after) == []
        assert list(kept.vendor.effects().values()) == [1]


@pytest.mark.fault(71)
def test_a_hole_in_the_chain_says_what_helps(kept: Office) -> None:
    """To say that it was restored mends no hole; an older whole database does."""
    kept.decide("ann", "approve", only(kept))
    by_hand(kept.store, "DELETE FROM audit WHERE seq = 2")

    why = why_not(kept)

    assert "put a database back from before they were gone" in why
