"""Faults 54 to 60: a "no" that comes between proposal, approval and sending, whichever way.

Each comes by a record of its own, so that only the address is the same; nothing may leave, and
the one way that is no "no" shows that the letter would have left.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.erasing import ErasureRequest, erase
from tests.customers.consent.made import ANN, contact, message
from tests.faults.homes import WILLING, Home, open_home
from tools.errors import Absent, Conflict
from tools.store.store import Store

pytestmark = pytest.mark.long

TODAY = 19_782  # a day before the office's, so that everything of it is known
OTHER = contact("mail:9", TODAY - 90, account_ref=None, phone=None)

Way = Callable[[Home], None]
# How the "no" comes, and the rule that refuses.
WAYS: dict[str, tuple[int, Way, str]] = {
    "consent field": (54, lambda home: home.land(
        contacts=[contact("old:7", TODAY, account_ref=None, phone=None, email_consent=False)]),
        "consent"),
    "mail system": (55, lambda home: home.land(
        contacts=[OTHER], messages=[message("unsubscribed", TODAY, "mail:9")]), "unsubscribed"),
    "complaint": (56, lambda home: home.land(
        messages=[message("complained", TODAY, None, address="ann+x@x.example")]),
        "unsubscribed"),
    "hard bounce": (57, lambda home: home.land(
        messages=[message("bounced", TODAY, None, address=ANN, bounce="hard")]), "objection"),
    "deletion in the CRM": (58, lambda home: home.land(
        contacts=[contact("old:7", TODAY - 9, account_ref=None, phone=None),
                  contact("old:7", TODAY, account_ref=None, phone=None, deleted=True)]),
        "objection"),
    "our own link": (60, lambda home: home.leave("Ann+Tag@X.Example"), "suppression"),
}  # fmt: skip
# One deleted record deletes the person, so there is nobody to reach any more.
GONE = "the person to reach or their address is another now"


def numbered() -> list[object]:
    return [pytest.param(name, marks=pytest.mark.fault(WAYS[name][0])) for name in WAYS]


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Home:
    return open_home(store, tmp_path)


def test_without_a_no_the_letter_leaves(home: Home) -> None:
    proposal = home.propose()
    home.land(messages=[message("sent", TODAY - 40, "crm:1"), message("opened", TODAY, "crm:1")])

    assert home.approve(proposal) == "approved"
    assert home.dispatch() == {"sent": 1}
    assert len(home.left()) == 1


@pytest.mark.parametrize("name", numbered())
def test_a_no_between_proposal_and_approval_refuses_the_yes(home: Home, name: str) -> None:
    _, comes, rule = WAYS[name]
    proposal = home.propose()
    comes(home)

    with pytest.raises(Conflict, match=f"may not be done any more: {rule}|{GONE}"):
        home.approve(proposal)
    assert home.action(proposal) is None
    assert home.dispatch() == {}


@pytest.mark.parametrize("name", numbered())
def test_a_no_between_approval_and_sending_blocks(home: Home, name: str) -> None:
    _, comes, rule = WAYS[name]
    proposal = home.propose()
    home.approve(proposal)
    comes(home)

    assert home.dispatch() == {"blocked": 1}
    action = home.action(proposal)
    assert action is not None
    assert action.detail.startswith((f"{rule}: ", GONE))
    assert home.left() == []


@pytest.mark.parametrize("name", numbered())
def test_a_no_that_comes_while_the_facts_are_looked_at_blocks(home: Home, name: str) -> None:
    """What was read a moment ago does not count once newer facts are committed."""
    _, comes, _ = WAYS[name]
    proposal = home.propose()
    home.approve(proposal)
    home.clock.pass_(minutes=10)
    action = home.action(proposal)
    assert action is not None
    stale = home.deps.fresh_facts([action])
    comes(home)

    assert home.executor().one(action, stale[action.id]) == "blocked"
    assert home.left() == []


@pytest.mark.fault(59)
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_erasure_leaves_nothing_to_do(home: Home, when: str) -> None:
    proposal = home.propose()
    if when == "after":
        home.approve(proposal)
    erase(home.deps, home.eve, ErasureRequest(email=ANN, contact=""), "asked for it")

    with pytest.raises((Conflict, Absent)):
        home.approve(proposal)
    assert home.dispatch() == {}
    assert home.left() == []


@pytest.mark.fault(59)
def test_an_erased_person_who_comes_back_under_another_writing_is_refused(home: Home) -> None:
    erase(home.deps, home.eve, ErasureRequest(email=ANN, contact=""), "asked for it")
    home.land(contacts=[{**WILLING, "contact_ref": "new:1", "email": "ann+again@x.example"}])
    proposal = home.propose()

    with pytest.raises(Conflict, match="suppression"):
        home.approve(proposal)
