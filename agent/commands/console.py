"""Where commands print, and the options they share."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from agent.wiring import Deps, open_deps
from config.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

console = Console()
errors = Console(stderr=True)

Home = Annotated[Path | None, typer.Option(help="Folder of this installation.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the company's files.")]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="YAML mapping of the files.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The morning, as 2026-01-31.")]


@contextmanager
def opened(
    home: Path | None, data: Path | None = None, mapping: Path | None = None
) -> "Iterator[Deps]":
    """An installation, by its options, environment and file."""
    with open_deps(read_settings(home=home, data=data, mapping=mapping)) as deps:
        yield deps


def table(title: str, columns: "Iterable[str]", rows: "Iterable[Iterable[object]]") -> Table:
    """A plain table; columns that end in a space are set to the right."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for name in columns:
        right = name.endswith(" ")
        made.add_column(
            name.strip(), justify="right" if right else "left", no_wrap=right or name == "id"
        )
    for row in rows:
        made.add_row(*("" if cell is None else str(cell) for cell in row))
    return made
