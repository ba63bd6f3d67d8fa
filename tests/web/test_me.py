"""One's own page: a password, an app, tokens; each with its entry, none without a proof."""

import html
import json
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from tests.web.auth.doors import HOME, bearer
from tests.web.made import HTML, Browser, Inbox, fields_of

PASSWORD = "another horse battery"


def entries(inbox: Inbox, kind: str) -> list[dict[str, Any]]:
    links = inbox.gate.store.read(lambda tx: list(tx.chain.links()))
    return [
        json.loads(one.body) | {"who": one.who, "subject": one.subject}
        for one in links
        if one.kind == kind
    ]


def with_password(inbox: Inbox) -> Browser:
    inbox.auth.passwords.set(
        inbox.person("reviewer").id, "correct horse battery", inbox.auth.clock()
    )
    return inbox.inside()


def signs_in(inbox: Inbox, password: str, code: str = "") -> bool:
    form = {"mailbox": "ann@example.com", "password": password, "code": code}
    return inbox.stranger().client.post("/login", data=form, headers=HOME).status_code == 303


def test_a_new_password_counts_and_whoever_else_was_in_is_out(inbox: Inbox) -> None:
    ann, elsewhere = with_password(inbox), inbox.inside()

    done = ann.post("/me/password", {"password": PASSWORD, "again": PASSWORD})

    assert done.headers["location"] == "/me?told=password"
    assert "Your password is changed." in ann.get("/me?told=password")
    assert elsewhere.client.get("/me", headers=HTML).status_code == 303
    assert (signs_in(inbox, "correct horse battery"), signs_in(inbox, PASSWORD)) == (False, True)
    me = inbox.person("reviewer").id
    assert entries(inbox, "password") == [{"via": "web", "who": me, "subject": me}]


@pytest.mark.parametrize(("password", "again", "says"), [
    ("short", "short", "Password: 5 characters; use 12 or more"),
    (PASSWORD, "something else", "not the same"),
    ("", "", "use 12 or more"),
    ("x" * 1001, "x" * 1001, "at most 1000"),
])  # fmt: skip
def test_a_bad_password_changes_nothing(inbox: Inbox, password: str, again: str, says: str) -> None:
    ann = with_password(inbox)

    answer = ann.post("/me/password", {"password": password, "again": again})

    assert answer.status_code == 422
    assert says in answer.text
    assert signs_in(inbox, "correct horse battery")
    assert entries(inbox, "password") == []


def offered(ann: Browser) -> tuple[str, str, str]:
    """The page that offers an app, its secret, and the sealed secret it brings back."""
    page = ann.post("/me/totp/begin", {}).text
    [secret] = re.findall(r'<code class="secret">([A-Z2-7]{32})</code>', page)
    return page, secret, fields_of(page)["sealed"]


def test_an_app_counts_once_its_code_came_back(inbox: Inbox) -> None:
    ann = with_password(inbox)
    page, secret, sealed = offered(ann)
    assert signs_in(inbox, "correct horse battery")  # nothing has changed yet

    wrong = ann.post("/me/totp", {"sealed": sealed, "code": "000000"})
    assert wrong.status_code == 422
    assert secret in wrong.text
    right = pyotp.TOTP(secret).at(inbox.clock())
    assert ann.post("/me/totp", {"sealed": sealed, "code": right}).status_code == 303

    assert f"otpauth://totp/Lifecycle%20Agent:ann%40example.com?secret={secret}" in html.unescape(
        page
    )
    assert "<svg" in page
    assert "in use" in ann.get("/me")
    assert not signs_in(inbox, "correct horse battery")
    assert not signs_in(inbox, "correct horse battery", right)  # it is used up
    following = pyotp.TOTP(secret).at(inbox.clock(), counter_offset=1)
    assert signs_in(inbox, "correct horse battery", following)
    [entry] = entries(inbox, "totp")
    assert secret not in json.dumps(entry)


def test_what_was_offered_is_for_one_person_and_a_few_minutes(inbox: Inbox) -> None:
    ann = with_password(inbox)
    _, secret, sealed = offered(ann)
    bob = inbox.person("approver-2")
    inbox.auth.passwords.set(bob.id, PASSWORD, inbox.auth.clock())
    code = pyotp.TOTP(secret).at(inbox.clock())

    stolen = inbox.inside("approver-2").post("/me/totp", {"sealed": sealed, "code": code})
    inbox.clock.turn(minutes=11)
    code = pyotp.TOTP(secret).at(inbox.clock())
    late = ann.post("/me/totp", {"sealed": sealed, "code": code})

    for answer in (stolen, late):
        assert (answer.status_code, "begin again" in answer.text) == (422, True)
    assert not any(one.totp for one in inbox.people.everybody())


def test_without_a_password_no_app_is_offered(inbox: Inbox) -> None:
    ann = inbox.inside()

    assert "/me/totp/begin" not in ann.get("/me")
    assert ann.post("/me/totp/begin", {}).status_code == 422


def token_in(page: str) -> str:
    [found] = re.findall(r'value="(lca_[^"]+)"', page)
    return str(found)


def test_a_token_is_shown_once_and_revoked_for_good(inbox: Inbox) -> None:
    ann = inbox.inside()
    made = ann.post("/me/tokens", {"name": "cron <b>", "scope": ["read", "decide"], "days": "30"})
    text, client = token_in(made.text), inbox.stranger().client

    assert client.get("/api/v1/queue", headers=bearer(text)).status_code == 200
    page = ann.get("/me")
    assert text not in page
    assert text[:16] in page
    assert "<b>" not in page
    assert ann.post(f"/me/tokens/{text[4:16]}/revoke", {}).status_code == 303
    assert client.get("/api/v1/queue", headers=bearer(text)).status_code == 401
    assert ann.post(f"/me/tokens/{text[4:16]}/revoke", {}).status_code == 422
    assert [one["scopes"] for one in entries(inbox, "token")] == [["decide", "read"]]
    assert [one["prefix"] for one in entries(inbox, "token_end")] == [text[4:16]]


def test_a_programs_token_never_decides(inbox: Inbox) -> None:
    [one] = inbox.propose()
    cid = inbox.inside("admin")
    form = {"name": "agent", "days": "1", "agent": "1"}

    refused = cid.post("/me/tokens", {**form, "scope": ["read", "decide"]})
    text = token_in(cid.post("/me/tokens", {**form, "scope": ["read", "propose"]}).text)

    assert (refused.status_code, "an agent cannot have" in refused.text) == (422, True)
    body = {"version": 1, "sha256": "ab"}
    headers = bearer(text) | {"idempotency-key": "one"}
    client = inbox.stranger().client
    path = f"/api/v1/proposals/{one}/approve"
    assert client.post(path, json=body, headers=headers).status_code == 403


@pytest.mark.parametrize("form", [
    {"name": "", "scope": "read", "days": "1"}, {"name": "x", "scope": "read", "days": ""},
    {"name": "x", "scope": "read", "days": "²"}, {"name": "x", "scope": "all", "days": "1"},
    {"name": "x", "days": "1"}, {"name": "x", "scope": "read", "days": "9999"},
])  # fmt: skip
def test_a_bad_token_is_not_made(inbox: Inbox, form: dict[str, str]) -> None:
    ann = inbox.inside()

    assert ann.post("/me/tokens", form).status_code == 422
    assert inbox.people.tokens.list_all() == ()


def test_somebody_elses_token_is_an_administrators_matter(inbox: Inbox) -> None:
    text = inbox.token("approver-2")
    ann, prefix = inbox.inside(), text[4:16]

    assert ann.post(f"/me/tokens/{prefix}/revoke", {}).status_code == 403
    assert inbox.auth.tokens.find(text) is not None
    bob = inbox.person("approver-2").id
    assert (
        inbox.inside("admin").post(f"/people/{bob}/tokens/{prefix}/revoke", {}).status_code == 303
    )
    assert inbox.auth.tokens.find(text) is None


def test_an_old_proof_shows_the_page_without_its_forms(inbox: Inbox) -> None:
    ann = with_password(inbox)
    inbox.clock.turn(minutes=16)

    page = ann.get("/me")

    assert '<a href="/confirm?next=/me">' in page
    assert 'action="/me/' not in page
    assert timedelta(minutes=15) == inbox.auth.settings.fresh
