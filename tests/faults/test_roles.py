"""Fault 71 on PostgreSQL: the role of the service cannot rewrite what is kept for ever.

SQLite has no roles; what a hand does there is seen by the chain and the ledger (`test_hands`).
"""

from collections.abc import Iterator
from importlib.resources import files

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from agent.checkpoints import make_places, open_saver
from approvals import erasing
from approvals.settling import switch, unsubscribe
from tests.faults.offices import other_office, with_ledger
from tests.faults.test_erasure import request, to_mara
from tests.faults.troubled import is_sqlite, url_of
from tests.gate.office import Office, only
from tools.errors import BadInput
from tools.store.store import open_store

ROLE = "lifecycle_test_app"
PASSWORD = "not-a-secret"


@pytest.fixture
def service(office: Office) -> Iterator[Office]:
    """The same office, signed in to the database as the service and not as the owner."""
    if is_sqlite(office.store):
        pytest.skip("SQLite has no roles")
    make_places(url_of(office.store), office.folder)
    grants = (files("tools.store") / "grants.sql").read_text(encoding="utf-8")
    with office.store.database.write() as session:
        session.execute(text(f"DROP ROLE IF EXISTS {ROLE}"))
        session.execute(text(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'"))
        session.connection().exec_driver_sql(grants.replace(":app", ROLE))
    url = office.store.database.url.set(username=ROLE, password=PASSWORD)
    store = open_store(url.render_as_string(hide_password=False))
    yield with_ledger(other_office(office, store))
    store.close()
    with office.store.database.write() as session:
        session.execute(text(f"DROP OWNED BY {ROLE}"))
        session.execute(text(f"DROP ROLE {ROLE}"))


@pytest.mark.fault(71)
def test_the_service_works_with_a_role_that_owns_nothing(service: Office) -> None:
    service.decide("ann", "approve", only(service))
    service.decide("ann", "edit", only(service, "a2"), subject="New", body="New words.")
    service.decide("bob", "reject", only(service, "a3"))
    switch(service.gate, service.people["eve"], "play:other", on=True, reason="wait")
    assert service.dispatch() == {"sent": 1}
    unsubscribe(service.gate, "a" * 64, "email")
    assert service.wrong() == ()


@pytest.mark.fault(71)
@pytest.mark.parametrize("statement", [
    "TRUNCATE audit", "DELETE FROM audit", "UPDATE audit SET body = '{}'",
    "DROP TRIGGER audit_kept ON audit", "ALTER TABLE audit DISABLE TRIGGER ALL", "DROP TABLE audit",
    "TRUNCATE decision", "DELETE FROM decision", "DELETE FROM suppression",
    "UPDATE suppression SET channel = 'x'", "DELETE FROM pause", "DELETE FROM send",
    "DELETE FROM proposal", "SET session_replication_role = replica",
    "UPDATE alembic_version SET version_num = '0001'",
])  # fmt: skip
def test_and_cannot_rewrite_what_is_kept(service: Office, statement: str) -> None:
    service.decide("ann", "approve", only(service))
    with (
        pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
        service.store.database.write() as session,
    ):
        session.connection().exec_driver_sql(statement)


@pytest.mark.fault(52, 71)
def test_the_service_erases_with_its_role(service: Office) -> None:
    service.propose(to_mara("m1"))
    service.facts["m1"] = {"contact_id": "crm:c9", "email": "mara.quist@x.example"}
    service.decide("ann", "approve", only(service, "m1"))
    assert service.dispatch() == {"sent": 1}
    switch(service.gate, service.people["eve"], "play:x", on=True, reason="Mara Quist asked for it")
    unsubscribe(service.gate, "a" * 64, "email")
    begun = erasing.begin(service.gate, service.people["eve"], request())
    assert len(begun.actions) == 1
    assert "Quist" not in service.store.switches.pauses(service.clock())[0].reason


@pytest.mark.fault(71)
def test_the_service_keeps_the_place_of_a_run_with_its_role(
    service: Office, office: Office
) -> None:
    url = service.store.database.url.render_as_string(hide_password=False)
    with open_saver(url, service.folder) as saver:
        assert list(saver.list(None)) == []
    with office.store.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM checkpoint_migrations")
    with pytest.raises(BadInput, match=r"owner.*grants\.sql"), open_saver(url, service.folder):
        pass
