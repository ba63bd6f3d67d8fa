"""Faults 34, 35 and 39: the disk is full, locked, read-only, on a network, or written in bursts."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.approvals.made import DAY
from tests.faults.offices import open_office, other_office
from tests.faults.processes import race
from tests.faults.troubled import is_sqlite, no_more_trouble, trouble_with, url_of
from tests.gate.office import PEOPLE, Office, mail
from tools.store.engine import BUSY_MS, NETWORK_DISKS, disk_kind
from tools.store.store import Store, open_store


def on_connect(store: Store, *statements: str) -> Callable[[], None]:
    """Say something on every new connection, and what takes that back."""

    def connected(connection: Any, _: Any) -> None:
        with closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.commit()

    engine = store.database.engine
    event.listen(engine, "connect", connected)
    engine.dispose()

    def back() -> None:
        event.remove(engine, "connect", connected)
        engine.dispose()

    return back


def fill_up(store: Store) -> Callable[[], None]:
    """Leave no room for another page; what makes room again."""
    if not is_sqlite(store):
        trouble_with(store, "audit", "53100", 1_000)
        return lambda: no_more_trouble(store, "audit")
    with store.database.write() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    return on_connect(store, f"PRAGMA max_page_count={pages}")


@pytest.mark.fault(34)
def test_on_a_full_disk_nothing_is_half_done_and_reading_goes_on(office: Office) -> None:
    first, *_ = office.store.proposals.pending(DAY)
    office.decide("ann", "approve", first)
    room_again = fill_up(office.store)
    before = office.store.gate.read(lambda tx: tx.chain.head())
    refused = _write_until_full(office)

    assert "full" in refused or "53100" in refused or "trouble" in refused
    waiting = office.store.proposals.pending(DAY)
    assert waiting
    after = office.store.gate.read(lambda tx: tx.chain.head())
    assert before is not None
    assert after is not None
    assert after.seq >= before.seq
    assert office.wrong() == ()
    _check_integrity(office.store)
    room_again()
    office.decide("ann", "approve", waiting[0])
    assert office.dispatch()["sent"] >= 1
    assert office.wrong() == ()


def _write_until_full(office: Office) -> str:
    """Edit one proposal until there is no room; what the database says then."""
    one = office.store.proposals.pending(DAY)[0]
    for number in range(50):
        try:
            office.decide("bob", "edit", one.id, subject="S", body=f"Words {number}. " * 300)
        except DBAPIError as error:
            return f"{error.orig} {getattr(error.orig, 'sqlstate', '')}"
    raise AssertionError("there was always room")


def _check_integrity(store: Store) -> None:
    if is_sqlite(store):
        with store.database.read() as session:
            said = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one()
        assert said == "ok"


@pytest.mark.fault(35)
def test_a_long_reader_and_a_backup_keep_nobody_waiting(office: Office, tmp_path: Path) -> None:
    first, second, _ = office.store.proposals.pending(DAY)
    with office.store.database.read() as session:
        seen = session.connection().execute(text("SELECT count(*) FROM decision")).scalar_one()
        office.decide("ann", "approve", first)
        if is_sqlite(office.store):
            with (
                closing(sqlite3.connect(str(office.store.database.url.database))) as here,
                closing(sqlite3.connect(tmp_path / "backup.db")) as there,
            ):
                here.backup(there, pages=1, progress=_deciding(office, second.id), sleep=0)
                kept = there.execute("PRAGMA integrity_check").fetchone()
            assert kept == ("ok",)
        else:
            office.decide("ann", "approve", second)
        again = session.connection().execute(text("SELECT count(*) FROM decision")).scalar_one()

    assert seen == again == 0
    assert office.dispatch() == {"sent": 2}
    assert office.wrong() == ()


def _deciding(office: Office, proposal: str) -> Callable[[int, int, int], None]:
    """Approve it while the backup is at its third page."""
    steps: list[int] = []

    def progress(_status: int, _remaining: int, _total: int) -> None:
        steps.append(1)
        if len(steps) == 3:
            office.decide("ann", "approve", proposal)

    return progress


@pytest.mark.fault(35)
def test_a_writer_that_never_ends_is_waited_for_with_an_end(office: Office) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    seen = office.seen(proposal)
    assert BUSY_MS == 5_000
    short = "PRAGMA busy_timeout=100" if is_sqlite(office.store) else "SET lock_timeout=100"
    with office.store.database.write("gate"):  # somebody else, who never ends
        other = other_office(office, open_store(url_of(office.store)))
        on_connect(other.store, short)
        with pytest.raises(OperationalError, match="lock"):
            other.decide("ann", "approve", seen, key="one wish")
        assert office.get(proposal).status == "pending"
        other.store.close()

    assert not office.decide("ann", "approve", seen, key="one wish").again
    assert office.wrong() == ()


@pytest.mark.fault(35)
def test_on_a_read_only_disk_one_can_look_and_not_decide(office: Office) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    if is_sqlite(office.store):
        writable_again = on_connect(office.store, "PRAGMA query_only=ON")
    else:
        trouble_with(office.store, "audit", "25006", 1_000)  # what a standby says
        writable_again = partial(no_more_trouble, office.store, "audit")

    with pytest.raises(DBAPIError, match=r"readonly|trouble"):
        office.decide("ann", "approve", proposal)
    assert office.get(proposal).status == "pending"
    assert office.actions() == ()
    writable_again()
    office.decide("ann", "approve", proposal)
    assert office.wrong() == ()


@pytest.mark.fault(35)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_network_disk_is_known_and_refused(kind: str) -> None:
    mounts = "/dev/sda / ext4 rw 0 0\nserver:/x /srv nfs4 rw 0 0\n"
    assert kind == "sqlite"
    assert disk_kind(Path("/srv/home"), mounts) in NETWORK_DISKS
    assert disk_kind(Path("/home"), mounts) not in NETWORK_DISKS


def _decide_mine(office: Office, who: str, mine: list[str]) -> int:
    for number, one in enumerate(mine):
        office.decide(who, "reject" if number % 10 else "approve", one)
    return len(mine)


@pytest.mark.fault(39)
def test_eight_who_write_at_once_are_never_told_that_it_is_locked(
    store: Store, tmp_path: Path
) -> None:
    each = 30 if is_sqlite(store) else 10
    mails = [mail(f"m{n:03}", "50.00") for n in range(8 * each)]
    office = open_office(store, tmp_path, *mails, four_eyes_people=1_000)
    ids = [p.id for p in office.store.proposals.pending(DAY)]
    names = [name for name, role in PEOPLE if role not in {"viewer", "auditor"}]

    said = race(
        office,
        "threads",
        [partial(_decide_mine, who=names[n % len(names)], mine=ids[n::8]) for n in range(8)],
    )

    assert [one.value for one in said] == [each] * 8
    assert len(office.actions()) == 8 * each // 10
    assert office.wrong() == ()
