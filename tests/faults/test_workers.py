"""Faults 8, 13 to 15 and 19: who sends, at once, stopped, or told to stop."""

import importlib
import os
import signal
import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from approvals.settling import settle, unsubscribe
from tests.approvals.made import DAY, KEY
from tests.faults.offices import open_office
from tests.faults.processes import HOWS, How, Said, race, start
from tests.gate.office import BERLIN, Office, mail
from tests.gate.vendor import Vendor
from tools.store.sends import suppression_key

if TYPE_CHECKING:
    from pathlib import Path

    from tools.channels.contract import Delivery, Effect, Receipt
    from tools.store.store import Store


@dataclass
class Signalled(Vendor):
    """A vendor in whose hands this process gets a signal, before or after the effect."""

    how: signal.Signals = signal.SIGSTOP
    at: int = 1
    when: str = "after"

    def deliver(self, delivery: "Delivery") -> "Receipt":
        """Count down to the signal."""
        self.at -= 1
        if self.at == 0 and self.when == "before":
            os.kill(os.getpid(), self.how)
        receipt = super().deliver(delivery)
        if self.at == 0 and self.when == "after":
            os.kill(os.getpid(), self.how)
        return receipt


def approve_all_of(office: Office) -> list[str]:
    waiting = [p.id for p in office.store.proposals.pending(DAY)]
    for one in waiting:
        office.decide("ann", "approve", one)
    office.clock.pass_(minutes=10)
    return waiting


def _dispatch(office: Office, worker: str) -> dict[str, int]:
    return dict(office.executor(worker).dispatch())


def _revoke(office: Office, proposal: str) -> str:
    return office.decide("bob", "revoke", proposal).status


@pytest.mark.fault(13)
@pytest.mark.parametrize("how", HOWS)
def test_revoke_and_claim_it_never_leaves_or_it_is_too_late(office: Office, how: How) -> None:
    for proposal in approve_all_of(office):
        action = office.action(proposal)
        assert action is not None
        sending, revoking = race(
            office,
            how,
            [
                partial(_one, action=action.id),
                partial(_revoke, proposal=proposal),
            ],
        )
        key = f"act:{action.id}:{action.sha256}"
        if revoking.refused:
            assert (revoking.refused, "too late" in revoking.words) == ("Conflict", True)
            assert (sending.value, office.vendor.effects()[key]) == ("sent", 1)
        else:
            assert (sending.value, office.vendor.effects()[key]) == ("taken", 0)
    assert office.wrong() == ()


def _one(office: Office, action: str) -> str:
    found = office.store.gate.read(lambda tx: tx.actions.get(action))
    return office.executor().one(found, office.known([found])[action])


@pytest.mark.fault(14)
@pytest.mark.parametrize("how", HOWS)
def test_of_two_executors_one_claims_each(store: "Store", tmp_path: "Path", how: How) -> None:
    office = open_office(store, tmp_path, *[mail(f"a{n}") for n in range(6)])
    approve_all_of(office)

    said: list[Said] = race(office, how, [partial(_dispatch, worker=w) for w in ("v", "w", "x")])

    assert sum(one.value.get("sent", 0) for one in said) == 6
    assert sorted(office.vendor.effects().values()) == [1] * 6
    attempts = office.store.gate.read(lambda tx: tx.actions.all_attempts())
    assert len(attempts) == 6
    assert office.wrong() == ()


def _sleep_in_the_call(office: Office, when: str) -> dict[str, int]:
    effect = office.vendor.effect
    office.vendor = Signalled(office.vendor.ledger, effect, how=signal.SIGSTOP, when=when)
    return _dispatch(office, "zombie")


AWAKE: "list[tuple[Effect, str, str, int]]" = [
    ("blind", "before", "unknown", 1), ("blind", "after", "unknown", 1),
    ("look_up", "after", "sent", 1), ("keyed", "before", "sent", 1), ("keyed", "after", "sent", 1),
]  # fmt: skip


@pytest.mark.fault(15)
@pytest.mark.parametrize(("effect", "when", "status", "effects"), AWAKE)
def test_a_worker_stopped_past_its_lease_is_not_believed_when_it_wakes(
    office: Office, effect: "Effect", when: str, status: str, effects: int
) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    office.decide("ann", "approve", proposal)
    office.clock.pass_(minutes=10)
    office.vendor.effect = effect
    zombie = start(office, partial(_sleep_in_the_call, when=when))
    assert zombie.stopped()

    for _ in range(2):
        office.dispatch(hours=1)
    os.kill(zombie.pid, signal.SIGCONT)

    assert zombie.said().value == {"taken": 1}
    office.dispatch(hours=1)
    action = office.action(proposal)
    assert action is not None
    assert (action.status, office.vendor.effects().total()) == (status, effects)
    assert office.wrong() == ()


def _told_to_end(office: Office) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    office.vendor = Signalled(office.vendor.ledger, how=signal.SIGTERM, at=7)
    _dispatch(office, "ended")


@pytest.mark.fault(8)
def test_ended_with_twenty_due_the_rest_is_sent_later_and_nothing_twice(
    store: "Store", tmp_path: "Path"
) -> None:
    """Terminated in the hands of a blind vendor at the seventh: nobody knows that one alone."""
    mails = [mail(f"a{n:02}") for n in range(20)]
    office = open_office(store, tmp_path, *mails, four_eyes_people=1_000)
    approve_all_of(office)
    assert start(office, _told_to_end).wait() == -signal.SIGTERM

    statuses = [action.status for action in office.actions()]
    assert [statuses.count(s) for s in ("sent", "calling", "scheduled")] == [6, 1, 13]
    assert office.dispatch() == {"unknown": 1, "sent": 13}
    (doubtful,) = [action for action in office.actions() if action.status == "unknown"]
    settle(office.gate, office.people["ann"], doubtful.id, "sent", "it arrived", live=True)
    assert sorted(office.vendor.effects().values()) == [1] * 20
    assert office.wrong() == ()


def _work_until_told(office: Office) -> None:
    from agent.due import Minutes  # noqa: PLC0415 - a large process forks slowly
    from agent.schedule import Job, Schedule  # noqa: PLC0415
    from agent.serve import Service, run_worker  # noqa: PLC0415

    office.vendor = Signalled(office.vendor.ledger, how=signal.SIGTERM, at=7)
    hour = timedelta(hours=1)
    job = Job(
        "dispatch", Minutes(1), lambda *_: str(_dispatch(office, "told")), "latest", hour, hour
    )
    schedule = Schedule([job], office.store.slots, BERLIN, office.clock, "told")
    run_worker(Service(schedule, threading.Event()))


@pytest.mark.fault(8)
def test_told_to_end_a_worker_ends_what_it_has_begun_and_then_itself(
    store: "Store", tmp_path: "Path"
) -> None:
    mails = [mail(f"a{n:02}") for n in range(20)]
    office = open_office(store, tmp_path, *mails, four_eyes_people=1_000)
    approve_all_of(office)
    importlib.import_module("agent.serve")  # once for the children on both databases

    assert start(office, _work_until_told).wait() == 0

    assert {action.status for action in office.actions()} == {"sent"}
    assert sorted(office.vendor.effects().values()) == [1] * 20
    slot = office.store.slots.last("dispatch")
    assert slot is not None
    assert slot.status == "done"
    assert office.wrong() == ()


def _no(office: Office) -> bool:
    return unsubscribe(office.gate, suppression_key(KEY.secret, "ann@example.com"), "email")


@pytest.mark.fault(19)
@pytest.mark.parametrize("how", HOWS)
def test_a_no_that_comes_while_it_is_being_sent_stops_all_that_was_not_begun(
    office: Office, how: How
) -> None:
    approve_all_of(office)

    sending, no = race(office, how, [partial(_dispatch, worker="w"), _no])

    assert no.value is True
    sent = sending.value.get("sent", 0)
    assert sent + sending.value.get("blocked", 0) == 3
    assert office.vendor.effects().total() == sent
    office.dispatch(days=3)
    assert office.vendor.effects().total() == sent
    assert office.wrong() == ()


@pytest.mark.fault(19)
def test_a_no_after_the_approval_blocks_what_has_not_left(office: Office) -> None:
    approve_all_of(office)
    assert _no(office)
    assert office.dispatch() == {"blocked": 3}
    assert office.vendor.effects() == {}
    assert office.wrong() == ()
