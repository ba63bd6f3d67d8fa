"""Faults 33, 36 and 37: the database goes away in the middle, or calls a transaction off."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.approvals.made import DAY
from tests.faults.offices import other_office
from tests.faults.proxy import through_a_proxy
from tests.faults.troubled import Interposed, called_off, is_sqlite, trouble_with, url_of
from tests.gate.office import Office
from tools.errors import Conflict
from tools.store.gate.gate import TRIES, GateStore
from tools.store.store import Store, open_store

# Where it is cut, what the wire is cut at, whether the answer alone is lost, what is true after.
CUTS = {
    "before the update": (b"UPDATE proposal", False, "pending"),
    "before the commit": (b"COMMIT\0", False, "pending"),
    "after the commit": (b"COMMIT\0", True, "approved"),
}


@pytest.mark.fault(33)
@pytest.mark.parametrize("where", CUTS)
def test_cut_off_the_client_hears_an_error_and_the_retry_tells_the_truth(
    office: Office, where: str
) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    seen = office.seen(proposal)
    cut = _cut_sqlite if is_sqlite(office.store) else _cut_postgres
    retried = cut(office, where, seen)

    after = CUTS[where][2]
    assert retried == (after, after == "approved")
    assert office.decide("ann", "approve", seen).again
    assert (office.dispatch(), office.vendor.effects().total()) == ({"sent": 1}, 1)
    assert office.wrong() == ()


def _cut_postgres(office: Office, where: str, seen: Any) -> tuple[str, bool]:
    statement, answer_lost, _ = CUTS[where]
    with through_a_proxy(url_of(office.store)) as (url, proxy):
        far = other_office(office, open_store(url))
        proxy.answer_lost, proxy.cut_at = answer_lost, statement
        with pytest.raises(OperationalError):
            far.decide("ann", "approve", seen, key="one wish")
        assert proxy.cuts == 1
        said = office.get(seen.proposal).status
        again = far.decide("ann", "approve", seen, key="one wish").again
        far.store.close()
    return said, again


def _cut_sqlite(office: Office, where: str, seen: Any) -> tuple[str, bool]:
    """A file has no wire: the driver itself fails there."""
    database = Interposed(url_of(office.store), after=fail_once() if "after" in where else _nothing)
    engine = database.engine
    if where == "before the commit":
        once = fail_once()
        event.listen(engine, "commit", lambda _: once())
    if where == "before the update":
        once = fail_once()
        event.listen(
            engine,
            "before_cursor_execute",
            lambda *a: once() if a[2].startswith("UPDATE proposal") else None,
        )
    far = other_office(office, Store(database))
    with pytest.raises(OperationalError):
        far.decide("ann", "approve", seen, key="one wish")
    said = office.get(seen.proposal).status
    again = far.decide("ann", "approve", seen, key="one wish").again
    far.store.close()
    return said, again


def _nothing() -> None:
    """All is well."""


def fail_once(sqlstate: str = "08006") -> Any:
    """What fails the first time."""
    left = [called_off(sqlstate)]

    def fail() -> None:
        if left:
            raise left.pop()

    return fail


TERMINATE = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def need_a_server(office: Office) -> None:
    if is_sqlite(office.store):
        pytest.skip("n/a: SQLite has no server that could go away")


def terminate(office: Office) -> None:
    """End every other connection of the database, as a failover does."""
    admin = open_store(url_of(office.store))
    with admin.database.write() as session:
        session.connection().execute(TERMINATE)
    admin.close()


@pytest.mark.fault(36)
def test_after_a_failover_every_call_works(office: Office) -> None:
    need_a_server(office)
    for proposal in office.store.proposals.pending(DAY):
        terminate(office)
        office.decide("ann", "approve", proposal)
    terminate(office)

    assert office.dispatch() == {"sent": 3}
    assert office.vendor.effects().total() == 3
    assert office.wrong() == ()


@pytest.mark.fault(36)
def test_a_failover_in_the_middle_of_an_approval_leaves_nothing_of_it(office: Office) -> None:
    need_a_server(office)
    proposal = office.store.proposals.pending(DAY)[0]
    seen = office.seen(proposal)
    office.crash = lambda point: terminate(office) if point == "approve.decided" else None
    with pytest.raises(DBAPIError):
        office.decide("ann", "approve", seen, key="one wish")
    office.crash = None

    assert (office.get(proposal).status, office.actions()) == ("pending", ())
    assert not office.decide("ann", "approve", seen, key="one wish").again
    assert office.dispatch() == {"sent": 1}
    assert office.wrong() == ()


@pytest.mark.fault(36)
def test_a_failover_while_sending_is_no_second_effect(office: Office) -> None:
    need_a_server(office)
    office.decide("ann", "approve", office.store.proposals.pending(DAY)[0])
    office.crash = lambda point: terminate(office) if point == "executor.called" else None
    office.dispatch()
    office.crash = None

    office.dispatch(hours=1)
    office.dispatch(hours=1)
    assert office.vendor.effects().total() == 1
    assert office.wrong() == ()


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    ("sqlstate", "times"), [("40001", 1), ("40P01", TRIES - 1), ("40001", TRIES)]
)
def test_a_transaction_called_off_is_tried_three_times(
    office: Office, sqlstate: str, times: int
) -> None:
    """PostgreSQL refuses by itself; for SQLite, which never does, the error is injected."""
    proposal = office.store.proposals.pending(DAY)[0]
    if is_sqlite(office.store):
        left = [called_off(sqlstate) for _ in range(times)]
        office.crash = lambda point: _raise(left) if point == "approve.decided" else None
    else:
        trouble_with(office.store, "audit", sqlstate, times)
    if times == TRIES:
        with pytest.raises(OperationalError):
            office.decide("ann", "approve", proposal)
    office.decide("ann", "approve", proposal)

    assert len(office.store.gate.read(lambda tx: tx.log.of(proposal.id))) == 1
    assert (office.dispatch(), office.vendor.effects().total()) == ({"sent": 1}, 1)
    assert office.wrong() == ()


def _raise(left: list[OperationalError]) -> None:
    if left:
        raise left.pop()


@pytest.mark.fault(37)
def test_tried_again_it_asks_anew_who_was_first(office: Office) -> None:
    """While the first try is called off, somebody else decides."""
    proposal = office.store.proposals.pending(DAY)[0]
    seen = office.seen(proposal)
    begun: list[int] = []

    def before() -> None:
        begun.append(1)
        if len(begun) == 2:
            office.decide("bob", "reject", seen)

    database = Interposed(url_of(office.store), before)
    far = other_office(office, office.store)
    left = [called_off()]
    far.crash = lambda _: _raise(left)
    far.gate = replace(far.gate, store=GateStore(database))
    with pytest.raises(Conflict, match="reject by"):
        far.decide("ann", "approve", seen)
    database.close()

    assert (len(begun), office.get(proposal).status, office.actions()) == (2, "rejected", ())
    assert office.wrong() == ()
