"""A log that never gets in the way: a line that cannot be written is counted, and work goes on."""

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from pathlib import Path


class LogFile(logging.FileHandler):
    """Appends lines to a file; once it can write again it says how many were lost."""

    def __init__(self, path: "Path") -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self.lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or count it: a full disk or too many open files is not the caller's."""
        before = self.lost
        try:
            super().emit(record)
            if before and self.lost == before:
                self._say_lost()
        except Exception:  # noqa: BLE001 - whatever it is, the job or request has to go on
            self.lost += 1

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Count what could not be written; the standard way would print to a closed stream."""
        del record
        self.lost += 1

    def close(self) -> None:
        """Close the file; what is still unwritten then is lost."""
        with suppress(OSError, ValueError):
            super().close()

    def _say_lost(self) -> None:
        lost, self.lost = self.lost, 0
        words = f"log.lost: {lost} lines before this one could not be written"
        line = {"name": __name__, "levelname": "WARNING", "levelno": logging.WARNING, "msg": words}
        super().emit(logging.makeLogRecord(line))


class QuietLogger(structlog.stdlib.BoundLogger):
    """A logger whose calls never raise, whatever stands in a line."""

    def _proxy_to_logger(self, *given: Any, **event: Any) -> Any:
        with suppress(Exception):
            return super()._proxy_to_logger(*given, **event)
        with suppress(Exception):
            self._logger.warning("a line that could not be written down")
        return None
