"""An edit that hides something is refused with the typed words kept, and changes nothing."""

import html

import pytest
from starlette.testclient import TestClient

from approvals.request import Actor, Seen, Wish
from policies.words import judge_words
from tests.gate.office import Office
from tests.web.auth.doors import BASE, bearer
from tests.web.made import Inbox, seen_in, worded
from tools.errors import BadInput, UnreadableText
from tools.store.store import Store

MALFORMED = (
    "http://[x]/", "https://[::1", "http://a..b/", "http://x:99999/", "http://x:port/", "https://",
    "http:///path", "http://-/", "https://[v1.x]/", "ftp://[/",
    "http://a\\b@[c]/",
)  # fmt: skip


@pytest.mark.fault(75)
@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("words_links", "see evil。com/path"), ("words_letters", "р\u0430ypal"),
        ("words_amounts", "fifty percent off"), ("words_links", "call +49 30 1234567"),
        ("words_visible", "pay\ufe0fpal"), ("words_links", "call +1 555 0100"),
        ("words_links", "text us at 55501"), ("words_amounts", "free for a month"),
        ("words_amounts", "the first month is on us"), ("words_amounts", "a Free account"),
        ("words_amounts", "we waive the fee"), ("words_amounts", "top 10 % off"),
        ("words_amounts", "fifty p\u0435rcent off"), ("words_places", "Hello {name}"),
        ("words_places", "Hello \uff5bname\uff5d"),
    ],
)  # fmt: skip
def test_an_edit_in_disguise_changes_nothing(office: Office, rule: str, body: str) -> None:
    proposal = office.store.proposals.pending(office.day)[0].id

    with pytest.raises(BadInput, match=rule):
        office.decide("ann", "edit", proposal, subject="s", body=body)
    with pytest.raises(BadInput, match=rule):
        office.decide("ann", "edit", proposal, subject=body, body="b")
    assert office.get(proposal).version == 1
    assert office.wrong() == ()


@pytest.mark.fault(75)
@pytest.mark.parametrize("words", [
    "You are in the top 10 % of teams", "feel free to reply", "are you free tomorrow?",
    "I am free from 10:30 on 2026-11-30", "a hassle-free start", "call me on Tuesday at 14:00",
])  # fmt: skip
def test_what_promises_nothing_may_be_written(words: str) -> None:
    assert refusals("Hello there", words) == []


@pytest.mark.fault(75)
@pytest.mark.parametrize("words", [
    "main.rs", "Acme Co.Ltd", "free trial", "call +1 555 0100", "20 % off", "no charge",
])  # fmt: skip
def test_what_the_template_held_may_stay_and_nothing_more(words: str) -> None:
    assert refusals(f"See: {words}.", f"Please see {words}!") == []
    [why] = refusals("Hello there", f"Please see {words}!")
    assert any(word in why for word in ("space after the dot", "take it out", "from the play"))
    assert refusals("A free trial.", "It is free for a year.") != []


def refusals(before: str, after: str) -> list[str]:
    """Why new words may not take the place of the old."""
    found = judge_words(("Hi", before), ("Hi", after), ())
    return [one.reason for one in found if one.outcome == "deny"]


@pytest.mark.fault(76)
@pytest.mark.parametrize("link", MALFORMED)
def test_a_malformed_link_is_a_400_and_the_typed_words_stay(store: Store, link: str) -> None:
    inbox = Inbox(store)
    [one] = inbox.propose()
    ann = inbox.inside()
    typed = {"subject": "My own subject", "body": f"My own words: {link} and more\n"}
    form = seen_in(ann.get(f"/proposals/{one}")) | typed

    answer = ann.post(f"/proposals/{one}/edit", form)

    assert answer.status_code == 400, answer.text
    page = html.unescape(answer.text)
    assert "cannot be read as an address" in page
    assert typed["subject"] in page
    assert typed["body"] in page
    now = inbox.store.proposals.get(one)
    assert now is not None
    assert now.version == 1
    client = TestClient(inbox.app, BASE, headers=bearer(inbox.token()))
    said = client.post(
        f"/api/v1/proposals/{one}/edit",
        headers={"Idempotency-Key": "k"},
        json={"version": 1, "sha256": now.shown, **typed},
    )
    assert said.status_code == 400
    assert "cannot be read as an address" in said.json()["detail"]


@pytest.mark.fault(76)
def test_one_that_was_there_may_stay(store: Store) -> None:
    inbox = Inbox(store)
    [one] = inbox.propose(worded("Look", "http://[x]/ it says\n"))
    ann = Actor(inbox.person("reviewer").id, "reviewer", "web")
    now = inbox.store.proposals.get(one)
    assert now is not None
    assert inbox.inside().get(f"/proposals/{one}")

    words = Wish("edit", Seen(one, 1, now.shown), subject="Look", body="It says http://[x]/ too\n")
    edited = inbox.gate.decide(ann, words)
    other = Wish("edit", Seen(one, 2, edited.sha256), subject="Look", body="http://[y]/\n")
    with pytest.raises(UnreadableText):
        inbox.gate.decide(ann, other)


@pytest.mark.fault(75)
def test_the_page_names_each_letter_in_disguise_and_each_link(store: Store) -> None:
    inbox = Inbox(store)
    [one] = inbox.propose(worded("P\u0430y", "evil。com or +49 30 1234567\n"))
    page = html.unescape(inbox.inside().get(f"/proposals/{one}"))

    assert "U+0430 CYRILLIC SMALL LETTER A" in page
    assert "<b>evil.com</b>" in page
    assert "<b>+49 30 1234567</b>" in page
