"""Where commands print, and the options they share.

An installation and its settings are loaded by who opens one: help is there at once.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from agent.commands.terminal import SafeConsole
from tools.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from agent.wiring import Deps
    from config.settings import Settings

OF_A_HOME = ("lifecycle.db", "lifecycle.yaml", "company.yaml", "facts")
# What the command at work was told: whoever says why it failed names the place.
last_opened: "ContextVar[Settings | None]" = ContextVar("last_opened", default=None)
console = SafeConsole()
errors = SafeConsole(stderr=True)

Home = Annotated[Path | None, typer.Option(help="Folder of this installation.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the company's files.")]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="YAML mapping of the files.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The morning, as 2026-01-31.")]


@contextmanager
def opened(
    home: Path | None,
    data: Path | None = None,
    mapping: Path | None = None,
    *,
    new: bool = False,
    check: "Callable[[Settings], None] | None" = None,
    port: int | None = None,
) -> "Iterator[Deps]":
    """An installation, by its options, environment and file; `new` may make one, and says so.

    `check` is asked before one is made.

    Raises:
        BadInput: when there is no installation, or no such folder or mapping.
    """
    from agent.wiring import open_deps  # noqa: PLC0415 - see above
    from config.settings import read_settings  # noqa: PLC0415 - see above

    check_place("--data", data, folder=True)
    check_place("--mapping", mapping, folder=False)
    settings = read_settings(home=home, data=data, mapping=mapping)
    settings = settings if port is None else settings.answering_at(port)
    last_opened.set(settings)
    if settings.home.exists() and not settings.home.is_dir():
        raise BadInput(f"--home {settings.home}: it is a file; give the folder of an installation")
    if not is_home(settings):
        if not new:
            raise BadInput(_no_home(settings.home))
        if check is not None:
            check(settings)
        errors.print(f"a new installation: {settings.home}", highlight=False, soft_wrap=True)
    with open_deps(settings) as deps:
        yield deps


def is_home(settings: "Settings") -> bool:
    """Whether a folder is one of an installation: it holds something an installation has."""
    if settings.database_url and settings.home.is_dir():
        return True
    return any((settings.home / name).exists() for name in OF_A_HOME)


def _no_home(home: Path) -> str:
    """What to say of a folder that is no installation."""
    folder = home.parent if home.parent.is_dir() else Path()
    others = [
        str(one)
        for one in sorted(folder.glob("*"))
        if any((one / name).exists() for name in OF_A_HOME)
    ]
    hint = f"; {nearest(str(home), others)}" if others else ""
    return (
        f"--home {home}: there is no installation{hint}; `lifecycle connect`, `lifecycle run "
        "--data`, `lifecycle people add` and `lifecycle demo` make one"
    )


def check_place(option: str, path: Path | None, *, folder: bool) -> None:
    """Refuse a path that leads nowhere, with the nearest that does.

    Raises:
        BadInput: when there is no such folder or file.
    """
    if path is None or (path.is_dir() if folder else path.is_file()):
        return
    what = "folder" if folder else "file"
    beside = sorted(path.parent.glob("*")) if path.parent.is_dir() else []
    others = [str(one) for one in beside if (one.is_dir() if folder else one.is_file())]
    hint = f"; {nearest(str(path), others)}" if others else ""
    raise BadInput(f"{option} {path}: there is no such {what}{hint}")


def check_day(given: str | None) -> None:
    """Refuse what is not a day, before anything is opened or made.

    Raises:
        BadInput: when it is not written as 2026-01-31.
    """
    if given is not None:
        from agent.wiring import read_day  # noqa: PLC0415 - see above

        read_day(given)


def table(title: str, columns: "Iterable[str]", rows: "Iterable[Iterable[object]]") -> Table:
    """A plain table; columns that end in a space are set to the right, and nothing is cut off."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for name in columns:
        right = name.endswith(" ")
        made.add_column(
            name.strip(),
            justify="right" if right else "left",
            no_wrap=right or name == "id",
            overflow="fold",
        )
    for row in rows:
        made.add_row(*("" if cell is None else str(cell) for cell in row))
    return made


def last_day(deps: "Deps", as_of: str | None) -> int:
    """The day a person named, or the last one that was run, or today."""
    closed = deps.store.runs.closed_day()
    return deps.day(as_of) if as_of or closed is None else closed
