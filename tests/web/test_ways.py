"""Where pages lead: only to pages of ours, and nobody else's words are repeated."""

import pytest

from approvals.web.pages.proposal import way_back
from approvals.web.views import PageLink, ViewTable
from tests.web.auth.doors import BASE
from tests.web.made import HTML, FakeViews, Inbox, seen_in


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/queue?play=x&flat=1", "/queue?play=x&flat=1"),
        ("", "/queue"),
        ("https://evil.example/queue", "/queue"),
        ("//evil.example/queue", "/queue"),
        ("/queue/../logout", "/queue"),
        ("/queue\\@evil.example", "/queue"),
        ("/switches", "/queue"),
        ("/queue?a\r\nLocation: https://evil.example", "/queue"),
    ],
)
def test_a_decision_leads_back_to_the_queue_only(back: str, to: str) -> None:
    assert way_back(back) == to


def test_a_page_of_another_site_is_not_repeated(inbox: Inbox) -> None:
    [one] = inbox.propose()
    form = {"subject": "their words", "body": "their text"}
    client = inbox.stranger().client

    for origin in ({}, {"origin": "https://evil.example"}):
        answer = client.post(f"/proposals/{one}/edit", data=form, headers=HTML | origin)
        assert answer.status_code == 401
        assert "their" not in answer.text
    ours = client.post(f"/proposals/{one}/edit", data=form, headers=HTML | {"origin": BASE})
    assert "their text" in ours.text


def test_tables_of_the_agent_lead_to_our_pages_only(inbox: Inbox) -> None:
    class Leading(FakeViews):
        def runs(self) -> ViewTable:
            paths = ("/roster", "//evil.example", "https://evil.example", "javascript:evil()")
            return ViewTable("Runs", ("to",), tuple((PageLink(path, path),) for path in paths))

    inbox.parts.views.runs = Leading().runs  # type: ignore[method-assign]  # the fake's
    page = inbox.inside().get("/runs")

    assert '<a href="/roster">/roster</a>' in page
    assert 'href="//evil' not in page
    assert 'href="https' not in page
    assert 'href="javascript' not in page


def test_the_seconds_somebody_looked_are_believed_within_reason(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = inbox.inside()
    form = seen_in(ann.get(f"/proposals/{one}")) | {"subject": "Room?", "body": "Hello,\n"}
    inbox.clock.turn(seconds=8)
    ann.post(f"/proposals/{one}/edit", form | {"seconds": "999999"})
    again = seen_in(ann.get(f"/proposals/{one}")) | {"reason": "other", "seconds": "soon"}
    inbox.clock.turn(seconds=4)
    ann.post(f"/proposals/{one}/reject", again)

    deeds = inbox.gate.store.read(lambda tx: tx.log.of(one))
    assert [deed.seconds for deed in deeds] == [8, 4]
