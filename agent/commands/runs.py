"""Commands of the day: run it, list the runs, and compute one again."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from agent.commands.console import AsOf, Data, Home, MappingFile, check_day, console, opened, table
from agent.commands.terminal import one_line
from agent.figures import FIGURES, differences, reason_of
from agent.funnel import advice, not_chosen
from agent.quarantine import UNBELIEVED
from agent.rerun import check_files, words_of
from agent.run import Ran, Replayed, replay_day, run_day
from agent.wiring import Deps
from tools.days import from_number
from tools.labels import label_of_id
from tools.money import Money
from tools.store.gate.rerun import Withdrawn

HASH = 40
NOT_CHOSEN = "another action for the account is worth more, or the day's limits are full"
LEFT = {
    "let_progress": "nothing we can do gains more than it costs",
    "accept_churn": "let go: keeping them costs more than it brings",
}
MONEY = frozenset({"subscriptions", "invoices"})


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (run, replay):
        app.command()(command)
    app.command("runs")(list_runs)


def run(
    as_of: AsOf = None,
    home: Home = None,
    data: Data = None,
    mapping: MappingFile = None,
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            help="Take back what the day's run left and run it again, if nobody has decided yet.",
        ),
    ] = False,
) -> None:
    """Run the morning: read, score, stage, price, choose, draft, queue."""
    check_day(as_of)
    with opened(home, data, mapping, new=True, check=check_files) as deps:
        show_run(run_with_bar(deps, deps.day(as_of), again=again))
        show_data(deps)


def run_with_bar(deps: Deps, as_of: int, *, again: bool = False) -> Ran:
    """Run a day behind a progress bar."""
    columns = TextColumn("{task.description:24}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=False) as bar:
        task = bar.add_task(f"{from_number(as_of)} read", total=None)

        def progress(name: str, done: int, steps: int) -> None:
            bar.update(
                task, total=steps, completed=done, description=f"{from_number(as_of)} {name}"
            )

        return run_day(deps, as_of, progress, again=again)


def show_run(ran: Ran) -> None:
    """Say what a run found and queued."""
    found = ran.summary
    if ran.withdrawn is not None:
        console.print(_taken_back(found["day"], ran.withdrawn), highlight=False, soft_wrap=True)
    if not ran.new:
        console.print(f"{found['day']} was run before; nothing new was created.")
    if ran.changed:
        console.print(_changed(found["day"], ran), highlight=False, soft_wrap=True)
    lines: list[str | Text] = [
        *_who(found),
        f"churn: {found['scored']:,} accounts scored, tier {found['tier']} ({found['signal']})",
        "segments: " + ", ".join(f"{name} {n:,}" for name, n in found["segments"].items()),
        f"priced: {found['priced']:,} actions",
        f"worth more than doing nothing: {found['worthwhile']:,}",
        *[f"not computable: {n:,} actions, {why}" for why, n in found["unpriced"].items()],
        *[f"left alone: {n:,} accounts, {LEFT[what]}" for what, n in found["left_alone"].items()],
        "refused by rule: "
        + (", ".join(f"{rule} {n:,}" for rule, n in found["refused"].items()) or "nothing"),
    ]
    if rest := not_chosen(found):
        lines.append(f"not chosen: {rest:,}, {NOT_CHOSEN}")
    queued = Text(f"queued: {found['chosen']:,}", "bold green").append(_worth(found), "default")
    lines.append(queued)
    prices = {k: Decimal(v) for k, v in found["shadow_prices"].items() if Decimal(v) > 0}
    for name, price in prices.items():
        worth = Money.from_minor(round(price), found["currency"])
        lines.append(f"one more of {_limit(name)} would be worth {worth}")
    body = Text("\n").join(Text(line) if isinstance(line, str) else line for line in lines)
    console.print(Panel(body, title=f"The morning of {found['day']}", expand=False))
    if said := advice(found):
        console.print("What would let more actions into the queue:", style="bold")
        for line in said:
            console.print(f"  {line}", highlight=False, soft_wrap=True)


def _limit(name: str) -> str:
    """What a limit of the day is called: an hour of a role, a proposal of a play, a review."""
    kind, _, of = name.partition(" ")
    words = {"hours": "the hours of", "play": "the day's"}.get(kind, kind)
    return f"{words} {label_of_id(of)}".strip()


def _taken_back(day: str, withdrawn: Withdrawn) -> str:
    """What was taken back before a day was run again."""
    return (
        f"{day} is run again: {len(withdrawn.proposals)} proposals and {withdrawn.rows:,} rows of "
        "facts of the run before were taken back"
    )


def _changed(day: str, ran: Ran) -> str:
    """What has changed since a day was run, and what can be done about it."""
    said = f"Changed since: {words_of(ran.changed)}."
    if ran.kept:
        return f"{said} {day} stays as it is, since {ran.kept}; the next morning uses it."
    return (
        f"{said} Nobody has decided anything about {day} yet: `lifecycle run --as-of {day} "
        "--again` takes it back and runs it again."
    )


def show_data(deps: Deps) -> None:
    """One line on what was read and what was set aside."""
    facts = deps.store.manifest.data_files("fact")
    counts: dict[str, int] = {}
    for file in facts:
        counts[file.table] = counts.get(file.table, 0) + file.rows
    bad = sum(count.rows for count in deps.store.manifest.quarantine_counts())
    read = ", ".join(f"{name} {rows:,}" for name, rows in sorted(counts.items()))
    folded = sum(r.rows for r in deps.store.manifest.remarks() if r.kind == "folded")
    equal = f"; equal lines that count once: {folded:,}" if folded else ""
    console.print(f"facts: {read}; in quarantine: {bad:,}{equal}", highlight=False)
    for line in refused_files(deps):
        console.print(one_line(line), style="bold red", highlight=False, soft_wrap=True)


def refused_files(deps: Deps) -> list[str]:
    """What the last load did not believe of a whole file, such as a truncated export."""
    reasons, manifest = set(UNBELIEVED.values()), deps.store.manifest
    found = [bad for b in manifest.batches()[-2:] for bad in manifest.quarantine(batch=b.id)]
    return [f"{bad.file}: {bad.value}: {bad.reason}" for bad in found if bad.reason in reasons]


def _who(found: dict[str, Any]) -> list[str]:
    """Who there is and in which stage, and which tables the company does not have."""
    contacts = f"{found['contacts']:,} contacts"
    stages = ", ".join(f"{label_of_id(name)} {n:,}" for name, n in found["stages"].items())
    lacking = ", ".join(found["missing"])
    return [
        f"{found['accounts']:,} accounts"
        + ("" if "contacts" in found["missing"] else f", {contacts}"),
        *([f"missing: {lacking}"] if lacking else []),
        *([f"stages of {found['staged']}s: {stages}"] if stages else []),
        *[f"{found['staged']}s not staged: {n:,}, {why}" for why, n in found["unstaged"].items()],
    ]


def _worth(found: dict[str, Any]) -> str:
    """What the queue is worth; a company without billing has no money, not none of it."""
    if found["chosen"]:
        value = Money.from_minor(found["value_minor"], found["currency"])
        return f", expected net value {value}"
    unpaid = set(found["missing"]) >= MONEY
    return f"; no money: missing: {', '.join(sorted(MONEY))}" if unpaid else ""


def replay(
    as_of: Annotated[str, typer.Option("--as-of", help="A day that was run.")],
    home: Home = None,
) -> None:
    """Compute a finished day again from what was known then; writes nothing."""
    with opened(home) as deps:
        again = replay_day(deps, deps.day(as_of))
        if again.erased and not again.identical:
            console.print(
                f"{again.run}: erased since: {again.erased}; with them went facts of that day, so "
                f"that it cannot be compared any more ({', '.join(again.differences)})",
                highlight=False,
                soft_wrap=True,
            )
            return
        if not again.identical and again.restated:
            _show_restated(again)
            return
        if not again.identical:
            console.print(f"not the same: {', '.join(again.differences)}", style="bold red")
            raise typer.Exit(1)
        console.print(f"{again.run}: identical, {len(again.text):,} bytes and all they hash")


def _show_restated(again: Replayed) -> None:
    """What an earlier version of the product counted otherwise, figure by figure."""
    found, figures = differences(again.stored, again.text)
    title = (
        f"{again.run}: computed by version {again.version} of the figures, now {FIGURES}; "
        f"{len(found)} of {figures} figures differ since"
    )
    rows = [
        (one.name, _plain(one.then), _plain(one.now), reason_of(one.name, again.version))
        for one in found
    ]
    console.print(table(title, ("figure", "then ", "now ", "because"), rows), soft_wrap=True)


def _plain(value: object) -> str:
    """A figure, a list as words, the beginning of a hash."""
    if value is None:
        return "not there"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= HASH else f"{text[:12]}…"


def list_runs(home: Home = None) -> None:
    """The latest runs."""
    with opened(home) as deps:
        rows = [
            (_day(r.as_of), r.status, _moment(r.started_at), _moment(r.finished_at))
            for r in deps.store.runs.list_runs()
        ]
        console.print(table("Runs", ("day", "status", "started", "finished"), rows))


def _day(day: int | None) -> str:
    return "?" if day is None else from_number(day).isoformat()


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")
