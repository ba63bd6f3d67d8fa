"""The queue's rows: one per account and day, superseded by newer facts, decided once."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests.store.made import DAY, NOW, enter, move, proposal
from tools.errors import Conflict
from tools.store.records import Entered, Proposal
from tools.store.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable


def only(store: Store, account: str = "a1") -> Proposal:
    (one,) = store.proposals.of_account(account)
    return one


def test_a_new_proposal_waits_with_its_bytes(store: Store) -> None:
    assert enter(store, DAY, proposal()) == Entered(created=("a1-s1",))

    one = only(store)

    assert (one.status, one.version, one.created_at) == ("pending", 1, NOW)
    assert (one.envelope, one.sha256, one.value_minor) == ('{"sha":"s1"}', "s1", 882_000)


def test_a_second_run_of_the_day_creates_nothing_new(store: Store) -> None:
    enter(store, DAY, proposal())

    assert enter(store, DAY, proposal(sha="other")) == Entered(kept=("a1-s1",))
    assert only(store).sha256 == "s1"


def test_newer_facts_supersede_with_links_both_ways(store: Store) -> None:
    enter(store, DAY, proposal())

    entered = enter(store, DAY + 1, proposal(sha="s2"))
    old, new = store.proposals.of_account("a1")

    assert entered == Entered(created=("a1-s2",), superseded=("a1-s1",))
    assert (old.status, old.superseded_by, old.version) == ("superseded", "a1-s2", 2)
    assert (new.status, new.supersedes) == ("pending", "a1-s1")


def test_the_same_substance_on_a_later_day_stays_the_old_one(store: Store) -> None:
    enter(store, DAY, proposal())

    entered = enter(store, DAY + 1, proposal(sha="s2", substance="s1"))

    assert entered == Entered(kept=("a1-s1",))
    assert only(store).status == "pending"


def test_what_nobody_decided_in_time_expires_and_may_come_again(store: Store) -> None:
    enter(store, DAY, proposal(expires_day=DAY + 2))

    assert enter(store, DAY + 1) == Entered()
    entered = enter(store, DAY + 2, proposal(sha="s2", substance="s1"))

    assert entered == Entered(created=("a1-s2",), expired=("a1-s1",))
    old, new = store.proposals.of_account("a1")
    assert (old.status, old.superseded_by, new.supersedes) == ("expired", None, None)


def test_an_expired_one_is_not_shown_even_before_it_is_marked(store: Store) -> None:
    enter(store, DAY, proposal(expires_day=DAY + 2))

    assert len(store.proposals.pending(DAY + 1)) == 1
    assert store.proposals.pending(DAY + 2) == ()


def test_what_todays_facts_forbid_is_taken_back_with_the_reason(store: Store) -> None:
    enter(store, DAY, proposal())

    assert enter(store, DAY + 1, a1="unsubscribed", a9="nobody") == Entered(revoked=("a1-s1",))
    assert (only(store).status, only(store).status_reason) == ("revoked", "unsubscribed")


@pytest.mark.parametrize("decided", ["approved", "rejected", "snoozed"])
def test_a_decided_one_is_never_touched(store: Store, decided: str) -> None:
    enter(store, DAY, proposal())
    before = move(store, only(store), decided)  # type: ignore[arg-type]  # a status
    assert before

    enter(store, DAY + 1, proposal(sha="s2"), a1="paused")
    enter(store, DAY + 30)

    assert store.proposals.get("a1-s1") == before
    assert (before.status, before.decided_day, before.version) == (decided, DAY, 2)


def test_an_earlier_day_run_late_does_not_displace_a_later_one(store: Store) -> None:
    enter(store, DAY + 1, proposal())

    assert enter(store, DAY, proposal(sha="s0"), a1="late") == Entered(kept=("a1-s1",))
    assert only(store).status == "pending"


def test_the_queue_is_ranked_by_value_then_id(store: Store) -> None:
    enter(
        store,
        DAY,
        proposal("a1", value_minor=5),
        proposal("a3", value_minor=9),
        proposal("a2", value_minor=9),
    )

    assert [p.account_id for p in store.proposals.pending(DAY)] == ["a2", "a3", "a1"]
    assert store.proposals.of_day(DAY) == store.proposals.pending(DAY)


CHANGED: "dict[str, Callable[[Store], object]]" = {
    "decided": lambda s: move(s, only(s), "rejected"),
    "superseded": lambda s: enter(s, DAY + 1, proposal(sha="s2")),
    "expired": lambda s: enter(s, DAY + 7),
}


@pytest.mark.parametrize("meanwhile", CHANGED)
def test_who_saw_it_before_it_changed_moves_nothing(store: Store, meanwhile: str) -> None:
    enter(store, DAY, proposal())
    seen = only(store)
    CHANGED[meanwhile](store)
    before = store.proposals.of_account("a1")

    assert move(store, seen, "approved") is None
    assert store.proposals.of_account("a1") == before


@pytest.mark.parametrize("forged", [{"version": 2}, {"shown": "other"}, {"id": "px"}])
def test_other_bytes_another_version_or_another_id_move_nothing(
    store: Store, forged: dict[str, Any]
) -> None:
    enter(store, DAY, proposal())

    assert move(store, replace(only(store), **forged), "approved") is None


@pytest.mark.parametrize(("status", "to"), [("approved", "rejected"), ("expired", "pending"),
                                            ("superseded", "approved"), ("rejected", "approved"),
                                            ("revoked", "pending")])  # fmt: skip
def test_only_legal_edges_can_be_moved_along(store: Store, status: str, to: str) -> None:
    enter(store, DAY, proposal())

    with pytest.raises(Conflict, match=f"what is {status} cannot become {to}"):
        move(store, replace(only(store), status=status), to)  # type: ignore[arg-type]  # statuses


def test_after_its_last_day_it_cannot_be_approved(store: Store) -> None:
    enter(store, DAY, proposal())

    assert move(store, only(store), "approved", DAY + 7) is None
    assert move(store, only(store), "approved", DAY + 6)


@pytest.mark.parametrize("column", ["envelope", "sha256", "substance", "value_minor", "play"])
def test_the_database_itself_refuses_to_change_the_bytes(store: Store, column: str) -> None:
    enter(store, DAY, proposal())

    with pytest.raises(DBAPIError, match="never change"), store.database.write() as session:
        session.connection().exec_driver_sql(f"UPDATE proposal SET {column} = {column}")


def test_of_many_decisions_one_wins(store: Store) -> None:
    enter(store, DAY, proposal())
    seen = only(store)

    def decide(answer: str) -> bool:
        return move(store, seen, answer) is not None  # type: ignore[arg-type]  # a status

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(decide, ["approved", "rejected"] * 4)) == 1


def test_threads_that_enter_the_same_day_make_one_row_each(store: Store) -> None:
    new = [proposal(f"a{n}") for n in range(20)]

    with ThreadPoolExecutor(4) as pool:
        entered = list(pool.map(lambda _: enter(store, DAY, *new), range(6)))

    assert sum(len(one.created) for one in entered) == 20
    assert len(store.proposals.of_day(DAY)) == 20


def enter_elsewhere(url: str, day: int, sha: str) -> None:
    """Enter twenty accounts' proposals; runs in a process of its own."""
    store = open_store(url)
    enter(store, day, *[proposal(f"a{n}", sha) for n in range(20)])
    store.close()


def test_processes_that_enter_the_same_and_the_next_day_leave_one_undecided_each(
    database_url: str, store: Store
) -> None:
    clean = multiprocessing.get_context("forkserver")  # it has imported, and holds nothing open
    clean.set_forkserver_preload([__name__])
    work = [(DAY, "s1"), (DAY, "s1"), (DAY + 1, "s2")]
    others = [clean.Process(target=enter_elsewhere, args=(database_url, *one)) for one in work]
    for other in others:
        other.start()
    for other in others:
        other.join(600)  # a machine may be busy

    assert [other.exitcode for other in others] == [0, 0, 0]
    assert len(store.proposals.pending(DAY)) == 20
    assert len(store.proposals.of_day(DAY + 1)) == 20
    assert len(store.proposals.of_day(DAY)) in {0, 20}
