"""Commands that go on: the inbox, the schedule, both; and how the jobs stand."""

import webbrowser
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from agent.commands.console import Data, Home, MappingFile, console, opened, table
from agent.commands.entry import say
from agent.commands.failures import failure_of
from agent.commands.gate import show_alarms
from agent.dispatching import open_executor
from agent.jobs import WorkerRole
from agent.left_overs import remove_left_overs
from agent.serve import DRAIN_SECONDS, listen, make_service, open_web, run_web, run_worker
from agent.supervisor import Part, Supervisor
from agent.wiring import Deps
from approvals.users.auth import Auth
from approvals.web.client_address import ProxyNetworks
from config.logs import close_logs, configure_logs
from config.settings import read_settings
from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def serve(
    home: Home = None,
    data: Data = None,
    mapping: MappingFile = None,
    host: Host = "127.0.0.1",
    port: Port = None,
    as_: AsWho = "",
    minutes: Minutes = 0,
    open_: Open = False,
) -> None:
    """Inbox, schedule and executor, each a process of its own that is started again if it dies."""
    with opened(home, data, mapping) as deps:
        deps.store.database.check_writable()
        warn_of_misfit(deps)
        door = _door(deps, host, port, as_)
    parts = (
        _web_part(home, door, port, as_, open_browser=open_),
        _work_part("scheduler", home, data, mapping, door, port),
        _work_part("executor", home, data, mapping, door, port),
    )
    _supervise(home, parts, door, minutes)


def web(
    home: Home = None,
    host: Host = "127.0.0.1",
    port: Port = None,
    as_: AsWho = "",
    open_: Open = False,
) -> None:
    """The inbox alone; the schedule runs in `lifecycle worker`."""
    with opened(home) as deps:
        deps.store.database.check_writable()
        door = _door(deps, host, port, as_)
    _supervise(home, (_web_part(home, door, port, as_, open_browser=open_),), door)


def worker(home: Home = None, data: Data = None, mapping: MappingFile = None) -> None:
    """Schedule and executor alone; as many as you like, on PostgreSQL."""
    with opened(home, data, mapping) as deps:
        deps.store.database.check_writable()
        warn_of_misfit(deps)
        console.print("worker: jobs are run as they are due; stop it with Ctrl-C")
    roles: tuple[WorkerRole, ...] = ("scheduler", "executor")
    _supervise(home, [_work_part(role, home, data, mapping) for role in roles])


def _door(deps: Deps, host: str, port: int | None, mailbox: str) -> socket:
    """What the web server answers at, after a look at what it will be told."""
    check_mailbox(deps, mailbox)
    ProxyNetworks(deps.settings.proxies)
    return listen(host, _port(deps, port))


def _supervise(
    home: Path | None, parts: "Sequence[Part]", door: socket | None = None, minutes: int = 0
) -> None:
    """Keep the parts alive until we are told to end; it writes to the same log as they do."""
    settings = read_settings(home=home)
    logs = configure_logs(settings.home / "logs", settings.log_level, settings.secrets)
    try:
        closing = door.close if door is not None else lambda: None
        Supervisor(parts, DRAIN_SECONDS + 2, closing).run(minutes * 60)
    finally:
        close_logs(logs)


def _web_part(
    home: Path | None, door: socket, port: int | None, mailbox: str, *, open_browser: bool
) -> Part:
    def run(first: bool) -> None:
        with opened(home, port=port) as deps:
            inbox = open_web(deps, make_service(deps).schedule)
            if first:  # its link holds for one sign-in, and as long as this process lives
                welcome(deps, inbox.auth, mailbox, open_browser=open_browser)
            run_web(inbox, door)

    return Part("web", lambda first: exit_code_of(lambda: run(first)))


def _work_part(
    role: WorkerRole,
    home: Path | None,
    data: Path | None,
    mapping: Path | None,
    door: socket | None = None,
    port: int | None = None,
) -> Part:
    def run() -> None:
        if door is not None:
            door.close()  # ours only: who knocks is for the web server
        with opened(home, data, mapping, port=port) as deps:
            remove_left_overs(deps.settings.home)
            run_worker(make_service(deps, role))

    return Part(role, lambda _: exit_code_of(run))


def exit_code_of(work: "Callable[[], None]") -> int:
    """Run a part; what a person can mend is said on one line, and what nobody foresaw is raised."""
    try:
        work()
    except Exception as error:
        known = failure_of(error)
        if known is None:
            raise
        return say(known)
    return 0


def jobs(home: Home = None) -> None:
    """Each job's last slot, and how late it is."""
    with opened(home) as deps:
        rows = [
            (
                one.job,
                one.slot.slot if one.slot else "",
                one.status,
                f"{one.lag:,.0f}",
                "late" if one.late else "",
                one.slot.detail if one.slot else "",
            )
            for one in make_service(deps).schedule.health(deps.clock())
        ]
        show_alarms(deps.gate)
        console.print(table("Jobs", ("job", "last slot", "status", "lag, s ", "", "what"), rows))


def check_mailbox(deps: Deps, mailbox: str) -> None:
    """Refuse to make a link for nobody.

    Raises:
        BadInput: when nobody has that mailbox.
    """
    if mailbox and deps.store.people.by_mailbox(mailbox) is None:
        raise BadInput(f"--as {mailbox}: nobody has it; `lifecycle people add` lets them in")


def welcome(deps: Deps, auth: Auth, mailbox: str, *, open_browser: bool = False) -> None:
    """Say where the inbox is, and for whom it opens without a password this once."""
    mode = "live" if deps.settings.live else "dry run: nothing leaves the building"
    link = deps.settings.base_url
    person = deps.store.people.by_mailbox(mailbox) if mailbox else None
    if person is not None:
        link = auth.sign_in_link(person.id)
    console.print(f"inbox ({mode}): {link}", highlight=False, soft_wrap=True)
    if open_browser:
        webbrowser.open(link)


def warn_of_misfit(deps: Deps) -> None:
    """Start paused, and say why and what to do, when the database does not fit its ledger."""
    why = open_executor(deps).misfit()
    if why:
        console.print(f"nothing leaves now: {why}", highlight=False, soft_wrap=True)


def _port(deps: Deps, given: int | None) -> int:
    return given or urlsplit(deps.settings.base_url).port or 8765
