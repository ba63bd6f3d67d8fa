"""JSON logs with the run's id; secrets and personal data never reach them."""

import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from config.log_file import LogFile, QuietLogger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from structlog.typing import EventDict, Processor, WrappedLogger

PERSONAL = frozenset({"email", "name", "phone", "recipient", "subject", "body", "text"})
SECRET = re.compile(r"secret|password|token|api_key|authorization", re.IGNORECASE)
ADDRESS = re.compile(r"[^\s@,;:<>\"']+@[^\s@,;:<>\"']+\.[A-Za-z]{2,}")
URL_PASSWORD = re.compile(r"(://[^:/@\s]+:)[^@\s]+@")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def redact(_logger: "WrappedLogger", _method: str, event: "EventDict") -> "EventDict":
    """Replace what names a person or opens a door, whatever key it hides under."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: object) -> object:
    if key in PERSONAL or SECRET.search(key):
        return "[redacted]"
    if isinstance(value, str):
        value = _message(value) if key == "exc_value" else value
        return URL_PASSWORD.sub(r"\1[redacted]@", ADDRESS.sub("[address]", value))
    if isinstance(value, dict):
        return {k: _clean(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(key, v) for v in value]
    return value


def _message(text: str) -> str:
    """What an error says without the values it quotes; databases list a row on later lines."""
    return QUOTED.sub("'[redacted]'", text.split("\n", 1)[0])


def hide(secrets: "Collection[str]") -> "Processor":
    """A processor that removes these texts wherever they stand."""
    known = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def hidden(value: object) -> object:
        if isinstance(value, str):
            for secret in known:
                value = value.replace(secret, "[redacted]")
            return value
        if isinstance(value, dict):
            return {name: hidden(item) for name, item in value.items()}
        return [hidden(item) for item in value] if isinstance(value, list | tuple) else value

    def processor(_logger: "WrappedLogger", _method: str, event: "EventDict") -> "EventDict":
        return {name: hidden(value) for name, value in event.items()}

    return processor


def configure_logs(
    folder: "Path", level: str = "INFO", secrets: "Collection[str]" = frozenset()
) -> logging.Handler:
    """Send our lines and those of libraries, as JSON, to `lifecycle.log` in a folder.

    `secrets` are texts that may not appear in it, in whatever line they turn up. Returns what
    `close_logs` ends: a folder that is gone must not stop a library that writes a line later.
    """
    with suppress(OSError):  # a home that can only be read has no log
        folder.mkdir(parents=True, exist_ok=True)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        ),
        redact,
        hide(secrets),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=QuietLogger,
        cache_logger_on_first_use=False,
    )
    handler = LogFile(folder / "lifecycle.log")
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, logging.FileHandler)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level.upper())
    return handler


def close_logs(handler: logging.Handler) -> None:
    """Write no more there."""
    logging.getLogger().removeHandler(handler)
    handler.close()


def mask_logs(folder: "Path", mask: "Callable[[str], str]") -> int:
    """Overwrite in every log what `mask` stars out, in its place; how many lines were changed.

    The text keeps its length, so that processes that are writing go on at the end of the file.
    """
    return sum(_mask_file(path, mask) for path in sorted(folder.glob("*")) if path.is_file())


def _mask_file(path: "Path", mask: "Callable[[str], str]") -> int:
    changed = 0
    with path.open("r+b") as file:
        while line := file.readline():
            masked = mask(line.decode(errors="surrogateescape")).encode(errors="surrogateescape")
            if masked != line:
                end = file.tell()
                file.seek(end - len(line))
                file.write(masked)
                file.seek(end)
                changed += 1
    return changed
