"""A delivery as an e-mail (RFC 5322): the same bytes for the same delivery, and nothing remote.

The From is fixed per tenant, one press unsubscribes (RFC 8058), and the postal address and the
way out stand under every text.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from tools.channels.addresses import ascii_domain, plain_address, unsubscribe_link
from tools.channels.checks import check, day_of, key_name, one_line
from tools.channels.contract import Refused
from tools.channels.headers import address_header, header
from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.channels.contract import Delivery

# Quoted-printable writes "=" as "=3D", so no text can hold this boundary.
BOUNDARY = "=_lifecycle_agent"
_LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Sender:
    """Who writes: one per tenant; `domain` ends our message ids.

    Raises:
        BadInput: when the name, the address or the domain cannot stand in a header.
    """

    name: str
    address: str
    postal_address: str
    domain: str

    def __post_init__(self) -> None:
        """Refuse a sender under whom nothing could ever be sent."""
        try:
            one_line(self.name, "name")
            plain_address(self.address, "address")
            ascii_domain(self.domain, "domain")
        except Refused as error:
            raise BadInput(f"sender: {error}") from None


def compose(delivery: "Delivery", sender: Sender) -> bytes:
    """The whole message, ready for a file or for a mail server.

    Raises:
        Refused: when a value could change the message's shape, or the law asks for more.
    """
    check(delivery)
    link = unsubscribe_link(delivery.unsubscribe_url)
    if not sender.postal_address.strip():
        raise Refused("sender: the postal address is missing, and the law asks for one")
    return b"".join(_headers(delivery, sender, link)) + _content(delivery, sender, link)


def message_id(key: str, sender: Sender) -> str:
    """The id of the message sent under a key, without its brackets."""
    return f"{key_name(key)}@{ascii_domain(sender.domain, 'domain')}"


def _headers(delivery: "Delivery", sender: Sender, link: str) -> "Iterator[bytes]":
    midnight = datetime.combine(day_of(delivery), time(0), tzinfo=UTC)
    recipient = plain_address(delivery.recipient, "recipient")
    yield address_header("From", sender.name, plain_address(sender.address, "sender"))
    yield address_header("To", delivery.recipient_name, recipient)
    yield header("Subject", delivery.subject)
    yield header("Date", format_datetime(midnight))
    yield header("Message-ID", f"<{message_id(delivery.key, sender)}>")
    yield header("List-Unsubscribe", f"<{link}>")
    yield header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    yield header("X-Entity-Ref-ID", delivery.key)
    for name, value in delivery.tags:
        yield header(f"X-Campaign-{name.replace('_', '-').title()}", value)


def _content(delivery: "Delivery", sender: Sender, link: str) -> bytes:
    body = "\n".join(_lines(delivery.body)).rstrip("\n")
    postal = "\n".join(_lines(sender.postal_address.strip()))
    text = f"{body}\n\n-- \n{postal}\nUnsubscribe: {link}\n"
    message = EmailMessage(policy=SMTP)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(_html(text), subtype="html", cte="quoted-printable")
    message.set_boundary(BOUNDARY)
    return message.as_bytes()


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _html(text: str) -> str:
    shown: list[str] = []
    end = 0
    for link in _LINK.finditer(text):
        found = link[0].rstrip(".,;:!?)]")
        if not found.isascii():
            continue  # letters that only look like others make no link
        address = escape(found)
        shown += [escape(text[end : link.start()]), f'<a href="{address}">{address}</a>']
        end = link.start() + len(found)
    words = "".join([*shown, escape(text[end:])]).replace("\n", "<br>\n")
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body>\n{words}</body></html>\n'
    )
