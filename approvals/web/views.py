"""What the agent shows in the inbox: tables of words, worked out elsewhere and only shown here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from approvals.care import Said
    from tools.document.model import Report
    from tools.reports.accounts import AccountLine, AccountList
    from tools.roi.decide import DecisionSubject
    from tools.store.reports import Archived


@dataclass(frozen=True)
class PageLink:
    """Words that lead to a page of ours; `path` starts with a slash."""

    words: str
    path: str


Cell = str | PageLink


@dataclass(frozen=True)
class ViewTable:
    """A title, columns, rows as long as the columns, and sentences below."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


class Views(Protocol):
    """The pages whose figures come from the agent; days are day numbers, None is the last run.

    Each may raise BadInput or Absent, whose message is shown.
    """

    def roster(self, as_of: int | None, contact: str, q: str) -> ViewTable:
        """Stage, since when and because of what, as known on a day; of one contact its history."""

    def account(self, account_id: str) -> tuple[ViewTable, ...]:
        """One account: its stages, events, tickets, deals, mails and portrait."""

    def accounts(self, owner: str, limit: int) -> "AccountList":
        """Whom to call today and whom to leave alone; '' is everybody's list."""

    def accounts_csv(self, owner: str) -> bytes:
        """All of somebody's list as a file that no spreadsheet runs."""

    def account_said(self, account_id: str) -> "tuple[AccountLine, Said]":
        """One account of the list, and what is kept with a person's words about it."""

    def data_audit(self) -> tuple[ViewTable, ...]:
        """Where the data agree and where they do not."""

    def quarantine(self, table: str, file: str, reason: str) -> tuple[ViewTable, ...]:
        """What of the files could not be used, and what to do; '' is everything."""

    def quarantine_csv(self) -> bytes:
        """All of it as a file that no spreadsheet runs."""

    def runs(self) -> ViewTable:
        """The last runs."""

    def why_not(self, account: str) -> ViewTable:
        """For every play what stood in the way of proposing it to an account."""

    def rules(self) -> tuple[ViewTable, ...]:
        """The rules in force, with their ids."""

    def decision_subject(
        self, question: str, account: str, deal: str, segment: str
    ) -> "DecisionSubject":
        """What is known of the customer, deal or segment that a question is about; '' is none."""


@dataclass(frozen=True)
class Member:
    """Somebody behind a figure: the account, its name, and the member itself."""

    account_id: str
    name: str
    member_id: str


class ReportArchive(Protocol):
    """The archive of reports, as pages show it.

    Each may raise Absent when there is no such report, file, chart or figure.
    """

    def list(self) -> "tuple[Archived, ...]":
        """The latest reports, newest first."""

    def archived(self, report_id: str) -> "Archived":
        """What the archive knows of a report."""

    def report(self, report_id: str) -> "Report":
        """A report as it was made."""

    def file(self, report_id: str, name: str) -> bytes:
        """One of its files."""

    def chart(self, report_id: str, chart_id: str) -> str:
        """One of its charts as SVG."""

    def members(
        self, report_id: str, figure: str, after: tuple[str, str] | None, limit: int
    ) -> tuple[Member, ...]:
        """Who is behind a figure, by account and member, after one of them."""
