"""The task list of the customer success team: one CSV file per day, one line per task."""

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools.channels.cells import row, safe_number, safe_text
from tools.channels.checks import check, day_of
from tools.channels.contract import NotNow, Receipt, Unsure
from tools.channels.outbox import sync_folder
from tools.channels.sheet import read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tools.channels.contract import Delivery, Effect
    from tools.channels.sheet import Sheet

COLUMNS = (
    "day", "action", "play", "account_id", "account", "contact", "address", "owner", "value",
    "currency", "subject", "body", "campaign", "key",
)  # fmt: skip


class CsvChannel:
    """Adds tasks to files that open in any spreadsheet, and runs nothing in them.

    One lock per folder lets processes and threads add in turn. `step` is told where the writing
    stands; a test stops there.
    """

    effect: "Effect" = "keyed"
    leaves = False

    def __init__(
        self,
        folder: "Path",
        *,
        name: str = "tasks",
        step: "Callable[[str], None]" = lambda _: None,
    ) -> None:
        self.name = name
        self._folder = folder
        self._step = step

    def deliver(self, delivery: "Delivery") -> Receipt:
        """Add the task once; the second time its line is already there, on whatever day.

        Raises:
            Refused: when it cannot be written down.
            NotNow: when the folder or the file cannot be written.
            Unsure: when half a line could not be taken back, or the disk may lose a line.
        """
        check(delivery)
        path = self._folder / f"tasks-{day_of(delivery).isoformat()}.csv"
        try:
            with self._alone():
                found = self.find(delivery.key)
                return self._kept(found) if found else self._add(path, delivery)
        except OSError as error:
            raise NotNow(f"channel {self.name}: {path.name}: {error.strerror}") from error

    def find(self, key: str) -> Receipt | None:
        """The file that holds the task of a key; half a line does not count."""
        wanted = key.encode(errors="surrogatepass")
        for path in sorted(self._folder.glob("tasks-*.csv"), reverse=True):
            data = path.read_bytes()
            if wanted in data and _holds(read_sheet(data, len(COLUMNS)), wanted):
                return Receipt(path.name)
        return None

    @contextmanager
    def _alone(self) -> "Iterator[None]":
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".tasks.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _add(self, path: "Path", delivery: "Delivery") -> Receipt:
        with open(path, "a+b", opener=_no_link) as file:
            file.seek(0)
            sheet = read_sheet(file.read(), len(COLUMNS))
            self._check_ours(sheet, path.name)
            file.truncate(sheet.end)
            self._step("repaired")
            head = b"" if sheet.records else row(list(COLUMNS))
            line = (b"" if sheet.ended else b"\r\n") + head + _line(delivery)
            self._write(file.fileno(), line, sheet.end)
        return Receipt(path.name)

    def _kept(self, found: Receipt) -> Receipt:
        # A crash may have come between the line and the disk.
        try:
            with (self._folder / found.reference).open("rb") as file:
                os.fsync(file.fileno())
        except OSError as error:
            raise Unsure(f"channel {self.name}: {found.reference}: {error.strerror}") from error
        return found

    def _check_ours(self, sheet: "Sheet", file: str) -> None:
        names = tuple(name.encode() for name in COLUMNS)
        if not sheet.readable or (sheet.records and sheet.records[0] != names):
            raise NotNow(f"channel {self.name}: {file}: is not a task list any more; move it away")

    def _write(self, handle: int, line: bytes, end: int) -> None:
        try:
            half = len(line) // 2
            _write_all(handle, line[:half])
            self._step("half")
            _write_all(handle, line[half:])
            self._step("written")
            os.fsync(handle)
            sync_folder(self._folder)
        except OSError as error:
            self._take_back(handle, end)
            raise NotNow(f"channel {self.name}: cannot write: {error.strerror}") from error
        self._step("synced")

    def _take_back(self, handle: int, end: int) -> None:
        try:
            os.ftruncate(handle, end)
        except OSError as error:
            raise Unsure(f"channel {self.name}: a line may be half written") from error


def _no_link(path: str, flags: int) -> int:
    """Open a sheet that lies here; what a link leads to is no sheet of ours."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _holds(sheet: "Sheet", key: bytes) -> bool:
    return any(record[-1] == key for record in sheet.records)


def _line(delivery: "Delivery") -> bytes:
    texts = [
        day_of(delivery).isoformat(),
        delivery.action,
        delivery.play,
        delivery.account_id,
        delivery.account_name,
        delivery.recipient_name or delivery.contact_id,
        delivery.recipient,
        delivery.owner,
    ]
    campaign = "; ".join(f"{name}={value}" for name, value in delivery.tags)
    words = [delivery.currency, delivery.subject, delivery.body, campaign, delivery.key]
    before = [safe_text(text or "") for text in texts]
    return row([*before, safe_number(delivery.value), *map(safe_text, words)])
