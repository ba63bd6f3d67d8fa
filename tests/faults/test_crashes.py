"""Faults 1 to 5: killed with -9 anywhere, a proposal, a decision or a sending is whole or not."""

import signal
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from approvals.queue import propose
from approvals.settling import settle
from tests.approvals.made import DAY, desk
from tests.faults.points import crash_points, family, number
from tests.faults.processes import die, killed_at, start
from tests.gate.office import Office, mail

if TYPE_CHECKING:
    from tools.channels.contract import Effect

KILLED = -signal.SIGKILL
POINTS = crash_points()
DECIDING = [
    pytest.param(p, marks=pytest.mark.fault(number(p))) for p in POINTS if family(p) != "executor"
]
SENDING = [
    pytest.param(p, marks=pytest.mark.fault(number(p))) for p in POINTS if family(p) == "executor"
]
SENDING += [
    pytest.param("killed before", marks=pytest.mark.fault(3)),
    pytest.param("killed after", marks=pytest.mark.fault(4)),
]


def test_the_sweep_knows_the_points_of_a_decision_and_of_a_sending() -> None:
    assert {family(point) for point in POINTS} == {"gate", "approve", "executor"}
    assert len(POINTS) >= 7


ENTERING = ("before the second insert", "after the second insert", "before commit", "after commit")


def _propose_and_die(office: Office, when: str) -> None:
    inserts: list[str] = []

    def count(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO proposal"):
            inserts.append(statement)
            if len(inserts) == 2:
                die()

    engine = office.store.database.engine
    if "insert" in when:
        event.listen(engine, f"{when.split(maxsplit=1)[0]}_cursor_execute", count)
    elif when == "before commit":
        event.listen(engine, "commit", lambda _: die())
    propose(desk(office.store), DAY, _new(), office.clock())
    die()


def _new() -> list[Any]:
    return [mail(f"b{n}") for n in range(4)]


@pytest.mark.fault(1)
@pytest.mark.parametrize("when", ENTERING)
def test_killed_while_proposing_there_are_all_or_none_and_never_twice(
    office: Office, when: str
) -> None:
    before = {p.id for p in office.store.proposals.pending(DAY)}
    assert start(office, lambda o: _propose_and_die(o, when)).wait() == KILLED

    found = {p.id for p in office.store.proposals.pending(DAY)} - before
    assert len(found) == (4 if when == "after commit" else 0)
    for _ in range(2):
        propose(desk(office.store), DAY, _new(), office.clock())
        again = {p.id for p in office.store.proposals.pending(DAY)} - before
        assert len(again) == 4
        assert found <= again
    assert office.wrong() == ()


def _approve(office: Office, point: str, seen: Any) -> None:
    office.crash = killed_at(point)
    office.decide("ann", "approve", seen, key="one wish")


@pytest.mark.parametrize("point", DECIDING)
def test_killed_while_deciding_it_is_decided_or_not_and_the_retry_is_answered(
    office: Office, point: str
) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    seen = office.seen(proposal)
    assert start(office, partial(_approve, point=point, seen=seen)).wait() == KILLED

    approved = _all_or_nothing(office, proposal.id)
    assert approved == (point == "gate.committed")
    office.clock.pass_(minutes=30)
    first = office.decide("ann", "approve", seen, key="one wish")
    again = office.decide("ann", "approve", seen, key="one wish")
    assert (first.again, again.again) == (approved, True)
    assert again == replace(first, again=True)
    assert office.decide("ann", "approve", seen).action == first.action
    assert (office.dispatch(), office.dispatch()) == ({"sent": 1}, {})
    assert list(office.vendor.effects().values()) == [1]
    assert office.wrong() == ()


def _all_or_nothing(office: Office, proposal: str) -> bool:
    """Whether it is approved; status, deed, action and answer must say the same."""
    approved = office.get(proposal).status == "approved"
    deeds = office.store.gate.read(lambda tx: tx.log.of(proposal))
    kept = office.store.gate.read(
        lambda tx: tx.log.answered(office.people["ann"].person, "one wish")
    )
    assert [len(deeds), office.action(proposal) is not None, kept is not None] == [approved] * 3
    assert office.wrong() == ()
    return approved


def _approve_and_die(office: Office, nth: int, seen: Any) -> None:
    done: list[str] = []

    def count(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        done.append(statement)
        if len(done) == nth:
            die()

    event.listen(office.store.database.engine, "before_cursor_execute", count)
    office.decide("ann", "approve", seen, key="one wish")


@pytest.mark.fault(2)
def test_killed_before_every_second_statement_of_an_approval_nothing_is_half_done(
    office: Office,
) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    seen = office.seen(proposal)
    ways = 0
    while start(office, partial(_approve_and_die, nth=2 * ways + 1, seen=seen)).wait() == KILLED:
        ways += 1
        assert not _all_or_nothing(office, proposal.id)

    assert ways > 6
    assert _all_or_nothing(office, proposal.id)


def _dispatch(office: Office, point: str) -> None:
    office.crash = killed_at(point)
    office.vendor.modes = [point]
    office.executor("dead").dispatch()


# What becomes of it without a person, and how many effects there were by then.
ENDS: "dict[tuple[str, Effect], tuple[str, int]]" = {
    ("no", "keyed"): ("sent", 1), ("yes", "keyed"): ("sent", 1),
    ("no", "look_up"): ("unknown", 0), ("yes", "look_up"): ("sent", 1),
    ("no", "blind"): ("unknown", 0), ("yes", "blind"): ("unknown", 1),
}  # fmt: skip
NOT_CALLED = {"executor.claimed", "killed before"}


@pytest.mark.parametrize("effect", ["keyed", "look_up", "blind"])
@pytest.mark.parametrize("point", SENDING)
def test_killed_while_sending_there_is_one_effect_or_a_person_is_asked(
    office: Office, point: str, effect: "Effect"
) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    office.decide("ann", "approve", proposal)
    office.clock.pass_(minutes=10)
    office.vendor.effect = effect
    assert start(office, partial(_dispatch, point=point)).wait() == KILLED

    assert office.executor().dispatch() == {}  # its lease is not over
    for _ in range(2):
        office.dispatch(hours=1)
    action = office.action(proposal)
    assert action is not None
    called = "no" if point in NOT_CALLED else "yes"
    ends = ("sent", 1) if point == "executor.ended" else ENDS[called, effect]
    assert (action.status, office.vendor.effects().total()) == ends
    assert office.wrong() == ()
    if action.status == "unknown":
        finding = "sent" if ends[1] else "again"
        settle(
            office.gate,
            office.people["eve"],
            action.id,
            finding,  # type: ignore[arg-type]  # a Finding
            "asked them",
            live=True,
            sha256=action.sha256,
        )
    office.dispatch(hours=1)
    ended = office.action(proposal)
    assert ended is not None
    assert (ended.status, list(office.vendor.effects().values())) == ("sent", [1])
    assert office.wrong() == ()
