"""What needs no sign-in: leaving by one press, and whether we are alive."""

from dataclasses import replace

from approvals.web.app import make_app
from tests.approvals.made import NOW
from tests.web.auth.doors import bearer
from tests.web.made import Inbox
from tools.store.store import Store


def suppressed(store: Store) -> frozenset[tuple[str, str]]:
    return store.switches.suppressed(["ab" * 32], NOW)


def test_looking_at_the_link_unsubscribes_nobody(inbox: Inbox) -> None:
    page = inbox.stranger().get(inbox.leaving())

    assert '<form method="post">' in page
    assert suppressed(inbox.store) == frozenset()


def test_one_press_unsubscribes_at_once_without_cookies_or_tokens(inbox: Inbox) -> None:
    answers = [
        inbox.stranger().client.post(inbox.leaving("email"), data={"List-Unsubscribe": "One-Click"})
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert suppressed(inbox.store) == {("ab" * 32, "email")}
    links = inbox.gate.store.read(lambda tx: [link.kind for link in tx.chain.links()])
    assert links == ["unsubscribe"]


def test_a_link_that_is_not_ours_does_nothing(inbox: Inbox) -> None:
    stranger = inbox.stranger().client

    for token in ("x", "x.y", inbox.leaving()[3:] + "a", "%00", "a" * 5_000):
        assert stranger.post(f"/u/{token}").status_code == 422, token
    assert suppressed(inbox.store) == frozenset()


def test_alive_and_ready(inbox: Inbox) -> None:
    stranger = inbox.stranger().client

    assert stranger.get("/health").json() == {"status": "alive"}
    assert stranger.get("/ready").json() == {"status": "ready"}


def test_figures_for_a_monitor_are_sampled(inbox: Inbox) -> None:
    inbox.propose()
    client, token = inbox.stranger().client, bearer(inbox.token("viewer", "read"))

    said = client.get("/metrics", headers=token).text
    assert 'lifecycle_proposals{status="pending"} 1.0' in said
    assert 'lifecycle_job_late_seconds{job="daily"} 3.0' in said
    inbox.inside().decide("reject", *inbox_ids(inbox), reason="other")
    assert client.get("/metrics", headers=token).text == said
    inbox.clock.turn(minutes=2)
    assert 'status="rejected"' in client.get("/metrics", headers=token).text


def inbox_ids(inbox: Inbox) -> list[str]:
    return [one.id for one in inbox.store.proposals.of_day(19_783)]


def test_two_applications_share_nothing(inbox: Inbox) -> None:
    first, second = make_app(inbox.parts), make_app(replace(inbox.parts, company="Other Ltd"))

    assert first.state.site is not second.state.site
