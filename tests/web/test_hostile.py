"""Hostile text in every field of an envelope stays text, and what hides is named."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.envelope import Envelope
from approvals.web.marking import marked, mixed_scripts, odd_characters, shown_links, visible
from tests.approvals.made import envelope
from tests.web.made import Inbox

CORPUS = (
    "<script>evil()</script>",
    "<img src=x onerror=evil()><svg/onload=evil()>",
    "'\" onmouseover=evil() style=evil:1 x='",
    "</textarea></title></pre></style><script>evil()</script>",
    "<img src=https://evil.example/pixel.gif width=1 height=1>",
    "<div style=display:none>evil</div><a href=https://evil.example>bank</a>",
    "{{ evil }} {% evil %} ${evil} <!-- evil",
    "evil \u202egnp.exe\u202c \u200bzero\u2060 \u00ad \U000e0041tag \u2028line \u3164",
    "javascript:evil() data:text/html,evil https://b\u0430nk.example@evil.example/",
)

# Only what a person edits is as it is; the words they save are judged.
EDITED = re.compile(r'action="/proposals/[^"]+/edit">.*?</form>', re.DOTALL)


def poisoned(text: str) -> Envelope:
    """An envelope with a text in every field that can hold one."""
    one = envelope("a1")
    who = replace(
        one.who, account_name=text, contact_id=text, contact_name=text, recipient=text, owner=text
    )
    what = replace(
        one.what,
        play=text,
        goal=text,
        channel=text,
        subject=text,
        body=text,
        role=text,
        approval=(text,),
    )
    why = replace(
        one.why,
        segment=text,
        stage=text,
        stage_because=text,
        probability_basis=text,
        drivers=(replace(one.why.drivers[0], words=text),),
    )
    worth = replace(
        one.worth,
        uncertain=text,
        convention=text,
        steps=(replace(one.worth.steps[0], label=text, words=text),),
        assumptions=(
            replace(one.worth.assumptions[0], name=text, value=text, source=text, owner=text),
        ),
        cautions=(replace(one.worth.cautions[0], id=text, text=text),),
    )
    return replace(
        one,
        who=who,
        what=what,
        why=why,
        worth=worth,
        alternatives=(*one.alternatives, replace(one.alternatives[0], play=text, words=text)),
        findings=(replace(one.findings[0], rule_id=text, reason=text),),
        versions=((text, text),),
    )


class Shape(HTMLParser):
    """The elements of a page with the names of their attributes, and what a browser would run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.leads: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (tag, dict(attrs).get("class")) != ("mark", "odd"):
            self.found.append((tag, tuple(name for name, _ in attrs)))
        self.leads += [v or "" for n, v in attrs if n in {"href", "src", "action", "formaction"}]


PAGES = ("/queue", "/queue?flat=1", "/proposals/{}", "/proposals/{}/message", "/log", "/actions",
         "/roster", "/accounts", "/accounts?owner=Ann", "/accounts/a1", "/why-not?account=a1",
         "/switches")  # fmt: skip


@pytest.mark.parametrize("number", range(len(CORPUS)))
def test_no_element_and_no_attribute_comes_from_an_envelope(inbox: Inbox, number: int) -> None:
    text = CORPUS[number]
    inbox.parts.views.said = text  # type: ignore[attr-defined]  # the fake's
    [one] = inbox.propose(poisoned(text))
    reviewer = inbox.inside()
    for path in PAGES:
        page = reviewer.get(path.format(one))
        shape = Shape(page)
        for tag, names in shape.found:
            assert tag not in {"img", "svg", "object", "embed", "base"}, (path, tag)
            assert tag != "script" or names == ("src", "defer"), path
            assert "style" not in names, (path, tag)
            assert not [name for name in names if name.startswith("on")], (path, tag)
        assert all(lead.startswith(("/", "data:,", "#")) or not lead for lead in shape.leads), path
        assert "<script>evil" not in page
        for char in odd_characters(text):
            assert chr(int(char.removeprefix("U+"), base=16)) not in EDITED.sub("", page), path


def test_what_hides_is_named_where_it_stands(inbox: Inbox) -> None:
    [one] = inbox.propose(poisoned(CORPUS[7]))

    page = inbox.inside().get(f"/proposals/{one}")

    for name in ("U+202E", "U+200B", "U+2060", "U+00AD", "U+E0041", "U+2028", "U+3164"):
        assert f">{name}</mark>" in page
    assert "Characters nobody can see:" in page


def test_the_frame_of_a_message_can_do_nothing(inbox: Inbox) -> None:
    [one] = inbox.propose()
    reviewer = inbox.inside()
    answer = reviewer.client.get(f"/proposals/{one}/message")

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; ")
    assert "allow-" not in policy
    assert f'<iframe class="message" sandbox src="/proposals/{one}/message"' in reviewer.get(
        f"/proposals/{one}"
    )


class Words(HTMLParser):
    """What a browser would show of a piece of HTML, with the badges put back in brackets."""

    def __init__(self, piece: str) -> None:
        super().__init__()
        self.said = ""
        self.feed(piece)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, attrs[0], attrs[1][0]) == ("mark", ("class", "odd"), "title")
        self.said += "["

    def handle_endtag(self, tag: str) -> None:
        assert tag == "mark"
        self.said += "]"

    def handle_data(self, data: str) -> None:
        self.said += data


@given(st.text())
def test_marked_text_is_inert_and_loses_nothing_that_can_be_seen(text: str) -> None:
    text = text.replace("\r", "")

    assert odd_characters(visible(text)) == ()
    assert Words(str(marked(text))).said == visible(text)


@pytest.mark.parametrize(
    ("link", "host", "odd"),
    [
        ("https://app.example.com/a?b=1", "app.example.com", 0),
        ("http://app.example.com/", "app.example.com", 1),
        ("https://bank.example@evil.example/", "evil.example", 1),
        ("https://b\u0430nk.example/", "b\u0430nk.example", 1),
        ("https://xn--bnk-5cd.example/", "xn--bnk-5cd.example", 1),
        ("https://10.0.0.1/", "10.0.0.1", 1),
        ("https://2130706433/", "2130706433", 1),
        ("www.example.com", "www.example.com", 1),
    ],
)
def test_a_link_is_shown_with_where_it_leads(link: str, host: str, odd: int) -> None:
    [found] = shown_links(f"see {link} now")

    assert (found.text, found.host, len(found.odd)) == (link, host, odd)


def test_words_of_two_alphabets_are_found() -> None:
    assert mixed_scripts(
        "p\u0430ypal and \u0420\u043e\u0441\u0441\u0438\u044f and M\u00fcnchen"
    ) == ("p\u0430ypal",)
