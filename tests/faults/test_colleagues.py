"""Fault 82: nobody is two colleagues by a disguise, and a changed password ends what was before."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from approvals import staff
from approvals.users.passwords import Passwords
from approvals.users.sessions import Sessions, digest
from approvals.users.settings import AuthSettings
from approvals.users.tokens import ApiTokens, made
from tests.approvals.made import DAY
from tests.faults.offices import open_office
from tests.gate.office import Office, mail
from tools.errors import BadInput, Forbidden
from tools.store.lookalikes import alike, skeleton
from tools.store.store import Store

pytestmark = pytest.mark.fault(82)
# Every one of these is Ann once more: ann@example.com is here.
TWINS = (
    "\u0430nn@example.com", "a\u03b7n@example.com", "ann@ex\u0430mple.com",  # Cyrillic, Greek
    "ann@xn--exmple-4nf.com",  # the same domain as a machine writes it
    "\uff41nn@example.com", "ann\uff20example.com", "\U0001d41ann@example.com",  # full-width, bold
    " ann@example.com ", "ann@example.com.", "ANN@EXAMPLE.COM", "ann+2@example.com",
    "\u00e1nn@example.com", "a\u0301nn@example.com", "\u0251nn@example.com",  # accents, script a
    "ann\u200b@example.com", "ann\u00ad@example.com", "a\u2060nn@example.com",  # unseen
    "ann@examp1e.com", "ann@exarnple.com",  # digits and letters that pass for one
)  # fmt: skip


@pytest.mark.parametrize("mailbox", TWINS)
def test_a_look_alike_address_is_not_let_in(office: Office, mailbox: str) -> None:
    before = len(office.store.people.everybody())
    with pytest.raises(BadInput):
        staff.add(office.gate, office.people["eve"], mailbox, "Somebody New", "approver-2")
    assert len(office.store.people.everybody()) == before


@pytest.mark.parametrize("name", ["\u0421leo", "cle\u03bf", "\uff43leo", "cl\u00e9o", "cleo\u200b"])
def test_a_look_alike_name_is_not_let_in(office: Office, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be told from"):
        staff.add(office.gate, office.people["eve"], "new@example.com", name, "approver-2")


@pytest.mark.parametrize(("mailbox", "name"), [
    ("anna@example.com", "Anna"), ("ann@other.example", "Ann"), ("an@example.com", "Ann"),
    ("anne@example.com", "\u0410\u043d\u043d\u0430 \u041f\u0435\u0442\u0440\u043e\u0432\u0430"),
    ("ann@b\u00fccher.example", "J\u00fcrgen"),
])  # fmt: skip
def test_who_is_another_is_let_in(office: Office, mailbox: str, name: str) -> None:
    assert staff.add(office.gate, office.people["eve"], mailbox, name, "viewer").name == name


def test_twins_of_before_count_as_one_human(store: Store, tmp_path: Path) -> None:
    """An entry made by an earlier version, or by hand in the database."""
    office = open_office(store, tmp_path, mail("m1", "20000.00"))
    bob = office.people["bob"].person
    with store.database.write() as session:
        session.connection().execute(
            text("UPDATE person SET mailbox = :m WHERE id = :i"),
            {"m": "\u0441leo@example.com", "i": bob},
        )
    (one,) = office.store.proposals.pending(DAY)
    assert office.decide("bob", "approve", one).waits_for == 1
    with pytest.raises(Forbidden, match="look-alike"):
        office.decide("cleo", "approve", one.id)
    assert office.actions() == ()


def test_the_skeleton_joins_what_looks_alike_and_nothing_else() -> None:
    assert skeleton("\u0410\u041d\u041d") == skeleton("ahh")
    assert not alike("ann", "ANN")
    assert not alike("ann", "anm")
    assert alike("ann", "\u0430nn")


def test_a_changed_password_ends_every_token_and_session_of_before(office: Office) -> None:
    ann = office.people["ann"]
    tokens = ApiTokens(office.store.people, office.clock)
    sessions = Sessions(
        office.store.people, AuthSettings(b"x" * 32, "http://127.0.0.1:8765"), office.clock
    )
    secret = sessions.start(ann.person, office.clock())
    held = [_token(office, ann.person, name) for name in ("laptop", "cron")]
    other = _token(office, office.people["bob"].person, "his")
    hashed = Passwords(office.store.people).hashed("another horse battery")
    staff.set_password(office.gate, ann, ann.person, hashed)

    assert sessions.find(secret) is None
    assert [tokens.find(one) for one in held] == [None, None]
    assert tokens.find(other) is not None
    assert tokens.find(_token(office, ann.person, "new")) is not None
    assert office.wrong() == ()


def _token(office: Office, person: str, name: str) -> str:
    secret, kept = made(person, name, ["read"], office.clock(), timedelta(days=9))
    staff.add_token(office.gate, staff.OPERATOR, digest(secret), kept)
    return secret
