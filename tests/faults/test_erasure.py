"""Fault 52 at the gate: whatever a proposal had come to, nothing of the person stays or leaves."""

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from approvals import erasing
from approvals.envelope import read_values
from approvals.erasing import Request
from approvals.request import Actor
from approvals.settling import settle, switch
from tests.agent.grep import dump
from tests.approvals.made import DAY, KEY
from tests.faults.processes import killed_at, start
from tests.faults.troubled import is_sqlite, url_of
from tests.gate.office import Office, mail
from tools.errors import Absent, Conflict, Forbidden
from tools.store.compact import compact
from tools.store.erasures import ErasedKey
from tools.store.personal import tombstone
from tools.store.sends import suppression_key
from tools.store.store import open_store
from tools.traces import Traces

MARA = Traces(
    "e1", ("crm:c9", "mail:mara.quist@x.example"), ("m1", "m2", "m3", "m4", "m5", "m6"),
    ("mara.quist@x.example",), ("Mara Quist",), ("+49 30 / 987 65-43",),
)  # fmt: skip
TERMS = ("mara.quist@x.example", "mara quist", "+49 30 / 987 65-43", "crm:c9")
KEYS = (ErasedKey("k1", "ref", "e1"),)


def to_mara(account: str, net: str = "500.00", body: str = "Hello Mara Quist,\n") -> Any:
    made = mail(account, net, body=body)
    who = replace(
        made.who, contact_id="crm:c9", contact_name="Mara Quist", recipient="mara.quist@x.example"
    )
    return replace(made, who=who)


def request(traces: Traces = MARA) -> Request:
    keys = tuple(suppression_key(KEY.secret, one) for one in traces.emails)
    return Request(traces, "Mara Quist asked for it", KEYS, keys, "sealed")


def erase(office: Office) -> erasing.Begun:
    begun = erasing.begin(office.gate, office.people["eve"], request())
    office.store.gate.write(lambda tx: tx.erasures.forget("e1"))
    compact(url_of(office.store))
    assert erasing.end(office.gate, begun.erasure)
    return begun


def kept(office: Office) -> str:
    """Everything in the database, its log included, in lower case."""
    url = url_of(office.store)
    if not is_sqlite(office.store):
        return "\n".join(dump(url).values()).lower()
    parts = sorted(office.folder.glob("lifecycle.db*"))
    return b"".join(part.read_bytes() for part in parts).decode(errors="replace").lower()


def lived(office: Office) -> dict[str, str]:
    """Six proposals about Mara, each in another state; by name of the state."""
    office.rules["holdout_share"] = 0
    made = [to_mara(f"m{n}", f"{800 - n}.00") for n in range(1, 7)]
    office.propose(*made)
    by_account = {p.account_id: p.id for p in office.store.proposals.of_day(DAY)}
    states = ("sent", "calling", "approved", "snoozed", "rejected", "pending")
    ids = {state: by_account[f"m{n}"] for n, state in enumerate(states, 1)}
    facts = {"contact_id": "crm:c9", "email": "mara.quist@x.example"}
    office.facts |= {f"m{n}": facts for n in range(1, 7)}
    office.decide("ann", "approve", ids["sent"], note="spoke to Mara Quist")
    assert office.dispatch() == {"sent": 1}
    office.decide("ann", "approve", ids["calling"])
    office.clock.pass_(minutes=10)
    assert start(office, _die_calling).wait() < 0
    office.decide(
        "bob", "edit", ids["approved"], subject="More, Mara Quist?", body="Hello Mara Quist,\n"
    )
    office.decide("ann", "approve", ids["approved"])
    office.decide("ann", "snooze", ids["snoozed"], until_day=DAY + 2)
    office.decide("ann", "reject", ids["rejected"], note="+49 30 9876543 is hers")
    return ids


def _die_calling(office: Office) -> None:
    office.crash = killed_at("executor.claimed")
    office.executor("dead").dispatch()


@pytest.mark.fault(52)
def test_erased_in_whatever_state_nothing_is_kept_and_nothing_leaves(office: Office) -> None:
    ids = lived(office)
    before = {one: office.get(one) for one in ids.values()}
    assert all(term in kept(office) for term in TERMS[:2])

    erase(office)

    assert [term for term in TERMS if term in kept(office)] == []
    assert office.wrong() == ()
    now = {state: office.get(one) for state, one in ids.items()}
    assert {state: p.status for state, p in now.items()} == {
        "sent": "approved",
        "calling": "approved",
        "approved": "revoked",
        "snoozed": "revoked",
        "rejected": "rejected",
        "pending": "revoked",
    }
    for one in now.values():
        assert one.envelope == tombstone("e1")
        assert (one.sha256, one.contact_id) == (before[one.id].sha256, "erased:e1")
        with pytest.raises(Absent, match="was erased"):
            read_values(one.envelope, one.sha256, one.id)
    with pytest.raises(Absent, match="was erased"):
        office.decide("ann", "undo", ids["rejected"])
    effects = office.vendor.effects()
    office.dispatch(hours=1)
    office.dispatch(hours=1)
    assert office.vendor.effects() == effects
    statuses = {a.proposal: a.status for a in office.actions()}
    assert statuses[ids["sent"]] == "sent"
    assert statuses[ids["approved"]] == "revoked"
    assert statuses[ids["calling"]] in {"blocked", "unknown"}
    assert office.wrong() == ()


@pytest.mark.fault(52)
def test_what_a_person_says_happened_sends_nothing_to_who_was_erased(office: Office) -> None:
    office.vendor.effect = "blind"
    ids = lived(office)
    erase(office)
    office.dispatch(hours=1)
    action = office.action(ids["calling"])
    assert action is not None
    assert action.status == "unknown"
    settle(
        office.gate,
        office.people["eve"],
        action.id,
        "again",
        "do it",
        live=True,
        sha256=action.sha256,
    )

    assert office.dispatch(hours=1) == {"blocked": 1}
    assert office.wrong() == ()


@pytest.mark.fault(52)
def test_others_are_left_as_they_were(office: Office) -> None:
    """A namesake elsewhere too, whose proposal says the same name."""
    namesake = replace(mail("n1", "700.00", body="Hello Mara Quist,\n"))
    office.propose(namesake)
    before = {p.id: p for p in office.store.proposals.of_day(DAY)}
    erase(office)

    assert {p.id: p for p in office.store.proposals.of_day(DAY)} == before
    (theirs,) = [p for p in before.values() if p.account_id == "n1"]
    office.decide("ann", "approve", theirs)
    assert office.dispatch() == {"sent": 1}


@pytest.mark.fault(52, 53)
def test_who_was_erased_stays_suppressed_and_is_known_again_by_hash_alone(office: Office) -> None:
    erase(office)
    key = suppression_key(KEY.secret, " Mara.Quist@X.example")
    hit = office.store.switches.suppressed([key], office.clock())
    assert hit == {(key, "*")}
    found = office.store.gate.read(lambda tx: tx.erasures.of_keys(["k1"]))
    assert found is not None
    assert (found.status, found.plan, found.reason) == ("done", "", "[erased] asked for it")


@pytest.mark.fault(52)
def test_done_twice_it_changes_nothing_and_what_came_between_goes_too(office: Office) -> None:
    lived(office)
    begun = erasing.begin(office.gate, office.people["eve"], request())
    office.propose(to_mara("m9", "400.00", "Hello again, Mara Quist.\n"))
    again = erasing.go_on(office.gate, begun.erasure, MARA)
    once_more = erasing.go_on(office.gate, begun.erasure, MARA)

    assert again.actions >= begun.actions
    assert once_more.actions == again.actions
    assert [w.words for w in office.wrong()] == [
        "erasure e1: it has begun and not ended; `lifecycle erase` goes on"
    ]
    office.store.gate.write(lambda tx: tx.erasures.forget("e1"))
    assert (erasing.end(office.gate, begun.erasure), erasing.end(office.gate, begun.erasure)) == (
        True,
        False,
    )
    compact(url_of(office.store))
    assert [term for term in TERMS if term in kept(office)] == []
    assert office.wrong() == ()


@pytest.mark.fault(52)
def test_only_an_erasure_may_put_a_tombstone_and_the_chain_must_know_of_it(office: Office) -> None:
    """Whoever writes into the tables themselves is refused, or found out."""
    (one, *_) = office.store.proposals.pending(DAY)
    bury = text("UPDATE proposal SET envelope = :grave WHERE id = :id")
    given = {"grave": tombstone("e2"), "id": one.id}
    with pytest.raises(DBAPIError, match="never change"), office.store.database.write() as session:
        session.connection().execute(bury, given)
    with office.store.database.write() as session:
        session.connection().execute(
            text(
                "INSERT INTO erasure (id, status, who, reason, plan, begun_at) "
                "VALUES ('e2', 'begun', 'x', '', '', '2024-03-01 00:00:00')"
            )
        )
        session.connection().execute(bury, given)
    found = {w.words for w in office.wrong()}
    assert f"proposal {one.id}: its text is gone, and the chain knows of no erasure" in found


@pytest.mark.fault(52)
@pytest.mark.parametrize("change", [
    "UPDATE proposal SET envelope = 'x'", "UPDATE proposal SET sha256 = 'x'",
    "UPDATE proposal SET value_minor = 1", "UPDATE decision SET note = 'x'",
    "UPDATE decision SET who = 'x', note = '[erased]'", "DELETE FROM decision",
    "UPDATE revision SET sha256 = 'x'", "UPDATE erased_key SET erasure = 'e1', key = 'x'",
    "DELETE FROM erased_key", "DELETE FROM erasure", "UPDATE erasure SET id = 'x'",
    "UPDATE audit SET body = 'x'",
])  # fmt: skip
def test_an_erasure_under_way_opens_nothing_else(office: Office, change: str) -> None:
    lived(office)
    erasing.begin(office.gate, office.people["eve"], request())
    with pytest.raises(DBAPIError), office.store.database.write() as session:
        session.connection().execute(text(change))


@pytest.mark.fault(52)
def test_only_who_manages_may_erase(office: Office) -> None:
    for who in ("ann", "cleo", "vic", "aud"):
        with pytest.raises(Forbidden):
            erasing.begin(office.gate, office.people[who], request())
    program = replace(office.people["eve"], agent=True)
    assert isinstance(program, Actor)
    with pytest.raises(Forbidden):
        erasing.begin(office.gate, program, request())


@pytest.mark.fault(52)
def test_the_chain_holds_no_words_of_anybody(office: Office) -> None:
    """What can never be changed may not say anything: notes and reasons are in it as hashes."""
    ids = lived(office)
    eve = office.people["eve"]
    switch(office.gate, eve, "global", on=True, reason="because of Mara Quist")
    office.vendor.effect = "blind"
    office.dispatch(hours=1)
    action = office.action(ids["calling"])
    assert action is not None
    with closing(open_store(url_of(office.store))) as store:
        links = [link.body for link in store.gate.read(lambda tx: list(tx.chain.links()))]
    assert not [body for body in links if any(term in body.lower() for term in TERMS)]
    with pytest.raises(Conflict):
        settle(office.gate, eve, office.actions()[0].id, "again", "x", live=True, sha256="ab")
