"""Every channel with an oracle beside it: what really happened, read without the channel."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

from tests.channels.deliveries import SENDER
from tests.channels.hook_server import hook_server
from tests.channels.mail_server import post_office
from tools.channels.contract import OutboundChannel
from tools.channels.outbox import OutboxChannel
from tools.channels.smtp import SmtpChannel
from tools.channels.tasks import CsvChannel
from tools.channels.webhook import WebhookChannel

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
SECRET = b"hook-canary-77"


@dataclass(frozen=True)
class Way:
    """A channel, a way to open it anew as another process would, and the keys it carried out."""

    channel: OutboundChannel
    again: Callable[[], OutboundChannel]
    done: Callable[[], list[str]]


def keys_of_messages(messages: list[bytes]) -> list[str]:
    return [str(message_from_bytes(one)["X-Entity-Ref-ID"]) for one in messages]


def rows_of(folder: Path) -> list[dict[str, str]]:
    """All tasks as a spreadsheet would read them."""
    rows = []
    for path in sorted(folder.glob("tasks-*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file, strict=True))
    return rows


@contextmanager
def outbox_way(folder: Path) -> Iterator[Way]:
    def again() -> OutboundChannel:
        return OutboxChannel(folder / "outbox", SENDER)

    def done() -> list[str]:
        files = (folder / "outbox").glob("*.eml")
        return keys_of_messages([path.read_bytes() for path in files])

    yield Way(again(), again, done)


@contextmanager
def tasks_way(folder: Path) -> Iterator[Way]:
    def again() -> OutboundChannel:
        return CsvChannel(folder / "tasks")

    yield Way(again(), again, lambda: [row["key"] for row in rows_of(folder / "tasks")])


@contextmanager
def smtp_way(_: Path) -> Iterator[Way]:
    with post_office() as post:

        def again() -> OutboundChannel:
            return SmtpChannel("127.0.0.1", post.port, SENDER, security="none", timeout=5)

        yield Way(again(), again, lambda: keys_of_messages(post.accepted))


@contextmanager
def webhook_way(_: Path) -> Iterator[Way]:
    with hook_server() as hook:

        def again() -> OutboundChannel:
            return WebhookChannel(
                f"http://hook.test:{hook.port}/in",
                SECRET,
                allowed_hosts=(),
                clock=lambda: NOW,
                resolve=lambda _: ["127.0.0.1"],
                loopback_hosts={"hook.test"},
                timeout=5,
            )

        yield Way(again(), again, lambda: list(hook.keys))


WAYS = {"outbox": outbox_way, "tasks": tasks_way, "smtp": smtp_way, "webhook": webhook_way}
