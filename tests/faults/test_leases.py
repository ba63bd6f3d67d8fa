"""Fault 84: what a killed worker held is taken over within thirty seconds, and nobody else's."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from agent.due import Minutes
from agent.schedule import Job, Schedule
from agent.serve import RECOVERY_SECONDS
from approvals.lease import LEASE, LeaseWatch
from tests.approvals.made import DAY
from tests.faults.processes import killed_at, start
from tests.gate.office import BERLIN, Office
from tests.gate.vendor import Vendor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.channels.contract import Delivery, Effect, Receipt

pytestmark = pytest.mark.fault(84)
WITHIN = 30.0


@dataclass
class Stopwatch:
    """A monotonic clock that is set by hand, together with that of an office."""

    office: Office
    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.office.clock.pass_(seconds=seconds)


@dataclass
class Slow(Vendor):
    """A vendor with whom something happens while it is called."""

    meanwhile: "Callable[[], None]" = field(default=lambda: None)

    def deliver(self, delivery: "Delivery") -> "Receipt":
        self.meanwhile()
        return super().deliver(delivery)


def approved(office: Office, effect: "Effect" = "blind") -> str:
    proposal = office.store.proposals.pending(DAY)[0]
    office.decide("ann", "approve", proposal)
    office.clock.pass_(minutes=10)
    office.vendor.effect = effect
    return proposal.id


def _die(office: Office, point: str) -> None:
    office.crash = killed_at(point)
    office.executor("dead").dispatch()


ENDS: "list[tuple[Effect, str, dict[str, int]]]" = [
    ("blind", "executor.claimed", {"unknown": 1}), ("blind", "executor.called", {"unknown": 1}),
    ("look_up", "executor.called", {"sent": 1}), ("keyed", "executor.called", {"scheduled": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("effect", "point", "ends"), ENDS)
def test_what_a_killed_worker_held_is_settled_within_thirty_seconds(
    office: Office, effect: "Effect", point: str, ends: dict[str, int]
) -> None:
    proposal = approved(office, effect)
    assert start(office, partial(_die, point=point)).wait() < 0
    watch = Stopwatch(office)
    others = LeaseWatch(monotonic=watch)

    while not (settled := office.executor("heir", watch=others).recover()):
        watch.pass_(RECOVERY_SECONDS)
        assert watch.now <= WITHIN

    assert settled == ends
    effects = 0 if point == "executor.claimed" else 1
    assert office.vendor.effects().total() == effects
    if effect == "keyed":
        assert office.executor("heir").dispatch() == {"sent": 1}
        assert office.vendor.effects().total() == 1
    action = office.action(proposal)
    assert action is not None
    assert action.status in {"unknown", "sent"}
    assert office.wrong() == ()


def test_a_worker_that_waits_for_its_vendor_keeps_its_call(office: Office) -> None:
    """However long the call takes: the lease is renewed meanwhile."""
    approved(office)
    others, mine = office.executor("other"), timedelta(seconds=0.4)

    def an_hour() -> None:
        for _ in range(3):
            office.clock.pass_(seconds=0.3)
            time.sleep(0.15)
            assert others.recover() == {}

    office.vendor = Slow(office.vendor.ledger, meanwhile=an_hour)
    assert office.executor("slow", lease=mine).dispatch() == {"sent": 1}
    assert office.wrong() == ()


def test_a_clock_put_forward_makes_no_living_worker_dead(office: Office) -> None:
    approved(office)
    watch = Stopwatch(office)
    heir = office.executor("heir", watch=LeaseWatch(monotonic=watch))

    def jump() -> None:
        assert heir.recover() == {}
        office.clock.pass_(days=1)
        for _ in range(4):
            watch.now += 9.0
            assert heir.recover() == {}
            time.sleep(0.3)  # it renews

    office.vendor = Slow(office.vendor.ledger, meanwhile=jump)
    assert office.executor("living", lease=timedelta(seconds=0.4)).dispatch() == {"sent": 1}
    assert office.wrong() == ()


def test_after_the_database_was_shut_the_living_are_asked_again(office: Office) -> None:
    approved(office)
    assert start(office, partial(_die, point="executor.claimed")).wait() < 0
    watch = Stopwatch(office)
    others = LeaseWatch(monotonic=watch)
    heir = office.executor("heir", watch=others)
    assert heir.recover() == {}
    watch.pass_(60)
    others.forget()

    assert heir.recover() == {}
    watch.pass_(10)
    assert heir.recover() == {"unknown": 1}


@pytest.mark.fault(15)
@pytest.mark.parametrize("effect", ["blind", "look_up", "keyed"])
def test_a_worker_stopped_before_its_call_does_not_make_it_when_it_wakes(
    office: Office, effect: "Effect"
) -> None:
    proposal = approved(office, effect)
    action = office.action(proposal)
    assert action is not None
    watch = Stopwatch(office)
    slow = office.executor("slow", monotonic=watch)

    def stopped(point: str) -> None:
        if point == "executor.claimed":
            office.crash = None
            watch.pass_(60)
            assert office.executor("other").recover().total() == 1

    office.crash = stopped
    assert slow.one(action, office.known([action])[action.id]) == "taken"
    assert office.vendor.effects().total() == 0
    assert office.wrong() == ()


@pytest.mark.parametrize("after", [0.0, 7.0, 14.0, 40.0, 59.0])
def test_a_dead_workers_slot_of_sending_is_run_within_thirty_seconds(
    office: Office, after: float
) -> None:
    """Whenever in its minute it died; the next worker ticks as the service does."""
    watch = Stopwatch(office)
    minute = timedelta(minutes=1)
    ran: list[float] = []

    def run(*_: object) -> str:
        ran.append(watch.now)
        return "sent"

    job = Job("dispatch", Minutes(1), run, "latest", minute, LEASE)
    heir = Schedule([job], office.store.slots, BERLIN, office.clock, "heir", watch)
    office.clock.pass_(seconds=after)
    due = next(job.every.before(BERLIN, office.clock()))
    office.store.slots.claim("dispatch", due.slot, due.at, "dead", office.clock(), LEASE)

    while not ran:
        heir.tick()
        watch.pass_(5)
    assert ran[0] <= WITHIN


def test_a_slot_that_failed_rests_though_its_lease_is_short(office: Office) -> None:
    watch = Stopwatch(office)
    tries: list[float] = []

    def fail(*_: object) -> str:
        tries.append(watch.now)
        raise OSError("the folder is not there at the moment")

    hour = timedelta(hours=1)
    job = Job("day", Minutes(600), fail, "latest", hour, LEASE, timedelta(minutes=15))
    schedule = Schedule([job], office.store.slots, BERLIN, office.clock, "w", watch)
    for _ in range(60):
        schedule.tick()
        watch.pass_(60)
    assert tries == [0.0, 900.0, 1800.0]
