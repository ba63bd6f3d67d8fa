"""Nobody approves what was not shown: every way in needs the hash of the words, and compares it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from agent.commands.approve import approve_many
from agent.commands.seen_words import named_words, seen_words
from agent.wiring import Deps
from approvals.bulk import approve_all
from approvals.request import Actor, Seen, Wish
from approvals.service import Gate
from approvals.settling import settle
from tests.web.auth.doors import BASE, bearer
from tests.web.made import Inbox, several
from tools.errors import BadInput, Conflict, LifecycleError
from tools.store.store import Store

pytestmark = pytest.mark.fault(67)
KEYS = count()
Way = Callable[[Inbox, str, int, str], object]


@dataclass(frozen=True)
class Installation:
    """What the commands of the gate use of an installation."""

    store: Store
    gate: Gate


@dataclass
class Reader:
    """A terminal at which somebody gives one answer."""

    answer: str
    shown: str = ""

    def show(self, text: str) -> None:
        self.shown += text

    def ask(self, question: str) -> str:
        assert "yes" in question
        return self.answer


def installed(inbox: Inbox) -> Deps:
    return cast("Deps", Installation(inbox.store, inbox.gate))


def ann(inbox: Inbox) -> Actor:
    return Actor(inbox.person("reviewer").id, "reviewer", "cli")


def by_page(inbox: Inbox, one: str, version: int, sha256: str) -> object:
    form = {"version": str(version), "sha256": sha256}
    return inbox.inside().post(f"/proposals/{one}/approve", form)


def by_bulk_page(inbox: Inbox, one: str, version: int, sha256: str) -> object:
    form = {"item": f"{one}|{version}|{sha256}", "looked": one}
    return inbox.inside().post("/bulk/approve", form)


def program(inbox: Inbox, path: str, body: Mapping[str, Any]) -> object:
    client = TestClient(inbox.app, BASE, headers=bearer(inbox.token()))
    return client.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": f"k{next(KEYS)}"})


def by_api(inbox: Inbox, one: str, version: int, sha256: str) -> object:
    body = {"version": version, "sha256": sha256}
    return program(inbox, f"/proposals/{one}/approve", body)


def by_bulk_api(inbox: Inbox, one: str, version: int, sha256: str) -> object:
    item = {"proposal": one, "version": version, "sha256": sha256}
    return program(inbox, "/bulk/approve", {"items": [item], "looked_at": [one]})


def by_command(inbox: Inbox, one: str, version: int, sha256: str) -> object:
    del version  # the command reads it beside the words
    seen = seen_words(installed(inbox), named_words(one, sha256[:8]), None)
    return inbox.gate.decide(ann(inbox), Wish("approve", seen))


def by_bulk_command(inbox: Inbox, one: str, version: int, sha256: str) -> object:
    del version
    specs = [f"{one}@{sha256[:8]}" if sha256 else one]
    return approve_many(installed(inbox), ann(inbox), specs, [one], None)


def by_gate(inbox: Inbox, one: str, version: int, sha256: str) -> object:
    return inbox.gate.decide(ann(inbox), Wish("approve", Seen(one, version, sha256)))


def by_bulk_gate(inbox: Inbox, one: str, version: int, sha256: str) -> object:
    return approve_all(inbox.gate, ann(inbox), [Seen(one, version, sha256)], [one])


WAYS: tuple[Way, ...] = (
    by_page, by_bulk_page, by_api, by_bulk_api, by_command, by_bulk_command, by_gate, by_bulk_gate,
)  # fmt: skip


def attempted(inbox: Inbox, way: Way, one: str, version: int, sha256: str) -> bool:
    """Whether a yes by this way counted."""
    with suppress(LifecycleError):
        way(inbox, one, version, sha256)
    deeds = inbox.gate.store.read(lambda tx: tx.log.of(one))
    return "approve" in {deed.kind for deed in deeds}


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store)


@pytest.mark.parametrize("way", WAYS)
def test_without_the_hash_that_was_shown_no_way_in_approves(inbox: Inbox, way: Way) -> None:
    [one] = inbox.propose(*several("20"))
    before = inbox.store.proposals.get(one)
    assert before is not None

    for wrong in ("", "ab" * 32, before.shown[:7] + "z", before.substance):
        assert not attempted(inbox, way, one, before.version, wrong), wrong
    assert attempted(inbox, way, one, before.version, before.shown)
    assert inbox.store.proposals.get(one).status == "approved"  # type: ignore[union-attr]  # it is there


@pytest.mark.parametrize("way", WAYS)
def test_what_was_edited_since_it_was_shown_is_not_approved_by_any_way(
    inbox: Inbox, way: Way
) -> None:
    [one] = inbox.propose(*several("20"))
    before = inbox.store.proposals.get(one)
    assert before is not None
    bob = Actor(inbox.person("approver-2").id, "approver-2", "web")
    words = Wish("edit", Seen(one, 1, before.shown), subject="Room?", body="Hello,\n")
    edited = inbox.gate.decide(bob, words)

    for version in (1, 2):
        assert not attempted(inbox, way, one, version, before.shown)
    assert not attempted(inbox, way, one, 1, edited.sha256) or way in {by_command, by_bulk_command}
    assert attempted(inbox, way, one, 2, edited.sha256)


def test_the_second_of_two_agrees_to_the_words_of_the_first(inbox: Inbox) -> None:
    [one] = inbox.propose(*several("20000"))
    before = inbox.store.proposals.get(one)
    assert before is not None
    inbox.gate.decide(ann(inbox), Wish("approve", Seen(one, 1, before.shown, 30)))
    cid = Actor(inbox.person("admin").id, "admin", "web")
    words = Wish("edit", Seen(one, 2, before.shown), subject="Room?", body="Hello,\n")
    inbox.gate.decide(cid, words)
    bob = Actor(inbox.person("approver-2").id, "approver-2", "web")

    for version in (1, 2, 3):
        with pytest.raises(Conflict):
            inbox.gate.decide(bob, Wish("approve", Seen(one, version, before.shown, 30)))
    assert inbox.store.proposals.get(one).status == "pending"  # type: ignore[union-attr]  # it is there


def test_what_nobody_knows_leaves_again_only_with_its_hash(inbox: Inbox) -> None:
    [one] = inbox.propose()
    inbox.inside().decide("approve", one)
    action = inbox.comes_to(one, "calling", "unknown")
    browser, path = inbox.inside(), f"/actions/{action.id}/settle"
    form = {"finding": "again", "note": "it is not there"}

    page = browser.get("/actions")
    assert f'name="sha256" value="{action.sha256}"' in page
    assert "Hello Ann," in page
    assert browser.post(path, form).status_code == 422
    assert browser.post(path, form | {"sha256": "ab" * 32}).status_code == 409
    with pytest.raises(BadInput, match="hash"):
        settle(inbox.gate, ann(inbox), action.id, "again", "sure", live=True)
    with pytest.raises(Conflict, match="not those you looked at"):
        settle(inbox.gate, ann(inbox), action.id, "again", "sure", live=True, sha256="ab")
    forged = replace(action, status="unknown", sha256="cd" * 32)
    assert not inbox.gate.store.write(lambda tx: tx.actions.move(forged, "sent", inbox.clock()))
    assert browser.post(path, form | {"sha256": action.sha256}).status_code == 303


def test_on_a_terminal_the_words_are_shown_and_only_yes_is_a_yes(inbox: Inbox) -> None:
    [one] = inbox.propose(*several("20"))
    deps, named = installed(inbox), named_words(one, "")

    with pytest.raises(BadInput, match="--hash"):
        seen_words(deps, named, None)
    for answer in ("", "y", "no", "yes please"):
        with pytest.raises(Conflict, match="nothing was done"):
            seen_words(deps, named, Reader(answer))
    reader = Reader("Yes\n")
    seen = seen_words(deps, named, reader)

    now = inbox.store.proposals.get(one)
    assert now is not None
    assert seen == Seen(one, 1, now.shown)
    for words in (
        "ann@example.com",
        "More seats?",
        "Hello Ann,",
        "links:   none",
        "20.00 EUR",
        now.shown,
    ):
        assert words in reader.shown


def test_an_edit_while_somebody_reads_is_not_what_they_agreed_to(inbox: Inbox) -> None:
    [one] = inbox.propose(*several("20"))
    bob = Actor(inbox.person("approver-2").id, "approver-2", "web")

    class Slow(Reader):
        def ask(self, question: str) -> str:
            shown = inbox.store.proposals.get(one)
            assert shown is not None
            words = Wish("edit", Seen(one, 1, shown.shown), subject="Room?", body="Hello,\n")
            inbox.gate.decide(bob, words)
            return super().ask(question)

    seen = seen_words(installed(inbox), named_words(one, ""), Slow("yes"))
    with pytest.raises(Conflict):
        inbox.gate.decide(ann(inbox), Wish("approve", seen))


@pytest.mark.parametrize("digits", ["1234567", "xyz", "12345678 ", "g" * 8, "a" * 65, "%" * 8])
def test_too_few_digits_or_none_of_a_hash_are_refused(digits: str) -> None:
    with pytest.raises(BadInput, match="first 8 digits"):
        named_words("p1", digits)


def test_two_hashes_for_one_proposal_are_refused() -> None:
    assert named_words("p1@ABCDEF01", "").digits == "abcdef01"
    with pytest.raises(BadInput, match="names a hash already"):
        named_words("p1@abcdef01", "abcdef01")
