"""Many at once through the pages: only with the sample looked at."""

import html
import re

from tests.web.made import Inbox, fields_of, several


def ticked(page: str) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', page)


def test_the_sample_is_shown_and_must_be_looked_at(inbox: Inbox) -> None:
    inbox.propose(*several("5", "4", "3", "2"))
    ann = inbox.inside()
    items = ticked(ann.get("/queue"))

    preview = ann.post("/bulk/preview", {"item": items})
    sample = re.findall(r'name="looked" value="(\w+)"', preview.text)
    assert preview.status_code == 200
    assert len(sample) == 3
    assert preview.text.count("Hello Ann,") == 3

    fewer = ann.post("/bulk/approve", {"item": items, "looked": sample[:2]})
    assert fewer.status_code == 422
    assert f"look at {sample[2]} first" in fewer.text
    assert fewer.text.count(" checked") == 2

    done = ann.post("/bulk/approve", {"item": items, "looked": sample})
    assert "4 approved" in done.text
    assert not inbox.store.proposals.pending(19_783)


def test_what_changed_meanwhile_is_named_and_the_rest_is_done(inbox: Inbox) -> None:
    ids = inbox.propose(*several("5", "4"))
    ann = inbox.inside()
    items = [
        f"{item.split('|')[0]}|{n}|{item.split('|')[2]}"
        for n, item in enumerate(ticked(ann.get("/queue")), 1)
    ]

    done = ann.post("/bulk/approve", {"item": items, "looked": list(ids)})

    assert "1 approved, 1 not" in done.text
    assert "look at it again" in done.text


def test_the_page_says_of_each_what_became_of_it_and_of_the_same_form_the_same(
    inbox: Inbox,
) -> None:
    ids = inbox.propose(*several("7", "6", "5", "4"))
    ann = inbox.inside()
    items = ticked(ann.get("/queue"))
    inbox.inside("approver-2").decide("reject", ids[1], reason="other")

    page = ann.post("/bulk/preview", {"item": [*items, items[0], "p<b>|x", "p0|1|ab"]})
    assert page.status_code == 200
    text = html.unescape(page.text)
    for words in ("Changed since you looked", "Chosen twice", "Cannot be read", "Not there"):
        assert words in text
    assert "p<b>" not in page.text
    form = {"item": [*items, "p<b>|x"], "looked": list(ids), "key": fields_of(page.text)["key"]}
    done, again = (ann.post("/bulk/approve", form).text for _ in range(2))

    assert "3 approved, 2 not" in done
    assert "reject by Bob" in done
    assert done == again


def test_the_high_tier_goes_one_by_one(inbox: Inbox) -> None:
    inbox.propose(*several("20000"))
    ann = inbox.inside()
    page = ann.get("/queue")

    assert re.search(r'name="item"[^>]+ disabled', page)
    assert ann.post("/bulk/preview", {"item": ticked(page)}).status_code == 403


def test_nonsense_is_refused(inbox: Inbox) -> None:
    ann = inbox.inside()

    for items in ([], ["x"], ["a|b|c"], ["p|1|\x00"]):
        assert ann.post("/bulk/preview", {"item": items}).status_code == 422, items


def test_an_unknown_end_is_settled_by_a_person_with_a_reason(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = inbox.inside()
    ann.decide("approve", one)
    action = inbox.comes_to(one, "calling", "unknown")

    assert f'action="/actions/{action.id}/settle"' in ann.get("/actions")
    form = {"finding": "sent", "note": "it is in their mailbox"}
    assert ann.post(f"/actions/{action.id}/settle", form | {"note": ""}).status_code == 422
    assert ann.post(f"/actions/{action.id}/settle", form | {"note": "\x00"}).status_code == 422
    assert ann.post(f"/actions/{action.id}/settle", form).status_code == 303
    assert ann.post(f"/actions/{action.id}/settle", form).status_code == 409
    assert action.id in ann.get("/actions?status=sent")
