"""Fault 77: others write while the ledger is compared or written; that is no older database."""

import threading
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import OperationalError

from approvals.effect_ledger import FILE, HEADS, EffectLedger
from approvals.settling import unsubscribe
from approvals.verify import verify
from tests.approvals.made import KEY
from tests.faults.offices import other_office, with_ledger
from tests.gate.office import Office, only
from tools.store.ledger_file import LedgerLine
from tools.store.sends import suppression_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tools.store.gate.gate import GateStore, GateTx
    from tools.store.gate.records import Link

ANN = suppression_key(KEY.secret, "ann@example.com")


@pytest.fixture
def kept(office: Office) -> Office:
    """An office with a ledger beside its database."""
    return with_ledger(office)


def ledger_of(office: Office) -> EffectLedger:
    """The ledger of an office that has one."""
    assert office.gate.ledger is not None
    return office.gate.ledger


def meanwhile(tx: "GateTx", name: str, do: "Callable[[], object]") -> None:
    """Let somebody else do something right after this transaction has read entries the first time.

    From then on it sees one moment, and what they do comes after it.
    """
    first: list[bool] = []
    real = getattr(tx.chain, name)

    def read(*given: Any, **more: Any) -> Any:
        found = real(*given, **more)
        found = found if name == "newest" else list(found)
        if not first:
            first.append(True)
            do()
        return found

    setattr(tx.chain, name, read)


@pytest.mark.fault(77)
def test_what_others_write_while_the_ledger_is_compared_pauses_nothing(kept: Office) -> None:
    ledger = ledger_of(kept)
    kept.decide("ann", "approve", only(kept))
    kept.store.gate.read(ledger.export_head)

    def they_decide() -> None:
        kept.decide("bob", "reject", only(kept, "a2"))
        kept.store.gate.read(ledger.export_head)

    def work(tx: "GateTx") -> str:
        meanwhile(tx, "newest", they_decide)
        return ledger.why_not(tx)

    assert kept.store.gate.read(work) == ""
    assert kept.dispatch() == {"sent": 1}


@pytest.mark.fault(77)
def test_what_others_write_while_everything_is_verified_is_no_broken_promise(kept: Office) -> None:
    ledger = ledger_of(kept)
    kept.decide("ann", "approve", only(kept))

    def they_dispatch() -> None:
        kept.dispatch()
        kept.store.gate.read(ledger.export_head)

    def work(tx: "GateTx") -> list[str]:
        meanwhile(tx, "links", they_dispatch)
        head = ledger.last_head()
        return [one.words for one in verify(tx, KEY, kept.clock(), head, (), ledger)]

    assert kept.store.gate.read(work) == []


@pytest.mark.fault(77)
def test_who_writes_their_entry_down_after_another_did_forks_nothing(kept: Office) -> None:
    late: list[tuple[GateStore, Sequence[Link]]] = []
    kept.store.gate.export_to(lambda store, links: late.append((store, links)))
    kept.decide("cleo", "edit", only(kept, "a2"), subject="New", body="New words.")
    other = with_ledger(other_office(kept, kept.store))
    other.decide("ann", "approve", only(other))
    for one in late:
        ledger_of(kept).export(*one)

    assert kept.store.gate.read(ledger_of(kept).why_not) == ""
    assert other.dispatch() == {"sent": 1}


@pytest.mark.fault(77)
def test_many_who_write_at_once_leave_a_ledger_that_holds(kept: Office) -> None:
    def refuse(number: int) -> None:
        for turn in range(6):
            unsubscribe(kept.gate, suppression_key(KEY.secret, f"{number}.{turn}@a.example"), "sms")

    threads = [threading.Thread(target=refuse, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    fresh = ledger_of(with_ledger(other_office(kept, kept.store)))
    assert kept.store.gate.read(fresh.why_not) == ""
    assert kept.store.gate.read(ledger_of(kept).why_not) == ""
    assert len(fresh.state.refusals) == 24


@pytest.mark.fault(77)
def test_a_decision_that_stands_is_not_called_failed_because_it_could_not_be_written_down(
    kept: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("the connection was lost"))

    monkeypatch.setattr(ledger_of(kept), "_append", lost)
    assert kept.decide("ann", "approve", only(kept)).status == "approved"


@pytest.mark.fault(34, 77)
def test_a_torn_head_is_passed_over(kept: Office) -> None:
    kept.decide("ann", "approve", only(kept))
    kept.store.gate.read(ledger_of(kept).export_head)
    path = kept.folder / "home" / HEADS
    with path.open("a") as file:  # a full disk took the first half of a line
        file.write("2 ab")

    assert kept.dispatch() == {"sent": 1}
    path.write_text(path.read_text()[:-1])
    assert kept.store.gate.read(ledger_of(kept).why_not) == ""


@pytest.mark.fault(77)
def test_the_last_head_is_read_from_the_end_of_its_file(kept: Office) -> None:
    kept.decide("ann", "approve", only(kept))
    head = kept.store.gate.read(ledger_of(kept).export_head)
    path = kept.folder / "home" / HEADS
    path.write_text(f"{head}\n" * 50_000)
    tracemalloc.start()
    try:
        assert ledger_of(kept).last_head() == head
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 10
    finally:
        tracemalloc.stop()


@pytest.mark.fault(77)
def test_a_ledger_that_has_grown_for_years_is_read_piece_by_piece(kept: Office) -> None:
    ledger = ledger_of(kept)
    last = ledger.state.last
    first = last.seq if last is not None else 0
    lines = [LedgerLine(n, "0" * 64, "end", f"a{n:016x}", "sent") for n in range(first, 30_000)]
    ledger.file.append(lines, durable=False)
    size, offset, pieces = ledger.file.size(), 0, 0
    while offset < size:
        pieces, offset = pieces + 1, ledger.file.read(offset).offset

    assert pieces > 1
    assert ledger.state.last == lines[-1]
    assert len(ledger.state.sent) == len(lines)


@pytest.mark.fault(77)
def test_two_threads_that_begin_a_ledger_begin_one(office: Office) -> None:
    home = office.folder / "home"
    home.mkdir()
    threads = [
        threading.Thread(
            target=lambda: EffectLedger(home, KEY, office.clock).export(office.store.gate, ())
        )
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert office.store.gate.read(ledger_of(with_ledger(office)).why_not) == ""
    assert [one.name for one in Path(home).iterdir()] == [FILE]


@pytest.mark.fault(77)
def test_a_ledger_whose_beginning_was_killed_half_way_is_missed_when_it_goes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EffectLedger, "_tie", lambda *_: None)
    with_ledger(office).decide("ann", "approve", only(office))
    monkeypatch.undo()
    assert with_ledger(office).dispatch() == {"sent": 1}
    (office.folder / "home" / FILE).unlink()

    assert "is gone" in office.store.gate.read(ledger_of(with_ledger(office)).why_not)
