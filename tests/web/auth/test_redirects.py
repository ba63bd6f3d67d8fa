"""After signing in the browser stays on this site."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.web.auth.pages import go, safe_path
from tests.web.auth.doors import BASE, Door, sign_in

ELSEWHERE = (
    "https://evil.example", "//evil.example", "///evil.example", "////evil.example/%2e%2e",
    "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "\t//evil.example",
    " //evil.example", "http:evil.example", "https:/evil.example", "https:///evil.example",
    "javascript:alert(1)", "data:text/html,x", "evil.example", "@evil.example", ".evil.example",
    "//evil.example\\@inbox.example", "https://inbox.example@evil.example", "/..//evil.example",
    "/x\r\nSet-Cookie: a=b", "/\u2044evil.example", "\u3000//evil.example",
    "//evil%E3%80%82example",
    "/;@evil.example//", "", "?next=//evil.example", "#", "/login?next=//evil.example", "/logout",
    "/signin/x", "/confirm",
)  # fmt: skip


def browsers_view(location: str) -> str:
    """Where a browser goes: it drops tabs and line ends and turns backslashes."""
    cleaned = location.strip().replace("\t", "").replace("\n", "").replace("\r", "")
    return urlsplit(urljoin(BASE, cleaned.replace("\\", "/"))).netloc


@pytest.mark.parametrize("then", ELSEWHERE)
def test_another_place_becomes_the_front_page(then: str) -> None:
    assert safe_path(then) == "/"


@pytest.mark.parametrize("then", ["/", "/inbox", "/inbox/p1?tab=2&x=a%2Fb", "/a?b=c//d"])
def test_a_path_of_ours_is_kept(then: str) -> None:
    assert safe_path(then) == then


@given(st.text(st.sampled_from("/\\:@.?#%;\t\n\r aeh0\u3002\u2044")) | st.text())
def test_no_text_leads_away(then: str) -> None:
    location = go(safe_path(then)).headers["location"]

    assert browsers_view(location) == "inbox.example"
    assert location.startswith("/")


@pytest.mark.parametrize("then", ["//evil.example", "/inbox"])
def test_the_form_and_the_sign_in_both_check(door: Door, then: str) -> None:
    door.person()
    browser = door.browser()
    wanted = "/" if "evil" in then else then

    assert f'name="next" value="{wanted}"' in browser.get("/login", params={"next": then}).text
    assert sign_in(browser, then=then).headers["location"] == wanted
