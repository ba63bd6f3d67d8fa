"""Every due slot is run once: by many at once, over crashes, outages and any change of a clock."""

import os
import signal
import threading
import time as clocks
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from agent.due import Daily, Due, Hourly, Minutes, Weekly
from agent.schedule import Beat, CatchUp, Lost, Schedule, SlotOutcome, due_slots, latest_due
from tests.agent.schedule_made import (
    BERLIN,
    LEASE,
    MORNING,
    NOON,
    Hands,
    Other,
    Ran,
    job,
    lease_of,
    schedule,
    steady,
    wait_until,
)
from tests.agent.schedule_year import TIMES, YEAR, ZONES, walk
from tools.errors import BadInput, Conflict
from tools.store.slots import STOPPED, Slot, Slots
from tools.store.store import Store

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
EVERY = (MORNING, Weekly("mon", time(9)), Hourly(5), Minutes(5))
ALL_ZONES = st.sampled_from([ZoneInfo(zone) for zone in ZONES])
instants = st.integers(0, 400 * 24 * 60).map(
    lambda minutes: datetime(2026, 12, 1, tzinfo=UTC) + minutes * MINUTE
)


@pytest.fixture
def slots(store: Store) -> Slots:
    return Slots(store.database)


def said(outcomes: Sequence[SlotOutcome]) -> list[tuple[str, str]]:
    return [(outcome.slot, outcome.status) for outcome in outcomes]


@pytest.mark.parametrize("zone", [*ZONES, "Pacific/Apia"])
def test_a_year_of_every_half_hour_misses_no_date_and_doubles_none(zone: str) -> None:
    """48 times × 365 dates for each zone; over all eight, 140 160 slots in a million ticks."""
    done = walk(ZoneInfo(zone))

    wrong = {
        (at, day): done.claimed[at][day]
        for at in TIMES
        for day in YEAR
        if done.claimed[at][day] != 1
    }
    assert wrong == {}
    assert max(max(counted.values()) for counted in done.claimed.values()) == 1
    assert done.ticks > 120_000
    assert (done.changes > 0) == (zone not in {"Asia/Kathmandu", "Pacific/Apia"})


@pytest.mark.parametrize(
    ("zone", "day", "at", "due"),
    [
        ("America/New_York", "2027-03-14", "02:30", "07:30"),  # does not exist: 03:30 summer time
        ("America/New_York", "2027-11-07", "01:30", "05:30"),  # exists twice: the first
        ("Africa/Cairo", "2027-04-30", "00:30", "22:30"),  # midnight itself does not exist
        ("Asia/Kathmandu", "2027-04-30", "06:00", "00:15"),
        ("Europe/Berlin", "2027-03-28", "06:00", "04:00"),
    ],
)
def test_a_day_the_clocks_change_is_due_once_and_when(
    zone: str, day: str, at: str, due: str
) -> None:
    one = job(Ran(), Daily(time.fromisoformat(at)))
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) - 12 * HOUR
    found = due_slots(one, ZoneInfo(zone), start, start + 2 * DAY)

    assert [f"{slot.at:%H:%M}" for slot in found if slot.slot == day] == [due]


def test_a_date_that_begins_twice_is_due_from_its_first_beginning() -> None:
    """Newfoundland once put its clocks back at a minute past midnight, into the day before."""
    one = job(Ran(), Daily(time(0)))
    again = datetime(2010, 11, 7, 2, 45, tzinfo=UTC)  # 23:15 of the 6th, for the second time

    assert latest_due(one, ZoneInfo("America/St_Johns"), again).slot == "2010-11-07"


def test_a_date_that_a_country_left_out_is_skipped_not_run_beside_the_next() -> None:
    apia = ZoneInfo("Pacific/Apia")  # it went from the 29th to the 31st of December 2011
    one = job(Ran(), Daily(time(10)))
    now = datetime(2011, 12, 30, 20, tzinfo=UTC)

    assert latest_due(one, apia, now).slot == "2011-12-31"
    assert latest_due(one, apia, now - MINUTE).slot == "2011-12-29"


def test_slots_are_named_by_local_date_or_by_the_hour_or_minute_in_utc() -> None:
    now = NOON + timedelta(minutes=4, seconds=59)
    found = [latest_due(job(Ran(), every), BERLIN, now) for every in EVERY]

    assert found == [
        Due("2027-06-02", NOON - 8 * HOUR),
        Due("2027-05-31", datetime(2027, 5, 31, 7, tzinfo=UTC)),
        Due("2027-06-02T11Z", NOON - HOUR + 5 * MINUTE),
        Due("2027-06-02T12:00Z", NOON),
    ]
    assert date.fromisoformat(found[1].slot).weekday() == 0


@given(st.sampled_from(EVERY), ALL_ZONES, st.lists(instants, min_size=3, max_size=3).map(sorted))
def test_what_is_due_does_not_depend_on_how_often_one_looks(
    every: Daily | Weekly | Hourly | Minutes, zone: ZoneInfo, found: list[datetime]
) -> None:
    one = job(Ran(), every)
    first, middle, last = found[0], min(found[1], found[0] + 9 * DAY), found[0] + 9 * DAY
    whole = due_slots(one, zone, first, last)

    assert due_slots(one, zone, first, middle) + due_slots(one, zone, middle, last) == whole
    assert len({due.slot for due in whole}) == len(whole)
    assert [due.at for due in whole] == sorted(due.at for due in whole)
    assert whole[-1] == latest_due(one, zone, last) if whole else isinstance(every, Weekly)


def test_what_cannot_be_meant_is_refused(slots: Slots) -> None:
    for wrong, message in (
        (lambda: Weekly("monday", time(9)), "did you mean 'mon'"),  # type: ignore[arg-type]  # wrong
        (lambda: Minutes(0), "every 1 or more"),
        (lambda: Hourly(60), "0 to 59"),
        (lambda: job(Ran(), catch_up="all"), "known: latest, none"),  # type: ignore[arg-type]  # wrong
        (lambda: job(Ran(), lease=timedelta(0)), "longer than nothing"),
        (lambda: schedule(slots, Hands(), job(Ran()), job(Ran())), "the same name"),
    ):
        with pytest.raises(BadInput, match=message):
            wrong()


def test_a_due_slot_is_run_once_and_written_down(slots: Slots) -> None:
    hands, ran = Hands(), Ran()
    made = schedule(slots, hands, job(ran))

    assert made.tick() == [SlotOutcome("morning", "2027-06-02", "done", "ran 2027-06-02")]
    hands.passes(15 * HOUR)
    assert made.tick() == []
    hands.passes(HOUR)
    assert said(made.tick()) == [("2027-06-03", "done")]
    assert ran.slots == ["2027-06-02", "2027-06-03"]


def test_what_has_been_done_is_left_alone(slots: Slots) -> None:
    """A tick without work writes nothing, and a clock put back makes no old slot new."""

    class ReadOnly(Slots):
        def claim(self, *_: object) -> Slot | None:
            raise AssertionError("nothing is due")

    hands, ran = Hands(NOON - 8 * HOUR), Ran()
    one = job(ran, catch_up="none")
    for _ in range(2):
        assert [outcome.status for outcome in schedule(slots, hands, one).tick()] == ["done"]
        hands.passes(DAY)
    slots.prune("morning", 1)
    after = schedule(ReadOnly(slots._database), hands, one)
    for back in (HOUR, DAY):
        hands.passes(-back)
        assert after.tick() == []


@pytest.mark.parametrize(
    ("catch_up", "down", "expected"),
    [
        ("latest", 3 * HOUR, [("03", "done")]),
        ("latest", 3 * DAY, [("03", "skipped"), ("04", "skipped"), ("05", "done")]),
        ("none", 3 * HOUR, [("03", "skipped")]),
        ("none", 30 * MINUTE, [("03", "done")]),
        ("none", 3 * DAY, [("03", "skipped"), ("04", "skipped"), ("05", "skipped")]),
    ],
)
def test_after_an_outage_one_slot_is_run_at_most(
    catch_up: CatchUp, down: timedelta, expected: list[tuple[str, str]], slots: Slots
) -> None:
    hands, ran = Hands(NOON - 8 * HOUR), Ran()  # 06:00 in Berlin: due
    one = job(ran, catch_up=catch_up)
    assert said(schedule(slots, hands, one).tick()) == [("2027-06-02", "done")]

    hands.passes(DAY + down if down < DAY else down + 30 * MINUTE + HOUR)
    after = schedule(slots, hands, one)

    assert said(after.tick()) == [(f"2027-06-{day}", status) for day, status in expected]
    assert after.tick() == []
    assert len(ran.slots) == 1 + sum(status == "done" for _, status in expected)


def test_the_first_tick_ever_looks_at_the_newest_slot_only(slots: Slots) -> None:
    ran = Ran()
    stale = job(ran, catch_up="none", name="digest")

    assert said(schedule(slots, Hands(), stale).tick()) == [("2027-06-02", "skipped")]
    assert said(schedule(slots, Hands(), job(ran)).tick()) == [("2027-06-02", "done")]


def test_short_intervals_leave_one_row_and_record_no_gaps(slots: Slots, store: Store) -> None:
    hands, ran = Hands(), Ran()
    made = schedule(slots, hands, job(ran, Minutes(1), name="dispatch"))
    for _ in range(5):
        assert [outcome.status for outcome in made.tick()] == ["done"]
        hands.passes(3 * MINUTE)

    with store.database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT slot FROM slot").all()
    assert [row[0] for row in rows] == ran.slots[-1:] == ["2027-06-02T12:12Z"]
    hands.passes(-HOUR)
    assert made.tick() == []


def test_a_job_that_raises_is_recorded_and_stops_no_other(slots: Slots) -> None:
    def broken(_slot: Slot, _beat: Beat) -> str:
        raise ValueError("no row for 'Ada' <ada@example.org>\nsecond line")

    hands, ran = Hands(), Ran()
    made = schedule(slots, hands, job(broken, name="broken"), job(ran))
    with capture_logs() as lines:
        broke, fine = made.tick()

    assert (broke.status, fine.status) == ("failed", "done")
    last = slots.last("broken")
    assert last is not None
    assert last.detail == broke.detail == "ValueError: no row for '[redacted]' <[address]>"
    assert [line["error"] for line in lines if line["event"] == "slot.failed"] == ["ValueError"]


def test_a_failed_slot_is_run_again_after_its_lease_and_three_times_at_most(slots: Slots) -> None:
    fails = iter([RuntimeError(), RuntimeError(), None])

    def shaky(_slot: Slot, _beat: Beat) -> str:
        if (error := next(fails)) is not None:
            raise error
        return ""

    hands = Hands()
    made = schedule(slots, hands, job(shaky))
    seen = []
    for _ in range(9):
        seen += said(made.tick())
        hands.passes(LEASE / 2)
    assert [status for _, status in seen] == ["failed", "failed", "done"]


def test_trouble_with_the_database_stops_no_other_job(slots: Slots) -> None:
    class Torn(Slots):
        def last(self, job: str) -> Slot | None:
            if job == "torn":
                raise ConnectionError("gone")
            return super().last(job)

    ran = Ran()
    torn = Torn(slots._database)
    outcomes = schedule(torn, Hands(), job(ran, name="torn"), job(ran)).tick()

    assert [(o.job, o.status, o.detail) for o in outcomes] == [
        ("torn", "failed", "ConnectionError: gone"),
        ("morning", "done", "ran 2027-06-02"),
    ]


def test_a_slot_waits_for_the_one_before_and_what_is_overtaken_is_skipped(slots: Slots) -> None:
    hands = Hands()
    during: list[SlotOutcome] = []

    def slow(slot: Slot, beat: Beat) -> str:
        for _ in range(3):
            hands.jumps(HOUR)
            assert slots.heartbeat(slot, hands.now, LEASE)
            during.extend(other.tick())
        beat()
        return ""

    other = schedule(slots, hands, job(Ran(), Hourly()), worker="w2")
    first = schedule(slots, hands, job(slow, Hourly()))

    assert said(first.tick()) == [("2027-06-02T12Z", "done")]
    assert said(during) == [(f"2027-06-02T{hour}Z", "waiting") for hour in (13, 14, 15)]
    assert during[0].detail == "2027-06-02T12Z is still running"
    assert said(other.tick()) == [
        ("2027-06-02T13Z", "skipped"),
        ("2027-06-02T14Z", "skipped"),
        ("2027-06-02T15Z", "done"),
    ]


def dead(slots: Slots, hands: Hands, every: Daily | Hourly = MORNING) -> Slot:
    """A slot whose worker has just been killed."""
    due = latest_due(job(Ran(), every), BERLIN, hands.now)
    slot = slots.claim("morning", due.slot, due.at, "dead", hands.now, LEASE)
    assert slot is not None
    return slot


def test_a_dead_workers_slot_is_taken_over_within_two_leases(slots: Slots) -> None:
    hands, ran = Hands(), Ran()
    slot = dead(slots, hands)
    made = schedule(slots, hands, job(ran), worker="heir")
    died = hands.now
    outcomes: list[SlotOutcome] = []
    while not outcomes and hands.now < died + DAY:
        hands.passes(MINUTE)
        outcomes = made.tick()

    assert said(outcomes) == [(slot.slot, "done")]
    assert LEASE <= hands.now - died <= 2 * LEASE
    assert not slots.finish(slot, "done", "I was only slow", hands.now)


def test_a_dead_workers_old_slot_is_given_up_for_the_newest(slots: Slots) -> None:
    hands, ran = Hands(), Ran()
    old = dead(slots, hands, Hourly())
    hands.passes(3 * HOUR)
    made = schedule(slots, hands, job(ran, Hourly()))

    assert said(made.tick()) == [("2027-06-02T15Z", "waiting")]  # it may live: nobody watched it
    hands.passes(LEASE / 2)
    assert said(made.tick()) == [
        ("2027-06-02T13Z", "skipped"),
        ("2027-06-02T14Z", "skipped"),
        ("2027-06-02T15Z", "done"),
    ]
    assert not slots.finish(old, "done", "", hands.now)


@pytest.mark.parametrize("jump", [DAY, -2 * HOUR])
@pytest.mark.parametrize("every", [MORNING, Hourly()])
def test_a_clock_that_jumps_during_a_run_starts_no_second_run(
    jump: timedelta, every: Daily | Hourly, slots: Slots
) -> None:
    hands, ran = Hands(), Ran()
    seen: list[SlotOutcome] = []

    def slow(slot: Slot, _beat: Beat) -> str:
        for turn in range(30):
            seen.extend(other.tick())
            if turn in {0, 5}:
                hands.jumps(jump)
            seen.extend(other.tick())
            hands.passes(LEASE / 3)
            seen.extend(other.tick())
            assert slots.heartbeat(slot, hands.now, LEASE)
        return "slow"

    other = schedule(slots, hands, job(ran, every), worker="w2")
    done = schedule(slots, hands, job(slow, every)).tick()

    assert [outcome.status for outcome in done] == ["done"]
    assert ran.slots == []
    assert {outcome.status for outcome in seen} <= {"waiting"}


def _beaten(beat: Beat) -> bool:
    """Beat once more; it is never enough."""
    beat()
    return False


def test_a_job_that_was_overtaken_hears_it_at_its_next_beat(slots: Slots) -> None:
    lease = timedelta(seconds=0.03)  # the pulse is a third of it, on a real clock

    def overtaken(slot: Slot, beat: Beat) -> str:
        heir = slots.claim(slot.job, slot.slot, slot.due_at, "heir", NOON + HOUR, LEASE)
        assert heir is not None
        with pytest.raises(Lost, match="another worker has taken it over"):
            wait_until(partial(_beaten, beat))
        return "too late"

    made = schedule(slots, Hands(), job(overtaken, lease=lease))

    assert [outcome.status for outcome in made.tick()] == ["lost"]
    last = slots.last("morning")
    assert last is not None
    assert (last.worker, last.fence, last.status) == ("heir", 2, "running")


def test_a_worker_that_was_stopped_for_long_asks_before_it_goes_on(slots: Slots) -> None:
    """Its heart was stopped as well, and may wake up after it."""
    hands, heard = Hands(), []

    def stopped(slot: Slot, beat: Beat) -> str:
        beat()
        hands.passes(LEASE)
        assert slots.claim(slot.job, slot.slot, slot.due_at, "heir", hands.now, LEASE) is not None
        try:
            beat()
        except Lost as lost:
            heard.append(str(lost))
        return ""

    assert [o.status for o in schedule(slots, hands, job(stopped)).tick()] == ["lost"]
    assert heard == ["morning 2027-06-02: another worker has taken it over"]


def test_a_lease_is_kept_alive_while_the_job_says_nothing(slots: Slots) -> None:
    lease, hands = timedelta(seconds=0.3), Hands()

    def silent(slot: Slot, _beat: Beat) -> str:
        hands.now += HOUR
        wait_until(lambda: lease_of(slots) == slot.started_at + HOUR + lease)
        return ""

    assert [o.status for o in schedule(slots, hands, job(silent, lease=lease)).tick()] == ["done"]


def test_a_heartbeat_survives_a_database_that_was_gone(slots: Slots) -> None:
    class Torn(Slots):
        beats = 0

        def heartbeat(self, slot: Slot, now: datetime, lease: timedelta) -> bool:
            self.beats += 1
            if self.beats == 1:
                raise ConnectionError("gone")
            return super().heartbeat(slot, now, lease)

    def silent(_slot: Slot, _beat: Beat) -> str:
        while torn.beats < 3:
            clocks.sleep(0.005)
        return ""

    torn = Torn(slots._database)
    one = job(silent, lease=timedelta(seconds=0.06))
    assert [o.status for o in schedule(torn, Hands(), one).tick()] == ["done"]


def test_six_threads_fire_the_same_slots_and_each_runs_once(slots: Slots) -> None:
    hands, ran = Hands(), Ran()
    gate = threading.Barrier(6, action=lambda: hands.passes(HOUR))
    made = [schedule(slots, hands, job(ran, Hourly()), worker=f"w{n}") for n in range(6)]

    def fire(one: Schedule) -> None:
        for _ in range(8):
            gate.wait()
            one.tick()
            gate.wait()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(fire, made))
    assert {slot: n for slot, n in Counter(ran.slots).items() if n != 1} == {}
    assert len(ran.slots) >= 8


@pytest.fixture
def others() -> Iterator[list[Other]]:
    """Processes a test has started; they are gone after it."""
    started: list[Other] = []
    yield started
    for other in started:
        other.close()


def test_two_processes_fire_the_same_slot_and_one_runs_it(
    database_url: str, tmp_path: Path, others: list[Other]
) -> None:
    ledger = tmp_path / "ran.txt"
    others += [Other(database_url, ledger, 60) for _ in range(2)]
    assert [other.hear() for other in others] == ["ready", "ready"]
    for other in others:
        other.go()

    assert sorted(other.hear() for other in others) == ["nothing", "running"]
    due = steady() - timedelta(hours=4)  # the last slot is that of six in the morning in Berlin
    assert ledger.read_text().split() == [f"{due:%Y-%m-%d}"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_that_dies_or_is_stopped_is_followed_and_cannot_come_back(
    how: signal.Signals, store: Store, database_url: str, tmp_path: Path, others: list[Other]
) -> None:
    """Whoever asks once its lease is over is given the slot."""
    lease, ledger = timedelta(seconds=3), tmp_path / "ran.txt"
    others.append(Other(database_url, ledger, lease.total_seconds(), hangs=True))
    worker = others[0]
    assert worker.hear() == "ready"
    worker.go()
    assert worker.hear() == "running"
    ran, slots = Ran(), Slots(store.database)
    heir = Schedule([job(ran, lease=lease)], slots, BERLIN, steady, "heir")
    assert heir.tick() == []
    # Between two beats, and not in the middle of a transaction, which would keep its locks.
    before = lease_of(slots)
    wait_until(lambda: lease_of(slots) != before)
    os.kill(worker.process.pid, how)
    asked = died = steady()
    while not (outcomes := heir.tick()):
        assert asked <= died + lease
        clocks.sleep(0.05)
        asked = steady()

    assert [outcome.status for outcome in outcomes] == ["done"]
    assert ran.slots == ledger.read_text().split()
    if how is signal.SIGSTOP:
        os.kill(worker.process.pid, signal.SIGCONT)
        assert worker.hear() == "lost"
    last = heir.health(steady())[0].slot
    assert last is not None
    assert (last.worker, last.fence, last.status) == ("heir", 2, "done")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    every=st.sampled_from(EVERY),
    catch_up=st.sampled_from(["latest", "none"]),
    ticks=st.lists(st.tuples(st.integers(0, 1), st.integers(-300, 300)), max_size=20),
    number=st.integers(0, 10**12),
)
def test_however_the_clocks_of_two_workers_go_a_slot_is_run_once_at_most(
    every: Daily | Weekly | Hourly | Minutes,
    catch_up: CatchUp,
    ticks: list[tuple[int, int]],
    number: int,
    slots: Slots,
) -> None:
    ran, name = Ran(), f"law {number} {clocks.monotonic_ns()}"
    one = job(ran, every, catch_up, name)
    hands = [Hands(), Hands()]
    made = [schedule(slots, hand, one) for hand in hands]
    for who, moved in ticks:
        hands[who].passes(moved * timedelta(minutes=11))
        made[who].tick()

    assert max(Counter(ran.slots).values(), default=1) == 1


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(every=st.sampled_from(EVERY), steps=st.lists(st.integers(0, 1500), max_size=8))
def test_while_the_clock_goes_on_the_newest_slot_has_always_been_run(
    every: Daily | Weekly | Hourly | Minutes, steps: list[int], slots: Slots
) -> None:
    hands, ran = Hands(), Ran()
    one = job(ran, every, name=f"law {clocks.monotonic_ns()}")
    made = schedule(slots, hands, one)
    for step in steps:
        hands.passes(step * MINUTE)
        made.tick()
        assert ran.slots[-1] == latest_due(one, BERLIN, hands.now).slot


def test_the_timer_ticks_each_job_beside_a_slow_one_until_it_is_stopped(slots: Slots) -> None:
    ended, ran = threading.Event(), threading.Event()

    def slow(_slot: Slot, _beat: Beat) -> str:
        return str(ended.wait(20))

    def quick(_slot: Slot, _beat: Beat) -> str:
        ran.set()
        return ""

    made = schedule(slots, Hands(), job(slow, name="slow"), job(quick, name="quick"))
    made.start(seconds=1)
    with pytest.raises(Conflict, match="started already"):
        made.start()
    assert ran.wait(20)
    ended.set()
    made.stop()
    made.stop()

    assert {name: slot.status for name, slot in slots.latest().items()} == {
        "slow": "done",
        "quick": "done",
    }


def test_health_tells_who_is_late_and_by_how_much(slots: Slots) -> None:
    hands, ran = Hands(NOON - 8 * HOUR), Ran()
    made = schedule(slots, hands, job(ran))

    def health(now: datetime) -> tuple[str, float, bool]:
        (one,) = made.health(now)
        return one.status, one.lag / 3600, one.late

    assert health(hands.now + HOUR / 2) == ("never", 0.5, False)
    assert health(hands.now + 2 * HOUR) == ("never", 2.0, True)
    made.tick()
    assert health(hands.now + 23 * HOUR) == ("done", 0.0, False)
    assert health(hands.now + 25 * HOUR) == ("done", 1.0, False)
    assert health(hands.now + 26 * HOUR) == ("done", 2.0, True)
    assert health(hands.now + 3 * DAY) == ("done", 48.0, True), "the oldest that is missing counts"
    assert health(hands.now - 2 * HOUR) == ("done", -2.0, True), "the clock was put back"


def test_health_is_late_for_a_slot_that_failed_or_never_ends(slots: Slots) -> None:
    def broken(_slot: Slot, _beat: Beat) -> str:
        raise RuntimeError

    hands = Hands(NOON - 8 * HOUR)
    made = schedule(slots, hands, job(broken))
    made.tick()
    failed, later = (made.health(hands.now + age)[0] for age in (HOUR, 2 * HOUR))
    hands.passes(DAY)
    dead(slots, hands)

    assert (failed.status, failed.late, later.late) == ("failed", False, True)
    assert made.health(hands.now + 2 * HOUR)[0].status == "running"
    assert made.health(hands.now + 2 * HOUR)[0].late


def test_a_slot_given_up_says_why(slots: Slots) -> None:
    slot = dead(slots, hands := Hands())
    assert slots.give_up(slot, hands.now + LEASE)
    (one,) = schedule(slots, hands, job(Ran())).health(hands.now)

    assert one.slot is not None
    assert (one.status, one.slot.detail) == ("failed", STOPPED)
