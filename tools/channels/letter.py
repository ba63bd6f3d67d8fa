"""A mail to one of our own people: a page, its pictures, and files. Never to a customer.

What customers get goes through the gate, byte for byte as approved; a letter has no such gate, so
it has no way to a customer either: whoever posts one names a reader from the settings.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Protocol

from tools.channels.addresses import plain_address
from tools.channels.headers import address_header, header
from tools.channels.message import message_id
from tools.days import from_number

if TYPE_CHECKING:
    from tools.channels.contract import Receipt
    from tools.channels.message import Sender


@dataclass(frozen=True)
class Enclosed:
    """A file in a letter; a picture of the page has its `cid:` name as `name`."""

    name: str
    kind: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """One mail to one reader; `key` is stable over repetitions, `day` a day number.

    `html` names its pictures as `cid:NAME@report`.
    """

    key: str
    recipient: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    day: int
    pictures: tuple[Enclosed, ...] = ()
    files: tuple[Enclosed, ...] = ()


class Postbox(Protocol):
    """A way to our own people."""

    def post(self, letter: Letter) -> "Receipt":
        """Hand the letter over; raises what a channel raises."""
        ...


def compose_letter(letter: Letter, sender: "Sender") -> bytes:
    """The whole mail; the same bytes for the same letter.

    Raises:
        Refused: when an address or the subject cannot stand in a header.
    """
    midnight = datetime.combine(from_number(letter.day), time(0), tzinfo=UTC)
    lines = (
        address_header("From", sender.name, plain_address(sender.address, "sender")),
        address_header("To", None, plain_address(letter.recipient, "recipient")),
        header("Subject", letter.subject),
        header("Date", format_datetime(midnight)),
        header("Message-ID", f"<{message_id(letter.key, sender)}>"),
        header("Auto-Submitted", "auto-generated"),
    )
    return b"".join(lines) + _content(letter)


def _content(letter: Letter) -> bytes:
    message = EmailMessage(policy=SMTP)
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    page = message.get_payload()[1]  # type: ignore[index]  # the alternative just added
    for one in letter.pictures:
        kind, _, sub = one.kind.partition("/")
        name = f"{one.name}.{sub}"
        page.add_related(  # type: ignore[union-attr]  # as above
            one.content, kind, sub, cid=f"<{one.name}@report>", filename=name, disposition="inline"
        )
    for one in letter.files:
        kind, _, sub = one.kind.partition("/")
        message.add_attachment(one.content, kind, sub, filename=one.name)
    _bound(message)
    return message.as_bytes()


def _bound(message: EmailMessage) -> None:
    """Boundaries that are the same every time; no quoted-printable or base64 text holds one."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_lifecycle_letter_{number}")
