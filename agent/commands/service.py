"""Commands that go on: the inbox, the schedule, both; and how the jobs stand."""

import webbrowser
from typing import Annotated
from urllib.parse import urlsplit

import typer

from agent.commands.console import Data, Home, MappingFile, console, opened, table
from agent.dispatching import open_executor
from agent.serve import make_service, open_web, run_both, run_web, run_worker
from agent.wiring import Deps
from approvals.web.auth.auth import Auth
from tools.errors import BadInput

Host = Annotated[str, typer.Option(help="The address to listen at.")]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65_535, help="The port; that of base_url when left out."),
]
AsWho = Annotated[str, typer.Option("--as", help="Print a link that signs this mailbox in.")]
Minutes = Annotated[int, typer.Option(help="End by itself after so long; 0 is never.")]
Open = Annotated[bool, typer.Option("--open", help="Open the browser there.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (serve, web, worker, jobs):
        app.command()(command)


def serve(home: Home = None, data: Data = None, mapping: MappingFile = None,
          host: Host = "127.0.0.1", port: Port = None, as_: AsWho = "", minutes: Minutes = 0,
          open_: Open = False) -> None:  # fmt: skip
    """Inbox, schedule and executor in one process; enough for SQLite."""
    with opened(home, data, mapping) as deps:
        warn_of_misfit(deps)
        service = make_service(deps)
        inbox = open_web(deps, service.schedule)
        welcome(deps, inbox.auth, as_, open_browser=open_)
        run_both(inbox, service, host, _port(deps, port), minutes)


def web(home: Home = None, host: Host = "127.0.0.1", port: Port = None, as_: AsWho = "",
        open_: Open = False) -> None:  # fmt: skip
    """The inbox alone; the schedule runs in `lifecycle worker`."""
    with opened(home) as deps:
        inbox = open_web(deps, make_service(deps).schedule)
        welcome(deps, inbox.auth, as_, open_browser=open_)
        run_web(inbox, host, _port(deps, port))


def worker(home: Home = None, data: Data = None, mapping: MappingFile = None) -> None:
    """Schedule and executor alone; as many as you like, on PostgreSQL."""
    with opened(home, data, mapping) as deps:
        warn_of_misfit(deps)
        console.print("worker: jobs are run as they are due; stop it with Ctrl-C")
        run_worker(make_service(deps))


def jobs(home: Home = None) -> None:
    """Each job's last slot, and how late it is."""
    with opened(home) as deps:
        rows = [
            (one.job, one.slot.slot if one.slot else "", one.status, f"{one.lag:,.0f}",
             "late" if one.late else "", one.slot.detail if one.slot else "")
            for one in make_service(deps).schedule.health(deps.clock())
        ]  # fmt: skip
        console.print(table("Jobs", ("job", "last slot", "status", "lag, s ", "", "what"), rows))


def welcome(deps: Deps, auth: Auth, mailbox: str, *, open_browser: bool = False) -> None:
    """Say where the inbox is, and for whom it opens without a password this once."""
    mode = "live" if deps.settings.live else "dry run: nothing leaves the building"
    link = deps.settings.base_url
    if mailbox:
        person = deps.store.people.by_mailbox(mailbox)
        if person is None:
            raise BadInput(f"--as {mailbox}: nobody has it; `lifecycle people add` lets them in")
        link = auth.sign_in_link(person.id)
    console.print(f"inbox ({mode}): {link}", highlight=False, soft_wrap=True)
    if open_browser:
        webbrowser.open(link)


def warn_of_misfit(deps: Deps) -> None:
    """Start paused, and say why and what to do, when the database does not fit its ledger."""
    why = open_executor(deps).misfit()
    if why:
        console.print(f"everything is paused: {why}", highlight=False, soft_wrap=True)


def _port(deps: Deps, given: int | None) -> int:
    return given or urlsplit(deps.settings.base_url).port or 8765
