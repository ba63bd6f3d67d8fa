"""The demo: a simulated company, its last mornings, and the inbox with what they found."""

import os
import re
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
from agent.commands.proposals import show_queue
from agent.commands.runs import run_with_bar, show_data, show_run
from agent.reporting.archive import HTML, file_report
from agent.reporting.folders import folder_of
from agent.reporting.period import week_before
from agent.wiring import open_deps, shifted_clock, system_clock
from approvals import staff
from approvals.queue import pending
from approvals.request import Actor, Seen, Wish
from approvals.staff import OPERATOR
from config.settings import read_settings
from tools.days import day_number
from tools.errors import BadInput
from tools.sources.simulated import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from agent.wiring import Deps

DEMO_DAY = date(2026, 11, 2)
DEMO_SEED = 7
MORNINGS = 2
# The first morning lies so far back that the window of its trial is over on the last. That day one
# play is tried: there is time for many of it, and half of those agreed to are left out.
TRIAL_BACK, TRIAL_PLAY, TRIAL_SIZE = 119, "winback_task", 50
TRIAL = (("reviews_per_day", "120"), ("holdout_share", "0.5"),
         ("hours_per_day", "{csm: 12, sales: 30, marketing: 4}"))  # fmt: skip
TRIAL_MOST = (("limits: {per_day: 20,", "limits: {per_day: 100,"),)
# So long after the morning began all that was agreed to is due, however slow the machine.
ALL_DUE = timedelta(hours=3)
# Office hours from Los Angeles to Berlin, so that nothing waits for a night to end.
DEMO_HOUR = clock_time(16, 30, tzinfo=UTC)
PEOPLE = (
    ("reviewer@demo.example", "Robin Reviewer", "admin"),
    ("second@demo.example", "Sam Second", "approver-2"),
)
FIRST_PORT, MINUTES, PATIENCE = 8765, 60, 60
READ = 60  # seconds each person looked
TRIAL_SAYS = "demo: one day on which a play is tried"


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
    if mornings > 1:
        _try_play(place)
    for back in range(mornings - 2, 0, -1):
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
    with _on(place, day) as deps:
        run_with_bar(deps, day_number(day))


def _on(place: Path, day: date, later: timedelta = timedelta(0)) -> "AbstractContextManager[Deps]":
    """The installation at the hour of a day, or so much later."""
    moment = datetime.combine(day, DEMO_HOUR) + later
    seconds = round((moment - system_clock()).total_seconds())
    return open_deps(read_settings(home=place), shifted_clock(seconds))


def _try_play(place: Path) -> None:
    """Run the morning of the trial, agree to its play, and do what is to be done of it."""
    from agent.dispatching import open_executor  # noqa: PLC0415 - it loads what sends

    day = DEMO_DAY - timedelta(days=TRIAL_BACK)
    with _on(place, day) as deps:
        if not run_with_bar(deps, day_number(day)).new:
            return
        _let_people_in(deps)
        people = [deps.store.people.by_mailbox(mailbox) for mailbox, _, _ in PEOPLE]
        actors = [Actor(one.id, one.role, "cli") for one in people if one is not None]
        waiting = pending(deps.store.proposals, day_number(day))
        for proposal in [one for one in waiting if one.play == TRIAL_PLAY][:TRIAL_SIZE]:
            _agree(deps, proposal.id, actors)
    with _on(place, day, ALL_DUE) as deps:
        open_executor(deps).dispatch()


def _agree(deps: "Deps", proposal: str, actors: "Sequence[Actor]") -> None:
    """Let as many people agree as are needed."""
    for actor in actors:
        now = deps.store.gate.read(lambda tx: tx.asked.get(proposal))
        if now.status == "pending":
            deps.gate.decide(actor, Wish("approve", Seen(now.id, now.version, now.shown, READ)))


def _write_settings(place: Path, company: Path) -> None:
    """Tell the installation where its files are and in which days it lives."""
    now = system_clock()
    then = datetime.combine(DEMO_DAY, DEMO_HOUR)
    policies = _write_policies(place)
    told = {
        "policies": str(policies.resolve()),
        "data": str(company.resolve()),
        "mapping": str(Path(str(files("tools.sources"))) / "simulated.yaml"),
        "clock_shift_seconds": round((then - now).total_seconds()),
        "base_url": f"http://127.0.0.1:{_free_port()}",
    }
    place.mkdir(parents=True, exist_ok=True)
    text = "# Written by `lifecycle demo`.\n" + yaml.safe_dump(told)
    (place / "lifecycle.yaml").write_text(text, encoding="utf-8")


def _write_policies(place: Path) -> Path:
    """The policies that come with the project, with other limits on the day of the trial."""
    folder = place / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    for file in Path(str(files("policies"))).glob("*.yaml"):
        (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    limits = folder / "limits.yaml"
    text = limits.read_text(encoding="utf-8")
    day = DEMO_DAY - timedelta(days=TRIAL_BACK)
    for name, value in TRIAL:
        old = re.search(rf"(?m)^{name}:.*\n  - \{{value: (\{{.*?\}}|[0-9.]+),.*\n", text)
        if old is None:
            raise BadInput(f"{limits}: there is no {name} to change for the day of the trial")
        dated = "".join(
            f'  - {{value: {one}, valid_from: {since}, source: "{TRIAL_SAYS}", owner: demo}}\n'
            for one, since in ((value, day), (old[1], day + timedelta(days=1)))
        )
        text = text[: old.end()] + dated + text[old.end() :]
    limits.write_text(text, encoding="utf-8")
    _allow_many(folder / "plays.yaml")
    return folder


def _allow_many(plays: Path) -> None:
    """Let a day hold many of the play that is tried."""
    before, name, after = plays.read_text(encoding="utf-8").partition(f"- id: {TRIAL_PLAY}\n")
    for old, new in TRIAL_MOST:
        after = after.replace(old, new, 1)
    plays.write_text(before + name + after, encoding="utf-8")


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
    command = [
        sys.executable,
        "-m",
        "agent.cli",
        "serve",
        "--home",
        str(place),
        "--as",
        PEOPLE[0][0],
    ]
    if sys.stdin.isatty():
        subprocess.run([*command, "--open"], check=False)
        return
    log = place / "serve.log"
    with log.open("wb") as out:
        child = subprocess.Popen(
            [*command, "--minutes", str(MINUTES)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "COLUMNS": "300"},
        )
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
