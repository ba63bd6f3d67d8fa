"""A letter to our own people: the page, its pictures and files, the same bytes every time."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.channels.deliveries import SENDER
from tests.channels.mail_server import post_office
from tools.channels.contract import NotNow, Refused
from tools.channels.letter import Enclosed, Letter, compose_letter
from tools.channels.outbox import OutboxChannel
from tools.channels.smtp import SmtpChannel

LETTER = Letter(
    key="report:weekly-2026-W44:ceo",
    recipient="ceo@acme.example",
    subject="Woche 44: Müller",
    text="Retention 41.2%\n.\nFrom here on\n",
    html='<!doctype html><img src="cid:curve@report" alt="a">',
    day=20_759,
    pictures=(Enclosed("curve", "image/png", b"\x89PNG 1"),),
    files=(Enclosed("report.pdf", "application/pdf", b"%PDF-1.7 x"),),
)


def test_a_mail_client_finds_the_text_the_page_its_picture_and_the_file() -> None:
    message = message_from_bytes(compose_letter(LETTER, SENDER), policy=policy.default)

    parts = {p.get_content_type(): p for p in message.walk() if isinstance(p, EmailMessage)}
    assert message["Subject"] == "Woche 44: Müller"
    assert message["To"] == "ceo@acme.example"
    assert parts["text/plain"].get_content().splitlines() == LETTER.text.splitlines()
    assert "cid:curve@report" in parts["text/html"].get_content()
    assert parts["image/png"]["Content-ID"] == "<curve@report>"
    assert parts["image/png"].get_content() == b"\x89PNG 1"
    assert parts["application/pdf"].get_filename() == "report.pdf"
    assert parts["application/pdf"].get_content() == b"%PDF-1.7 x"
    assert next(parts["multipart/related"].iter_parts()).get_content_type() == "text/html"
    assert message["List-Unsubscribe"] is None


def test_the_same_letter_is_the_same_bytes() -> None:
    assert compose_letter(LETTER, SENDER) == compose_letter(replace(LETTER), SENDER)


def test_a_letter_without_pictures_and_files_is_a_mail_as_well() -> None:
    bare = compose_letter(replace(LETTER, pictures=(), files=()), SENDER)
    kinds = [part.get_content_type() for part in message_from_bytes(bare).walk()]

    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "x\r\nBcc: eve@evil.example"}, {"recipient": "a@x.example\r\nBcc: b@y"},
        {"recipient": "a@x.example, b@y.example"}, {"recipient": ""},
    ],
)  # fmt: skip
def test_nobody_else_can_be_written_in(changed: dict[str, str]) -> None:
    with pytest.raises(Refused):
        compose_letter(replace(LETTER, **changed), SENDER)  # type: ignore[arg-type]  # named above


def test_the_outbox_keeps_a_letter_once(tmp_path: Path) -> None:
    box = OutboxChannel(tmp_path, SENDER)

    first, second = box.post(LETTER), box.post(replace(LETTER, text="another"))

    assert first == second
    assert [path.read_bytes() for path in tmp_path.glob("*.eml")] == [
        compose_letter(LETTER, SENDER)
    ]


def test_a_mail_server_gets_it_whole_for_one_reader() -> None:
    with post_office() as post:
        SmtpChannel("127.0.0.1", post.port, SENDER, security="none").post(LETTER)

    assert post.recipients == ["ceo@acme.example"]
    assert post.accepted[0].replace(b"\r\n", b"\n") == compose_letter(LETTER, SENDER).replace(
        b"\r\n", b"\n"
    )


def test_a_server_that_is_busy_has_not_taken_it() -> None:
    with post_office() as post:
        post.mode = "451 after DATA"
        with pytest.raises(NotNow):
            SmtpChannel("127.0.0.1", post.port, SENDER, security="none").post(LETTER)
    assert post.accepted == []
