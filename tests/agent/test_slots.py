"""A slot has one holder at a time; who lost it, or came too late, writes nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.agent.schedule_made import LEASE, NOON
from tools.errors import BadInput
from tools.store.slots import STOPPED, TRIES, Slot, Slots
from tools.store.store import Store

HOUR = timedelta(hours=1)
AFTER = NOON + LEASE


@pytest.fixture
def slots(store: Store) -> Slots:
    return Slots(store.database)


def claimed(
    slots: Slots, slot: str = "d1", worker: str = "w1", later: timedelta = 0 * HOUR
) -> Slot:
    """Claim a slot that is due as its name is ordered, and be sure to have it."""
    due = NOON + int(slot[1:]) * HOUR
    found = slots.claim("j", slot, due, worker, NOON + later, LEASE)
    assert found is not None
    return found


def test_the_first_to_claim_has_it_and_nobody_else_while_the_lease_lasts(slots: Slots) -> None:
    mine = claimed(slots)

    assert (mine.status, mine.worker, mine.fence, mine.lease_until) == ("running", "w1", 1, AFTER)
    assert slots.claim("j", "d1", mine.due_at, "w2", AFTER - timedelta(seconds=1), LEASE) is None
    assert slots.last("j") == slots.running("j") == mine


def test_an_ended_slot_is_never_had_again(slots: Slots) -> None:
    mine = claimed(slots)
    assert slots.finish(mine, "done", "42 proposals", NOON + HOUR)

    assert slots.claim("j", "d1", mine.due_at, "w2", NOON + 99 * HOUR, LEASE) is None
    last = slots.last("j")
    assert last is not None
    assert (last.status, last.detail, last.ended_at) == ("done", "42 proposals", NOON + HOUR)


def test_a_lease_that_ended_is_taken_over_and_the_zombie_is_refused(slots: Slots) -> None:
    zombie = claimed(slots)
    heir = claimed(slots, worker="w2", later=LEASE)

    assert (heir.fence, heir.worker, heir.started_at) == (2, "w2", AFTER)
    assert not slots.heartbeat(zombie, AFTER, LEASE)
    assert not slots.finish(zombie, "done", "I was only slow", AFTER)
    assert slots.last("j") == heir
    assert slots.finish(heir, "done", "", AFTER)


def test_the_same_worker_is_its_own_zombie(slots: Slots) -> None:
    """The fence tells them apart, not the name."""
    zombie, heir = claimed(slots), claimed(slots, later=LEASE)

    assert not slots.finish(zombie, "done", "", AFTER)
    assert slots.finish(heir, "done", "", AFTER)


def test_a_heartbeat_prolongs_the_lease(slots: Slots) -> None:
    mine = claimed(slots)

    assert slots.heartbeat(mine, NOON + LEASE / 2, LEASE)
    assert slots.claim("j", "d1", mine.due_at, "w2", AFTER, LEASE) is None
    assert slots.claim("j", "d1", mine.due_at, "w2", AFTER + LEASE / 2, LEASE) is not None


def test_nothing_is_written_to_a_slot_that_has_ended(slots: Slots) -> None:
    mine = claimed(slots)
    assert slots.finish(mine, "done", "first", NOON)

    assert not slots.finish(mine, "failed", "second", NOON)
    assert not slots.heartbeat(mine, NOON, LEASE)
    assert not slots.give_up(mine, AFTER)


def test_a_failed_slot_is_tried_three_times_each_after_its_lease(slots: Slots) -> None:
    for n in range(TRIES):
        mine = claimed(slots, later=n * LEASE)
        assert mine.fence == n + 1
        assert slots.finish(mine, "failed", "no disk", mine.started_at)
        early = mine.lease_until - timedelta(seconds=1)
        assert slots.claim("j", "d1", mine.due_at, "w2", early, LEASE) is None

    assert slots.claim("j", "d1", mine.due_at, "w2", NOON + 99 * HOUR, LEASE) is None


def test_two_slots_of_one_job_never_run_together(slots: Slots) -> None:
    mine = claimed(slots, "d1")

    assert slots.claim("j", "d2", NOON + 2 * HOUR, "w2", NOON, LEASE) is None
    assert slots.claim("other", "d2", NOON + 2 * HOUR, "w2", NOON, LEASE) is not None
    assert slots.finish(mine, "done", "", NOON)
    assert claimed(slots, "d2").fence == 1


def test_a_slot_before_a_known_one_is_never_had(slots: Slots) -> None:
    assert slots.skip("j", "d2", NOON + 2 * HOUR, NOON)

    assert slots.claim("j", "d1", NOON + 1 * HOUR, "w1", NOON, LEASE) is None
    assert slots.claim("j", "d1", NOON + 2 * HOUR, "w1", NOON, LEASE) is None
    assert slots.claim("j", "d3", NOON + 2 * HOUR, "w1", NOON, LEASE) is not None


def test_giving_up_waits_for_the_lease_and_refuses_the_zombie(slots: Slots) -> None:
    mine = claimed(slots)

    assert not slots.give_up(mine, AFTER - timedelta(seconds=1))
    assert slots.give_up(mine, AFTER)
    last = slots.last("j")
    assert last is not None
    assert (last.status, last.detail) == ("failed", STOPPED)
    assert not slots.finish(mine, "done", "", AFTER)
    assert slots.running("j") is None


def test_giving_up_spares_who_took_over_meanwhile(slots: Slots) -> None:
    zombie, heir = claimed(slots), claimed(slots, worker="w2", later=LEASE)

    assert not slots.give_up(zombie, AFTER + LEASE)
    assert slots.running("j") == heir


def test_skipping_is_recorded_once_and_never_over_a_run(slots: Slots) -> None:
    mine = claimed(slots, "d1")

    assert not slots.skip("j", "d1", mine.due_at, NOON)
    assert slots.skip("j", "d2", NOON + 2 * HOUR, NOON, "too old")
    assert not slots.skip("j", "d2", NOON + 2 * HOUR, NOON)
    last = slots.last("j")
    assert last is not None
    assert (last.slot, last.status, last.detail) == ("d2", "skipped", "too old")
    assert slots.claim("j", "d2", NOON + 2 * HOUR, "w1", NOON + 99 * HOUR, LEASE) is None


def test_the_latest_slot_of_every_job(slots: Slots) -> None:
    assert slots.latest() == {}
    for job, day in (("a", 1), ("a", 2), ("b", 1)):
        slots.skip(job, f"d{day}", NOON + day * HOUR, NOON)

    assert {job: slot.slot for job, slot in slots.latest().items()} == {"a": "d2", "b": "d1"}
    assert slots.last("nobody") is None


def test_pruning_keeps_the_newest_and_what_is_running(slots: Slots) -> None:
    mine = claimed(slots, "d1")
    for day in (2, 3, 4):
        slots.skip("j", f"d{day}", NOON + day * HOUR, NOON)
    slots.skip("other", "d1", NOON, NOON)

    assert slots.prune("j", 1) == 2
    assert slots.running("j") == mine
    assert {slot.slot for slot in slots.latest().values()} == {"d4", "d1"}
    with pytest.raises(BadInput, match="keep at least 1"):
        slots.prune("j", 0)


def test_any_words_of_a_job_can_be_kept(slots: Slots) -> None:
    mine = claimed(slots)

    assert slots.finish(mine, "failed", "nul \x00 " + "x" * 900, NOON)
    last = slots.last("j")
    assert last is not None
    assert last.detail.startswith("nul \\u0000 xxx")
    assert len(last.detail) == 500
    with pytest.raises(BadInput, match="'skipped' is not one of them"):
        slots.finish(mine, "skipped", "", NOON)  # type: ignore[arg-type]  # on purpose


def test_six_claim_the_same_slot_at_once_and_one_has_it(slots: Slots) -> None:
    gate = threading.Barrier(6)

    def claim(number: int) -> list[Slot | None]:
        found = []
        for day in range(1, 9):
            gate.wait()
            due = NOON + day * HOUR
            mine = slots.claim("j", f"d{day}", due, f"w{number}", NOON, LEASE)
            gate.wait()
            if mine is not None:
                assert slots.finish(mine, "done", "", NOON)
            found.append(mine)
        return found

    with ThreadPoolExecutor(6) as pool:
        every = list(pool.map(claim, range(6)))
    assert [sum(slot is not None for slot in day) for day in zip(*every, strict=True)] == [1] * 8


def test_six_claim_different_slots_at_once_and_one_has_one(slots: Slots) -> None:
    """Overlap is refused in the transaction that claims, not only by looking before."""
    gate = threading.Barrier(6)

    def claim(number: int) -> list[Slot | None]:
        found = []
        for turn in range(8):
            gate.wait()
            found.append(
                slots.claim(f"j{turn}", f"d{number}", NOON + number * HOUR, "w", NOON, LEASE)
            )
        return found

    with ThreadPoolExecutor(6) as pool:
        every = list(pool.map(claim, range(6)))
    assert [sum(slot is not None for slot in turn) for turn in zip(*every, strict=True)] == [1] * 8
