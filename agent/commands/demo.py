"""The demo: a simulated company, its last mornings, and the inbox with what they found."""

import os
import socket
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml

from agent.commands.console import Home, console, is_home, opened
from agent.commands.runs import run_with_bar, show_data, show_queue, show_run
from agent.reporting.archive import HTML, file_report
from agent.reporting.folders import folder_of
from agent.reporting.period import week_before
from agent.wiring import open_deps, shifted_clock, system_clock
from approvals import staff
from approvals.queue import pending
from approvals.staff import OPERATOR
from config.settings import read_settings
from tools.days import day_number
from tools.errors import BadInput
from tools.sources.simulated import simulate

if TYPE_CHECKING:
    from agent.wiring import Deps

DEMO_DAY = date(2026, 11, 2)
DEMO_SEED = 7
MORNINGS = 4
# Office hours from Los Angeles to Berlin, so that nothing waits for a night to end.
DEMO_HOUR = clock_time(16, 30, tzinfo=UTC)
PEOPLE = (("reviewer@demo.example", "Robin Reviewer", "admin"),
          ("second@demo.example", "Sam Second", "approver-2"))  # fmt: skip
FIRST_PORT, MINUTES, PATIENCE = 8765, 60, 60


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    home: Home = None,
    accounts: Annotated[int, typer.Option(help="Size of the company.")] = 2000,
    mornings: Annotated[int, typer.Option(help="How many days to live through.")] = MORNINGS,
    inbox: Annotated[bool, typer.Option(help="Open the inbox at the end.")] = True,
) -> None:
    """Simulate a company, live through its last mornings, and open the inbox with what waits."""
    place = home or Path(".lifecycle/demo")
    if is_home(read_settings(home=place)):
        with opened(place):  # before anything in it is written over
            pass
    company = place / "company"
    with console.status(f"simulating a company of {accounts:,} accounts"):
        simulate(company, seed=DEMO_SEED, end=DEMO_DAY, accounts=accounts)
    _write_settings(place, company)
    for back in range(mornings - 1, 0, -1):
        _live_through(place, DEMO_DAY - timedelta(days=back))
    with opened(place) as deps:
        ran = run_with_bar(deps, day_number(DEMO_DAY))
        show_run(ran)
        show_data(deps)
        waiting = pending(deps.store.proposals, ran.as_of)
        show_queue(waiting, 10)
        _let_people_in(deps)
        filed = file_report(deps, week_before(ran.as_of))
        console.print(f"\nthe week's report: {folder_of(deps, filed.archived.id) / HTML}")
    if waiting:
        console.print(
            "\nLook closer:",
            f"  lifecycle explain {waiting[0].id} --home {place}",
            f"  lifecycle why-not {waiting[0].account_id} --home {place}",
            f"  lifecycle roster --home {place}     lifecycle audit --home {place}",
            f"  lifecycle retention --home {place}  lifecycle replay --as-of {DEMO_DAY} "
            f"--home {place}",
            f"  lifecycle report --open --home {place}",
            sep="\n",
            highlight=False,
        )
    if inbox:
        _open_inbox(place)


def _live_through(place: Path, day: date) -> None:
    """Run an earlier morning at its own hour, so that its deeds are dated by it."""
    seconds = round((datetime.combine(day, DEMO_HOUR) - system_clock()).total_seconds())
    with open_deps(read_settings(home=place), shifted_clock(seconds)) as deps:
        run_with_bar(deps, day_number(day))


def _write_settings(place: Path, company: Path) -> None:
    """Tell the installation where its files are and in which days it lives."""
    now = system_clock()
    then = datetime.combine(DEMO_DAY, DEMO_HOUR)
    told = {
        "data": str(company.resolve()),
        "mapping": str(Path(str(files("tools.sources"))) / "simulated.yaml"),
        "clock_shift_seconds": round((then - now).total_seconds()),
        "base_url": f"http://127.0.0.1:{_free_port()}",
    }
    place.mkdir(parents=True, exist_ok=True)
    text = "# Written by `lifecycle demo`.\n" + yaml.safe_dump(told)
    (place / "lifecycle.yaml").write_text(text, encoding="utf-8")


def _free_port() -> int:
    """A port nobody serves from; the usual one when it is free."""
    for port in (FIRST_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise BadInput("no port of 127.0.0.1 is free")


def _let_people_in(deps: "Deps") -> None:
    """Two people, since above a threshold two must agree."""
    for mailbox, name, role in PEOPLE:
        if deps.store.people.by_mailbox(mailbox) is None:
            staff.add(deps.gate, OPERATOR, mailbox, name, role)  # type: ignore[arg-type]  # roles


def _open_inbox(place: Path) -> None:
    """Serve until Ctrl-C at a terminal; elsewhere serve for an hour and let the caller go on."""
    command = [sys.executable, "-m", "agent.cli", "serve", "--home", str(place),
               "--as", PEOPLE[0][0]]  # fmt: skip
    if sys.stdin.isatty():
        subprocess.run([*command, "--open"], check=False)
        return
    log = place / "serve.log"
    with log.open("wb") as out:
        child = subprocess.Popen(
            [*command, "--minutes", str(MINUTES)], stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, start_new_session=True, env={**os.environ, "COLUMNS": "300"},
        )  # fmt: skip
    told = _first_line(log, child)
    console.print(f"\n{told}", highlight=False, soft_wrap=True)
    console.print(f"it is served for {MINUTES} minutes; end it with: kill {child.pid}")


def _first_line(log: Path, child: "subprocess.Popen[bytes]") -> str:
    """What the server said when it was ready."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and child.poll() is None:
        lines = log.read_text(encoding="utf-8").splitlines()
        if lines:
            return lines[0]
        time.sleep(0.2)
    said = log.read_text(encoding="utf-8")[-500:]
    raise BadInput(f"the inbox did not open; it said: {said or 'nothing'}")
