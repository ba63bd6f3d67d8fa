"""What people say of accounts: one compare-and-set, one entry in the chain, one row to count."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from approvals.audit import broken_links
from approvals.care import (
    CARE_KINDS,
    USELESS,
    CareKind,
    CareResult,
    CareWish,
    Said,
    care,
    subject_of,
)
from tests.approvals.made import KEY
from tests.gate.office import Office
from tools.errors import BadInput, Conflict, Forbidden
from tools.store.gate.care import AccountDeed, Standing

SAID = Said(19_783, "retention_call", 90_000, "EUR", ("ticket:5", "renewal:9"))


def say(office: Office, who: str, kind: CareKind, version: int = 0, **more: Any) -> CareResult:
    """Somebody says something of account `crm:1`, with whatever else the kind needs."""
    key = more.pop("key", "")
    needs: dict[str, dict[str, Any]] = {
        "not_useful": {"reason": "too_small"},
        "snooze": {"until_day": office.day + 3},
    }
    wish = CareWish(kind, "crm:1", version, **{**needs.get(kind, {}), **more})
    return care(office.gate, office.people[who], wish, SAID, key)


def standing(office: Office) -> Standing:
    found = office.store.gate.read(lambda tx: tx.care.standing("crm:1"))
    assert found is not None
    return found


def deeds(office: Office) -> tuple[AccountDeed, ...]:
    return office.store.gate.read(lambda tx: tx.care.of("crm:1"))


@pytest.mark.parametrize("kind", CARE_KINDS)
def test_what_is_said_stands_is_counted_and_is_in_the_chain(office: Office, kind: CareKind) -> None:
    done = say(office, "ann", kind, note="spoke to Eva")

    now, (deed,) = standing(office), deeds(office)
    assert (done.kind, done.version, now.kind, now.version) == (kind, 1, kind, 1)
    lasts = {"claim": 7, "snooze": 3, "not_useful": 30}
    assert now.until_day == (office.day + lasts[kind] if kind in lasts else None)
    assert (deed.who, deed.play, deed.value_minor) == (
        office.people["ann"].person,
        "retention_call",
        90_000,
    )
    assert (deed.reasons, deed.note) == (SAID.reasons, "spoke to Eva")
    link = office.store.gate.read(lambda tx: tx.chain.head())
    assert link is not None
    assert (link.kind, link.subject) == ("account", subject_of(office.gate, "crm:1"))
    assert json.loads(link.body)["did"] == kind
    assert "crm:1" not in link.subject + link.body
    assert "Eva" not in link.body
    assert office.wrong() == ()


def test_a_report_counts_what_was_said_by_day(office: Office) -> None:
    say(office, "ann", "claim")
    office.clock.pass_(days=1)
    say(office, "ann", "done", 1)

    count = office.store.gate.read(
        lambda tx: [
            len(tx.care.between(office.day - 1, end)) for end in (office.day, office.day + 1)
        ]
    )
    assert count == [1, 2]
    last = office.store.gate.read(lambda tx: tx.care.last(office.day - 1))
    assert [one.kind for one in last] == ["claim"]


def test_nobody_takes_what_somebody_has(office: Office) -> None:
    say(office, "ann", "claim")

    with pytest.raises(Conflict, match=r"claim until 2024-03-08 by ann at .*, version 1"):
        say(office, "bob", "claim", 1)
    office.clock.pass_(days=7)
    assert say(office, "bob", "claim", 1).version == 2


def test_who_saw_something_else_is_told(office: Office) -> None:
    say(office, "ann", "done")

    with pytest.raises(Conflict, match="done by ann"):
        say(office, "bob", "snooze")
    with pytest.raises(Conflict, match="is not as you saw it"):
        care(office.gate, office.people["bob"], CareWish("done", "crm:2", 4), SAID)
    assert len(deeds(office)) == 1


def test_the_same_again_is_answered_as_before(office: Office) -> None:
    first = say(office, "ann", "snooze", key="k1")

    assert say(office, "ann", "snooze", key="k1") == replace(first, again=True)
    assert say(office, "ann", "snooze") == replace(first, again=True)
    with pytest.raises(BadInput, match="another request"):
        say(office, "ann", "done", key="k1")
    with pytest.raises(Conflict):
        say(office, "ann", "snooze", until_day=office.day + 9)
    assert len(deeds(office)) == 1


def test_of_many_at_once_one_wins(office: Office) -> None:
    def one(n: int) -> str:
        try:
            return say(office, ("ann", "bob", "cleo", "dan")[n], "done").kind
        except Conflict:
            return "too late"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(one, range(4)))

    assert said == ["done", "too late", "too late", "too late"]
    assert len(deeds(office)) == 1
    links = office.store.gate.read(lambda tx: list(tx.chain.links()))
    assert broken_links(links, KEY) == []


@pytest.mark.parametrize("who", ["vic", "aud"])
def test_who_may_not_decide_may_not_say(office: Office, who: str) -> None:
    with pytest.raises(Forbidden):
        say(office, who, "claim")


def test_a_program_and_a_role_of_before_may_not(office: Office) -> None:
    office.people["bot"] = replace(office.people["eve"], agent=True)
    with pytest.raises(Forbidden, match="only a person"):
        say(office, "bot", "done")
    office.store.people.set_role(office.people["ann"].person, "viewer", office.clock())
    with pytest.raises(Forbidden, match="has changed"):
        say(office, "ann", "done")


@pytest.mark.parametrize(
    ("kind", "more", "message"),
    [
        ("not_useful", {"reason": ""}, "say why"),
        ("not_useful", {"reason": "bored"}, "say why"),
        ("done", {"reason": "other"}, "only what was not useful"),
        ("snooze", {"until_day": None}, "a day after today"),
        ("snooze", {"until_day": 1}, "a day after today"),
        ("snooze", {"until_day": 10**6}, "at most a year"),
        ("claim", {"note": "x" * 3_000}, "at most 2000"),
        ("claim", {"version": -1}, "open the list again"),
        ("keep", {}, "'keep'"),
    ],
)
def test_what_means_nothing_is_refused(
    office: Office, kind: Any, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        say(office, "ann", kind, **more)


def test_every_preset_reason_is_taken(office: Office) -> None:
    for version, reason in enumerate(USELESS):
        assert say(office, "ann", "not_useful", version, reason=reason).version == version + 1
