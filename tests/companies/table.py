"""Print what a morning of each foreign company finds: `python -m tests.companies.table`."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from tests.companies.runs import MORNINGS, CompanyRun, run_company

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
WIDE = 190


def row_of(run: CompanyRun) -> tuple[str, ...]:
    """A company's row, in the words of the summary; what it lacks is named."""
    found = run.summary
    staged = [f"{name} {n:,}" for name, n in found["stages"].items()]
    staged += [f"not staged {n:,}: {why}" for why, n in found["unstaged"].items()]
    return (
        f"{run.name} {found['day']}",
        f"{sum(run.read.values()):,}",
        f"{run.quarantined:,}",
        f"{found['staged']}s: {', '.join(staged)}",
        f"{found['scored']:,}",
        f"{found['tier']} ({found['signal']})",
        _counted(found["priced"], found["unpriced"], "not computable"),
        _counted(sum(found["refused"].values()), found["refused"], ""),
        f"{found['chosen']:,}",
    )


def _counted(total: int, parts: "Mapping[str, int]", head: str) -> str:
    """A total with what it is made of, or what stands beside it."""
    shown = "; ".join(f"{n:,} {name}" for name, n in parts.items())
    return f"{total:,}" + (f" ({' '.join(filter(None, (head, shown)))})" if shown else "")


def table_of(runs: "list[CompanyRun]") -> Table:
    """The table of all companies."""
    titles = (
        "company",
        "rows in",
        "quarantined",
        "staged",
        "scored",
        "churn model",
        "priced",
        "refused by rule",
        "queued",
    )
    table = Table(title="A morning of each company", header_style="dim", show_lines=True)
    for title in titles:
        table.add_column(title, justify="right" if title in {"rows in", "queued"} else "left")
    for run in runs:
        table.add_row(*row_of(run))
    return table


def main() -> int:
    """Run every company in a folder that is thrown away, and print the table."""
    console = Console(width=WIDE, highlight=False)
    if not DATA.is_dir():
        console.print("the public data sets are not beside this checkout (../shared/data)")
        return 2
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for name in MORNINGS:
            console.print(f"{name} …")
            runs.append(run_company(name, Path(folder) / name, DATA))
    console.print(table_of(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
