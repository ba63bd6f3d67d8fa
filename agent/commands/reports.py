"""The weekly and the monthly report on the command line."""

import shutil
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.commands.console import Home, console, opened, table
from agent.commands.terminal import echo_document
from agent.erasing import working
from agent.reporting.archive import HTML, JSON, file_report, read_file
from agent.reporting.folders import folder_of
from agent.reporting.period import Period, month_before, read_period, week_before
from agent.reporting.recheck import recheck
from agent.reporting.sending import send_report
from tools.days import from_number
from tools.document.text import as_text
from tools.errors import BadInput, LifecycleError

if TYPE_CHECKING:
    from agent.reporting.recheck import Recheck
    from agent.wiring import Deps


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(report)
    app.command()(reports)


def report(
    period: Annotated[
        str, typer.Argument(help="A week as 2026-W44 or a month as 2026-10; else the last week.")
    ] = "",
    home: Home = None,
    month: Annotated[bool, typer.Option("--month", help="The last month.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Copy its files (page, PDF, CSV, JSON) to a folder.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Mail it to report_to, once each.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Make it again and compare every byte.")
    ] = False,
) -> None:
    """The leadership report of a week or a month: made once, archived, the same for ever."""
    with opened(home) as deps:
        with working(deps):
            filed = file_report(deps, _period(deps, period, month=month))
        folder = folder_of(deps, filed.archived.id)
        if json_:
            echo_document(read_file(deps, filed.archived, JSON).decode())
        else:
            console.print(as_text(filed.report), highlight=False)
            console.print(f"{'made' if filed.new else 'from the archive'}: {folder / HTML}")
        if out is not None:
            shutil.copytree(folder, out, dirs_exist_ok=True)
        if check:
            _show_check(recheck(deps, filed.archived))
        if send:
            console.print(send_report(deps, filed).words)
        if open_:
            webbrowser.open((folder / HTML).resolve().as_uri())


def _show_check(found: "Recheck") -> None:
    """Say what comes out otherwise when a report is made again, cell by cell, and why.

    Raises:
        LifecycleError: when nothing explains it.
    """
    if not found.files:
        console.print("made again, every byte is the same")
        return
    if found.cells:
        columns = ("figure", "then ", "now ", "because")
        rows = [(one.place, one.then, one.now, one.reason) for one in found.cells]
        title = f"{len(found.cells)} of {found.compared} figures come out otherwise"
        console.print(table(title, columns, rows), soft_wrap=True)
    else:
        console.print(f"all {found.compared} figures are the same")
    if not found.explained:
        raise LifecycleError(f"made again, {', '.join(found.files)} comes out otherwise")
    console.print(
        f"{', '.join(found.files)} would be other bytes today: {found.reason}. The archive keeps "
        "the report as it was made.",
        highlight=False,
        soft_wrap=True,
    )


def reports(home: Home = None) -> None:
    """The archive: which reports there are, and who got them."""
    with opened(home) as deps:
        rows = [
            (
                one.id,
                from_number(one.first_day),
                from_number(one.as_of - 1),
                f"{one.made_at:%Y-%m-%d %H:%M}",
                len(one.files),
                ", ".join(f"{p.status} {p.recipient}" for p in deps.store.reports.posts(one.id)),
            )
            for one in deps.store.reports.list()
        ]
        columns = ("id", "from", "to", "made", "files ", "readers")
        console.print(table("Reports", columns, rows))


def _period(deps: "Deps", text: str, *, month: bool) -> Period:
    if text and month:
        raise BadInput("give a period or --month, not both")
    if text:
        return read_period(text)
    closed = deps.store.runs.closed_day()
    day = deps.today() if closed is None else closed
    return month_before(day) if month else week_before(day)
