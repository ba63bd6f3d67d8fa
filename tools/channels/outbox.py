"""The outbox folder: one `.eml` file per delivery, and nothing leaves the building."""

import os
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING

from tools.channels.checks import key_name
from tools.channels.contract import NotNow, Receipt, Unsure
from tools.channels.letter import compose_letter
from tools.channels.message import compose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.channels.contract import Delivery, Effect
    from tools.channels.letter import Letter
    from tools.channels.message import Sender


class OutboxChannel:
    """Writes messages where a person or a mail program can open them.

    `step` is told where the writing stands; a test stops there.
    """

    effect: "Effect" = "keyed"
    leaves = False

    def __init__(
        self,
        folder: "Path",
        sender: "Sender",
        *,
        name: str = "outbox",
        step: "Callable[[str], None]" = lambda _: None,
    ) -> None:
        self.name = name
        self._folder = folder
        self._sender = sender
        self._step = step

    def deliver(self, delivery: "Delivery") -> Receipt:
        """Write the message once; the second time its file is already there.

        Raises:
            Refused: when there is no such message.
            NotNow: when the folder cannot be written.
            Unsure: when the disk did not say whether it kept the file.
        """
        target = self._path(delivery.key)
        if not target.exists():
            self._file(compose(delivery, self._sender), target)
        return self._kept(target)

    def post(self, letter: "Letter") -> Receipt:
        """Write a letter to one of our own people, once."""
        target = self._path(letter.key)
        if not target.exists():
            self._file(compose_letter(letter, self._sender), target)
        return self._kept(target)

    def find(self, key: str) -> Receipt | None:
        """The file written under a key."""
        path = self._path(key)
        return Receipt(path.name) if path.exists() else None

    def _path(self, key: str) -> "Path":
        return self._folder / f"{key_name(key)}.eml"

    def _file(self, content: bytes, target: "Path") -> None:
        draft = target.with_name(f".{target.stem}.{os.getpid()}-{token_hex(4)}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write(draft, content)
            self._publish(draft, target)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise NotNow(f"channel {self.name}: cannot write: {error.strerror}") from error

    def _write(self, draft: "Path", content: bytes) -> None:
        with draft.open("xb") as file:
            self._step("opened")
            file.write(content)
            file.flush()
            self._step("written")
            os.fsync(file.fileno())

    def _publish(self, draft: "Path", target: "Path") -> None:
        self._step("synced")
        try:
            # A link is made whole or not at all, and never over a file that is there.
            os.link(draft, target)
        except OSError:
            if not target.exists():  # else a twin was faster, and may have cleared our draft away
                raise
        self._step("linked")

    def _kept(self, target: "Path") -> Receipt:
        try:
            # Drafts of a crash go too; a slower twin then finds the target instead.
            for draft in self._folder.glob(f".{target.stem}.*.part"):
                draft.unlink(missing_ok=True)
            sync_folder(self._folder)
        except OSError as error:
            raise Unsure(f"channel {self.name}: {target.name}: {error.strerror}") from error
        return Receipt(target.name)


def sync_folder(folder: "Path") -> None:
    """Make sure that the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
