"""Faults 9 to 12 and 16 to 18: whoever is at it at once, in threads or processes, one decides."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from approvals.bulk import approve_all, preview
from approvals.upkeep import expire
from tests.approvals.made import DAY
from tests.faults.offices import open_office, other_office
from tests.faults.processes import HOWS, How, Said, race
from tests.gate.office import MORNING, PEOPLE, Office, mail

if TYPE_CHECKING:
    from pathlib import Path

    from approvals.request import Via
    from tools.store.store import Store

DECIDERS = ("ann", "bob", "cleo", "dan", "eve")
ON_EACH_HOW = pytest.mark.parametrize("how", HOWS)


def wish(office: Office, who: str, kind: str, seen: Any, **more: Any) -> Any:
    return office.decide(who, kind, seen, **more)


def one_won(said: list[Said]) -> Said:
    """The one that was not refused; all others must have been told of a conflict."""
    (won,) = [one for one in said if not one.refused]
    assert {one.refused for one in said if one.refused} == {"Conflict"}
    return won


def deeds(office: Office, proposal: str) -> list[str]:
    return [deed.kind for deed in office.store.gate.read(lambda tx: tx.log.of(proposal))]


@pytest.mark.fault(9)
@ON_EACH_HOW
def test_of_five_who_approve_one_does_and_four_hear_who(office: Office, how: How) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    seen = office.seen(proposal)

    said = race(office, how, [partial(wish, who=w, kind="approve", seen=seen) for w in DECIDERS])
    one_won(said)

    assert deeds(office, proposal.id) == ["approve"]
    assert all("last: approve by" in one.words for one in said if one.refused)
    assert len(office.actions()) == 1
    assert (office.dispatch(), office.vendor.effects().total()) == ({"sent": 1}, 1)
    assert office.wrong() == ()


@pytest.mark.fault(10)
@ON_EACH_HOW
@pytest.mark.parametrize("other", ["reject", "revoke"])
def test_approve_and_its_contrary_one_wins(office: Office, how: How, other: str) -> None:
    for proposal in office.store.proposals.pending(DAY):
        seen = office.seen(proposal)
        one_won(
            race(
                office,
                how,
                [
                    partial(wish, who="ann", kind="approve", seen=seen),
                    partial(wish, who="bob", kind=other, seen=seen),
                ],
            )
        )

    approved = [p for p in office.actions() if office.get(p.proposal).status == "approved"]
    office.dispatch()
    assert office.vendor.effects().total() == len(approved) == len(office.actions())
    assert office.wrong() == ()


def _after_midnight(office: Office) -> int:
    late = other_office(office, office.store)
    late.gate = replace(late.gate, clock=lambda: MORNING + timedelta(days=7))
    return expire(late.gate)


@pytest.mark.fault(10)
@ON_EACH_HOW
def test_approve_and_expire_one_wins_and_what_expired_never_leaves(
    office: Office, how: How
) -> None:
    """One clock says that the last day is not over, the other that it is."""
    seen = {p.id: office.seen(p) for p in office.store.proposals.pending(DAY)}
    works = [partial(wish, who="ann", kind="approve", seen=one) for one in seen.values()]

    *approvals, expired = race(office, how, [*works, _after_midnight])

    won = sum(not one.refused for one in approvals)
    assert won + expired.value == len(seen)
    statuses = [office.get(one).status for one in seen]
    assert (statuses.count("approved"), statuses.count("expired")) == (won, expired.value)
    office.dispatch()
    assert office.vendor.effects().total() == won
    assert office.wrong() == ()


@pytest.mark.fault(11)
@ON_EACH_HOW
def test_approve_and_edit_never_approve_a_text_nobody_saw(office: Office, how: How) -> None:
    for proposal in office.store.proposals.pending(DAY):
        seen = office.seen(proposal)
        approved, edited = race(
            office,
            how,
            [
                partial(wish, who="ann", kind="approve", seen=seen),
                partial(wish, who="bob", kind="edit", seen=seen, subject="Other", body="Words."),
            ],
        )
        one_won([approved, edited])
        assert office.get(proposal).shown == seen.sha256 or edited.value

    office.dispatch()
    sent = (
        {line.split("\t")[1] for line in office.vendor.ledger.read_text().splitlines()}
        if office.vendor.ledger.exists()
        else set()
    )
    assert sent == {a.sha256 for a in office.actions()}
    assert office.wrong() == ()


@pytest.mark.fault(11)
@pytest.mark.parametrize("first", ["approve", "edit"])
def test_who_saw_the_text_before_is_refused_in_either_order(office: Office, first: str) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    seen = office.seen(proposal)
    words: dict[str, Any] = {"edit": {"subject": "Other", "body": "Words."}, "approve": {}}
    second = "edit" if first == "approve" else "approve"

    said = [
        *race(office, "threads", [partial(wish, who="ann", kind=first, seen=seen, **words[first])]),
        *race(
            office, "threads", [partial(wish, who="bob", kind=second, seen=seen, **words[second])]
        ),
    ]
    assert [one.refused for one in said] == ["", "Conflict"]
    assert office.wrong() == ()


@pytest.mark.fault(12)
@pytest.mark.parametrize("how", ["processes"])
def test_a_double_click_with_one_key_is_one_wish_with_one_answer(office: Office, how: How) -> None:
    proposal = office.store.proposals.pending(DAY)[0]
    seen = office.seen(proposal)

    said = race(office, how, [partial(wish, who="ann", kind="approve", seen=seen, key="k")] * 4)

    assert {one.refused for one in said} == {""}
    assert sorted(one.value.pop("again") for one in said) == [False, True, True, True]
    assert all(one.value == said[0].value for one in said)
    other = race(office, "threads", [partial(wish, who="ann", kind="reject", seen=seen, key="k")])
    assert (other[0].refused, "another request" in other[0].words) == ("BadInput", True)
    assert (deeds(office, proposal.id), len(office.actions())) == (["approve"], 1)
    assert office.wrong() == ()


@pytest.mark.fault(16)
@pytest.mark.parametrize("how", ["processes"])
def test_one_human_by_many_ways_at_once_is_one_pair_of_eyes(
    store: "Store", tmp_path: "Path", how: How
) -> None:
    office = open_office(store, tmp_path, mail("a1", "20000.00"))
    (proposal,) = office.store.proposals.pending(DAY)
    ways: list[Via] = ["web", "api", "cli", "bulk"]

    seen = office.seen(proposal)
    race(office, how, [partial(wish, who="dan", kind="approve", seen=seen, via=w) for w in ways])
    seen = office.seen(proposal)
    said = race(
        office, how, [partial(wish, who="dan", kind="approve", seen=seen, via=w) for w in ways]
    )

    assert {one.refused for one in said} == {"Forbidden"}
    assert (office.get(proposal).status, office.actions()) == ("pending", ())
    race(office, how, [partial(wish, who="ann", kind="approve", seen=seen)])
    assert office.get(proposal).status == "approved"
    assert office.wrong() == ()


@pytest.mark.fault(17)
def test_of_fifty_at_once_the_changed_one_is_reported_and_the_rest_approved(
    store: "Store", tmp_path: "Path"
) -> None:
    mails = [mail(f"m{n:03}", "50.00") for n in range(50)]
    office = open_office(store, tmp_path, *mails, bulk_size=500, four_eyes_people=1_000)
    seen = [office.seen(p) for p in office.store.proposals.pending(DAY)]
    office.decide("bob", "snooze", seen[41], until_day=DAY + 1)
    ann = office.people["ann"]
    rest = [one.proposal for one in seen if one is not seen[41]]
    sample = preview(office.gate, ann, rest).sample
    office.decide("bob", "undo", seen[41].proposal)

    said = approve_all(office.gate, ann, seen, [*sample, *preview_of(office, seen)])

    assert (len(said.results), [one for one, _ in said.refused]) == (49, [seen[41].proposal])
    assert "look at it again" in said.refused[0][1]
    assert len(office.actions()) == 49
    assert office.wrong() == ()


def preview_of(office: Office, seen: list[Any]) -> tuple[str, ...]:
    return preview(office.gate, office.people["ann"], [one.proposal for one in seen]).sample


def _decide_mine(office: Office, who: str, mine: list[str]) -> int:
    for one in mine:
        office.decide(who, "approve", one)
    return len(mine)


@pytest.mark.fault(18)
def test_six_processes_write_one_chain_without_a_fork(store: "Store", tmp_path: "Path") -> None:
    office = open_office(store, tmp_path, *[mail(f"a{n}") for n in range(18)])
    ids = [p.id for p in office.store.proposals.pending(DAY)]
    names = [name for name, role in PEOPLE if role not in {"viewer", "auditor"}]
    before = office.store.gate.read(lambda tx: tx.chain.head())

    said = race(
        office,
        "processes",
        [partial(_decide_mine, who=names[n % len(names)], mine=ids[n::6]) for n in range(6)],
    )

    assert [one.value for one in said] == [3] * 6
    links = office.store.gate.read(lambda tx: list(tx.chain.links()))
    assert before is not None
    assert [link.seq for link in links] == list(range(1, before.seq + 2 * 18 + 1))
    assert len({link.mac for link in links}) == len(links)
    assert office.wrong() == ()
