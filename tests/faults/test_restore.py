"""Fault 38: after a backup was restored, what it does not know of is not sent a second time."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from approvals.restore import after_restore
from approvals.settling import settle, switch
from tests.approvals.made import DAY
from tests.faults.offices import other_office
from tests.faults.processes import killed_at, start
from tests.faults.troubled import is_sqlite, url_of
from tests.gate.office import Office
from tools.errors import Forbidden
from tools.store.store import Store, open_store

if TYPE_CHECKING:
    from tools.channels.contract import Effect


class Kept(Protocol):
    """What a backup is made of."""

    @property
    def store(self) -> Store:
        """The database."""

    @property
    def folder(self) -> Path:
        """Where the copy goes."""


@contextmanager
def restored(office: Office, backup: str) -> Iterator[Office]:
    """The office over its backup, with the vendor that remembers everything."""
    other = other_office(office, open_store(backup))
    yield other
    other.store.close()
    if not is_sqlite(office.store):
        drop(backup)


def back_up(office: Kept) -> str:
    """A copy of the database as it stands; its URL."""
    url = make_url(url_of(office.store))
    office.store.close()
    if url.get_backend_name() == "sqlite":
        copy = office.folder / "backup.db"
        with (
            closing(sqlite3.connect(str(url.database))) as here,
            closing(sqlite3.connect(copy)) as there,
        ):
            here.backup(there)
        shutil.copyfile(copy, office.folder / "restored.db")
        return f"sqlite:///{office.folder / 'restored.db'}"
    copied = url.set(database=f"{url.database}_backup")
    _on(
        url.set(database="postgres").render_as_string(hide_password=False),
        f"CREATE DATABASE {copied.database} TEMPLATE {url.database}",
    )
    return copied.render_as_string(hide_password=False)


def drop(backup: str) -> None:
    """Take a copy on a server away."""
    url = make_url(backup)
    _on(
        url.set(database="postgres").render_as_string(hide_password=False),
        f"DROP DATABASE {url.database} WITH (FORCE)",
    )


def _on(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _die_calling(office: Office) -> None:
    office.crash = killed_at("executor.claimed")
    office.executor("dead").dispatch()


@pytest.mark.fault(38)
@pytest.mark.parametrize("effect", ["blind", "keyed"])
def test_after_a_restore_nothing_leaves_before_a_person_settles_it(
    office: Office, effect: "Effect"
) -> None:
    office.vendor.effect = effect
    ids = [p.id for p in office.store.proposals.pending(DAY)]
    for one in ids[:2]:
        office.decide("ann", "approve", one)
    office.clock.pass_(minutes=10)
    assert start(office, _die_calling).wait() < 0  # one is `calling`, one `scheduled`
    backup = back_up(office)
    office.dispatch(hours=1)
    office.dispatch(hours=1)
    before = office.vendor.effects()
    with restored(office, backup) as after:
        eve = after.people["eve"]

        assert (after_restore(after.gate, eve), after_restore(after.gate, eve)) == (2, 0)
        assert after.dispatch(hours=1) == {}
        switch(after.gate, eve, "global", on=False, reason="all were asked about")
        assert after.dispatch(hours=1) == {}
        assert {action.status for action in after.actions()} == {"unknown"}
        for action in after.actions():
            done = f"act:{action.id}:{action.sha256}" in before
            settle(
                after.gate,
                eve,
                action.id,
                "sent" if done else "again",
                "asked",
                live=True,
                sha256=action.sha256,
            )
        after.dispatch(hours=1)
        assert {action.status for action in after.actions()} == {"sent"}
        assert sorted(after.vendor.effects().values()) == [1, 1]
        assert after.wrong() == ()


@pytest.mark.fault(38)
def test_without_that_a_restored_database_would_send_again(office: Office) -> None:
    """What the guard is for, so that the test above cannot pass by chance."""
    office.decide("ann", "approve", office.store.proposals.pending(DAY)[0])
    backup = back_up(office)
    office.dispatch()
    with restored(office, backup) as after:
        after.dispatch()
        assert [one.invariant for one in after.wrong()] == ["I2"]


@pytest.mark.fault(38)
def test_only_who_manages_may_say_that_it_was_restored(office: Office) -> None:
    for who in ("ann", "cleo", "vic", "aud"):
        with pytest.raises(Forbidden):
            after_restore(office.gate, office.people[who])
    assert after_restore(office.gate, office.people["eve"]) == 0
    assert office.wrong() == ()
