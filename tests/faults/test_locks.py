"""Fault 72: a database held by another program costs a bounded wait, and only who wants it."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy.exc import OperationalError

from agent.schedule import Schedule
from approvals.web.bulkheads import CHANGES, READS, kind_of
from tests.agent.schedule_made import BERLIN, job
from tests.approvals.made import DAY
from tests.faults.held import held, table_held
from tests.faults.troubled import is_sqlite
from tests.gate.office import Office
from tests.web.auth.doors import bearer
from tests.web.browser.served import House, served
from tests.web.made import HTML, several
from tools.store.engine import is_locked
from tools.store.patience import OF_A_JOB, OF_A_PERSON, OF_A_RESULT, patient
from tools.store.store import Store

PATIENCE, WRITERS, QUICK = 3.0, 60, 2.2
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Told = tuple[int, float, str]


@pytest.fixture
def house(store: Store) -> Iterator[House]:
    """An inbox that answers on this machine, whose requests wait for three seconds."""
    with served(store, patience=PATIENCE) as found:
        yield found


def test_people_wait_five_seconds_and_jobs_a_minute() -> None:
    assert (OF_A_PERSON, OF_A_JOB) == (5, 60)
    assert OF_A_RESULT > OF_A_JOB


class Asking:
    """Many clients that ask at once; how long each took and what they were told."""

    def __init__(self, house: House) -> None:
        self.house = house
        # Who sets a password ends the tokens of before.
        self.cookie = {"cookie": f"lifecycle={house.cookie()}"}
        self.token = house.token("reviewer", "read", "decide")

    def write(self, proposal: str, number: int) -> Told:
        """Reject something as a program does."""
        found = self.house.store.proposals.get(proposal)
        assert found is not None
        body = {"version": 1, "sha256": found.shown, "reason": "other"}
        headers = bearer(self.token) | {"idempotency-key": f"k{number}", "content-type": JSON}
        path = f"/api/v1/proposals/{proposal}/reject"
        return self.ask("POST", path, json.dumps(body), headers)

    def read(self, path: str) -> Told:
        """Look at a page as somebody who is signed in."""
        return self.ask("GET", path, "", HTML | self.cookie)

    def ask(self, method: str, path: str, body: str, headers: dict[str, str]) -> Told:
        """Ask; the status, the seconds and what was said."""
        where = urlsplit(self.house.base_url)
        client = HTTPConnection(str(where.hostname), where.port, timeout=30)
        began = time.monotonic()
        client.request(method, path, body, headers)
        answer = client.getresponse()
        said = (answer.getheader("retry-after") or "") + answer.read().decode()
        client.close()
        return answer.status, time.monotonic() - began, said


READABLE = ("/health", "/ready", "/login", "/static/app.css", "/queue", "/log", "/actions")


@pytest.mark.fault(72)
def test_sixty_who_write_while_it_is_held_are_told_so_and_readers_are_not_kept(
    house: House,
) -> None:
    ids = house.propose(*several(*(str(n) for n in range(3, WRITERS + 3))))
    asking = Asking(house)
    for path in READABLE:
        assert asking.read(path)[0] == 200
    house.clock.turn(minutes=5)  # so that every session would note that it is in use

    with held(house.store), ThreadPoolExecutor(WRITERS) as many:
        writing = [many.submit(asking.write, one, n) for n, one in enumerate(ids)]
        time.sleep(0.4)
        looked = [(path, *asking.read(path)) for path in READABLE]
        told = [one.result() for one in writing]
    assert [(path, status) for path, status, _, _ in looked if status != 200] == []
    assert [(path, took) for path, _, took, _ in looked if took > QUICK] == []
    assert {status for status, _, _ in told} == {503}
    assert max(took for _, took, _ in told) < 2 * PATIENCE + 1
    assert all(said.startswith("5") and "try again" in said for _, _, said in told)
    status, _, said = asking.write(ids[0], 0)  # the same wish again, by the same key
    assert (status, '"rejected"' in said) == (200, True)


@pytest.mark.fault(72)
def test_signing_in_while_it_is_held_ends_and_works_afterwards(house: House) -> None:
    ann = house.somebody()
    form = urlencode({"mailbox": ann.mailbox, "password": "correct horse battery"})
    headers = HTML | {"origin": house.base_url, "content-type": FORM}
    asking = Asking(house)

    with held(house.store):
        status, took, said = asking.ask("POST", "/login", form, headers)
    assert (status, said[0]) == (503, "5")
    assert took < PATIENCE + 2
    assert asking.ask("POST", "/login", form, headers)[0] == 303


@pytest.mark.fault(72)
def test_a_table_that_cannot_be_read_costs_those_who_want_it_only(house: House) -> None:
    if is_sqlite(house.store):
        pytest.skip("SQLite locks no single table")
    house.propose(*several("2", "1"))
    asking = Asking(house)
    assert asking.read("/actions")[0] == 200

    with table_held(house.store, "action"), ThreadPoolExecutor(WRITERS) as many:
        waiting = [many.submit(asking.read, "/actions?status=sent") for _ in range(WRITERS)]
        time.sleep(0.4)
        looked = [(path, *asking.read(path)) for path in READABLE if path != "/actions"]
        told = [one.result() for one in waiting]
    assert [(path, status) for path, status, _, _ in looked if status != 200] == []
    assert [(path, took) for path, _, took, _ in looked if took > QUICK] == []
    assert {status for status, _, _ in told} == {503}
    assert max(took for _, took, _ in told) < PATIENCE + OF_A_PERSON + 2


def test_every_kind_of_request_has_its_own_places() -> None:
    kinds = [kind_of("GET", path) for path in ("/queue", "/log/x", "/api/v1/queue", "/", "/ready")]
    assert kinds == ["/queue", "/log", "/api/v1/queue", "/", "/ready"]
    assert {kind_of(method, "/queue") for method in ("POST", "PUT", "DELETE")} == {""}
    assert CHANGES + 3 * READS <= 44  # as many connections as there are


@pytest.mark.fault(72)
def test_the_executor_waits_and_goes_on_and_loses_no_result(office: Office) -> None:
    """Held at the claim it leaves nothing; held after the call, the result is written late."""
    first, second, _ = office.store.proposals.pending(DAY)
    office.decide("ann", "approve", first)
    with held(office.store), patient(0.2):
        assert office.dispatch() == {"error": 1}
    assert office.vendor.effects() == {}
    assert office.dispatch() == {"sent": 1}

    office.decide("ann", "approve", second)
    let_go = threading.Event()
    holder = threading.Thread(target=hold_until, args=(office.store, let_go))

    def crash(point: str) -> None:
        if point == "executor.called":
            holder.start()
            threading.Timer(0.6, let_go.set).start()
            time.sleep(0.2)

    office.crash = crash
    with patient(0.2):
        assert office.dispatch() == {"sent": 1}
    holder.join()
    assert sorted(office.vendor.effects().values()) == [1, 1]
    assert office.wrong() == ()


def hold_until(store: Store, let_go: threading.Event) -> None:
    with held(store):
        let_go.wait(10)


@pytest.mark.fault(72)
def test_the_schedule_waits_and_goes_on(office: Office) -> None:
    ran: list[str] = []
    work = job(lambda slot, _: ran.append(slot.slot) or "done")  # type: ignore[func-returns-value]  # a list
    schedule = Schedule(
        [work], office.store.slots, BERLIN, office.clock, "w1", office.clock.monotonic
    )
    let_go = threading.Event()
    holder = threading.Thread(target=hold_until, args=(office.store, let_go))
    holder.start()
    time.sleep(0.2)
    threading.Timer(0.5, let_go.set).start()

    assert [one.status for one in schedule.tick()] == ["done"]
    holder.join()
    assert len(ran) == 1


def test_in_one_process_writers_queue_no_longer_than_their_patience(store: Store) -> None:
    if not is_sqlite(store):
        pytest.skip("PostgreSQL queues them itself")
    inside, told = threading.Event(), threading.Event()

    def write() -> None:
        with store.database.write():
            inside.set()
            told.wait(10)

    thread = threading.Thread(target=write)
    thread.start()
    inside.wait(10)
    began = time.monotonic()
    with patient(0.2), pytest.raises(OperationalError) as error, store.database.write():
        pass
    told.set()
    thread.join()
    assert timedelta(seconds=time.monotonic() - began) < timedelta(seconds=2)
    assert is_locked(error.value)
