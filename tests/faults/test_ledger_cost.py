"""Faults 72 and 77: what stands beside the database costs no more, however long it has grown."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from approvals.audit import Key
from approvals.effect_ledger import EffectLedger
from approvals.restore import after_restore
from tests.approvals.made import KEY
from tests.faults.offices import with_ledger
from tests.faults.troubled import is_sqlite
from tests.gate.office import Office, only
from tools.store.ledger_file import LedgerLine
from tools.store.patience import patient


@dataclass(frozen=True)
class CountingKey(Key):
    """A key that counts how often it seals a line of the ledger."""

    sealed: list[str] = field(default_factory=list, compare=False)

    def mac(self, purpose: str, words: str) -> str:
        """The keyed hash; a line of the ledger is counted."""
        if purpose == "ledger":
            self.sealed.append(words)
        return super().mac(purpose, words)


@contextmanager
def statements(office: Office) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    engine = office.store.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.fault(77)
def test_a_long_ledger_is_read_before_the_gate_is_locked(office: Office) -> None:
    with_ledger(office).decide("ann", "approve", only(office))
    ledger = office.gate.ledger
    assert ledger is not None
    last = ledger.state.last
    assert last is not None
    ledger.file.append(
        [LedgerLine(last.seq, last.mac, "end", f"a{n}") for n in range(500)], durable=False
    )
    key = CountingKey(KEY.secret)
    fresh = EffectLedger(ledger.home, key, office.clock)
    office.store.gate.export_to(fresh.export, fresh.read_new)

    def inside(_: object) -> int:
        before = len(key.sealed)
        fresh.refusals(["0" * 64])
        return len(key.sealed) - before

    assert office.store.gate.write(inside) == 0
    assert len(key.sealed) > 500
    ledger.file.append([LedgerLine(last.seq, last.mac, "end", "a-new")], durable=False)
    before = len(key.sealed)
    assert office.store.gate.write(inside) == 0
    assert len(key.sealed) == before + 1


@pytest.mark.fault(77)
def test_the_entries_are_counted_when_something_may_leave_and_not_at_every_look(
    office: Office,
) -> None:
    with_ledger(office)
    with statements(office) as idle:
        assert office.dispatch() == {}
    office.decide("ann", "approve", only(office))
    with statements(office) as busy:
        assert office.dispatch() == {"sent": 1}

    counts = "SELECT count(*) AS count_1 \nFROM audit"
    assert [idle.count(counts), busy.count(counts)] == [0, 1]


@pytest.mark.fault(77)
def test_a_decision_asks_the_database_a_fixed_number_of_things(office: Office) -> None:
    with_ledger(office)
    ids = [one.id for one in office.store.proposals.pending(office.day)]
    office.decide("ann", "approve", ids[0])
    with statements(office) as asked:
        office.decide("ann", "approve", ids[1])
    about = [one for one in asked if "FROM audit" in one]
    assert len(about) <= 6  # role, who was let in, whose ledger; one for all else; two heads

    office.clock.pass_(minutes=10)
    office.executor().dispatch(1)
    with statements(office) as asked:
        assert office.executor().dispatch(1) == {"sent": 1}
    claim = [one for one in asked if "FROM account_deed" in one or "FROM audit AS" in one]
    assert len(claim) <= 1


@pytest.mark.fault(77)
def test_who_was_let_in_is_found_by_an_index(office: Office) -> None:
    query = "SELECT seq FROM audit WHERE kind = 'let_in' LIMIT 1"
    with office.store.database.read() as session:
        if not is_sqlite(office.store):
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(text(f"EXPLAIN {'QUERY PLAN ' * is_sqlite(office.store)}{query}"))
        assert "ix_audit_let_in" in " ".join(str(row) for row in plan)


@contextmanager
def ledger_held(office: Office) -> Iterator[None]:
    """Let another process hold the ledger."""
    assert office.gate.ledger is not None
    with office.gate.ledger.file.path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.fault(72)
def test_a_ledger_held_by_another_is_waited_for_as_long_as_a_locked_database(
    office: Office,
) -> None:
    with_ledger(office).decide("ann", "approve", only(office))
    office.clock.pass_(minutes=10)
    with ledger_held(office), patient(0.1):
        began = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            after_restore(office.gate, replace(office.people["eve"], via="cli"))
        assert time.monotonic() - began < 2


@pytest.mark.fault(72)
def test_nothing_leaves_while_the_ledger_is_held_and_the_round_does_not_wait_for_each(
    office: Office,
) -> None:
    with_ledger(office)
    for one in office.store.proposals.pending(office.day):
        office.decide("ann", "approve", one)
    office.clock.pass_(minutes=10)
    with ledger_held(office), patient(0.2):
        began = time.monotonic()
        assert office.executor().dispatch()["sent"] == 0
        assert time.monotonic() - began < 1
    assert office.vendor.effects() == {}

    assert office.dispatch() == {"sent": 3}
