"""What `connect` makes of every set: `python -m tests.companies.connect_table`.

Each proposal is compared with what a person wrote after reading the files, and is run as it is.
Prints tables found, columns right, wrong and asked, rows quarantined, contacts staged and queued.
"""

import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from rich.console import Console
from rich.table import Table

from agent.facts import read_company
from agent.run import run_day
from agent.wiring import open_deps
from config.settings import Settings
from tools.errors import BadInput
from tools.sources.expressions import columns_of
from tools.sources.inspect import propose
from tools.sources.parse import parse_mapping

if TYPE_CHECKING:
    from tools.sources.mapping import CellSource, Input

HERE = Path(__file__).resolve()
SHARED = HERE.parents[3] / "shared"
TRUTH = HERE.with_name("figures") / "connect_truth.yaml"


@dataclass(frozen=True)
class Outcome:
    """One set: what was found by the proposal, and what a morning made of it."""

    name: str
    tables: str
    right: int = 0
    wrong: int = 0
    asked: int = 0
    missed: int = 0
    read: str = ""
    trouble: str = ""


def measure(folder: Path, name: str, truth: "dict[str, Any]") -> Outcome:
    """The proposal for a folder against the truth, and its morning."""
    try:
        text = propose(folder)
    except BadInput as error:
        wanted = sum(len(columns) for columns in truth["tables"].values())
        return Outcome(
            name,
            f"0 of {len(truth['tables'])}",
            missed=wanted,
            trouble=f"refused: {str(error).splitlines()[0][-60:]}",
        )
    found = found_columns(text)
    counts = compare(found, truth["tables"], text)
    tables = len(found.keys() & truth["tables"].keys())
    extra = len(found.keys() - truth["tables"].keys())
    told = f"{tables} of {len(truth['tables'])}" + (f", {extra} wrong" if extra else "")
    read, trouble = run(folder, text, truth["day"])
    return Outcome(name, told, **counts, read=read, trouble=trouble)


def found_columns(text: str) -> "dict[str, dict[str, str]]":
    """Each `table file` of a mapping with the source columns behind each of its columns."""
    found: dict[str, dict[str, str]] = {}
    for each in parse_mapping(text, "proposal").inputs:
        cells = {cell.name: _source(cell) for cell in each.cells if _is_told(cell)}
        if each.occurred is not None:
            cells["occurred"] = _source(each.occurred)
        key = f"{each.table} {each.file}" + _kind(each)
        found.setdefault(key, {}).update(cells)
    return found


def _kind(each: "Input") -> str:
    return " each" if getattr(each, "each", None) is not None else ""


def _is_told(cell: "CellSource") -> bool:
    implied = cell.name in {"line", "quantity", "currency"} and cell.constant is not None
    return not implied and cell.key is None


def _source(cell: "CellSource") -> str:
    if cell.column is not None:
        return cell.column
    if cell.tree is not None:
        return ", ".join(sorted(columns_of(cell.tree)))
    return f"= {cell.constant}"


def compare(
    found: "dict[str, dict[str, str]]", truth: "dict[str, dict[str, str]]", text: str
) -> dict[str, int]:
    """How many columns are right, wrong, asked for in a question, and missed."""
    counts: Counter[str] = Counter()
    questions = " ".join(re.findall(r"# question:.*|^\s*#   .*", text, re.MULTILINE))
    for table, columns in truth.items():
        mine = found.get(table, {})
        for name, source in columns.items():
            if name not in mine:
                counts["asked" if f"{name}:" in questions else "missed"] += 1
            else:
                counts["right" if mine[name] == str(source) else "wrong"] += 1
        counts["wrong"] += len(mine.keys() - columns.keys())
    counts["wrong"] += sum(len(found[table]) for table in found.keys() - truth.keys())
    return {key: counts[key] for key in ("right", "wrong", "asked", "missed")}


def run(folder: Path, text: str, day: str) -> tuple[str, str]:
    """A morning on the proposal as it is: rows refused, staged and queued."""
    with tempfile.TemporaryDirectory() as home:
        mapping = Path(home) / "company.yaml"
        mapping.write_text(text, encoding="utf-8")
        try:
            with open_deps(Settings(home=Path(home) / "h", data=folder, mapping=mapping)) as deps:
                number = deps.day(day)
                reading = read_company(number, deps)
                summary = run_day(deps, number).summary
                bad = sum(count.rows for count in deps.store.manifest.quarantine_counts())
        except Exception as error:  # noqa: BLE001 - whatever happens is a line of the table
            return "", f"{type(error).__name__}: {str(error).splitlines()[0][:70]}"
    rows = sum(reading.read.values()) if reading else 0
    staged = f"{sum(summary['stages'].values()):,} {summary['staged']}s"
    return f"{rows:,} rows, {bad:,} refused, {staged}, {summary['chosen']:,} queued", ""


def sets() -> "dict[str, dict[str, Any]]":
    """The truth about each set, by its folder beside the checkout."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(TRUTH.read_text("utf-8"))
    return found


def main(only: "list[str]") -> int:
    """Measure the sets that are there, and print the table."""
    console = Console(width=200, highlight=False)
    table = Table(title="connect, unedited", header_style="dim")
    for title in ("set", "tables", "right", "wrong", "asked", "missed", "a morning of it"):
        table.add_column(title, justify="left" if title in {"set", "tables"} else "right")
    total: Counter[str] = Counter()
    for name, truth in sets().items():
        if only and not any(part in name for part in only):
            continue
        if not (SHARED / name).is_dir():
            console.print(f"skipped: {name} is not beside this checkout")
            continue
        one = measure(SHARED / name, name, truth)
        total.update(right=one.right, wrong=one.wrong, asked=one.asked, missed=one.missed)
        console.print(f"{name}: {one.trouble or one.read or 'nothing read'}")
        table.add_row(
            name,
            one.tables,
            *map(str, (one.right, one.wrong, one.asked, one.missed)),
            one.trouble or one.read,
        )
    table.add_section()
    table.add_row("all", "", *(str(total[k]) for k in ("right", "wrong", "asked", "missed")), "")
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
