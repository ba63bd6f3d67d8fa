"""Fault 71: the newest entries are cut off, and the chain grows again past where it had been.

The law: however many are cut, and whatever is written next by whomever, nothing leaves before a
person has said `lifecycle restored`, though somebody lifts the pause.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from approvals.effect_ledger import FILE
from approvals.restore import after_restore
from approvals.settling import settle, switch, unsubscribe
from tests.approvals.made import KEY
from tests.faults.hands import by_hand
from tests.faults.offices import with_ledger
from tests.gate.office import Office, only
from tools.store.sends import suppression_key

if TYPE_CHECKING:
    from approvals.effect_ledger import EffectLedger

Step = Callable[[Office], object]
LAST = "(SELECT MAX(seq) FROM audit)"


@pytest.fixture
def kept(office: Office) -> Office:
    """An office with a ledger, where one mail was sent and three people said no after that."""
    with_ledger(office)
    office.decide("ann", "approve", only(office, "a2"))
    assert office.dispatch() == {"sent": 1}
    for name in ("x", "y", "z"):
        _refuse(office, name)
    return office


def ledger_of(office: Office) -> "EffectLedger":
    """The ledger of an office that has one."""
    assert office.gate.ledger is not None
    return office.gate.ledger


def _refuse(office: Office, name: str) -> None:
    """Somebody never wants to be written to again: one entry."""
    unsubscribe(office.gate, suppression_key(KEY.secret, f"{name}@example.com"), "email")


def _approve(office: Office) -> None:
    """Somebody agrees to a mail: two entries."""
    office.decide("ann", "approve", only(office))


def _reject(office: Office) -> None:
    """Somebody says no to a mail: one entry."""
    office.decide("bob", "reject", only(office, "a3"))


def _unwritten(office: Office, step: Step = _reject) -> None:
    """Something whose process is killed right before its line in the ledger is written."""
    ledger = ledger_of(office)
    office.store.gate.export_to(lambda *_: None)
    step(office)
    office.store.gate.export_to(ledger.export, ledger.read_new)


def _unwritten_no(office: Office) -> None:
    """The same of somebody outside who says no."""
    _unwritten(office, lambda office: _refuse(office, "killed"))


def _power_cut(office: Office) -> None:
    """A power cut leaves a block of zeros at the end of the ledger."""
    with (office.folder / "home" / FILE).open("ab") as file:
        file.write(bytes(5_000))


def _look(office: Office) -> None:
    """The executor looks, and pauses what does not fit: an entry."""
    office.dispatch(minutes=1)


def _cut(office: Office, entries: int) -> None:
    by_hand(office.store, f"DELETE FROM audit WHERE seq > {LAST} - {entries}")


def _leaves_nothing(office: Office) -> bool:
    """Whether nothing leaves, and still does not when somebody lets everything go on."""
    before = office.vendor.effects()
    office.dispatch()
    switch(office.gate, office.people["eve"], "global", on=False, reason="they did not look")
    office.dispatch(hours=1)
    return office.vendor.effects() == before


GROWTHS: dict[str, tuple[int, tuple[Step, ...]]] = {
    "longer at once": (1, (_approve,)),
    "as long, unwritten, then longer": (1, (_unwritten, _approve)),
    "longer at once after some unwritten": (2, (_unwritten, _approve)),
    "longer, and all of it unwritten but the end": (2, (_unwritten, _unwritten_no, _approve)),
    "as long, unwritten, then paused": (1, (_unwritten, _look, _approve)),
    "longer after a power cut": (1, (_power_cut, _approve)),
}


@pytest.mark.fault(71)
@pytest.mark.parametrize("what", GROWTHS)
def test_a_chain_that_grew_again_over_what_was_cut_lets_nothing_leave(
    kept: Office, what: str
) -> None:
    entries, steps = GROWTHS[what]
    _cut(kept, entries)
    for step in steps:
        step(kept)

    assert kept.store.gate.read(ledger_of(kept).why_not)
    assert _leaves_nothing(kept)
    assert [a.status for a in kept.actions()].count("scheduled") == 1


@pytest.mark.fault(71)
def test_what_is_cut_while_the_executor_is_at_work_stops_it_at_the_next(kept: Office) -> None:
    _approve(kept)
    kept.decide("ann", "approve", only(kept, "a3"))
    before = len(kept.vendor.effects())

    def cut(point: str) -> None:
        if point == "executor.ended":
            kept.crash = None
            _cut(kept, 1)

    kept.crash = cut
    kept.dispatch()

    assert len(kept.vendor.effects()) == before + 1
    assert _leaves_nothing(kept)


@pytest.mark.fault(71)
def test_after_a_person_has_answered_it_goes_on(kept: Office) -> None:
    _cut(kept, 1)
    _approve(kept)
    assert _leaves_nothing(kept)
    eve = kept.people["eve"]
    assert after_restore(kept.gate, eve) == 1
    switch(kept.gate, eve, "global", on=False, reason="all were asked about")
    one = next(a for a in kept.actions() if a.status == "unknown")
    settle(kept.gate, eve, one.id, "again", "not done", live=True, sha256=one.sha256)

    assert kept.dispatch(hours=1) == {"sent": 1}


@pytest.mark.fault(71)
def test_what_was_killed_before_its_line_is_no_fork(kept: Office) -> None:
    """What the mark is measured against: a ledger that lags behind is caught up with."""
    _unwritten(kept)
    _unwritten_no(kept)
    _approve(kept)

    assert kept.store.gate.read(ledger_of(kept).why_not) == ""
    assert not ledger_of(kept).state.is_forked
    assert kept.dispatch() == {"sent": 1}
