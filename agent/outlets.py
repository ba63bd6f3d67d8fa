"""Which channel of the plays goes out by which outlet; in a dry run by none that leaves."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tools.channels.message import Sender
from tools.channels.outbox import OutboxChannel
from tools.channels.smtp import SmtpChannel
from tools.channels.tasks import CsvChannel
from tools.channels.unsubscribe import unsubscribe_token
from tools.channels.webhook import WebhookChannel
from tools.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from config.settings import Settings
    from tools.channels.contract import OutboundChannel
    from tools.channels.letter import Postbox

OUTLETS = ("outbox", "smtp", "tasks", "webhook")
STAYS = ("outbox", "tasks")


def open_outlets(
    settings: "Settings", clock: "Callable[[], datetime]"
) -> "dict[str, OutboundChannel]":
    """The outlet of each channel of the plays; in a dry run a folder takes the place of a way out.

    Raises:
        BadInput: for an outlet there is none of, or one whose settings are missing.
    """
    return {channel: _outlet(name, settings, clock) for channel, name in settings.outlets.items()}


def open_mail(settings: "Settings") -> "OutboundChannel":
    """The way mails to our own people go: a mail server, or the outbox in a dry run."""
    if settings.live and settings.smtp_host:
        return _smtp(settings)
    return OutboxChannel(settings.home / "outbox", sender_of(settings))


def _outlet(name: str, settings: "Settings", clock: "Callable[[], datetime]") -> "OutboundChannel":
    if name not in OUTLETS:
        raise BadInput(f"setting deliver: {name!r} is no outlet; {nearest(name, OUTLETS)}")
    if name == "tasks":
        return CsvChannel(settings.home / "tasks")
    if name == "outbox" or not settings.live:
        return OutboxChannel(settings.home / "outbox", sender_of(settings))
    return _smtp(settings) if name == "smtp" else _webhook(settings, clock)


def open_postbox(settings: "Settings") -> "Postbox":
    """The way to our own people: the mail server when live and there is one, else the outbox."""
    if settings.live and settings.smtp_host:
        return _smtp(settings)
    return OutboxChannel(settings.home / "outbox", sender_of(settings))


def sender_of(settings: "Settings") -> Sender:
    """Who mails are from; the domain of the address ends our message ids."""
    domain = settings.sender_address.rpartition("@")[2]
    return Sender(settings.sender_name, settings.sender_address, settings.postal_address, domain)


def _smtp(settings: "Settings") -> SmtpChannel:
    if not settings.smtp_host:
        raise BadInput("setting smtp_host: the outlet smtp needs a mail server")
    return SmtpChannel(
        settings.smtp_host,
        settings.smtp_port,
        sender_of(settings),
        security=settings.smtp_security,
        username=settings.smtp_user or None,
        password=settings.smtp_password.get_secret_value() or None,
    )


def _webhook(settings: "Settings", clock: "Callable[[], datetime]") -> WebhookChannel:
    host = urlsplit(settings.webhook_url).hostname
    if not host:
        raise BadInput("setting webhook_url: the outlet webhook needs an address")
    secret = settings.webhook_secret.get_secret_value().encode()
    return WebhookChannel(settings.webhook_url, secret, allowed_hosts={host}, clock=clock)


def unsubscribe_url(settings: "Settings", key: str, channel: str, contact: str | None) -> str:
    """The page on which an address, given as its keyed hash, is taken off a channel at once."""
    secret = settings.secret.get_secret_value().encode()
    token = unsubscribe_token(secret, key, channel, contact)
    return f"{settings.base_url.rstrip('/')}/u/{token}"
