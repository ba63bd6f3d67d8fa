"""Fault 73: a clock that jumps and comes back expires, sends and silences nothing for good."""

from datetime import timedelta
from pathlib import Path

import pytest

from agent.jobs import digest, reminders
from agent.rerun import take_back_ahead
from agent.run import run_day
from agent.schedule import Schedule
from agent.wiring import Deps
from approvals.alarms import alarms
from approvals.queue import propose
from approvals.request import Actor, Seen, Wish
from approvals.settling import switch, unsubscribe
from approvals.upkeep import bring_forward, expire, wake
from approvals.users.sessions import Sessions
from approvals.users.settings import AuthSettings
from approvals.verify import verify
from tests.agent.schedule_made import BERLIN, Ran, job
from tests.approvals.made import DAY, KEY
from tests.databases import Fresh
from tests.faults.homes import open_home
from tests.faults.offices import other_office
from tests.faults.troubled import url_of
from tests.gate.office import MORNING, Clock, Office, mail, only
from tools.clock_watch import SETTLES, ClockReading, ClockState, ClockWatch
from tools.errors import Unavailable
from tools.store.sends import suppression_key
from tools.store.store import Store, open_store

JUMPS = {"a day": 1, "nine days": 9, "a year": 366, "back a day": -1, "back a year": -366}


def approved(office: Office, account: str = "a1") -> str:
    proposal = only(office, account)
    office.decide("ann", "approve", proposal)
    return proposal


def statuses(office: Office) -> list[str]:
    return [p.status for p in office.store.proposals.of_day(DAY)]


@pytest.mark.fault(73)
@pytest.mark.parametrize("name", JUMPS)
def test_a_jump_that_is_taken_back_decides_nothing(office: Office, name: str) -> None:
    proposal = approved(office)
    office.decide("bob", "snooze", only(office, "a2"), until_day=office.day + 2)
    before = statuses(office)
    office.clock.pass_(minutes=10)
    office.clock.jump(days=JUMPS[name])

    for _ in range(3):
        office.clock.pass_(minutes=2)
        assert dict(office.executor().dispatch()) == {}
        assert (expire(office.gate), wake(office.gate)) == (0, 0)
    office.watch.keep()
    (alarm,) = alarms(office.gate)
    assert alarm.kind == "clock"
    assert ("back" if JUMPS[name] < 0 else "forward") in alarm.words
    assert statuses(office) == before
    office.clock.jump(days=-JUMPS[name])
    assert dict(office.executor().dispatch()) == {"sent": 1}
    office.watch.keep()
    assert alarms(office.gate) == ()
    assert office.get(proposal).status == "approved"
    assert office.wrong() == ()


@pytest.mark.fault(73)
def test_a_jump_between_looking_and_claiming_still_holds(office: Office) -> None:
    proposal = approved(office)
    office.clock.pass_(minutes=10)
    action = office.action(proposal)
    assert action is not None
    office.clock.jump(days=1)

    assert office.executor().one(action, office.known([action])[action.id]) == "waits"
    assert office.vendor.effects() == {}


@pytest.mark.fault(73)
def test_what_stays_is_believed_at_a_second_look_ten_minutes_later(office: Office) -> None:
    approved(office)
    office.clock.pass_(minutes=10)
    office.clock.jump(days=9)

    assert expire(office.gate) == 0  # the first look
    office.clock.pass_(minutes=9)
    assert (expire(office.gate), dict(office.executor().dispatch())) == (0, {})
    office.clock.pass_(minutes=2)
    assert expire(office.gate) == 2
    assert dict(office.executor().dispatch()) == {"blocked": 1}
    assert office.wrong() == ()


@pytest.mark.fault(73)
def test_a_process_that_begins_on_a_wrong_clock_knows_what_the_last_one_saw(
    office: Office,
) -> None:
    approved(office)
    office.clock.pass_(minutes=10)
    office.watch.keep()
    office.clock.jump(days=9)
    other = other_office(office, open_store(url_of(office.store)))

    assert dict(other.executor().dispatch()) == {}
    assert expire(other.gate) == 0
    office.clock.jump(days=-9)
    assert dict(other.executor().dispatch()) == {"sent": 1}
    other.store.close()


@pytest.mark.fault(73)
def test_a_machine_nobody_has_looked_at_before_ends_nothing_at_its_first_look(
    office: Office,
) -> None:
    """Started on a wrong clock, with nothing to compare it with: it may wait, and not end."""
    approved(office)
    office.clock.jump(days=9)
    other = other_office(office, open_store(url_of(office.store)))
    other.clock.boot = "another start"

    assert expire(other.gate) == 0
    assert dict(other.executor().dispatch()) == {"scheduled": 1}
    other.clock.jump(days=-9)
    office.clock.pass_(minutes=11)
    assert bring_forward(other.gate) + bring_forward(other.gate) <= 1
    other.clock.pass_(minutes=11)
    bring_forward(other.gate)
    assert dict(other.executor().dispatch()) == {"sent": 1}
    other.store.close()


@pytest.mark.fault(73)
def test_who_is_at_work_keeps_the_lease_when_the_clock_jumps(office: Office) -> None:
    approved(office)

    def crash(point: str) -> None:
        if point == "executor.claimed":
            office.clock.jump(days=1)
            assert dict(office.executor("w2").recover()) == {}
            assert dict(office.executor("w2").dispatch()) == {}
            office.clock.jump(days=-1)

    office.crash = crash
    assert office.dispatch() == {"sent": 1}
    assert sum(office.vendor.effects().values()) == 1
    assert office.wrong() == ()


def live_ahead(office: Office, days: int) -> None:
    """Let the clock be ahead for so long that it is believed."""
    office.clock.pass_(minutes=10)
    office.clock.jump(days=days)
    for _ in range(3):
        office.watch()
        office.clock.pass_(minutes=11)


def come_back(office: Office, days: int) -> None:
    """Put the clock right again, and let it be believed."""
    office.clock.jump(days=-days)
    for _ in range(3):
        office.watch()
        office.clock.pass_(minutes=11)


@pytest.mark.fault(73)
def test_a_no_and_a_pause_said_while_it_was_ahead_hold_at_once(office: Office) -> None:
    proposal = approved(office)
    live_ahead(office, 1)
    unsubscribe(office.gate, suppression_key(KEY.secret, "ann@example.com"), "email")
    switch(office.gate, office.people["eve"], "channel:email", on=True, reason="a doubt")
    come_back(office, 1)

    assert dict(office.executor().dispatch()) == {}
    switch(office.gate, office.people["eve"], "channel:email", on=False, reason="no doubt")
    assert dict(office.executor().dispatch()) == {"blocked": 1}
    action = office.action(proposal)
    assert action is not None
    assert "suppression" in action.detail


@pytest.mark.fault(73)
def test_what_was_approved_while_it_was_ahead_is_not_put_off_for_a_year(office: Office) -> None:
    live_ahead(office, 3)
    approved(office)
    come_back(office, 3)

    assert dict(office.executor().dispatch()) == {}
    assert bring_forward(office.gate) == 1
    assert dict(office.executor().dispatch()) == {"sent": 1}
    assert bring_forward(office.gate) == 0
    assert office.wrong() == ()


@pytest.mark.fault(73)
@pytest.mark.parametrize("days", [1, 30])
def test_a_slot_of_a_day_that_has_not_come_does_not_silence_it(office: Office, days: int) -> None:
    ran, clock = Ran(), office.clock
    schedule = Schedule(
        [job(ran)], office.store.slots, BERLIN, clock, "host-1", clock.monotonic, office.watch
    )
    schedule.tick()
    clock.jump(days=days)
    assert [one.status for one in schedule.tick()] == ["waiting"]
    live_ahead(office, 0)
    schedule.tick()
    assert len(ran.slots) == 2
    come_back(office, days)
    schedule.tick()
    for _ in range(2):
        clock.pass_(days=1)
        schedule.tick()
    assert ran.slots[2:] == ["2024-03-02", "2024-03-03"]


@pytest.mark.fault(73)
def test_another_machines_slots_are_not_taken_back(office: Office) -> None:
    """On PostgreSQL the other machine may be right; on SQLite there is no other."""
    ran, clock = Ran(), office.clock
    ahead = Clock(MORNING + timedelta(days=1))
    watch = ClockWatch(clock, office.store.clocks)
    watch()
    Schedule([job(ran)], office.store.slots, BERLIN, ahead, "other-1", ahead.monotonic).tick()
    clock.pass_(minutes=11)
    here = Schedule([job(ran)], office.store.slots, BERLIN, clock, "host-1", clock.monotonic, watch)
    here.tick()
    alone = office.store.database.url.get_backend_name() == "sqlite"
    assert len(ran.slots) == (2 if alone else 1)


@pytest.mark.fault(73)
def test_sessions_outlive_a_jump_and_gain_nothing_by_it(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store.people, AuthSettings(b"s" * 32, "https://x.example"), clock)
    ann = store.people.add("ann@example.com", "Ann", "reviewer", MORNING)
    before = sessions.start(ann.id, clock())

    clock.jump(days=1)
    assert sessions.find(before) is None  # idle for a day, by this clock
    clock.jump(days=-1)
    assert sessions.find(before) is not None
    clock.jump(days=1)
    ahead = sessions.start(ann.id, clock())
    assert sessions.find(ahead) is not None
    clock.jump(days=-1)
    before = sessions.start(ann.id, clock())
    assert sessions.find(ahead) is None  # begun at a time that has not come
    clock.jump(days=-1)
    assert sessions.find(before) is None
    clock.jump(days=1)
    assert sessions.find(before) is not None


READING = ClockReading(MORNING, 1_000.0)
START = ClockState("b", READING, READING.uptime)


def later(state: ClockState, passed: float, jumped: float = 0) -> ClockState:
    """The state after some seconds, the wall clock being so many seconds off what was believed."""
    wall = state.believed.wall + timedelta(seconds=passed + jumped)
    return state.after(ClockReading(wall, state.believed.uptime + passed))


def test_a_clock_is_believed_while_both_go_alike() -> None:
    settles = SETTLES.total_seconds()
    assert not later(START, settles - 1).settled
    assert later(START, settles).settled
    for small in (-29, 29):
        assert not later(START, 60, small).doubted
    for large in (-31, 31, 3600, -86_400):
        doubted = later(START, 0.1, large)
        assert (doubted.doubted, doubted.settled) == (True, False)
        assert abs(doubted.jump.total_seconds() - large) < 1
    slewed = later(START, 86_400, 60)  # a time server slews by half a thousandth at most
    assert not slewed.doubted


def test_a_clock_that_never_rests_is_never_believed() -> None:
    state = START
    for n in range(1, 100):
        wall = MORNING + timedelta(hours=n)
        state = state.after(ClockReading(wall, READING.uptime + 60 * n))
        assert state.doubted


def test_a_look_that_cannot_be_kept_is_a_look(tmp_path: Path) -> None:
    del tmp_path

    class Broken:
        def last(self, _: str) -> None:
            return None

        def keep(self, _: ClockState) -> None:
            raise OSError("no room")

    assert not ClockWatch(Clock(), Broken()).keep().doubted


@pytest.mark.fault(73)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_morning_run_for_a_day_that_has_not_come_is_taken_back(kind: str, tmp_path: Path) -> None:
    """Found done, it would have silenced both mornings: today's is in its past, and its own."""
    fresh = Fresh(kind, tmp_path)
    home = open_home(fresh.store(), tmp_path)
    deps, clock = home.deps, home.clock
    today = deps.today()
    for waits in (reminders, digest):  # the clock is not known yet, and the morning was not run
        with pytest.raises(Unavailable):
            waits(deps)
    deps.look()
    clock.jump(days=3)
    for _ in range(2):
        deps.look()
        clock.pass_(minutes=11)
    run_day(deps, deps.today())
    take_back_ahead(deps)
    assert deps.store.runs.closed_day() == today + 3
    clock.jump(days=-3)
    for _ in range(2):
        deps.look()
        clock.pass_(minutes=11)

    take_back_ahead(deps)
    assert deps.store.runs.closed_day() is None
    wrong = deps.store.gate.read(lambda tx: verify(tx, deps.key, clock()))
    assert wrong == ()
    fresh.close()


@pytest.mark.fault(73)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_people_decided_on_a_day_ahead_stays_and_the_rest_is_taken_back_once(
    kind: str, tmp_path: Path
) -> None:
    fresh = Fresh(kind, tmp_path)
    home = open_home(fresh.store(), tmp_path)
    deps, clock = home.deps, home.clock
    today = deps.today()
    for days in (3, -3):
        deps.look()
        clock.jump(days=days)
        for _ in range(2):
            deps.look()
            clock.pass_(minutes=11)
        if days > 0:
            run_day(deps, deps.today())
            mails = [mail(f"a{n}", "900.00", deps.today()) for n in (1, 2, 3)]
            propose(deps.desk(deps.today()), deps.today(), mails, clock())
            first, *others = (one.id for one in deps.store.proposals.pending(deps.today()))
            reject(deps, first)

    take_back_ahead(deps)
    take_back_ahead(deps)

    assert deps.store.runs.closed_day() is None
    stands = {one: deps.store.proposals.get(one) for one in (first, *others)}
    found = {one: proposal.status for one, proposal in stands.items() if proposal is not None}
    assert found == {first: "rejected", **dict.fromkeys(others, "superseded")}
    assert run_day(deps, today).new
    wrong = deps.store.gate.read(lambda tx: verify(tx, deps.key, clock()))
    assert wrong == ()
    fresh.close()


def reject(deps: Deps, proposal: str) -> None:
    """Somebody rejects a proposal as it stands."""
    person = deps.store.people.by_mailbox("ann@example.com")
    assert person is not None
    now = deps.store.proposals.get(proposal)
    assert now is not None
    seen = Seen(now.id, now.version, now.shown)
    deps.gate.decide(Actor(person.id, person.role, "web"), Wish("reject", seen, reason="other"))
