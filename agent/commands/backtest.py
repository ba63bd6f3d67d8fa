"""Look back before going live: what the agent would have said and queued, and what happened."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from agent.commands.console import AsOf, Home, check_day, console, errors, opened
from agent.commands.gate import Json
from agent.commands.terminal import echo_json, one_line, plain
from tools.errors import BadInput

if TYPE_CHECKING:
    from typing import Any

    from agent.wiring import Deps
    from tools.reports.backtest import Backtest
    from tools.reports.backtest.tables import BacktestTable

MOST_WEEKS = 104


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backtest)


def backtest(
    weeks: Annotated[int, typer.Option(help="How many weeks to look back over.")] = 12,
    html: Annotated[Path | None, typer.Option(help="Write a page.")] = None,
    json_: Json = False,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """What would have been queued on past weeks, and how the score did; nothing is kept."""
    from tools.reports.backtest.html import as_page  # noqa: PLC0415 - it loads the warehouse
    from tools.reports.backtest.record import record  # noqa: PLC0415

    if not 1 <= weeks <= MOST_WEEKS:
        raise BadInput(f"--weeks {weeks}: give a number between 1 and {MOST_WEEKS}")
    check_day(as_of)
    if html is not None and (html.is_dir() or not html.parent.is_dir()):
        raise BadInput(f"--html {html}: it is a folder, or its folder is not there; name a file")
    with opened(home) as deps:
        told = record(_looked_back(deps, weeks, None if as_of is None else deps.day(as_of)))
        if html is not None:
            html.write_text(as_page(told, deps.settings.company), encoding="utf-8")
    if json_:
        echo_json(told)
        return
    show(told)
    if html is not None:
        console.print(f"\nthe page: {html}", highlight=False, soft_wrap=True)


def _looked_back(deps: "Deps", weeks: int, until: int | None) -> "Backtest":
    """Look back behind a progress bar, which only a terminal gets."""
    from agent.backtest.history import look_back  # noqa: PLC0415 - it loads the warehouse

    columns = TextColumn("{task.description:28}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def progress(done: int, of: int, step: str) -> None:
            words = f"morning {min(done + 1, of)} of {of}: {step}"
            bar.update(task, total=of, completed=done, description=words)

        return look_back(deps, weeks, until, progress)


def show(told: "dict[str, Any]") -> None:
    """Print every table, and last what cannot be said."""
    from tools.reports.backtest.tables import headline, tables_of  # noqa: PLC0415

    console.print(headline(told), highlight=False)
    _list("", told["notes"])
    for table in tables_of(told):
        _show_table(table)
    _list("What this cannot say", told["cannot_be_said"])


def _show_table(table: "BacktestTable") -> None:
    console.print(f"\n[bold]{plain(table.title)}[/]", markup=True, highlight=False)
    made = Table(
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="dim",
        show_header=any(table.columns),
    )
    for number, name in enumerate(table.columns):
        made.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in table.rows:
        made.add_row(*map(one_line, row))
    if table.rows:
        console.print(made)
    for note in table.notes:
        console.print(f"[dim]{plain(note)}[/]", markup=True, highlight=False)


def _list(title: str, items: "list[str]") -> None:
    if items and title:
        console.print(f"\n[bold]{plain(title)}[/]", markup=True, highlight=False)
    made = Table.grid(padding=(0, 1, 0, 0))
    for one in items:
        made.add_row("-", one_line(one))
    if items:
        console.print(made)
