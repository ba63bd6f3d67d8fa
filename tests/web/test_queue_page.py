"""The queue's page: grouped and ranked, filtered by its address, and quiet about itself."""

import html
import re
from dataclasses import replace
from decimal import Decimal

from approvals.envelope import DrawnPlace
from tests.approvals.made import envelope
from tests.web.made import HTML, Inbox, several


def order(page: str) -> list[str]:
    """The proposals of a page in the order shown."""
    return re.findall(r'<a href="/proposals/(\w+)\?back', page)


def test_groups_stand_by_their_best_and_ranking_ignores_them(inbox: Inbox) -> None:
    one, two, three = inbox.propose(
        envelope("a1", "30", "x"), envelope("a2", "20", "y"), envelope("a3", "10", "x")
    )
    ann = inbox.inside()

    assert order(ann.get("/queue")) == [one, three, two]
    assert order(ann.get("/queue?flat=1")) == [one, two, three]
    assert order(ann.get("/queue?play=x")) == [one, three]


def test_the_filters_live_in_the_address(inbox: Inbox) -> None:
    inbox.propose(*[envelope(f"a{n}", str(n), "x") for n in range(60)])
    ann = inbox.inside()

    page = ann.get("/queue?play=x&flat=1")
    [following] = re.findall(r'id="next" href="([^"]+)"', page)
    rest = ann.get(html.unescape(following))

    assert "play=x" in following
    assert len(order(page)) == 50
    assert len(order(rest)) == 10
    assert not set(order(page)) & set(order(rest))
    assert "back=/queue%3Fplay%3Dx" in page


def test_news_is_told_only_when_there_is_some(inbox: Inbox) -> None:
    one, _ = inbox.propose(*several("2", "1"))
    ann, bob = inbox.inside(), inbox.inside("approver-2")
    [news] = re.findall(r'hx-get="([^"]+)"', ann.get("/queue"))

    assert ann.client.get(news, headers=HTML).status_code == 204
    bob.decide("reject", one, reason="other")
    assert "has moved on (1 entry)" in ann.get(news)
    seen = {"last-event-id": str(int(news.rpartition("=")[2]) + 1)}
    assert ann.client.get("/queue/changes", headers=HTML | seen).status_code == 204


def test_an_empty_queue_says_so(inbox: Inbox) -> None:
    assert "Nothing waits here." in inbox.inside().get("/queue")


def test_a_paused_channel_is_told_on_every_page(inbox: Inbox) -> None:
    admin = inbox.inside("admin")
    form = {"scope": "channel:email", "on": "on", "reason": "the list is wrong"}

    assert admin.post("/switches", form).status_code == 303
    assert "Paused: channel:email" in admin.get("/log")
    assert admin.post("/switches", form | {"reason": " "}).status_code == 422
    unknown = admin.post("/switches", form | {"scope": "channel:emial"})
    assert unknown.status_code == 422
    assert "did you mean &#39;channel:email&#39;?" in unknown.text
    assert admin.post("/switches", form | {"on": "off"}).status_code == 303
    assert "Paused: channel:email" not in admin.get("/log")


def test_the_pages_work_without_their_script(inbox: Inbox) -> None:
    [one] = inbox.propose()
    page = inbox.inside().get(f"/proposals/{one}")

    for kind in ("approve", "reject", "snooze", "edit", "revoke", "assign"):
        assert f'<form method="post" action="/proposals/{one}/{kind}"' in page
    assert page.count('name="csrf"') == page.count('<form method="post"')


def test_what_was_drawn_to_learn_says_so_on_the_list_and_on_its_page(inbox: Inbox) -> None:
    said = "drawn to learn, chance about 0.7%"
    lot = replace(envelope("a1", "30"), place=DrawnPlace(Decimal("0.007"), said))
    one, two = inbox.propose(lot, envelope("a2", "20"))
    ann = inbox.inside()

    assert ann.get("/queue").count(said) == 1
    assert said.capitalize() in ann.get(f"/proposals/{one}")
    assert "rawn to learn" not in ann.get(f"/proposals/{two}")
