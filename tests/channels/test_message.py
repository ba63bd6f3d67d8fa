"""An e-mail as bytes: golden, read back by the standard parser, and as the law asks."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.deliveries import FINE, SENDER, delivery, hostile, hostile_deliveries
from tools.channels.contract import Delivery, Refused
from tools.channels.message import Sender, compose
from tools.errors import BadInput

GOLDEN = Path(__file__).with_name("message.eml")
NAMES = [
    "From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    "X-Entity-Ref-ID", "X-Campaign-Play", "X-Campaign-Utm-Source", "MIME-Version", "Content-Type",
]  # fmt: skip
RICH = delivery(
    recipient="ann@straße.example",
    recipient_name='Zoë "Z" Ünlü, the 1st <x@y.example>',
    subject="Über 100 € — a second subject that is long enough to be folded over several lines",
    body="Grüße,\r\n.dot\rFrom here\n--=_lifecycle_agent\n<b>&amp;</b> https://a.example/?q=1&r=2).",
)


def parsed(content: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content()).replace("\r\n", "\n")


def test_the_bytes_are_the_golden_ones() -> None:
    assert compose(RICH, SENDER) == GOLDEN.read_bytes()
    assert compose(RICH, SENDER) == compose(RICH, SENDER)


def test_it_reads_back_as_it_was_approved() -> None:
    message = parsed(compose(RICH, SENDER))
    person = message["To"].addresses[0]
    assert person.display_name == RICH.recipient_name
    assert person.addr_spec == "ann@xn--strae-oqa.example"
    assert message["Subject"] == RICH.subject
    assert message["From"] == "Acme Success <success@acme.example>"
    assert message["Date"].datetime.isoformat() == "2024-10-04T00:00:00+00:00"
    text = part(message, "plain")
    assert text.startswith("Grüße,\n.dot\nFrom here\n--=_lifecycle_agent\n<b>&amp;</b> https://")
    assert "Acme Ltd\n1 High Street\nYork\nUnsubscribe: https://acme.example/u/abc.def" in text


def test_html_shows_the_text_and_every_link_in_full() -> None:
    html = part(parsed(compose(RICH, SENDER)), "html")
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in html
    link = "https://a.example/?q=1&amp;r=2"
    assert f'<a href="{link}">{link}</a>).' in html
    assert not re.search(r"<(?!/?a\b|br>|/?html>|/?head>|/?body>|meta |!doctype)", html)


def test_letters_that_look_like_others_make_no_link() -> None:
    html = part(parsed(compose(delivery(body="https://ex\u0430mple.com/x"), SENDER)), "html")
    assert "ex\u0430mple" in html
    assert html.count("<a ") == 1


def test_one_press_unsubscribes() -> None:
    content = compose(FINE, SENDER)
    assert b"\r\nList-Unsubscribe: <https://acme.example/u/abc.def>\r\n" in content
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content


def test_a_long_link_stays_a_link() -> None:
    link = "https://acme.example/u/" + "a1_-" * 200
    content = compose(delivery(unsubscribe_url=link), SENDER)
    assert f"List-Unsubscribe: <{link}>\r\n".encode() in content


@pytest.mark.parametrize("line", ["x\r\nBcc: e@evil.example", "x\ny", "x\ry", "\0", "\x7f", "\x85",
                                  "\u2028", "\u202e", "\ud800", "x" * 901])  # fmt: skip
@pytest.mark.parametrize("field", ["subject", "recipient_name", "tags"])
def test_no_header_takes_a_second_line(field: str, line: str) -> None:
    value = (("play", line),) if field == "tags" else line
    with pytest.raises(Refused):
        compose(delivery(**{field: value}), SENDER)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ü", "x" * 41])
def test_no_tag_makes_another_header(name: str) -> None:
    with pytest.raises(Refused, match="tags"):
        compose(delivery(tags=((name, "x"),)), SENDER)


def test_no_tag_stands_twice() -> None:
    with pytest.raises(Refused, match="twice"):
        compose(delivery(tags=(("a_b", "1"), ("A-B", "2"))), SENDER)


@pytest.mark.parametrize("subject", ["=?utf-8?q?x=0D=0ABcc:_e@evil.example?=", " x ", "a =?b"])
def test_what_looks_encoded_is_shown_as_written(subject: str) -> None:
    content = compose(delivery(subject=subject, recipient_name=subject), SENDER)
    message = parsed(content)
    assert message["Subject"] == subject
    assert message["To"].addresses[0].display_name == subject
    assert message["Bcc"] is None


@pytest.mark.parametrize("name", ['Ann "Q" Lee', "back\\slash", 'x" <eve@evil.example>, "y', "\\",
                                  '"', "a, b", "a@b", "(c)"])  # fmt: skip
def test_any_name_stays_a_name(name: str) -> None:
    content = compose(delivery(recipient_name=name), SENDER)
    (person,) = parsed(content)["To"].addresses
    assert (person.display_name, person.addr_spec) == (name, FINE.recipient)


@pytest.mark.parametrize("name", ['"\\' * 450, "é" * 900, "Ann Lee " * 100])
def test_a_long_name_is_folded_and_comes_back(name: str) -> None:
    content = compose(delivery(recipient_name=name), SENDER)
    assert max(map(len, content.split(b"\r\n"))) < 998
    words = message_from_bytes(content)["To"].rpartition(" <")[0]
    assert str(make_header(decode_header(words))) == name


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unsubscribe_url": None}, "may not leave without"),
        ({"unsubscribe_url": "http://acme.example/u"}, "https"),
        ({"unsubscribe_url": "https://a.example/>,<mailto:x@y.example"}, "no link may hold"),
        ({"unsubscribe_url": "https://you@a.example/u"}, "before @"),
        ({"unsubscribe_url": "javascript:alert(1)"}, "host"),
        ({"unsubscribe_url": "https://"}, "host"),
        ({"unsubscribe_url": "https://[::1/u"}, "not a link"),
        ({"body": "é" * 500_001}, "longer"),
        ({"day": 10**9}, "day"),
        ({"key": "=1"}, "key"),
        ({"body": "\0"}, "body"),
    ],
)  # fmt: skip
def test_refuses(changes: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        compose(delivery(**changes), SENDER)


@pytest.mark.parametrize("url", ["http://localhost:8000/u", "http://127.0.0.1/u", "http://[::1]/u"])
def test_a_trial_may_unsubscribe_on_this_machine(url: str) -> None:
    assert f"<{url}>".encode() in compose(delivery(unsubscribe_url=url), SENDER)


@pytest.mark.parametrize("postal", ["", " \n"])
def test_nothing_leaves_without_a_postal_address(postal: str) -> None:
    with pytest.raises(Refused, match="postal"):
        compose(FINE, Sender("Acme", "a@acme.example", postal, "acme.example"))


@pytest.mark.parametrize(
    ("name", "address", "domain"),
    [("A\nB", "a@b.example", "b.example"), ("A", "a", "b.example"), ("A", "a@b.example", "b c")],
)
def test_a_sender_that_fits_no_header_is_bad_input(name: str, address: str, domain: str) -> None:
    with pytest.raises(BadInput, match="sender"):
        Sender(name, address, "York", domain)


@given(hostile_deliveries())
def test_nothing_adds_or_changes_a_header(one: Delivery) -> None:
    one = delivery(**(vars(one) | {"tags": FINE.tags}))
    try:
        content = compose(one, SENDER)
    except Refused:
        return
    head, _, _ = content.partition(b"\r\n\r\n")
    names = re.findall(rb"(?m)^([^\s:]+):", head)
    assert [name.decode() for name in names] == NAMES
    assert parsed(content)["Subject"] == one.subject


@given(st.one_of(hostile, st.text(alphabet="\r\n\t .=-_\x0b\x0c\x1c\x85\u2028é👩", max_size=300)))
def test_any_body_comes_back_and_every_line_ends_in_crlf(body: str) -> None:
    try:
        content = compose(delivery(body=body), SENDER)
    except Refused:
        return
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", content)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) < 998
    plain = body.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    assert part(parsed(content), "plain").startswith(f"{plain}\n\n-- \n")
