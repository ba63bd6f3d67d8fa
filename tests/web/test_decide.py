"""The questions as pages and through the API: the same figures, and what was typed is kept."""

import html
import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings

from approvals.web.marking import odd_characters
from tests.roi.test_decide import S1, answered, questions
from tests.web.auth.doors import bearer
from tests.web.made import Browser, Inbox
from tests.web.test_hostile import CORPUS
from tools.roi.decide import QUESTIONS
from tools.roi.decide.record import record


def test_the_page_has_the_answer_both_conventions_and_what_it_rests_on(inbox: Inbox) -> None:
    page = inbox.inside("viewer").get(f"/decide/accept?{urlencode(S1)}")
    for said in (
        "Yes: it brings 23,940 EUR more",
        "23,400.00 EUR",
        "23,940.00 EUR",
        "What swings it",
        "lifetime already expected",
        "you typed it",
        "doing nothing",
        "Know before you believe it",
    ):
        assert said in page, said


def test_what_is_known_is_filled_in_with_where_it_comes_from(inbox: Inbox) -> None:
    ann = inbox.inside()
    page = ann.get("/decide/accept?account=a1&revenue=30000")
    assert 'placeholder="70.0%"' in page
    assert "70.0%: economics: active" in page
    assert "Not computable: missing support" in page
    typed = ann.get("/decide/accept?account=a1&margin=.6")
    assert "0.7, economics: active" in typed
    assert 'href="/decide/retain?account=a1"' in ann.get("/accounts/a1")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/decide/accept?margin=65&revenue=123456", 422, "did you mean 0.65 (65%)?"),
        ("/decide/accept?margn=.65&revenue=123456", 422, "did you mean 'margin'?"),
        ("/decide/accept?account=b9&revenue=123456", 404, "no account has the id or name"),
        ("/decide/accept?revenue=123456&years=3&years=4", 422, "years is given twice"),
        ("/decide/accept?revenue=123456+USD", 422, "write it in EUR"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_keeps_what_was_typed(
    inbox: Inbox, path: str, status: int, said: str
) -> None:
    page = html.unescape(inbox.inside().get(path, status))
    assert said in page
    assert "twice" in said or "123456" in page


def test_the_api_says_the_same_in_one_line(inbox: Inbox) -> None:
    client = inbox.stranger().client
    headers = bearer(inbox.token("viewer", "read"))
    told = client.get("/api/v1/decide/accept?margin=65", headers=headers)
    assert (told.status_code, told.json()["error"]) == (422, "bad_input")
    assert "did you mean 0.65" in told.json()["detail"]
    other = client.get("/api/v1/decide/acept", headers=headers)
    assert (other.status_code, "did you mean 'accept'" in other.text) == (404, True)
    listed = client.get("/api/v1/decide", headers=headers).json()["items"]
    assert [one["question"] for one in listed] == list(QUESTIONS)


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(questions())
def test_page_api_and_function_give_the_same_figures(
    inbox: Inbox, case: tuple[str, dict[str, str]]
) -> None:
    key, typed = case
    ann, query = _quick(inbox), urlencode(typed)
    api = ann.client.get(f"/api/v1/decide/{key}?{query}")
    found = answered(key, typed, "EUR")
    if isinstance(found, str):
        assert (api.status_code, api.json()["detail"]) == (422, found)
        assert found in html.unescape(ann.get(f"/decide/{key}?{query}", 422))
        return
    told = record(found)
    assert api.json() == json.loads(json.dumps(told))
    page = html.unescape(ann.get(f"/decide/{key}?{query}")) if typed else ""
    for figure in told["figures"]:
        for one in figure["by_convention"].values():
            assert one["words"] in page


def _quick(inbox: Inbox) -> Browser:
    """Somebody signed in, whose requests are not counted."""
    inbox.clock.turn(seconds=600)
    return inbox.inside("admin")


@pytest.mark.parametrize("text", CORPUS)
def test_hostile_words_stay_words(inbox: Inbox, text: str) -> None:
    inbox.parts.views.said = text  # type: ignore[attr-defined]  # the fake's
    query = urlencode({"account": "a1", "revenue": text[:50]})
    page = inbox.inside().get(f"/decide/accept?{query}", 422)
    found = inbox.inside().get("/decide/accept?account=a1&margin=.6")
    for shown in (page, found):
        assert "<script>evil" not in shown
        assert "<img" not in shown
        assert "onerror=evil()>" not in shown
    for char in odd_characters(text):
        assert chr(int(char.removeprefix("U+"), base=16)) not in found
