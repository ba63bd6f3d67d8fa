"""Administrators see to people, one step and one entry at a time, and never to themselves."""

import html
import json
import re

import pytest

from tests.web.auth.doors import BASE, HOME
from tests.web.made import HTML, Browser, Inbox


def told(inbox: Inbox, person: str) -> list[tuple[str, str]]:
    """The entries of the chain about somebody: what, and by whom."""
    links = inbox.gate.store.read(lambda tx: tx.chain.about([person]))
    return [(one.kind, one.who) for one in links]


def link_in(page: str) -> str:
    [found] = re.findall(r'value="(https://inbox\.example/signin/[^"]+)"', page)
    return html.unescape(found)


def enter(inbox: Inbox, link: str) -> Browser:
    """Somebody who presses the button of a link."""
    browser = inbox.stranger()
    form = {"ticket": link.removeprefix(f"{BASE}/signin/")}
    assert browser.client.post("/signin", data=form, headers=HOME).status_code == 303
    return browser


def test_somebody_new_comes_in_by_a_link_and_chooses_a_password(inbox: Inbox) -> None:
    cid, boss = inbox.inside("admin"), inbox.person("admin").id
    form = {"mailbox": "Eve+x@Example.com", "name": "Eve", "role": "reviewer"}

    added = cid.post("/people", form)
    eve = inbox.people.by_mailbox("eve@example.com")
    assert eve is not None
    assert added.headers["location"] == f"/people/{eve.id}?told=added"
    assert "eve@example.com" in cid.get("/people")
    page = cid.post(f"/people/{eve.id}/link", {}).text
    browser = enter(inbox, link_in(page))
    done = browser.post("/me/password", {"password": "x" * 12, "again": "x" * 12})

    assert done.status_code == 303
    assert told(inbox, eve.id) == [("let_in", boss), ("link", boss), ("password", eve.id)]
    chain = inbox.gate.store.read(lambda tx: [link.body for link in tx.chain.links()])
    assert not any("eve@" in body or "Eve" in body for body in chain)
    assert json.loads(chain[0])["role"] == "reviewer"


def test_a_link_for_who_has_a_password_is_no_proof_of_them(inbox: Inbox) -> None:
    bob = inbox.person("approver-2")
    inbox.auth.passwords.set(bob.id, "bobs own horse battery", inbox.auth.clock())
    [one] = inbox.propose()
    cid = inbox.inside("admin")

    browser = enter(inbox, link_in(cid.post(f"/people/{bob.id}/link", {}).text))

    answer = browser.post("/me/password", {"password": "y" * 12, "again": "y" * 12})
    assert answer.headers["location"] == "/confirm?next=/me"
    assert browser.decide("approve", one).status_code == 303  # what one person decides, they may


@pytest.mark.parametrize(("path", "form", "kind"), [
    ("role", {"role": "viewer"}, "role"), ("off", {}, "switch_off"), ("reset", {}, "reset"),
])  # fmt: skip
def test_sessions_and_tokens_end_with_the_change(
    inbox: Inbox, path: str, form: dict[str, str], kind: str
) -> None:
    ann, token = inbox.inside(), inbox.token()
    person = inbox.person("reviewer")
    inbox.auth.passwords.set(person.id, "anns own horse battery", inbox.auth.clock())
    ann = inbox.inside()
    cid = inbox.inside("admin")

    assert cid.post(f"/people/{person.id}/{path}", form).status_code == 303

    assert ann.client.get("/me", headers=HTML).status_code == 303
    assert inbox.auth.tokens.find(token) is None
    assert told(inbox, person.id) == [(kind, inbox.person("admin").id)]
    after = inbox.people.by_id(person.id)
    assert after is not None
    assert (after.role, after.active) == (form.get("role", "reviewer"), path != "off")
    held = inbox.people.credentials(person.id)
    assert held is not None
    assert (held.password == "") == (path == "reset")


def test_who_was_switched_off_comes_back_by_a_link_only_when_on_again(inbox: Inbox) -> None:
    ann, cid = inbox.person("reviewer"), inbox.inside("admin")
    cid.post(f"/people/{ann.id}/off", {})

    assert cid.post(f"/people/{ann.id}/link", {}).status_code == 422
    assert cid.post(f"/people/{ann.id}/on", {}).status_code == 303
    assert "signin/" in cid.post(f"/people/{ann.id}/link", {}).text


@pytest.mark.parametrize("path", ["role", "off", "on", "reset", "link"])
def test_nobody_does_it_to_themselves_so_an_administrator_is_always_left(
    inbox: Inbox, path: str
) -> None:
    cid, me = inbox.inside("admin"), inbox.person("admin")

    answer = cid.post(f"/people/{me.id}/{path}", {"role": "viewer"})

    assert (answer.status_code, "another administrator" in answer.text) == (403, True)
    assert inbox.people.by_id(me.id) == me
    assert told(inbox, me.id) == []


def test_an_administrator_no_more_does_nothing_with_the_page_still_open(inbox: Inbox) -> None:
    cid, ann = inbox.inside("admin"), inbox.person("reviewer")
    csrf = cid.csrf()
    boss = inbox.person("admin")
    inbox.people.set_role(boss.id, "viewer", inbox.clock())

    assert cid.post(f"/people/{ann.id}/off", {}, csrf).status_code == 401
    assert told(inbox, ann.id) == []


@pytest.mark.parametrize(("form", "says"), [
    ({"mailbox": "nobody", "name": "No", "role": "viewer"}, "is no address"),
    ({"mailbox": "n@example.com", "name": " ", "role": "viewer"}, "say what to call them"),
    ({"mailbox": "n@example.com", "name": "No", "role": "king"}, "is not one of them"),
    ({"mailbox": "ANN+2@example.com", "name": "Ann", "role": "admin"}, "there already"),
])  # fmt: skip
def test_whoever_cannot_be_added_is_said_and_what_was_typed_stays(
    inbox: Inbox, form: dict[str, str], says: str
) -> None:
    inbox.person("reviewer")
    cid = inbox.inside("admin")
    before = inbox.people.everybody()

    answer = cid.post("/people", form)

    assert (answer.status_code, says in html.unescape(answer.text)) == (422, True)
    assert f'value="{form["mailbox"]}"' in answer.text
    assert inbox.people.everybody() == before


def test_nobody_of_that_id_is_no_page(inbox: Inbox) -> None:
    cid = inbox.inside("admin")
    for path in ("/people/u0000000000000000", "/people/x", "/people/%00"):
        assert cid.client.get(path, headers=HTML).status_code == 404, path


def test_hostile_names_are_only_words(inbox: Inbox) -> None:
    cid = inbox.inside("admin")
    name = "<script>alert(1)</script>\u202e"
    cid.post("/people", {"mailbox": "evil@example.com", "name": name, "role": "viewer"})
    found = inbox.people.by_mailbox("evil@example.com")
    assert found is not None

    for page in (cid.get("/people"), cid.get(f"/people/{found.id}")):
        assert "<script>alert" not in page
        assert "U+202E" in page
