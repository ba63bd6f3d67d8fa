"""What was blocked wrongly is asked for again, on the page and by a program; alarms are seen."""

from approvals.web.api.giving import ROOT
from tests.web.auth.doors import bearer
from tests.web.made import HTML, Inbox, seen_in
from tools.store.gate.gate import GateTx


def blocked(inbox: Inbox) -> str:
    """A proposal that was approved and then blocked."""
    [one] = inbox.propose()
    inbox.inside().decide("approve", one)
    inbox.comes_to(one, "blocked", detail="consent: <b>no</b>")
    return one


def status(inbox: Inbox, one: str) -> str:
    found = inbox.store.proposals.get(one)
    assert found is not None
    return found.status


def test_who_may_release_finds_the_form_and_must_say_why(inbox: Inbox) -> None:
    one = blocked(inbox)
    path = f"/proposals/{one}"

    assert f'action="{path}/release"' not in inbox.inside("reviewer").get(path)
    bob = inbox.inside("approver-2")
    page = bob.get(path)
    assert f'action="{path}/release"' in page
    assert "consent: &lt;b&gt;no" in page
    form = seen_in(page)
    refused = bob.post(f"{path}/release", form | {"note": ""})
    assert (refused.status_code, "say why" in refused.text) == (422, True)
    assert bob.post(f"{path}/release", form | {"note": "wrong import"}).status_code == 303
    assert status(inbox, one) == "pending"
    assert "wrong import" in bob.get(path)
    assert inbox.inside("reviewer").decide("approve", one).status_code == 303
    assert status(inbox, one) == "approved"


def test_a_reviewer_who_sends_the_form_anyway_is_refused(inbox: Inbox) -> None:
    one = blocked(inbox)
    ann = inbox.inside("reviewer")
    form = seen_in(inbox.inside("approver-2").get(f"/proposals/{one}"))
    answer = ann.post(f"/proposals/{one}/release", form | {"note": "please"}, ann.csrf())
    assert answer.status_code == 403
    assert status(inbox, one) == "approved"


def test_a_program_releases_for_its_person_and_no_program_for_itself(inbox: Inbox) -> None:
    one = blocked(inbox)
    client = inbox.stranger().client
    found = inbox.store.proposals.get(one)
    assert found is not None
    body = {"version": found.version, "sha256": found.shown, "note": "wrong import"}

    def send(token: str, key: str) -> int:
        headers = bearer(token) | {"idempotency-key": key}
        path = f"{ROOT}/proposals/{one}/release"
        return client.post(path, json=body, headers=headers).status_code

    assert send(inbox.token("admin", "read", "propose", agent=True), "k1") == 403
    assert send(inbox.token("reviewer"), "k2") == 403
    admin = inbox.token("admin")
    links = client.get(f"{ROOT}/proposals/{one}", headers=bearer(admin)).json()["links"]
    assert links["release"].endswith(f"{one}/release")
    assert (send(admin, "k3"), send(admin, "k3")) == (200, 200)
    assert status(inbox, one) == "pending"


def test_what_cannot_be_checked_is_on_every_page_and_in_the_figures(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = inbox.inside()
    ann.decide("approve", one)

    def wait(tx: GateTx) -> None:
        action = tx.actions.of_proposal(one)
        assert action is not None
        words = "it cannot be checked now: OSError: <i>x"
        tx.actions.move(action, "scheduled", inbox.clock(), detail=words, waits=3)

    inbox.gate.store.write(wait)
    inbox.clock.turn(minutes=2)
    for path in ("/queue", "/log", "/me"):
        page = ann.get(path)
        assert "1 approved action waits" in page
        assert "<i>x" not in page
    figures = ann.client.get("/metrics", headers=HTML).text
    assert 'lifecycle_alarms{kind="unchecked"} 1.0' in figures
    assert 'lifecycle_alarms{kind="clock"} 0.0' in figures
