"""Send an archived report to our own people: once each, and never on empty or stale data.

A report is a letter to colleagues, not an action on a customer, so it does not pass the gate; it
can only go to the addresses in the settings. What may have left is never sent again by itself.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from agent.outlets import open_postbox
from agent.reporting.archive import PDF, read_file
from agent.reporting.folders import letter_key
from tools.channels.contract import NotNow, Refused, Undelivered
from tools.channels.letter import Enclosed, Letter
from tools.document.html import as_mail, heading, period, pictures
from tools.document.text import as_text

if TYPE_CHECKING:
    from agent.reporting.archive import Filed
    from agent.wiring import Deps
    from tools.channels.letter import Postbox
    from tools.document.model import Report
    from tools.store.reports import Archived, PostStatus

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sent:
    """What became of sending: who got it, who had it before, and why it was not sent."""

    sent: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    withheld: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The outcome in one line, without addresses."""
        if self.withheld:
            return f"not sent: {'; '.join(self.withheld)}"
        parts = [f"sent to {len(self.sent)}"]
        parts += [f"{len(self.before)} had it"] if self.before else []
        parts += [f"{len(self.failed)} failed: {self.failed[0][1]}"] if self.failed else []
        return ", ".join(parts)


def send_report(deps: "Deps", filed: "Filed") -> Sent:
    """Send a report to everybody in `report_to` who has not got it, unless it would mislead."""
    readers = tuple(dict.fromkeys(deps.settings.report_to))
    if withheld := _reasons(filed, readers):
        log.warning("report.withheld", report=filed.archived.id, reasons=list(withheld))
        return Sent(withheld=withheld)
    box, letters = open_postbox(deps.settings), _Letters(deps, filed)
    outcomes = [(reader, _post(deps, filed.archived, reader, box, letters)) for reader in readers]
    return Sent(
        sent=tuple(reader for reader, (status, _) in outcomes if status == "sent"),
        before=tuple(reader for reader, (status, _) in outcomes if status == "before"),
        failed=tuple((r, why) for r, (status, why) in outcomes if status not in {"sent", "before"}),
    )


def _reasons(filed: "Filed", readers: tuple[str, ...]) -> tuple[str, ...]:
    reasons = list(filed.unfit)
    if not readers:
        reasons.append("nobody is named in the setting report_to")
    if filed.failed:
        reasons.append(f"not every section could be computed: {', '.join(filed.failed)}")
    return tuple(reasons)


def _post(
    deps: "Deps", archived: "Archived", reader: str, box: "Postbox", letters: "_Letters"
) -> tuple[str, str]:
    """Say that it leaves, let it leave, say what became of it."""
    posts = deps.store.reports
    now = deps.clock()
    if not posts.begin(archived.id, reader, now) and not posts.again(archived.id, reader, now):
        return "before", ""
    deps.crash("report.calling")
    status, detail = _called(box, letters, reader)
    deps.crash("report.called")
    posts.end(archived.id, reader, status, detail, deps.clock())
    return status, detail


def _called(box: "Postbox", letters: "_Letters", reader: str) -> "tuple[PostStatus, str]":
    try:
        box.post(letters.to(reader))
    except (Refused, NotNow) as error:
        return "failed", str(error)
    except Undelivered as error:
        return "unknown", str(error)
    return "sent", ""


class _Letters:
    """The same letter to each reader: the page with its pictures, and the print."""

    def __init__(self, deps: "Deps", filed: "Filed") -> None:
        """Draw the pictures once; the mail says word for word what the archived page says."""
        report: Report = filed.report
        drawn = pictures(report)
        self._id, self._day = filed.archived.id, report.as_of
        self._subject = " · ".join(
            filter(None, (heading(report), report.company or None, period(report)))
        )
        self._html = as_mail(report, drawn)
        self._text = as_text(report)
        self._pictures = tuple(Enclosed(name, "image/png", one.png) for name, one in drawn.items())
        printed = read_file(deps, filed.archived, PDF)
        self._files = (Enclosed(f"{self._id}.pdf", "application/pdf", printed),)

    def to(self, reader: str) -> Letter:
        """The letter to one reader."""
        return Letter(
            key=letter_key(self._id, reader),
            recipient=reader,
            subject=self._subject,
            text=self._text,
            html=self._html,
            day=self._day,
            pictures=self._pictures,
            files=self._files,
        )
