"""Where the files of a report and its mails are, and who is behind its figures."""

from hashlib import sha256
from typing import TYPE_CHECKING

from tools.store.reports import ReportFile

if TYPE_CHECKING:
    from pathlib import Path

    from agent.wiring import Deps

MEMBERS = "members.parquet"


def hashed(path: "Path") -> ReportFile:
    """A file as the store knows it."""
    content = path.read_bytes()
    return ReportFile(path.name, sha256(content).hexdigest(), len(content))


def folder_of(deps: "Deps", report_id: str) -> "Path":
    """Where the files of a report are."""
    return deps.settings.home / "reports" / report_id


def letter_key(report_id: str, reader: str) -> str:
    """The key under which a report is mailed to a reader, once."""
    return f"report:{report_id}:{reader}"
