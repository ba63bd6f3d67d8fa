"""People are changed by who may, with an entry in the same transaction, and one admin is left."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from approvals import staff
from approvals.audit import Key
from approvals.staff import OPERATOR
from tests.gate.office import Office
from tools.errors import BadInput, Forbidden, LifecycleError
from tools.store.people import Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from approvals.request import Actor
    from tools.store.gate.records import Link

CHANGES: "dict[str, Callable[[Office, Actor, str], Any]]" = {
    "let_in": lambda o, a, _: staff.add(o.gate, a, "new@example.com", "New", "viewer"),
    "role": lambda o, a, p: staff.set_role(o.gate, a, p, "auditor"),
    "switch_off": lambda o, a, p: staff.set_active(o.gate, a, p, active=False),
    "switch_on": lambda o, a, p: staff.set_active(o.gate, a, p, active=True),
    "reset": lambda o, a, p: staff.reset(o.gate, a, p),
    "link": lambda o, a, p: staff.allow_link(o.gate, a, p),
}


def entries(office: Office) -> list[tuple[str, str, str]]:
    links = office.store.gate.read(lambda tx: list(tx.chain.links()))
    return [(one.kind, one.who, one.subject) for one in links if one.kind != "propose"]


@pytest.mark.parametrize("kind", CHANGES)
def test_each_change_has_its_entry_and_only_administrators_make_it(
    office: Office, kind: str
) -> None:
    ann, eve = office.people["ann"].person, office.people["eve"]
    strangers = [office.people[one] for one in ("bob", "cleo", "vic", "aud")]
    strangers += [replace(eve, agent=True), replace(eve, person=""), replace(eve, person=ann)]

    for actor in strangers:
        with pytest.raises(Forbidden):
            CHANGES[kind](office, actor, ann)
    assert entries(office) == []
    CHANGES[kind](office, eve, ann)
    if kind != "let_in":
        CHANGES[kind](office, OPERATOR, ann)

    assert {one[:2] for one in entries(office)} <= {(kind, eve.person), (kind, "operator")}
    assert kind == "let_in" or {one[2] for one in entries(office)} == {ann}
    assert office.wrong() == ()


@pytest.mark.parametrize("kind", [kind for kind in CHANGES if kind != "let_in"])
def test_nobody_does_it_to_themselves(office: Office, kind: str) -> None:
    eve = office.people["eve"]

    with pytest.raises(Forbidden, match="not to yourself"):
        CHANGES[kind](office, eve, eve.person)
    assert entries(office) == []


def test_of_two_administrators_who_end_each_other_at_once_one_is_left(office: Office) -> None:
    eve = office.people["eve"]
    fay = replace(eve, person=staff.add(office.gate, eve, "fay@x.example", "Fay", "admin").id)

    def end(pair: "tuple[Actor, Actor]") -> bool:
        try:
            staff.set_role(office.gate, pair[0], pair[1].person, "viewer")
        except LifecycleError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(end, [(eve, fay), (fay, eve)]))
    assert sorted(done) == [False, True]
    roles = [one.role for one in office.store.people.everybody()]
    assert roles.count("admin") == 1


def test_what_one_signs_in_with_is_ones_own_matter(office: Office) -> None:
    ann, bob, gate = office.people["ann"], office.people["bob"], office.gate
    now = office.clock()
    token = Token("ab" * 6, ann.person, "t", ("read",), False, now, now + timedelta(days=1))

    with pytest.raises(Forbidden, match="the person themselves"):
        staff.set_password(gate, bob, ann.person, "hash")
    with pytest.raises(Forbidden, match="the person themselves"):
        staff.add_token(gate, office.people["eve"], "cd" * 32, token)
    with pytest.raises(Forbidden, match="the person themselves"):
        staff.set_totp(gate, replace(ann, agent=True), "sealed", 1)
    assert entries(office) == []

    staff.set_password(gate, ann, ann.person, "hash")
    staff.set_totp(gate, ann, "sealed", 1)
    staff.add_token(gate, ann, "cd" * 32, token)
    with pytest.raises(Forbidden):
        staff.revoke_token(gate, bob, token.prefix)
    staff.revoke_token(gate, office.people["eve"], token.prefix)
    with pytest.raises(BadInput, match="still holds"):
        staff.revoke_token(gate, ann, token.prefix)
    assert [kind for kind, _, _ in entries(office)] == ["password", "totp", "token", "token_end"]


def test_no_entry_no_change(office: Office) -> None:
    broken = replace(office.gate, key=_NoKey(b""))
    with pytest.raises(RuntimeError, match="no signature"):
        staff.set_role(broken, office.people["eve"], office.people["ann"].person, "viewer")

    ann = office.store.people.by_id(office.people["ann"].person)
    assert ann is not None
    assert ann.role == "reviewer"


class _NoKey(Key):
    """A key that cannot sign."""

    def sign(self, link: "Link", before: str) -> str:
        del link, before
        raise RuntimeError("no signature")
