"""The quarantine on the command line: what could not be used, why, and what to do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.text import Text

from agent.commands.console import Home, console, opened, table
from agent.commands.terminal import echo_json
from agent.quarantine import csv_of, place_of, record_of
from tools.errors import BadInput, nearest
from tools.sources.mends import mend_of
from tools.warehouse.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from tools.store.records import BadRow

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("quarantine")(quarantine)


def quarantine(
    home: Home = None,
    table_: Annotated[str, typer.Option("--table", help="Of this canonical table.")] = "",
    file: Annotated[str, typer.Option(help="Of files whose name holds this.")] = "",
    reason: Annotated[str, typer.Option(help="Whose reason holds this.")] = "",
    csv: Annotated[Path | None, typer.Option(help="Write every row to a file.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Every row, for programs.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many rows to show.")] = SHOWN,
) -> None:
    """What could not be used of the files: file, line, value, reason, and what to do."""
    if table_ and table_ not in BY_NAME:
        raise BadInput(f"--table {table_!r} is not known; {nearest(table_, BY_NAME)}")
    with opened(home) as deps:
        manifest = deps.store.manifest
        asked = {"file": file or None, "reason": reason or None}
        found = manifest.quarantine(table_ or None, limit=None, **asked)
        counts = counted(found)
    if csv is not None:
        csv.write_bytes(csv_of(found))
        console.print(f"{len(found):,} rows written to {csv}", highlight=False)
    if json_:
        echo_json([record_of(bad) for bad in found])
    elif csv is None:
        console.print(shown(counts, found, limit))


def counted(found: "Sequence[BadRow]") -> "dict[tuple[str, str, str], int]":
    """How many rows of which table and column are there for which reason, most first."""
    counts: dict[tuple[str, str, str], int] = {}
    for bad in found:
        key = (bad.table, bad.column, bad.reason)
        counts[key] = counts.get(key, 0) + bad.rows
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def shown(
    counts: "dict[tuple[str, str, str], int]", found: "Sequence[BadRow]", limit: int
) -> "RenderableType":
    """The counts by reason, each with what to do; then rows as they stand in their files."""
    if not found:
        return Text("Nothing is in quarantine.")
    parts: list[RenderableType] = [Text(f"In quarantine: {sum(counts.values()):,}", style="bold")]
    for (name, column, reason), rows in counts.items():
        what = f"{name}.{column}" if column else name
        parts.append(Text(f"{rows:>8,}  {what}: {reason}"))
        parts.append(Text(f"{'':>10}{mend_of(reason)}", style="dim"))
    rows_ = [(place_of(bad), bad.column, bad.value) for bad in found[:limit]]
    parts += [Text(""), table("", ("where", "column", "value"), rows_)]
    if len(found) > limit:
        parts.append(Text(f"{len(found) - limit:,} more: --limit, --csv FILE or --json", "dim"))
    return Group(*parts)
