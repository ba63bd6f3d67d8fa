"""Fault 61: a line of the log that cannot be written ends no job and no request."""

import errno
import io
import logging
import os
from contextlib import redirect_stderr
from pathlib import Path
from typing import NoReturn

import pytest
import structlog

from config.log_file import LogFile
from config.logs import close_logs, configure_logs

pytestmark = pytest.mark.fault(61)


class UnspeakableError(Exception):
    """An error whose words are an error."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Unreadable(dict[str, int]):
    """Something whose content is an error."""

    def items(self) -> NoReturn:
        raise RuntimeError("no content")


class Troubled(io.StringIO):
    """A file on a disk that is full until it is not."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, text: str) -> int:
        if self.number:
            raise OSError(self.number, os.strerror(self.number))
        return super().write(text)


def handler(folder: Path, stream: io.StringIO) -> LogFile:
    made = LogFile(folder / "x.log")
    made.stream = stream  # type: ignore[assignment]  # a text stream
    made.setFormatter(logging.Formatter("%(message)s"))
    return made


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EPIPE, errno.EIO, errno.EBADF])
def test_what_was_lost_is_counted_and_said_once_it_can_be(tmp_path: Path, number: int) -> None:
    stream = Troubled(number)
    log = handler(tmp_path, stream)
    record = logging.makeLogRecord({"msg": "a line"})
    for _ in range(3):
        log.handle(record)
    stream.number = 0
    log.handle(record)
    log.handle(record)

    assert stream.getvalue().splitlines() == [
        "a line",
        "log.lost: 3 lines before this one could not be written",
        "a line",
    ]


def test_a_closed_stream_is_none_of_the_callers_business(tmp_path: Path) -> None:
    closed = io.StringIO()
    closed.close()
    log = handler(tmp_path, closed)
    with redirect_stderr(closed):
        log.handle(logging.makeLogRecord({"msg": "a line"}))
        log.handle(logging.makeLogRecord({"msg": "%d", "args": ("no number",)}))
    log.close()
    assert log.lost == 2


def test_the_folder_is_gone_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    logs = configure_logs(folder)
    folder.rmdir()
    try:
        structlog.get_logger("test").info("lost")
        logging.getLogger("library").error("lost too")
        folder.mkdir()
        structlog.get_logger("test").info("there")
    finally:
        close_logs(logs)
        structlog.reset_defaults()
    told = (folder / "lifecycle.log").read_text(encoding="utf-8")
    assert "there" in told
    assert "2 lines" in told


def test_what_a_line_says_cannot_raise_either(tmp_path: Path) -> None:
    logs = configure_logs(tmp_path)
    try:
        log = structlog.get_logger("test")
        log.info("values", what=UnspeakableError(), odd="\ud800", deep={"a": [UnspeakableError()]})
        log.error("failed", exc_info=UnspeakableError())
        log.info("a line that is lost", deep=Unreadable(a=1))
        log.info("and on it goes")
    finally:
        close_logs(logs)
        structlog.reset_defaults()
    told = (tmp_path / "lifecycle.log").read_text(encoding="utf-8")
    assert "and on it goes" in told
    assert "a line that could not be written down" in told
